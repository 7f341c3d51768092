"""The document of a record: all that is published of one version of it, as JSON types."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache

from pydantic_core import to_json

from reconcile.records import rows, sql_names
from reconcile.records.record_source import RecordSource
from reconcile.records.rows import Row
from transcribe.model import FieldKey, Value

SHARE_DIGITS = 6
"""Digits after the point of a box's corners in shares of the page: a hundredth of a pixel. Chosen by hand."""


def document_row(source: RecordSource, own: Row, origins: Iterable[Row]) -> Row:
    """The row of the table `documents` for a version of a record that comes into force.

    `own` is its row in `records`, `origins` those in `provenance`.
    """
    text = to_json(document(source, own, origins)).decode()
    return {
        "record": own["id"],
        "record_version": source.record.version,
        "scan": source.record.scan,
        "form": source.record.form,
        "changed": source.entry.number,
        "valid_from": rows.written_at(source.entry),
        "valid_to": None,
        "json": text,
    }


def document(source: RecordSource, own: Row, origins: Iterable[Row]) -> dict[str, object]:
    """A record with its values, lines, origins and exceptions. What these keys mean never changes; more may come."""
    copied = ("id", "scan", "form", "form_version", "record_version", "recorded_at", "first_recorded_at", "state")
    return {
        **{name: own[name] for name in copied},
        "name": own["scan_name"],
        "same_order_as": own["same_order_as"],
        "changed": own["changed"],
        "currency": own["currency"],
        "values": _values(source),
        "fields": [_field(each, source) for each in origins],
        "exceptions": [
            {"rule": each.rule, "fields": list(map(str, each.keys)), "expected": each.expected, "found": each.found}
            for each in source.record.exceptions
        ],
    }


def _values(source: RecordSource) -> dict[str, object]:
    """Values by field, and each table as a list of its lines: those that stand in its table of the database."""
    values: dict[str, object] = {field.name: None for field in source.form.fields}
    lines: dict[FieldKey, Value] = {}
    for each in source.record.decisions:
        if each.key.row is None:
            values[each.key.name] = each.value
        else:
            lines[each.key] = each.value
    for table in source.form.tables:
        names = [column.field.name for column in table.columns]
        written = rows.written_rows(source, table.name)
        cells = [(row, {_short(name): lines.get(FieldKey(name, row)) for name in names}) for row in written]
        values[table.name] = [{"row": row, **line} for row, line in cells]
    return values


def _field(own: Row, source: RecordSource) -> dict[str, object]:
    """Where a value came from."""
    box, size, shares = _box(own)
    row = own["row"] if isinstance(own["row"], int) else None
    return {
        **{name: own[name] for name in ("key", "row", "value", "text", "probability", "method", "people", "experts")},
        **{name: own[name] for name in ("readings", "page", "known", "known_key", "known_value", "parameters")},
        "name": own["field"],
        "null": own["no_value"],
        "currency": None if own["value"] is None else source.currency(FieldKey(str(own["field"]), row)),
        "machines": _listed(str(own["machines"])),
        "box": box,
        "page_size": size,
        "box_share": shares,
        "decision_version": own["decision_version"],
    }


@lru_cache(maxsize=1024)
def _listed(text: str) -> tuple[str, ...]:
    """The names of a JSON list, as `rows.json_list` wrote it."""
    return tuple(json.loads(text))


def _box(own: Row) -> tuple[list[int] | None, list[int] | None, list[float] | None]:
    """A box in pixels, the size of its page, and the box in shares of the page, 0 to 1; None where not known."""
    box = [at for name in ("x0", "y0", "x1", "y1") if isinstance(at := own[name], int)]
    size = [at for name in ("page_width", "page_height") if isinstance(at := own[name], int)]
    shares = [round(at / size[place % 2], SHARE_DIGITS) for place, at in enumerate(box)] if all(size) and size else None
    return box or None, size or None, shares


def _short(name: str) -> str:
    return sql_names.table_and_column(FieldKey(name, 0))[1]
