"""Pages of records for programs: filters on typed fields, and the records as they stood at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

from reconcile.records import query, schema
from reconcile.records.database import Moments, begin_reading, open_for_reading
from reconcile.records.interchange.selection import (
    AMONG,
    ANY_RULE,
    Condition,
    few_of,
    field_conditions,
    with_exception,
)
from reconcile.records.sql_names import FORMER_SUFFIX
from reconcile.records.table_library import Database
from transcribe.errors import NotFound

Answer = TypeVar("Answer")

MAX_QUICK_STEPS = 100_000
"""Steps of SQLite's machine, two milliseconds: a page of 100 records takes 5,000, one of a filter up to 90,000."""

STEPS_A_LOOK = 1_000
"""After so many steps SQLite asks whether it may go on. It counts on from when the same statement was asked before:
with one look at the end, a page that takes half of the steps was given up every other time."""

_CHANGES = "select * from history where form = ? and changed > ?"
"""What later versions of a form's records changed."""

_CHANGE = "select 1 from history where form = ? and changed = ? limit 1"
"""Whether a change has this number."""

Sql = tuple[str, list[object]]
"""A condition and its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What records are asked for.

    `filters` are written field:comparison:value, such as "total:gt:500"; all must hold. `below` is a probability: only
    records with a value less sure than that. `state` is that of a record. `since` is a time, ISO 8601: only records
    that changed then or later. `exception` is a rule: only records on which it does not hold; "any" is any.
    """

    filters: tuple[str, ...] = ()
    below: float | None = None
    state: Literal["final", "provisional"] | None = None
    since: str | None = None
    exception: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """Documents in order, as the bytes of a JSON list. `last` is the number to ask after for the next page, if any."""

    documents: bytes
    count: int
    last: int | None


def quick_answer(moments: Moments, ask: Callable[[], Answer]) -> Answer | None:
    """The answer of a function that asks the record database several things, all of one moment.

    None where the database has more to do for it than `MAX_QUICK_STEPS`.
    """
    with moments.moment() as database:
        looks = iter(range(MAX_QUICK_STEPS // STEPS_A_LOOK))
        database.conn.set_progress_handler(lambda: next(looks, None) is None, STEPS_A_LOOK)
        try:
            return ask()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            return None
        finally:
            database.conn.set_progress_handler(None, 0)


def page(path: Path, form: str, wanted: Wanted, after: int, limit: int) -> DocumentPage:
    """Records in the order of their changes, those after the change number `after`, `limit` at most.

    NotFound where nothing was published or the form is unknown; SettingsError says what is wrong with a filter.
    """
    with open_for_reading(path) as database:
        table = _table(database, form)
        own = list(field_conditions(database, form, wanted.filters))
        found = [*_of_record(form, wanted), *own]
        few = few_of(database, found)
        if few is None:  # in the order of their changes, by the index of it
            conditions: list[Sql] = [("r.form = ?", [form]), ("r.changed > ?", [after])]
        else:
            conditions = [(f"r.id in {AMONG}", [few.ids]), ("+r.form = ?", [form]), ("+r.changed > ?", [after])]
            found, own = ([each for each in those if each is not few.exactly] for those in (found, own))
        conditions += [(each.sql, list(each.values)) for each in found]
        joined = f'cross join "{table}" b on b.id = r.id' if own else ""
        numbers = f"select r.changed as number, r.id, r.record_version from records r {joined}"  # noqa: S608 ours
        return _page(database, numbers, conditions, "r.changed", limit)


def page_as_of(path: Path, form: str, wanted: Wanted, at: str, after: int, limit: int) -> DocumentPage:
    """The records as they stood at a time, in the order of their ids, those after the id `after`.

    The time is ISO 8601 in UTC. Erased ones are not in it. `wanted.since` does not count here.
    """
    with open_for_reading(path) as database:
        table = _table(database, form)
        own = [*_state_of_version(form, wanted), *field_conditions(database, form, wanted.filters)]
        conditions: list[Sql] = [("d.form = ?", [form]), ("d.record > ?", [after])]
        few = few_of(database, [_or_before(each, table) for each in (*own, *_in_document(form, wanted))])
        if few is not None:
            conditions = [(f"d.record in {AMONG}", [few.ids]), ("+d.form = ?", [form]), ("d.record > ?", [after])]
        conditions.append(("d.valid_from <= ? and (d.valid_to is null or d.valid_to > ?)", [at, at]))
        if own:
            meets = " and ".join(each.sql for each in own)
            both = (f'exists (select 1 from "{name}" b where {_SAME} and {meets})' for name in _both(table))  # noqa: S608 ours
            conditions.append((" or ".join(both), [value for each in (*own, *own) for value in each.values]))
        if wanted.exception is not None:
            rules = "select json_extract(e.value, '$.rule') from json_each(d.json, '$.exceptions') e"
            is_any = wanted.exception == ANY_RULE
            conditions.append((f"exists ({rules})", []) if is_any else (f"? in ({rules})", [wanted.exception]))
        if wanted.below is not None:
            least = "(select min(json_extract(f.value, '$.probability')) from json_each(d.json, '$.fields') f)"
            conditions.append((f"{least} < ?", [wanted.below]))
        numbers = "select d.record as number, d.record as id, d.record_version from documents d"
        return _page(database, numbers, conditions, "d.record", limit)


_SAME = "b.id = d.record and b.record_version = d.record_version"
"""The row of a form's table that is of the same version as a document."""


def _both(table: str) -> tuple[str, str]:
    """The table of a form as it is, and that of its former versions."""
    return table, f"{table}{FORMER_SUFFIX}"


def _state_of_version(form: str, wanted: Wanted) -> Iterable[Condition]:
    if wanted.state is not None:
        few = "select id from records where form = ? and state = ?"
        yield Condition(sql="b.state = ?", values=[wanted.state], few=few, few_values=[form, wanted.state])


def _in_document(form: str, wanted: Wanted) -> Iterable[Condition]:
    """How sure a former version was, and what did not hold, stands in its document alone: every one may meet it."""
    if wanted.exception is not None:
        yield replace(with_exception(form, wanted.exception), sql="true", values=[])
    if wanted.below is not None:
        few = "select id from records where least_probability < ?"
        yield Condition(sql="true", values=[], few=few, few_values=[wanted.below])


def _or_before(condition: Condition, table: str) -> Condition:
    """The same, of records of which a former version may meet it too."""
    if not condition.few:
        return condition
    before = f'select b.id from "{table}{FORMER_SUFFIX}" b where {condition.sql}'  # noqa: S608 our own names
    return Condition(
        sql=condition.sql,
        values=condition.values,
        few=f"{condition.few} union all {before}",
        few_values=[*condition.few_values, *condition.values],
    )


def document(path: Path, form: str, scan: str, version: int | None = None) -> tuple[int, str]:
    """(version, JSON text) of a record by its scan's id or the beginning of it.

    A former one has its version named. NotFound where there is none.
    """
    with open_for_reading(path) as database:
        conditions: list[Sql] = [("form = ?", [form]), ("scan >= ? and scan < ?", [scan, f"{scan}~"])]
        conditions.append(("valid_to is null", []) if version is None else ("record_version = ?", [version]))
        words, values = zip(*conditions, strict=True)
        where = " and ".join(words)
        asked = f"select record_version, json from documents where {where} order by scan limit 2"  # noqa: S608 ours
        rows: list[tuple[int, str]] = list(database.execute(asked, [one for each in values for one in each]))
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


def changed_keys(path: Path, scan: str, version: int) -> list[str] | None:
    """The keys of the values that this version of a record changed; None where it is not published (any more)."""
    with open_for_reading(path) as database:
        known = "scan = ? and record_version = ?"
        if not database.table("documents").count_where(known, [scan, version]):
            return None
        found = database.table("history").rows_where(known, [scan, version], order_by="rowid")
        return [str(each["key"]) for each in found]


def form_changes(path: Path, form: str, after: int, limit: int) -> tuple[list[dict[str, object]], int, bool]:
    """What later versions of a form's records changed, in the order of their changes, those after a number.

    About `limit` rows (those of one version stay together), the number to ask after next, and whether there is more.
    What was changed before a restore keeps its number, so one that a change has is asked after as well. NotFound where
    nothing was published or the form is unknown, StartOver where the number was never given.
    """
    with open_for_reading(path) as database:
        _table(database, form)
        if next(database.execute(_CHANGE, [form, after]), None) is None:
            query.require_position(path, after)
        begin_reading(database)
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


def _page(database: Database, numbers: str, conditions: Iterable[Sql], order: str, limit: int) -> DocumentPage:
    """The documents of what is asked for, in this order.

    Which they are is found first: documents are long, and those of what is sorted away are not read. Each question is
    answered in one row, as SQLite takes Python's lock anew for each.
    """
    words, values = zip(*conditions, strict=True)
    where = " and ".join(f"({each})" for each in words)
    found = f"{numbers} where {where} order by {order} limit ?"
    sql = f"select json_group_array(json_array(number, id, record_version)) from ({found})"  # noqa: S608 our own names
    ((text,),) = database.execute(sql, [*(one for each in values for one in each), limit + 1])
    named = json.loads(text)
    given = named[:limit]
    ((documents,),) = database.execute(_DOCUMENTS, [text, limit])
    last = given[-1][0] if len(named) > limit and given else None
    return DocumentPage(documents=b"[%b]" % documents, count=len(given), last=last)


_DOCUMENTS = """select cast(coalesce(group_concat(d.json, ','), '') as blob)
    from (select value from json_each(?) limit ?) e cross join documents d
    on d.record = json_extract(e.value, '$[1]') and d.record_version = json_extract(e.value, '$[2]')"""
"""The documents of the first records of a list, in its order, which `cross join` keeps.

With `order by` SQLite would sort the documents themselves: that takes four times as long. As bytes they need not be
decoded and encoded again.
"""


def _of_record(form: str, wanted: Wanted) -> Iterable[Condition]:
    if wanted.state is not None:
        yield Condition(sql="r.state = ?", values=[wanted.state])
    if wanted.below is not None:
        few = "select id from records where least_probability < ?"
        yield Condition(sql="+r.least_probability < ?", values=[wanted.below], few=few, few_values=[wanted.below])
    if wanted.since is not None:
        few = "select id from records where recorded_at >= ?"
        yield Condition(sql="+r.recorded_at >= ?", values=[wanted.since], few=few, few_values=[wanted.since])
    if wanted.exception is not None:
        yield with_exception(form, wanted.exception)
