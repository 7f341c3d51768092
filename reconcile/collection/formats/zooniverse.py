"""Zooniverse's classification export: one classification a row, its annotations as JSON in a cell."""

from __future__ import annotations

import json
from collections.abc import Iterator

from reconcile.collection.formats._table import column_names, table_rows
from reconcile.collection.items import Collected, Fault, SourceReading, items_of_rows

TITLE = "Zooniverse's classification export"


def is_it(text: str) -> bool:
    """Whether the header has the columns annotations and subject_ids."""
    return {"annotations", "subject_ids"} <= set(column_names(text))


def collect(text: str) -> Collected:
    """One item a subject and task of text or choice. A row whose annotations are no JSON is a fault."""
    faults: list[Fault] = []

    def rows() -> Iterator[tuple[str, str, SourceReading]]:
        for number, row in table_rows(text):
            who = row.get("user_name") or row.get("user_id") or None
            try:
                annotations = json.loads(row.get("annotations", ""))
            except ValueError:
                faults.append(Fault(line=number, message="annotations: this cell is no JSON"))
                continue
            for task, label, written in _texts(annotations if isinstance(annotations, list) else []):
                yield row["subject_ids"], label or task, SourceReading(source=who, text=written)

    collected = items_of_rows(rows())
    return Collected(items=collected.items, faults=tuple(faults))


def _texts(annotations: list[object]) -> Iterator[tuple[str, str, str | None]]:
    """(task, label, text) of every answer in words. Drawings and other marks are left out."""
    for each in annotations:
        if not isinstance(each, dict):
            continue
        value, task, label = each.get("value"), str(each.get("task", "")), str(each.get("task_label") or "")
        if isinstance(value, str) or value is None:
            yield task, label, value if value is not None else ""
        elif isinstance(value, list):
            for part, answer in enumerate(value):
                if isinstance(answer, dict) and "task" in answer:
                    yield from _texts([answer])
                elif isinstance(answer, dict) and isinstance(written := answer.get("label", answer.get("value")), str):
                    yield f"{task}.{part}", str(answer.get("select_label") or f"{label or task} {part + 1}"), written
