"""The rows of a record: one in its form's table, its lines, and the origin of each value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import isfinite

from babel.numbers import get_currency_precision

from reconcile.forms import KnownMatch, known_match
from reconcile.records import sql_names
from reconcile.records.schema import FieldColumn
from transcribe.codes import Reason, RecordRule
from transcribe.fields import Facts, facts_of
from transcribe.model import Decision, FieldKey, Form, Place, Reading, Record, Scan, Value
from transcribe.store import OutboxEntry

Row = dict[str, object]
"""One row by column."""


SUSPECTED = "may"
"""How it begins what a record may be the same order as, while nobody has settled it: "may be the same as" a scan."""


_MAX_INTEGER = 2**63 - 1
"""SQLite's largest integer. A value beyond it is kept as text, in `provenance` only."""


def record_row(number: int, source: RecordSource, first_recorded_at: str) -> Row:
    """The row of the table `records`, which has every record of every form; `number` is the record's id."""
    record = source.record
    found = [each.found.split() for each in record.exceptions if each.rule == RecordRule.SAME_ORDER]
    return {
        "id": number,
        "scan": record.scan,
        "scan_name": source.scan.name,
        "form": record.form,
        "form_version": record.form_version,
        "record_version": record.version,
        "recorded_at": written_at(source.entry),
        "first_recorded_at": first_recorded_at,
        "state": source.state,
        "same_order_as": next((words[-1] for words in found if words[0] != SUSPECTED), None),
        "may_be_same_order_as": next((words[-1] for words in found if words[0] == SUSPECTED), None),
        "currency": source.form.currency,
        "exceptions": len(record.exceptions),
        "least_probability": min((each.probability for each in record.decisions), default=None),
        **{"changed": source.entry.number, "batch": source.scan.batch},
    }


def form_row(number: int, source: RecordSource, columns: Sequence[FieldColumn]) -> Row:
    """The row of the form's own table: the plain fields."""
    row: Row = {
        "id": number,
        "scan": source.record.scan,
        "scan_name": source.scan.name,
        "record_version": source.record.version,
        "recorded_at": written_at(source.entry),
        "state": source.state,
        "exceptions": len(source.record.exceptions),
    }
    plain = {each.key.name: each.value for each in source.record.decisions if each.key.row is None}
    return row | cells(plain, source, columns, "", None)


def line_rows(number: int, source: RecordSource, part: str, columns: Sequence[FieldColumn]) -> list[Row]:
    """The rows of one of the form's tables, of the lines that are written (`written_rows`)."""
    lines: dict[int, dict[str, Value]] = {}
    for each in source.record.decisions:
        table, name = sql_names.table_and_column(each.key)
        if table == part and each.key.row is not None:
            lines.setdefault(each.key.row, {})[name] = each.value
    return [
        {"id": sql_names.line_id(number, row), "record": number, "scan": source.record.scan, "row": row}
        | cells(lines[row], source, columns, part, row)
        for row in written_rows(source, part)
    ]


def written_rows(source: RecordSource, part: str) -> list[int]:
    """The lines of one of the form's tables in which something stands, by number.

    One that is blank, or has only boxes that are not ticked, is none. One that nobody could read is.
    """
    return sorted(
        {
            each.key.row
            for each in source.record.decisions
            if each.key.row is not None and sql_names.table_and_column(each.key)[0] == part
            if (each.value is not None and each.value is not False) or each.null in ("illegible", "crossed out")
        }
    )


def provenance_row(number: int, source: RecordSource, decision: Decision) -> Row:
    """The row of `provenance` for one value. People are counted and never named."""
    own, sources = 0, dict[str, set[str]]()
    for name in decision.readings:
        reading = source.readings.get(name)
        if reading is not None and reading.key == decision.key:
            own += 1
            sources.setdefault(reading.kind, set()).add(reading.source)
    place = source.places.get(decision.key)
    x0, y0, x1, y1 = place.box if place else (None,) * 4
    width, height = (source.pages.get(place.page) if place else None) or (None, None)
    known = source.known.get(decision.key)
    return {
        "record": number,
        "scan": source.record.scan,
        "key": str(decision.key),
        "field": decision.key.name,
        "row": decision.key.row,
        "value": value_text(decision.value),
        "no_value": decision.null,
        "text": decision.text,
        "probability": decision.probability,
        "method": decision.method,
        "machines": json_list(tuple(sorted(sources.get("machine", ())))),
        "people": len(sources.get("person", ())),
        "experts": len(sources.get("expert", ())),
        "readings": own,
        "page": place.page if place else None,
        "x0": x0,
        "y0": y0,
        "x1": x1,
        "y1": y1,
        "page_width": width,
        "page_height": height,
        "known": known.how if known else None,
        "known_key": known.key if known else None,
        "known_value": known.value if known else None,
        "parameters": decision.parameters,
        "decision_version": decision.version,
    }


def exception_rows(number: int, record: Record) -> list[Row]:
    """The rows of `exceptions`."""
    return [
        {
            "record": number,
            "number": place,
            "scan": record.scan,
            "rule": each.rule,
            "fields": json_list(tuple(map(str, each.keys))),
            "expected": each.expected,
            "found": each.found,
        }
        for place, each in enumerate(record.exceptions)
    ]


def history_rows(number: int, source: RecordSource, before: Iterable[Row], after: Iterable[Row]) -> list[Row]:
    """The rows of `history`: one for each value that a new version of a record changed."""
    known = {row["key"]: row for row in before}
    new = {row["key"]: row for row in after}
    reasons = _reasons(source)
    changed: list[Row] = []
    for key in [*new, *(key for key in known if key not in new)]:
        old, now = known.get(key, {}), new.get(key, {})
        if (old.get("value"), old.get("no_value")) != (now.get("value"), now.get("no_value")):
            changed.append(
                {
                    "record": number,
                    **{name: getattr(source.record, name) for name in ("scan", "form")},
                    "record_version": source.record.version,
                    "changed": source.entry.number,
                    "changed_at": written_at(source.entry),
                    **{name: (now or old)[name] for name in ("key", "field", "row")},
                    **{f"{name}_before": old.get(name) for name in ("value", "no_value", "probability")},
                    **{f"{name}_after": now.get(name) for name in ("value", "no_value", "probability")},
                    "method": now.get("method"),
                    "why": reasons.get(str(key), ""),
                }
            )
    return changed


def _reasons(source: RecordSource) -> dict[str, str]:
    """What the operator or expert whose reading decided a field gave as the reason, by field."""
    cited = ((each.key, source.readings.get(name)) for each in source.record.decisions for name in each.readings)
    said = [(str(key), it) for key, it in cited if it is not None and it.key == key and it.reason]
    return {key: it.reason for key, it in sorted(said, key=lambda each: each[1].at)}


@lru_cache(maxsize=1024)
def json_list(names: tuple[str, ...]) -> str:
    """The names as a JSON list. The same few stand in most rows, so those are kept."""
    return json.dumps(names, ensure_ascii=False)


def written_at(entry: OutboxEntry) -> str:
    """The time at which an entry was written, ISO 8601 in UTC."""
    return entry.at.isoformat(timespec="seconds")


def value_text(value: Value) -> str | None:
    """The text of a value of any type: booleans are "true" and "false". None where there is no value."""
    return None if value is None else ("true" if value else "false") if isinstance(value, bool) else str(value)


def cells(
    values: Mapping[str, Value], source: RecordSource, columns: Sequence[FieldColumn], part: str, row: int | None
) -> Row:
    """Values by column, with what stands beside each.

    A field of this version of the form stands in the column for its kind of value.
    """
    found: Row = {}
    for column in columns:
        name = f"{part}.{column.field}" if part else column.field
        facts = source.facts.get(name)
        fits = facts is not None and facts.holds == column.facts.holds
        value = values.get(column.field) if fits else None
        found[column.column] = _stored(value, column.facts)
        if column.facts.is_money:
            currency = source.currency(FieldKey(name, row)) if value is not None else None
            found[f"{column.column}_minor"] = minor_units(value, currency) if currency else None
            found[f"{column.column}_currency"] = currency
        elif column.facts.has_decimals:
            found[f"{column.column}_exact"] = value_text(value)
        if column.is_listed:
            match = source.known.get(FieldKey(name, row)) if fits else None
            found[f"{column.column}_key"] = match.key if match else None
    return found


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


def _stored(value: Value, facts: Facts) -> str | int | float | None:
    if value is None:
        return None
    if facts.has_decimals:
        return _number(value)
    if not facts.is_number and not facts.is_mark:
        return value_text(value)
    return int(value) if abs(int(value)) <= _MAX_INTEGER else None


def _number(value: Value) -> float | None:
    """The nearest number that a REAL can hold; None where the text is no number."""
    try:
        number = float(Decimal(str(value)))
    except InvalidOperation:
        return None
    return number if isfinite(number) else None


# What the rows of a record are made from: its scan, form and readings, the master data that it names, currencies.

_OPEN_STILL = frozenset({Reason.BELOW_TARGET, RecordRule.READ_AGAIN, RecordRule.RIGHT_FORM})
"""The exceptions that say that something of a record may still change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSource:
    """A record with its scan, its form and the readings (by id) and places (by field) of its scan.

    `pages` are the width and height in pixels of the straightened pages, by number; `known` what masters say.
    `facts` are those of the types of the form's fields, `currencies` those that it says of its amounts, by name.
    """

    entry: OutboxEntry
    record: Record
    scan: Scan
    form: Form
    readings: Mapping[str, Reading]
    places: Mapping[FieldKey, Place]
    pages: Mapping[int, tuple[int, int]]
    known: Mapping[FieldKey, KnownMatch]
    facts: Mapping[str, Facts]
    currencies: Mapping[str, str]

    @property
    def state(self) -> str:
        """Whether the record is "final", or "provisional": some value is not decided, or whether it is this form."""
        return "provisional" if any(each.rule in _OPEN_STILL for each in self.record.exceptions) else "final"

    def currency(self, key: FieldKey) -> str | None:
        """The currency of an amount. None where another one stands beside it, and for what is no amount."""
        currency = self.currencies.get(key.name)
        if currency is None:
            return None
        beside = any(each.rule == RecordRule.ONE_CURRENCY and key in each.keys for each in self.record.exceptions)
        return None if beside else currency


def source_of(
    entry: OutboxEntry,
    record: Record,
    scan: Scan,
    form: Form,
    cited: tuple[Iterable[Reading], Iterable[Place]],
    pages: Mapping[int, tuple[int, int]],
) -> RecordSource:
    """All that the rows of a record are made from."""
    readings, places = cited
    matches = ((each.key, known_match(form, each)) for each in record.decisions) if form.masters else ()
    return RecordSource(
        entry=entry,
        record=record,
        scan=scan,
        form=form,
        readings={reading.id: reading for reading in readings},
        places={place.key: place for place in places},
        pages=pages,
        known={key: match for key, match in matches if match is not None},
        facts={each.name: facts_of(each.type) for each in form.all_fields()},
        currencies={
            each.name: each.currency or form.currency for each in form.all_fields() if facts_of(each.type).is_money
        },
    )
