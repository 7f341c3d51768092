"""Crowd-Kit's long table as CSV or TSV: columns task, worker, and label, text or output."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.collection.formats._table import column_names, table_rows
from reconcile.collection.items import Collected, Fault, SourceReading, items_of_rows
from transcribe.errors import FormError

TITLE = "Crowd-Kit's long table"

_TEXT_COLUMNS = ("label", "text", "output")
"""The columns that may hold the text; the first that is there counts."""


def is_it(text: str) -> bool:
    """Whether the header has the columns task and worker and one of the text columns."""
    columns = set(column_names(text))
    return {"task", "worker"} <= columns and any(name in columns for name in _TEXT_COLUMNS)


def collect(text: str) -> Collected:
    """One item a task and field. A row without task or text is a fault; FormError where a column is missing."""
    if not is_it(text):
        raise FormError(
            f"{TITLE} has columns task, worker, and one of {', '.join(_TEXT_COLUMNS)}; its first line names others."
        )
    column = next(name for name in _TEXT_COLUMNS if name in column_names(text))
    faults: list[Fault] = []

    def rows() -> Iterator[tuple[str, str, SourceReading]]:
        for number, row in table_rows(text):
            task, written = row.get("task"), row.get(column)
            if not task or written is None:
                faults.append(Fault(line=number, message=f"a row needs task, worker and {column}"))
            else:
                yield task, row.get("field") or "", SourceReading(source=row.get("worker") or None, text=written)

    collected = items_of_rows(rows())
    return Collected(items=collected.items, faults=tuple(faults))
