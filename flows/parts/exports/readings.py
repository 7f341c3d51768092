"""The long table of readings: one row for each reading of each field of a form's records. Nobody is named."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from flows.home import Home
from reconcile.records import query
from transcribe.model import Decision, FieldKey, Reading
from transcribe.whole_files import whole_text_file

COLUMNS = (
    *("scan", "form", "form_version", "key", "field", "row", "number", "kind", "reader", "text", "no_text", "shown"),
    *("confidence", "decided_text", "probability", "cited"),
)
"""The columns of the table."""


def write(home: Home, form: str, out: Path) -> int:
    """Write the readings of all records of a form as CSV; gives how many."""
    count = 0
    with whole_text_file(out) as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for record in query.records(home.settings.records, form):
            named = {"scan": record.scan, "form": record.form, "form_version": record.form_version}
            for row in reading_rows(home.store.readings(record.scan), home.store.decisions(record.scan)):
                writer.writerow({**named, **row})
                count += 1
    return count


def reading_rows(readings: list[Reading], decisions: list[Decision]) -> Iterator[dict[str, object]]:
    """The rows of one scan.

    An engine has its name. People are "reader 1" and so on, anew for each field and without a time, so that neither
    what somebody read elsewhere nor their pace is told.
    """
    decided = {each.key: each for each in decisions}
    people: dict[FieldKey, list[str]] = {}
    numbers: dict[FieldKey, int] = {}
    for each in readings:
        decision = decided.get(each.key)
        numbers[each.key] = numbers.get(each.key, 0) + 1
        known = people.setdefault(each.key, [])
        if each.kind != "machine" and each.source not in known:
            known.append(each.source)
        yield {
            "key": str(each.key),
            "field": each.key.name,
            "row": each.key.row,
            "number": numbers[each.key],
            "kind": each.kind,
            "reader": each.source if each.kind == "machine" else f"reader {known.index(each.source) + 1}",
            "text": each.text,
            "no_text": " ".join(sorted(each.flags)) if each.text is None else "",
            "shown": each.shown,
            "confidence": each.confidence,
            "decided_text": decision.text if decision else None,
            "probability": decision.probability if decision else None,
            "cited": "true" if decision and each.id in decision.readings else "false",
        }
