"""Notes from Nature's expanded transcripts: one person's reading of one subject a row, one field a column."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.collection.formats._table import column_names, table_rows
from reconcile.collection.items import Collected, Fault, SourceReading, items_of_rows

TITLE = "Notes from Nature's expanded transcripts"

_NOT_FIELDS = {
    "subject_id", "classification_id", "user_name", "user_id", "user_ip", "workflow_id", "workflow_name",
    "workflow_version", "created_at", "started_at", "finished_at", "gold_standard", "expert", "metadata", "retired",
    "classification_started_at", "classification_finished_at", "subject_image_name",
}  # fmt: skip
"""Columns that say something of the row and are no field."""


def is_it(text: str) -> bool:
    """Whether the header has the columns subject_id and user_name, and none with annotations."""
    columns = set(column_names(text))
    return "subject_id" in columns and "user_name" in columns and "annotations" not in columns


def collect(text: str) -> Collected:
    """One item a subject and column. A row without a subject is a fault."""
    faults: list[Fault] = []

    def rows() -> Iterator[tuple[str, str, SourceReading]]:
        for number, row in table_rows(text):
            subject = row.get("subject_id")
            if not subject:
                faults.append(Fault(line=number, message="subject_id: this row has none"))
                continue
            for name, written in row.items():
                if name.strip() and name not in _NOT_FIELDS and not name.startswith("subject_"):
                    yield subject, name, SourceReading(source=row.get("user_name") or None, text=written)

    collected = items_of_rows(rows())
    return Collected(items=collected.items, faults=tuple(faults))
