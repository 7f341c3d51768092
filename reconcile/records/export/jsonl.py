"""JSON Lines: a whole record on each line, with its values, lines, origins and exceptions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

from reconcile.records import query
from reconcile.records.export_formats import ExportOptions
from reconcile.records.query import PublishedRecord, ValueOrigin

MEDIA_TYPE = "application/jsonl"


def write(records: Path, form: str, out: TextIO, options: ExportOptions) -> int:
    """Write each record as one JSON object on a line of its own, and give the number of records."""
    count = 0
    for record in query.records(records, form, after=options.after):
        out.write(json.dumps(record_json(record), ensure_ascii=False) + "\n")
        count += 1
    return count


def record_json(record: PublishedRecord) -> dict[str, object]:
    """The record as JSON types. Values are those of `fairhand read`: ISO dates, decimal strings, integers, booleans."""
    return {
        "scan": record.scan,
        "name": record.scan_name,
        "form": record.form,
        "form_version": record.form_version,
        "record_version": record.record_version,
        "recorded_at": record.recorded_at,
        "changed": record.changed,
        "currency": record.currency,
        "values": {**record.values, **{table: list(map(dict, lines)) for table, lines in record.tables.items()}},
        "fields": [_field(each) for each in record.origins],
        "exceptions": [
            {"rule": each.rule, "fields": list(each.fields), "expected": each.expected, "found": each.found}
            for each in record.exceptions
        ],
    }


def _field(origin: ValueOrigin) -> dict[str, object]:
    return {
        "name": origin.field,
        "row": origin.row,
        "value": origin.value,
        "null": origin.no_value,
        "text": origin.text,
        "probability": origin.probability,
        "method": origin.method,
        "machines": list(origin.machines),
        "people": origin.people,
        "experts": origin.experts,
        "page": origin.page,
        "box": None if origin.box is None else list(origin.box),
    }
