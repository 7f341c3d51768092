"""The rows of a record: one in its form's table, its lines, and the origin of each value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from babel.numbers import get_currency_precision

from reconcile.records import sql_names
from reconcile.records.schema import FieldColumn
from transcribe.model import Decision, FieldKey, Form, Place, Reading, Record, Scan, Value
from transcribe.store import OutboxEntry

Row = dict[str, object]
"""One row by column."""

_MAX_INTEGER = 2**63 - 1
"""SQLite's largest integer. A value beyond it is kept as text, in `provenance` only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSource:
    """A record with its scan, its form and the readings (by id) and places (by field) of its scan."""

    entry: OutboxEntry
    record: Record
    scan: Scan
    form: Form
    readings: Mapping[str, Reading]
    places: Mapping[FieldKey, Place]


def record_row(number: int, source: RecordSource) -> Row:
    """The row of the table `records`, which has every record of every form; `number` is the record's id."""
    record = source.record
    return {
        "id": number,
        "scan": record.scan,
        "scan_name": source.scan.name,
        "form": record.form,
        "form_version": record.form_version,
        "record_version": record.version,
        "recorded_at": written_at(source.entry),
        "currency": source.form.currency,
        "exceptions": len(record.exceptions),
        "least_probability": min((each.probability for each in record.decisions), default=None),
        "changed": source.entry.number,
    }


def form_row(number: int, source: RecordSource, columns: Sequence[FieldColumn]) -> Row:
    """The row of the form's own table: the plain fields."""
    row: Row = {
        "id": number,
        "scan": source.record.scan,
        "scan_name": source.scan.name,
        "record_version": source.record.version,
        "recorded_at": written_at(source.entry),
        "exceptions": len(source.record.exceptions),
    }
    plain = {each.key.name: each.value for each in source.record.decisions if each.key.row is None}
    return row | cells(plain, source.form, columns, "")


def line_rows(number: int, source: RecordSource, part: str, columns: Sequence[FieldColumn]) -> list[Row]:
    """The rows of one of the form's tables.

    Rows that are blank, or have only boxes that are not ticked, are left out.
    """
    lines: dict[int, dict[str, Value]] = {}
    for each in source.record.decisions:
        table, name = sql_names.table_and_column(each.key)
        if table == part and each.key.row is not None:
            lines.setdefault(each.key.row, {})[name] = each.value
    return [
        {"id": number * sql_names.LINES_PER_RECORD + row, "record": number, "scan": source.record.scan, "row": row}
        | cells(values, source.form, columns, part)
        for row, values in sorted(lines.items())
        if any(value is not None and value is not False for value in values.values())
    ]


def provenance_row(number: int, source: RecordSource, decision: Decision) -> Row:
    """The row of `provenance` for one value. People are counted and never named."""
    own = [source.readings[each] for each in decision.readings if each in source.readings]
    own = [each for each in own if each.key == decision.key]
    sources = {kind: {each.source for each in own if each.kind == kind} for kind in ("machine", "person", "expert")}
    place = source.places.get(decision.key)
    box = place.box if place else (None,) * 4
    return {
        "record": number,
        "scan": source.record.scan,
        "field": decision.key.name,
        "row": decision.key.row,
        "value": value_text(decision.value),
        "no_value": decision.null,
        "text": decision.text,
        "probability": decision.probability,
        "method": decision.method,
        "machines": ", ".join(sorted(sources["machine"])),
        "people": len(sources["person"]),
        "experts": len(sources["expert"]),
        "readings": len(own),
        "page": place.page if place else None,
        **dict(zip(("x0", "y0", "x1", "y1"), box, strict=True)),
        "parameters": decision.parameters,
        "decision_version": decision.version,
    }


def exception_rows(number: int, record: Record) -> list[Row]:
    """The rows of `exceptions`: the rules that the paper breaks."""
    return [
        {
            "record": number,
            "scan": record.scan,
            "rule": each.rule,
            "fields": ", ".join(map(str, each.keys)),
            "expected": each.expected,
            "found": each.found,
        }
        for each in record.exceptions
    ]


def history_rows(number: int, source: RecordSource, before: Sequence[Row], after: Sequence[Row]) -> list[Row]:
    """The rows of `history`: one for each value that a new version of a record changed."""
    known = {(row["field"], row["row"]): row for row in before}
    new = {(row["field"], row["row"]): row for row in after}
    changed: list[Row] = []
    for key in [*new, *(key for key in known if key not in new)]:
        old, now = known.get(key, {}), new.get(key, {})
        if (old.get("value"), old.get("no_value")) != (now.get("value"), now.get("no_value")):
            changed.append(
                {
                    "record": number,
                    "scan": source.record.scan,
                    "record_version": source.record.version,
                    "changed_at": written_at(source.entry),
                    "field": key[0],
                    "row": key[1],
                    "value_before": old.get("value"),
                    "value_after": now.get("value"),
                    "no_value_before": old.get("no_value"),
                    "no_value_after": now.get("no_value"),
                    "method": now.get("method"),
                }
            )
    return changed


def written_at(entry: OutboxEntry) -> str:
    """The time at which an entry was written, ISO 8601 in UTC."""
    return entry.at.isoformat(timespec="seconds")


def value_text(value: Value) -> str | None:
    """The text of a value of any type: booleans are "true" and "false". None where there is no value."""
    if value is None:
        return None
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def cells(values: Mapping[str, Value], form: Form, columns: Sequence[FieldColumn], part: str) -> Row:
    """Values by column. A field of this version of the form stands in the column for its kind of value."""
    row: Row = {}
    types = {each.name: each for each in form.all_fields()}
    for column in columns:
        field = types.get(f"{part}.{column.field}" if part else column.field)
        fits = field is not None and sql_names.column_kind(field.type) == column.kind
        value = values.get(column.field) if fits else None
        row[column.column] = _stored(value, column.kind)
        if column.kind == "amount":
            currency = (field.currency if field else None) or form.currency
            row[f"{column.column}{sql_names.MINOR_UNITS_SUFFIX}"] = minor_units(value, currency)
    return row


def minor_units(value: Value, currency: str) -> int | None:
    """An amount in its currency's minor units ("12.50" EUR is 1250).

    None where it has finer decimals, is no number, or is larger than SQLite's integers.
    """
    if value is None:
        return None
    try:
        scaled = Decimal(str(value)).scaleb(get_currency_precision(currency))
    except InvalidOperation:
        return None
    return int(scaled) if scaled == scaled.to_integral_value() and abs(scaled) <= _MAX_INTEGER else None


def _stored(value: Value, held: sql_names.ColumnKind) -> str | int | None:
    if value is None:
        return None
    if held == "text" or held == "amount":
        return value_text(value)
    return int(value) if abs(int(value)) <= _MAX_INTEGER else None
