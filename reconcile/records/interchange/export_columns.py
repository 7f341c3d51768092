"""The columns of an export of one table of a form: their names, kinds and labels, and the cells of each record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconcile.records import query
from reconcile.records.query import PublishedRecord, ValueOrigin
from reconcile.records.schema import FieldColumn
from reconcile.records.sql_names import LINE_NUMBER, OWN_COLUMNS, ExportKind, key_in_line
from transcribe.fields import Quantity
from transcribe.model import Value

ROW_COLUMN = LINE_NUMBER
"""The number of a line on the paper, from 0: the column after those where a table of lines is exported."""

_KINDS: Mapping[Quantity, ExportKind] = {
    **{"money": "number", "number": "number", "count": "integer", "day": "date", "mark": "boolean", "words": "text"}
}
"""The kinds of columns of values. Where versions of a form have several kinds of numbers, the column is of numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportColumn:
    """A column of an export.

    `field` is the field whose value it has, None for one of the record's own. `end` is "" for the value itself,
    "_currency" or "_key" for what stands beside it. `type` is that of the field, or those of its versions: "integer,
    then text". `newest` is the column in records.db of the latest kind of value.
    """

    name: str
    kind: ExportKind
    type: str = "text"
    field: str | None = None
    end: str = ""
    label: str = ""
    newest: str = ""


def columns_of(records: Path, form: str, table: str) -> list[ExportColumn]:
    """The columns of a form's plain fields, or of the lines of `table`: the record's own, then those of fields.

    They are called as in records.db, a field as its first column there whatever version of the form has it; beside an
    amount stands its currency, and beside a known value its key in the master data. NotFound where nothing of the form
    was published, or it has no such table.
    """
    found = [ExportColumn(name=name, kind=kind) for name, kind in OWN_COLUMNS.items()]
    found += [ExportColumn(name=ROW_COLUMN, kind="integer")] if table else []
    known = query.columns(records, form, table)
    for field in dict.fromkeys(each.field for each in known):
        found += _of_field(field, [each for each in known if each.field == field])
    return found


def rows_of(record: PublishedRecord, columns: Sequence[ExportColumn], table: str) -> Iterator[list[Value | float]]:
    """The cells of a record: one row for its plain fields, or one for each line of `table`. Decimals are texts."""
    beside = {(each.field, each.row): each for each in record.origins}
    own = {name: getattr(record, name, None) for name in OWN_COLUMNS}
    own["exceptions"] = len(record.exceptions)
    own["least_probability"] = min((each.probability for each in record.origins), default=None)
    for line in record.tables.get(table, ()) if table else (record.values,):
        row = int(str(line[ROW_COLUMN])) if table else None
        yield [
            (row if each.name == ROW_COLUMN else own[each.name])
            if each.field is None
            else _beside(beside.get((f"{table}.{each.field}" if table else each.field, row)), each)
            if each.end
            else line.get(key_in_line(table, each.field) if table else each.field)
            for each in columns
        ]


def gone_row(columns: Sequence[ExportColumn], scan: str, state: str, changed: int) -> list[Value]:
    """The row of a scan that was erased or left the form: its id, state and number of the change."""
    own: dict[str, Value] = {"scan": scan, "state": state, "changed": changed}
    return [own.get(each.name) if each.field is None else None for each in columns]


def _of_field(field: str, known: Sequence[FieldColumn]) -> Iterator[ExportColumn]:
    newest = known[-1]
    kind: ExportKind = "text"
    if len({each.facts.holds for each in known}) == 1:
        kind = _KINDS[newest.facts.holds]
    elif all(each.facts.is_number for each in known):
        kind = "number"
    types = ", then ".join(dict.fromkeys(each.type for each in known))
    name = known[0].column
    yield ExportColumn(name=name, kind=kind, type=types, field=field, label=newest.label, newest=newest.column)
    for end, having in (
        ("_currency", [each for each in known if each.facts.is_money]),
        ("_key", [each for each in known if each.is_listed]),
    ):
        if having:
            name = f"{having[0].column}{end}"
            yield ExportColumn(name=name, kind="text", field=field, end=end, label=newest.label, newest=name)


def _beside(origin: ValueOrigin | None, column: ExportColumn) -> str | None:
    if origin is None:
        return None
    return origin.currency if column.end == "_currency" else origin.known_key
