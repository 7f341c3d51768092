"""JSON Lines: a whole record on each line, with its values, lines, origins and exceptions; and what was erased."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

from reconcile.records import query
from reconcile.records.export_formats import ExportOptions

MEDIA_TYPE = "application/jsonl"

IS_BINARY = False

HOLDS_ONE_FORM = False


def write(records: Path, form: str, out: TextIO, options: ExportOptions) -> int:
    """Write each record as one JSON object on a line of its own, and give the number of records."""
    count = 0
    for record in query.records(records, form, after=options.after, selection=options.selection):
        out.write(json.dumps(record.document, ensure_ascii=False) + "\n")
        count += 1
    return count


def write_erased(records: Path, form: str, out: TextIO, options: ExportOptions) -> int:
    """Write each scan that was erased since as a line: {"scan", "state": "erased", "changed"}; gives how many.

    One that turned out to be of another form has the state "left", and its form now as "form".
    """
    gone = query.gone(records, form, options.after, moves=options.tells_moves)
    for scan, state, changed, now in gone:
        told = {"scan": scan, "state": state, "changed": changed, **({"form": now} if now else {})}
        out.write(json.dumps(told) + "\n")
    return len(gone)
