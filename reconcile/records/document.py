"""The document of a record: all that is published of one version of it, as JSON types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from pydantic_core import to_json

from reconcile.records import rows, sql_names
from reconcile.records.rows import RecordSource, Row
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
        "may_be_same_order_as": own["may_be_same_order_as"],
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
        named = {column.field.name: _in_line(column.field.name) for column in table.columns}
        written = rows.written_rows(source, table.name)
        cells = [(row, {short: lines.get(FieldKey(name, row)) for name, short in named.items()}) for row in written]
        values[table.name] = [{sql_names.LINE_NUMBER: row, **line} for row, line in cells]
    return values


def lines_of(document: Mapping[str, Any], table: str) -> tuple[Mapping[str, Any], ...]:
    """The lines of a table of a document.

    In one of an earlier program a column that is called as the number of a line stands in its place: `fields` tell it.
    """
    lines, full = document["values"][table], sql_names.key_in_line(table, sql_names.LINE_NUMBER)
    fields = [each for each in document["fields"] if each["row"] is not None and each["name"].startswith(f"{table}.")]
    if all(full in line for line in lines) or all(each["name"] != full for each in fields):
        return tuple(lines)
    numbers = sorted({each["row"] for each in fields if _is_written(each)})
    made = [{**line, full: line[sql_names.LINE_NUMBER]} for line in lines]
    places = numbers if len(numbers) == len(made) else range(len(made))
    return tuple({**line, sql_names.LINE_NUMBER: row} for line, row in zip(made, places, strict=True))


def _is_written(field: Mapping[str, Any]) -> bool:
    """Whether a field of a document is one that `rows.written_rows` counts."""
    return field["value"] not in (None, "false") or field["null"] in ("illegible", "crossed out")


def _field(own: Row, source: RecordSource) -> dict[str, object]:
    """Where a value came from."""
    corners, pixels = (own["x0"], own["y0"], own["x1"], own["y1"]), (own["page_width"], own["page_height"])
    box, size, shares = _box(corners, pixels)
    row = own["row"] if isinstance(own["row"], int) else None
    return {
        "key": own["key"],
        "row": own["row"],
        "value": own["value"],
        "text": own["text"],
        "probability": own["probability"],
        "method": own["method"],
        "people": own["people"],
        "experts": own["experts"],
        "readings": own["readings"],
        "page": own["page"],
        "known": own["known"],
        "known_key": own["known_key"],
        "known_value": own["known_value"],
        "parameters": own["parameters"],
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


@lru_cache(maxsize=4096)
def _box(
    corners: tuple[object, ...], pixels: tuple[object, ...]
) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None, tuple[float, ...] | None]:
    """A box in pixels, the size of its page, and the box in shares of the page, 0 to 1; None where not known.

    All pages of a form have their boxes at the same places, so those are kept.
    """
    box = tuple([at for at in corners if isinstance(at, int)])
    size = tuple([at for at in pixels if isinstance(at, int)])
    if not (all(size) and size):
        return box or None, size or None, None
    shares = tuple([round(at / size[place % 2], SHARE_DIGITS) for place, at in enumerate(box)])
    return box or None, size, shares


def _in_line(name: str) -> str:
    return sql_names.key_in_line(*sql_names.table_and_column(FieldKey(name, 0)))
