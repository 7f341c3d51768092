"""Pages of records for programs: filters on typed fields, and the records as they stood at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from reconcile.records import schema
from reconcile.records.database import open_for_reading
from transcribe.errors import NotFound, SettingsError

COMPARISONS = {"eq": "is", "ne": "is not", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
"""The comparisons of a filter, as SQL has them. An empty value is that of a field without one."""

_CHANGES = "select * from history where form = ? and changed > ?"
"""What later versions of a form's records changed."""

Sql = tuple[str, list[object]]
"""A condition and its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What records are asked for.

    `filters` are written field:comparison:value, such as "total:gt:500"; all must hold. `below` is a probability: only
    records with a value less sure than that. `state` is that of a record. `since` is a time, ISO 8601: only records
    that changed then or later.
    """

    filters: tuple[str, ...] = ()
    below: float | None = None
    state: Literal["final", "provisional"] | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """Documents as JSON texts, in order. `last` is the number to ask after for the next page; None: there is none."""

    documents: tuple[str, ...]
    last: int | None


def page(path: Path, form: str, wanted: Wanted, after: int, limit: int) -> DocumentPage:
    """Records in the order of their changes, those after the change number `after`, `limit` at most.

    NotFound where nothing was published or the form is unknown; SettingsError says what is wrong with a filter.
    """
    with open_for_reading(path) as database:
        table = _table(database, form)
        found: list[Sql] = [("r.form = ?", [form]), ("r.changed > ?", [after]), *_of_record(wanted)]
        own = list(_of_fields(database, form, wanted.filters))
        joined = f'join "{table}" b on b.id = r.id' if own else ""
        rows = _asked(
            database,
            f"select r.changed, d.json from records r {joined} "  # noqa: S608 our own names
            "join documents d on d.record = r.id and d.record_version = r.record_version",
            [*found, *own],
            "r.changed",
            limit,
        )
    return _page(rows, limit)


def page_as_of(path: Path, form: str, wanted: Wanted, at: str, after: int, limit: int) -> DocumentPage:
    """The records as they stood at a time, in the order of their ids, those after the id `after`.

    The time is ISO 8601 in UTC. Erased ones are not in it. `wanted.since` does not count here.
    """
    with open_for_reading(path) as database:
        table = _table(database, form)
        own = list(_of_fields(database, form, wanted.filters))
        joined = f'join "{table}_versions" b on b.id = d.record and b.record_version = d.record_version' if own else ""
        conditions: list[Sql] = [("d.form = ?", [form]), ("d.record > ?", [after])]
        conditions.append(("d.valid_from <= ? and (d.valid_to is null or d.valid_to > ?)", [at, at]))
        if wanted.state is not None:
            conditions.append(("json_extract(d.json, '$.state') = ?", [wanted.state]))
        if wanted.below is not None:
            least = "(select min(json_extract(f.value, '$.probability')) from json_each(d.json, '$.fields') f)"
            conditions.append((f"{least} < ?", [wanted.below]))
        select = f"select d.record, d.json from documents d {joined}"  # noqa: S608 our own names
        rows = _asked(database, select, [*conditions, *own], "d.record", limit)
    return _page(rows, limit)


def document(path: Path, form: str, scan: str, version: int | None = None) -> tuple[int, str]:
    """(version, JSON text) of a record by its scan's id or the beginning of it.

    A former one has its version named. NotFound where there is none.
    """
    with open_for_reading(path) as database:
        conditions: list[Sql] = [("form = ?", [form]), ("scan >= ? and scan < ?", [scan, f"{scan}~"])]
        conditions.append(("valid_to is null", []) if version is None else ("record_version = ?", [version]))
        rows = _asked(database, "select record_version, json from documents", conditions, "scan", 1)
    if len(rows) != 1:
        raise NotFound(f"There is no record of this scan and form{'' if version is None else f', version {version}'}.")
    return rows[0]


def versions(path: Path, form: str, scan: str) -> list[dict[str, object]]:
    """The versions of a record, the first one first: number, from and until when it was in force. NotFound: none."""
    with open_for_reading(path) as database:
        asked = "select record_version, valid_from, valid_to, changed from documents where form = ? and scan >= ? "
        found = list(database.query(f"{asked} and scan < ? order by record_version", [form, scan, f"{scan}~"]))
    if not found:
        raise NotFound("There is no record of this scan and form.")
    return found


def changes(path: Path, scan: str) -> list[dict[str, object]]:
    """What later versions of a record changed, the first change first, as `history` has it."""
    with open_for_reading(path) as database:
        of_scan = "scan >= ? and scan < ?"
        return list(database.table("history").rows_where(of_scan, [scan, f"{scan}~"], order_by="record_version, rowid"))


def form_changes(path: Path, form: str, after: int, limit: int) -> tuple[list[dict[str, object]], int, bool]:
    """What later versions of a form's records changed, in the order of their changes, those after a number.

    About `limit` rows (those of one version stay together), the number to ask after next, and whether there is more.
    NotFound where nothing was published or the form is unknown.
    """
    with open_for_reading(path) as database:
        _table(database, form)
        database.execute("begin")
        position = next(database.execute("select position from outbox_position"))[0]
        known = [form, after]
        asked = "select changed from history where form = ? and changed > ? order by changed limit 1 offset ?"
        last = next(database.execute(asked, [*known, limit - 1]), None)
        if last is None:
            found = list(database.query(f"{_CHANGES} order by changed, rowid", known))
            return found, max(position, after), False
        found = list(database.query(f"{_CHANGES} and changed <= ? order by changed, rowid", [*known, last[0]]))
        return found, last[0], next(database.execute(asked, [form, last[0], 0]), None) is not None


def _table(database: Database, form: str) -> str:
    table = schema.table_of(database, form)
    if table is None:
        raise schema.no_records(database, form)
    return table


def _asked(database: Database, select: str, conditions: Iterable[Sql], order: str, limit: int) -> list[tuple[int, str]]:
    """The rows of a question, one more than the limit."""
    words, values = zip(*conditions, strict=True)
    where = " and ".join(f"({each})" for each in words)
    sql = f"{select} where {where} order by {order} limit ?"
    return list(database.execute(sql, [*(one for each in values for one in each), limit + 1]))


def _page(rows: Sequence[tuple[int, str]], limit: int) -> DocumentPage:
    given = rows[:limit]
    return DocumentPage(
        documents=tuple(text for _, text in given), last=given[-1][0] if len(rows) > limit and given else None
    )


def _of_record(wanted: Wanted) -> Iterable[Sql]:
    if wanted.state is not None:
        yield "r.state = ?", [wanted.state]
    if wanted.below is not None:
        yield "r.least_probability < ?", [wanted.below]
    if wanted.since is not None:
        yield "r.recorded_at >= ?", [wanted.since]


def _of_fields(database: Database, form: str, filters: Iterable[str]) -> Iterable[Sql]:
    columns = {each.field: each for each in schema.columns_of(database, form, "")}
    for told in filters:
        field, _, rest = told.partition(":")
        comparison, _, value = rest.partition(":")
        if comparison not in COMPARISONS:
            known = ", ".join(COMPARISONS)
            raise SettingsError(f"filter {told!r}: write field:comparison:value, with one of {known}.")
        if field not in columns:
            raise SettingsError(
                f"filter {told!r}: {form} has no plain field {field!r}. Use one of {', '.join(columns)}."
            )
        yield f'b."{columns[field].column}" {COMPARISONS[comparison]} ?', [_typed(told, columns[field], value)]


def _typed(told: str, column: schema.FieldColumn, value: str) -> str | int | float | None:
    """The value of a filter as the column holds it; None where it is empty: a field without a value."""
    if not value:
        return None
    if column.kind == "text":
        return value
    if column.kind == "mark":
        if value not in ("true", "false"):
            raise SettingsError(f"filter {told!r}: {column.field} is true or false.")
        return int(value == "true")
    try:
        number = Decimal(value)
        return int(number) if column.kind == "integer" and number == int(number) else float(number)
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise SettingsError(f"filter {told!r}: {value!r} is no number, such as 1234.50.") from error
