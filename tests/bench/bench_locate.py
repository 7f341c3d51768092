"""What finding fields on free layouts is worth, set by set, the half that was fitted and the half that was not:
`python -m tests.bench.bench_locate [--small] [--data DIR]`."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.intervals import said
from tests.bench.locate_hard import ORDER_LIKE, Fate, fates, mixed_truth, receipt_truth, requisition_truth
from tests.bench.locate_hard import show as show_hard
from tests.bench.read_results import ENGINES, reads_of
from tests.bench.read_samples import Sample, data_folder
from transcribe import fields
from transcribe.errors import EngineError
from transcribe.forms import definition
from transcribe.model import Form, ReadResult

CONSOLE = Console(width=150)
EVERY_SMALL = 13
"""Under --small every thirteenth document is read."""

HEADER = {
    "invoice_number": "invoice_number",
    "po_number": "po_number",
    "invoice_date": "invoice_date",
    "invoice_date_due": "due_date",
    "total_untaxed": "total_untaxed",
    "tax_amount": "tax_amount",
    "total_amount": "total_amount",
}
CUSTOMER_TEMPLATE, YEAR_DAY_MONTH_TEMPLATE = 2, 4
"""Templates that print the partner as customer, and dates as year-day-month (the set's README)."""

FAILED: list[str] = []
"""Documents that an engine failed on: they are counted, and the others go on."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a few documents of each set")
    parser.add_argument("--data", help="the folder of the shared sets")
    given = parser.parse_args()
    data, step = data_folder(given.data), EVERY_SMALL if given.small else 1
    receipts(data / "sroie", ("company", "date", "address", "total"), step)
    invoices(data / "factures_odoo_fr", step)
    hard(data / "invoices_mixed", lines_of(data / "invoices_mixed")[::step], mixed_truth)
    hard(data / "receipts_de", lines_of(data / "receipts_de")[::step], receipt_truth, "receipt")
    requisitions = [line for line in lines_of(data / "funsd") if any(name in line["file"] for name in ORDER_LIKE)]
    hard(data / "funsd", requisitions[::step], requisition_truth)


def receipts(folder: Path, names: Sequence[str], step: int) -> None:
    """Fields of receipts against their labels: text folded, dates and amounts by value."""
    lines = lines_of(folder)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda line: _read(folder, line, "receipt"), lines[::step]))
    right: Counter[tuple[str, str, str]] = Counter()
    count: Counter[tuple[str, str]] = Counter()
    made = definition.load("receipt")
    for line, reads in zip(lines[::step], found, strict=True):
        if reads is None:
            continue
        half = "fitted" if lines.index(line) % 2 == 0 else "other"
        for name in names:
            count[half, name] += 1
            texts = _texts(reads, name)
            hits = {source: is_same(made, name, text, str(line["fields"][name])) for source, text in texts.items()}
            right.update((half, name, source) for source, hit in hits.items() if hit)
            right[half, name, "either"] += any(hits.values())
    _show(folder.name, count, right)


def invoices(folder: Path, step: int) -> None:
    """Header fields that are printed, and line items by description, quantity and price."""
    right: Counter[tuple[str, str, str]] = Counter()
    count: Counter[tuple[str, str]] = Counter()
    items: Counter[str] = Counter()
    made = definition.load("facture")
    lines = lines_of(folder)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda line: _read(folder, line, "facture"), lines[::step]))
    for line, reads in zip(lines[::step], found, strict=True):
        if reads is None:
            continue
        half = "fitted" if lines.index(line) % 2 == 0 else "other"
        for name, truth in header_of(line).items():
            count[half, name] += 1
            texts = _texts(reads, name)
            swapped = line["template"] == YEAR_DAY_MONTH_TEMPLATE and made.field(name).type == "date"
            hits = {
                source: _swapped(text, truth) if swapped else is_same(made, name, text, truth)
                for source, text in texts.items()
            }
            right.update((half, name, source) for source, hit in hits.items() if hit)
            right[half, name, "either"] += any(hits.values())
        _count_items(items, half, _rows(reads, made), [_item(made, each) for each in line["lines"]])
    _show(folder.name, count, right)
    for half in ("fitted", "other"):
        hit, wrong, missed = items[half + " hit"], items[half + " wrong"], items[half + " missed"]
        f1 = 2 * hit / max(1, 2 * hit + wrong + missed)
        CONSOLE.print(f"line items, {half}: F1 {f1:.3f} ({hit} right, {wrong} wrong, {missed} missed)")


def hard(
    folder: Path,
    lines: Sequence[Mapping[str, Any]],
    truth: Callable[[Mapping[str, Any]], Mapping[str, str]],
    name: str = "facture",
) -> None:
    """A set of layouts that nobody prepared for: what fails on them and why."""
    found, made = list[Fate](), definition.load(name)
    for line in lines:
        reads = _read(folder, line, name)
        if reads is not None:
            found += fates(made, str(line["file"]), truth(line), reads, is_same)
    show_hard(folder, found, len(lines))
    _show_failed()


def _read(folder: Path, line: Mapping[str, Any], name: str) -> ReadResult | None:
    """One document read; None where an engine failed on it."""
    file = str(line["file"])
    try:
        return reads_of(Sample(file=file, form=name, content=(folder / file).read_bytes(), truth={}))
    except EngineError as error:
        FAILED.append(f"{file}: {error}")
        return None


def _show_failed() -> None:
    """The documents of a set that an engine failed on, once."""
    if FAILED:
        CONSOLE.print(f"  an engine failed on {len(FAILED)}, which are left out: {'; '.join(FAILED)}", markup=False)
    FAILED.clear()


def lines_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "fields.jsonl").read_text(encoding="utf-8").splitlines()]


def _texts(reads: ReadResult, name: str, row: int | None = None) -> dict[str, str | None]:
    return {
        reading.source.partition(" ")[0]: reading.text
        for reading in reads.readings
        if reading.key == (name, row) and reading.source.partition(" ")[0] in ENGINES
    }


def is_same(made: Form, name: str, text: str | None, truth: str) -> bool:
    """Whether a text says what the truth says: by value where it has one, else by letters and digits."""
    if text is None:
        return False
    field = made.field(name)
    kind = fields.load(field.type)
    if field.type in ("date", "amount", "decimal"):
        value, wanted = kind.parse(text, field, made), kind.parse(truth, field, made)
        return value is not None and value == wanted
    return _folded(text) == _folded(truth)


def _swapped(text: str | None, truth: str) -> bool:
    """Whether a date is printed as year, day, month: what is read is then what is written."""
    year, month, day = truth.split("-")
    return text is not None and _folded(text) == f"{year}{day}{month}"


def _folded(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def header_of(line: Mapping[str, Any]) -> dict[str, str]:
    hidden = set(line.get("maybe_not_printed", ()))
    found = {HEADER[key]: str(value) for key, value in line["fields"].items() if key in HEADER and key not in hidden}
    partner = "customer" if line["template"] == CUSTOMER_TEMPLATE else "supplier"
    return {**found, partner: str(line["fields"]["supplier"])}


Item = tuple[str, str, str]


def _item(made: Form, said: Mapping[str, Any]) -> Item:
    number = fields.load("decimal")
    quantity, price = (made.field(f"lines.{name}") for name in ("quantity", "unit_price"))
    values = (
        number.parse(str(said[key] or ""), each, made) for key, each in (("quantity", quantity), ("price", price))
    )
    return _folded(str(said["description"] or "")), *(f"{float(str(v or 0)):.4f}" for v in values)  # type: ignore[return-value]  # two values


def _rows(reads: ReadResult, made: Form) -> Iterator[Item]:
    rows = sorted({reading.key.row for reading in reads.readings if reading.key.row is not None})
    for row in rows:
        texts = {name: _texts(reads, f"lines.{name}", row) for name in ("description", "quantity", "unit_price")}
        best = {name: said.get("rapidocr") or said.get("tesseract") or "" for name, said in texts.items()}
        yield _item(
            made,
            {"description": best["description"], "quantity": best["quantity"], "price": best["unit_price"]},
        )


def _count_items(items: Counter[str], half: str, rows: Iterator[Item], truth: list[Item]) -> None:
    for row in rows:
        if row in truth:
            truth.remove(row)
            items[half + " hit"] += 1
        else:
            items[half + " wrong"] += 1
    items[half + " missed"] += len(truth)


def _show(name: str, count: Counter[tuple[str, str]], right: Counter[tuple[str, str, str]]) -> None:
    table = Table("half", "field", *ENGINES, "either", title=name)
    for half, field in sorted(count):
        shares = (said(right[half, field, source], count[half, field]) for source in (*ENGINES, "either"))
        table.add_row(half, field, *shares)
    CONSOLE.print(table)
    _show_failed()


if __name__ == "__main__":
    main()
