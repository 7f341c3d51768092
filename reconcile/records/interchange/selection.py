"""What somebody looks for among the records of a form: a batch, how records stand, words, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from reconcile.records import schema
from reconcile.records.database import begin_reading, open_for_reading
from reconcile.records.interchange.conditions import AMONG, Condition, few_of, search_phrase, with_exception
from reconcile.records.table_library import Database
from transcribe.errors import NotFound

Status = Literal["complete", "provisional", "corrected", "exceptions"]
"""How a record stands: every value decided, or not; a published value was changed; something does not hold."""

STATUSES: tuple[Status, ...] = get_args(Status)
"""All of these."""

_CORRECTED = "exists (select 1 from history h where h.record = r.id)"
"""Whether a later version of a record changed a value."""

_OF_STATUS: dict[Status, tuple[str, str]] = {
    "complete": ("r.state = 'final'", "idx_records_form_state_changed"),
    "provisional": ("r.state = 'provisional'", "idx_records_form_state_changed"),
    "corrected": (f"r.record_version > 1 and {_CORRECTED}", schema.OF_SEVERAL_VERSIONS),
    "exceptions": ("r.exceptions > 0", schema.WITH_EXCEPTIONS),
}
"""The condition of each, and the index that has such records in the order of their changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What records are looked for. None and "" ask for nothing; `since` is ISO 8601 in UTC.

    `words` all stand in the plain fields or in one line; accents and case do not count. `exception` is a rule that does
    not hold.
    """

    batch: str | None = None
    status: Status | None = None
    words: str = ""
    since: str | None = None
    exception: str | None = None


EVERYTHING = Selection()
"""All records of a form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedValue:
    """A value in a list of records: of an amount with its currency."""

    value: str | int | float | None
    type: str
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRecord:
    """A record in a list. `changed` is the number of its last change; `values` are those of the fields asked for."""

    scan: str
    scan_name: str
    batch: str
    state: str
    exceptions: int
    is_corrected: bool
    recorded_at: str
    changed: int
    values: Sequence[ListedValue]


def selected(database: Database, form: str, selection: Selection) -> tuple[str, list[object]]:
    """SQL behind "from": the records `r` of a form that are looked for, and its values. The order is by `changed`.

    Where few meet a condition they are looked up; else records are walked through in the order of their changes.
    """
    found = list(_conditions(database, form, selection))
    few = few_of(database, found)
    if few is None:
        source, values = f"records r indexed by {_index(selection)} where r.form = ?", [form]
    else:
        source, values = f"records r not indexed where r.id in {AMONG} and r.form = ?", [few.ids, form]
    told = "".join(f" and ({each.sql})" for each in found)
    return f"{source}{told}", [*values, *(value for each in found for value in each.values)]


def listed_records(
    path: Path, form: str, selection: Selection, fields: Sequence[str], before: int | None, limit: int
) -> list[ListedRecord]:
    """The records of a form that are looked for, those that changed last first, below the change number `before`.

    NotFound where nothing was published, or the form is unknown. A field that the records do not have has no value.
    """
    with open_for_reading(path) as database:
        begin_reading(database)
        table = schema.table_of(database, form)
        if table is None:
            raise schema.no_records(database, form)
        columns = {each.field: each for each in schema.columns_of(database, form, "")}
        shown = [columns.get(name) for name in fields]
        source, values = selected(database, form, selection)
        asked = f"select r.id from {source} and r.changed < ? order by r.changed desc limit ?"  # noqa: S608 ours
        numbers = list(database.execute(asked, [*values, 2**63 - 1 if before is None else before, limit]))
        own = f"select r.*, {_CORRECTED} as is_corrected from records r where r.id = ?"  # noqa: S608 ours
        found = []
        for (number,) in numbers:
            (record,) = database.query(own, [number])
            (of_form,) = database.table(table).rows_where("id = ?", [number])
            found.append(_listed(record, [_value(each, of_form) if each else None for each in shown]))
        return found


def forms_of_batch(path: Path, batch: str) -> list[str]:
    """The forms of which there are records of a batch. NotFound where nothing was published yet."""
    asked = "select 1 from records where batch = ? and form = ? limit 1"
    with open_for_reading(path) as database:
        return [
            form
            for form in schema.form_names(database)
            if next(database.execute(asked, [batch, form]), None) is not None
        ]


def last_change(path: Path, form: str) -> str | None:
    """When a record of a form changed last, ISO 8601. None where it has none."""
    asked = "select recorded_at from records where form = ? order by changed desc limit 1"
    with open_for_reading(path) as database:
        found = next(database.execute(asked, [form]), None)
        return None if found is None else str(found[0])


def form_of_record(path: Path, scan: str) -> str:
    """The form of the record of a scan, by its id or the beginning of it. NotFound where there is none."""
    with open_for_reading(path) as database:
        asked = "select form from records where scan >= ? and scan < ? limit 1"
        found = next(database.execute(asked, [scan, f"{scan}~"]), None)
    if found is None:
        raise NotFound("There is no record of this scan.")
    return str(found[0])


def _index(selection: Selection) -> str:
    """The index by which records are walked through where no condition is met by few."""
    if selection.status in ("provisional", "corrected", "exceptions"):
        return _OF_STATUS[selection.status][1]
    if selection.batch is not None:
        return "idx_records_batch_form_changed"
    return _OF_STATUS[selection.status][1] if selection.status else "idx_records_form_changed"


def _conditions(database: Database, form: str, selection: Selection) -> Iterator[Condition]:
    if selection.batch is not None:
        few = "select id from records where batch = ? and form = ?"
        yield Condition(sql="r.batch = ?", values=[selection.batch], few=few, few_values=[selection.batch, form])
    if selection.status is not None:
        meets, index = _OF_STATUS[selection.status]
        few = f"select r.id from records r indexed by {index} where r.form = ? and {meets}"  # noqa: S608 our own names
        yield Condition(sql=meets, values=[], few=few, few_values=[form])
    if selection.since is not None:
        few = "select id from records where recorded_at >= ?"
        yield Condition(sql="r.recorded_at >= ?", values=[selection.since], few=few, few_values=[selection.since])
    if selection.exception is not None:
        yield with_exception(form, selection.exception)
    if selection.words.strip():
        yield _with_words(database, schema.parts_of(database, form), search_phrase(selection.words))


def _with_words(database: Database, parts: dict[str, str], phrase: str) -> Condition:
    """Records with all words of a phrase in their plain fields, or all of them in one line."""
    meets, few = [], []
    for part, table in parts.items():
        index = schema.index_of(database, table)
        if index is None or not phrase:
            continue
        if part:
            lines = f'"{index}" f cross join "{table}" l on l.id = f.rowid where f."{index}" match ?'
            few.append(f"select l.record as id from {lines}")  # noqa: S608 our own names
            of_record = f'"{table}" l cross join "{index}" f on f.rowid = l.id where l.record = r.id'
            meets.append(f'exists (select 1 from {of_record} and f."{index}" match ?)')  # noqa: S608 our own names
        else:
            few.append(f'select rowid as id from "{index}" where "{index}" match ?')  # noqa: S608 our own names
            meets.append(f'exists (select 1 from "{index}" where rowid = r.id and "{index}" match ?)')  # noqa: S608 ours
    values = [phrase] * len(meets)
    if not meets:
        return Condition(sql="false", values=[])
    return Condition(sql=" or ".join(meets), values=values, few=" union all ".join(few), few_values=values)


def _value(column: schema.FieldColumn, row: dict[str, object]) -> ListedValue:
    value, currency = row[column.column], row.get(f"{column.column}_currency") if column.facts.is_money else None
    assert value is None or isinstance(value, str | int | float), "a column of a STRICT table"
    return ListedValue(value=value, type=column.type, currency=None if currency is None else str(currency))


def _listed(record: dict[str, object], values: Iterable[ListedValue | None]) -> ListedRecord:
    copied = {name: record[name] for name in ("scan", "scan_name", "batch", "state", "exceptions", "recorded_at")}
    return ListedRecord(
        **copied,  # type: ignore[arg-type]  # columns of a STRICT table
        changed=int(str(record["changed"])),
        is_corrected=bool(record["is_corrected"]),
        values=[each or ListedValue(value=None, type="text") for each in values],
    )
