"""Reconcile a file of other people's readings, without a store: read it, weigh it, write one line an item."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reconcile.collection import Collected, Fault, Item, ItemResult, Reconciled, collect, reconcile_items, value_of
from reconcile.decision import decide
from reconcile.inference import weigh
from reconcile.parameters import shipped_parameters
from reconcile.policy import POLICY
from transcribe.codes import Flag
from transcribe.errors import FormError
from transcribe.i18n import say
from transcribe.model import Evidence, Field, FieldKey, Form, Posterior, Reading, Task, Value

CSV_COLUMNS = ("item", "value", "text", "probability", "method", "reason", "ask")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """One line of what comes out."""

    item: str
    value: Value
    text: str
    probability: float
    method: str
    reason: str
    ask: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionResult:
    """A file reconciled: its lines, what could not be used, and (without a form) what the report is made of."""

    lines: tuple[ItemLine, ...]
    faults: tuple[Fault, ...]
    reconciled: Reconciled | None


def reconcile_collection(
    path: Path, *, form: Form | None, layout: str | None, target: float, translate: Callable[[str], str] = str
) -> CollectionResult:
    """The most probable text of every item of a file; with a form, its field types, master data and rules count.

    Raises FormError where the file is no UTF-8 or in no format known, or an item's field is none of the form's.
    """
    try:
        collected = collect(_text(path), layout)
    except FormError as error:
        raise FormError(f"{path}: {error}") from error
    if form is not None:
        return CollectionResult(
            lines=tuple(_by_form(collected, form, translate)), faults=collected.faults, reconciled=None
        )
    done = reconcile_items(collected.items, target=target)
    lines = tuple(_line(result, done.types[result.item.field], translate) for result in done.results)
    return CollectionResult(lines=lines, faults=collected.faults, reconciled=done)


def _text(path: Path) -> str:
    """The text of a file; FormError names the first line that is no UTF-8."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FormError(f"line {line} is no UTF-8. Save the file as UTF-8 (CSV UTF-8 in a spreadsheet).") from error


def write_reconciled(lines: Sequence[ItemLine], target: Path) -> None:
    """Write lines as JSON Lines (a name that ends in .jsonl) or CSV."""
    with target.open("w", encoding="utf-8", newline="") as out:
        if target.suffix == ".jsonl":
            out.writelines(json.dumps(_row(line), ensure_ascii=False) + "\n" for line in lines)
            return
        writer = csv.DictWriter(out, CSV_COLUMNS)
        writer.writeheader()
        writer.writerows(_row(line) for line in lines)


def _row(line: ItemLine) -> dict[str, Value | float]:
    return {name: getattr(line, name) for name in CSV_COLUMNS}


def _line(result: ItemResult, type_name: str, translate: Callable[[str], str]) -> ItemLine:
    return ItemLine(
        item=result.item.name,
        value=value_of(result.text, type_name),
        text=result.text,
        probability=round(result.probability, 4),
        method=result.method,
        reason=say(result.reason, translate),
        ask=result.ask,
    )


def _by_form(collected: Collected, form: Form, translate: Callable[[str], str]) -> Iterator[ItemLine]:
    """Weigh the items of each scan together on their form, in the order of the file."""
    scans: dict[str, list[Item]] = defaultdict(list)
    for item in collected.items:
        scans[item.scan or item.name].append(item)
    lines: dict[str, ItemLine] = {}
    for scan, items in scans.items():
        keys = {item.name: _key(item, form) for item in items}
        posteriors = weigh(form, [each for item in items for each in _readings(item, keys[item.name], scan)], FIRST)
        for item in items:
            key = keys[item.name]
            if key in posteriors:
                lines[item.name] = _decided(item, form.field(key.name), posteriors[key], translate)
    yield from (lines[item.name] for item in collected.items if item.name in lines)


FIRST = shipped_parameters()
"""Without a store nothing has been learnt but what ships."""


def _key(item: Item, form: Form) -> FieldKey:
    """The field that an item speaks of: "total", or a cell as "lines.quantity[2]"."""
    name, _, row = item.field.partition("[")
    try:
        form.field(name)
        return FieldKey(name, int(row.rstrip("]")) if row else None)
    except (KeyError, ValueError) as error:
        known = ", ".join(field.name for field in form.all_fields())
        raise FormError(
            f"{item.name}: the form {form.name} has no field {item.field!r}. Use one of: {known} "
            "(a cell as lines.quantity[0])."
        ) from error


def _readings(item: Item, key: FieldKey, scan: str) -> Iterator[Reading]:
    for number, said in enumerate(item.readings):
        yield Reading(
            id=f"{item.name}#{number}",
            scan=scan,
            key=key,
            source=said.source or f"{item.name}#{number}",
            kind=said.kind,
            text=said.text,
            at=datetime.fromtimestamp(number, UTC),
            flags=frozenset() if said.text is not None else frozenset({Flag.ILLEGIBLE}),
        )


def _decided(item: Item, field: Field, posterior: Posterior, translate: Callable[[str], str]) -> ItemLine:
    outcome = decide(field, posterior, POLICY)
    best = posterior.candidates[0]
    if isinstance(outcome, Task):
        why = say(Evidence(code=outcome.reason), translate)
        return ItemLine(
            item=item.name,
            value=best.value,
            text=best.text,
            probability=round(posterior.probability, 4),
            method="undecided",
            reason=why,
            ask=True,
        )
    return ItemLine(
        item=item.name,
        value=outcome.value,
        text=outcome.text,
        probability=round(outcome.probability, 4),
        method=outcome.method,
        reason=say(Evidence(code=outcome.method), translate),
        ask=False,
    )
