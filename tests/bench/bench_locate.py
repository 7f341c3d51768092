"""What finding fields on free layouts is worth, set by set, the half that was fitted and the half that was not:
`python -m tests.bench.bench_locate [--small] [--data DIR]`."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.intervals import said
from tests.bench.read_results import ENGINES, reads_of
from tests.bench.read_samples import Sample, data_folder
from transcribe import fields, form
from transcribe.model import Form, Reads

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

MIXED = {
    "issuer": "supplier",
    "invoice_number": "invoice_number",
    "date": "invoice_date",
    "date_due": "due_date",
    "amount_untaxed": "total_untaxed",
    "amount_tax": "tax_amount",
    "amount": "total_amount",
}
ORDER_LIKE = (
    *("00922237", "00920222", "0060077689", "0030041455", "88057519", "82254638", "91903177", "91939637"),
    *("0060068489", "71341634"),
)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a few documents of each set")
    parser.add_argument("--data", help="the folder of the shared sets")
    given = parser.parse_args()
    data, step = data_folder(given.data), EVERY_SMALL if given.small else 1
    receipts(data / "sroie", ("company", "date", "address", "total"), step, halves=True)
    receipts(data / "receipts_de", ("date", "total"), step, halves=False)
    invoices(data / "factures_odoo_fr", step)
    mixed(data / "invoices_mixed", step)
    orders(data / "funsd", step)


def receipts(folder: Path, names: Sequence[str], step: int, *, halves: bool) -> None:
    """Fields of receipts against their labels: text folded, dates and amounts by value."""
    lines = _lines(folder)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda line: _read(folder, line, "receipt"), lines[::step]))
    right: Counter[tuple[str, str, str]] = Counter()
    count: Counter[tuple[str, str]] = Counter()
    made = form.load("receipt")
    for line, reads in zip(lines[::step], found, strict=True):
        half = ("fitted" if lines.index(line) % 2 == 0 else "other") if halves else "not fitted"
        for name in names:
            count[half, name] += 1
            texts = _texts(reads, name)
            hits = {source: _same(made, name, text, str(line["fields"][name])) for source, text in texts.items()}
            right.update((half, name, source) for source, hit in hits.items() if hit)
            right[half, name, "either"] += any(hits.values())
    _show(folder.name, count, right)


def invoices(folder: Path, step: int) -> None:
    """Header fields that are printed, and line items by description, quantity and price."""
    right: Counter[tuple[str, str, str]] = Counter()
    count: Counter[tuple[str, str]] = Counter()
    items: Counter[str] = Counter()
    made = form.load("facture")
    lines = _lines(folder)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda line: _read(folder, line, "facture"), lines[::step]))
    for line, reads in zip(lines[::step], found, strict=True):
        half = "fitted" if lines.index(line) % 2 == 0 else "other"
        for name, truth in _header(line).items():
            count[half, name] += 1
            texts = _texts(reads, name)
            swapped = line["template"] == YEAR_DAY_MONTH_TEMPLATE and made.field(name).type == "date"
            hits = {
                source: _swapped(text, truth) if swapped else _same(made, name, text, truth)
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


def mixed(folder: Path, step: int) -> None:
    """Invoices of other layouts and languages: every field that is wrong is listed."""
    made = form.load("facture")
    CONSOLE.print(f"\n[bold]{folder.name}[/bold]: what is wrong")
    for line in _lines(folder)[::step]:
        reads = _read(folder, line, "facture")
        for key, name in MIXED.items():
            truth = line["fields"].get(key)
            texts = _texts(reads, name)
            if truth is not None and not any(_same(made, name, text, str(truth)) for text in texts.values()):
                CONSOLE.print(f"  {line['file']} {name}: {str(truth)!r}, read {texts}")


def orders(folder: Path, step: int) -> None:
    """Old requisitions and order-like forms, without labels for our fields: what is found is listed."""
    CONSOLE.print(f"\n[bold]{folder.name}[/bold]: what is found on forms like orders")
    lines = [line for line in _lines(folder) if any(name in line["file"] for name in ORDER_LIKE)]
    for line in lines[::step]:
        reads = _read(folder, line, "facture")
        found = {str(r.key): r.text for r in reads.readings if r.source.startswith("rapidocr") and r.text}
        CONSOLE.print(f"  {line['file']}: {found}", markup=False)


def _read(folder: Path, line: Mapping[str, Any], name: str) -> Reads:
    file = str(line["file"])
    return reads_of(Sample(file=file, form=name, content=(folder / file).read_bytes(), truth={}))


def _lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "fields.jsonl").read_text(encoding="utf-8").splitlines()]


def _texts(reads: Reads, name: str, row: int | None = None) -> dict[str, str | None]:
    return {
        reading.source.partition(" ")[0]: reading.text
        for reading in reads.readings
        if reading.key == (name, row) and reading.source.partition(" ")[0] in ENGINES
    }


def _same(made: Form, name: str, text: str | None, truth: str) -> bool:
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


def _header(line: Mapping[str, Any]) -> dict[str, str]:
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


def _rows(reads: Reads, made: Form) -> Iterator[Item]:
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


if __name__ == "__main__":
    main()
