"""A copy of the records in PostgreSQL that follows their changes; it needs psycopg."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.home import now
from reconcile.records import (
    LAYOUT_VERSION,
    Database,
    PublishedRecord,
    copy_notes,
    database,
    export_columns,
    one_moment,
    query,
    schema,
    sql_names,
)
from transcribe.errors import FairhandError, SettingsError, StartOver
from transcribe.model import Value

if TYPE_CHECKING:
    import psycopg


DEFAULT_SCHEMA = "fairhand"
"""The schema of the copy where none is named."""


BATCH_RECORD_COUNT = 500
"""Records in one transaction. Chosen by hand."""


CONNECT_SECONDS = 10
"""How long the server has to answer."""


_TYPES: Mapping[sql_names.ExportKind, str] = {
    "text": "text",
    "integer": "numeric",
    "number": "numeric",
    "share": "double precision",
    "date": "date",
    "time": "timestamptz",
    "boolean": "boolean",
}
"""The type of a column of a form's table. An integer of paper may be larger than any of PostgreSQL's."""


_PLAIN_TYPES = {int: "bigint", float: "double precision", str: "text"}


_TIMES = frozenset({"recorded_at", "first_recorded_at", "valid_from", "valid_to", "changed_at", "erased_at"})


_JSON = frozenset({"json", "machines", "fields"})


_FIXED = ("records", "documents", "provenance", "history", "exceptions")
"""The tables of every record that are copied as they are."""


LONGEST_NAME_BYTES = 63
"""PostgreSQL cuts longer names off there, so that two may become one."""


_POSITION = "copy_position"
"""The table of one row that says how far the copy has come, with which columns."""


class CopyFailed(FairhandError):
    """PostgreSQL refused something, or cannot be reached. What was copied before stays; it goes on from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """The result of one round of copying.

    `anew`: the copy was emptied first, as the records are of a restored home.
    """

    records: int
    erased: int
    position: int
    anew: bool


def copy_place(address: str) -> str:
    """The place of a copy by its connection string and the environment, without users and passwords."""
    with _refusals():
        from psycopg import conninfo, pq

        said = {each.keyword.decode(): each.val.decode() for each in pq.Conninfo.get_defaults() if each.val}
        said |= {name: str(value) for name, value in conninfo.conninfo_to_dict(address).items()}
    return " ".join(f"{name}={said[name]}" for name in ("service", "host", "port", "dbname") if name in said)


def follow(
    records: Path,
    address: str,
    schema_name: str = DEFAULT_SCHEMA,
    clock: Callable[[], datetime] | None = None,
    patience_seconds: float = 0.0,
) -> Copied:
    """Bring the copy up to date; `address` is a connection string of libpq, "" for what the environment says.

    With a clock a note says how the copy stands, which is to move at least every `patience_seconds`, 0 where nobody
    follows it. SettingsError where psycopg is not installed, CopyFailed where PostgreSQL refuses.
    """
    if clock is None:
        return _followed(records, address, schema_name, lambda: None)
    note = replace(
        copy_notes.note_of(records, copy_place(address), schema_name, clock()), patience_seconds=patience_seconds
    )

    def moves() -> None:
        nonlocal note
        note = moved(note, clock())

    try:
        return _followed(records, address, schema_name, moves)
    except CopyFailed:
        replace(note, failed=True).keep()
        raise


def _followed(records: Path, address: str, schema_name: str, moves: Callable[[], None]) -> Copied:
    """Copy what changed. The position stands in the copy and moves in the transaction of the rows: it goes on there."""
    count, gone, anew = 0, 0, False
    with _connected(address) as connection:
        with connection.transaction():  # of its own: whatever stops the rest, what is forgotten goes
            copy = _Copy(connection, schema_name)
            copy.forget([scan for scan, _ in query.erased(records, after=copy.position())])
        while True:
            with connection.transaction():
                copy = _Copy(connection, schema_name)
                seen = copy.position()
                with one_moment(records):
                    try:
                        query.require_position(records, seen)
                    except StartOver:
                        copy.empty()
                        seen, anew = 0, True
                    changes = changes_after(records, seen, BATCH_RECORD_COUNT)
                    copy.apply(records, changes)
            moves()
            count, gone = count + len(changes.records), gone + len(changes.erased)
            if not changes.more:
                return Copied(records=count, erased=gone, position=changes.position, anew=anew)


class _Copy:
    """The tables of the copy, inside one transaction that no other copying shares."""

    def __init__(self, connection: psycopg.Connection[Any], schema_name: str) -> None:
        from psycopg import sql

        self._sql, self._connection, self._schema = sql, connection, schema_name
        self._do("create schema if not exists {schema}")
        self._do("select pg_advisory_xact_lock(hashtext({name}))", name=sql.Literal(f"fairhand {schema_name}"))
        for table in (*_FIXED, "erased"):
            columns = {name: _plain_type(name, kind) for name, kind in schema.TABLES[table].items()}
            self._make(table, columns, schema.primary_key(table))
        self._make(_POSITION, {"id": "integer", "position": "bigint", "layout": "text"}, ("id",))
        for table in _FIXED:
            self._do("create index if not exists {index} on {table} (scan)", table, index=self._name(f"{table}_scan"))

    def position(self) -> int:
        """The position of the copy; 0 where it lacks columns of this version."""
        row = self._do("select position from {table} where layout = %s", _POSITION, [_layout()]).fetchone()
        return 0 if row is None else int(row[0])

    def empty(self) -> None:
        """Take all rows out."""
        for table in self._tables():
            self._do("truncate {table}", table)

    def forget(self, scans: Sequence[str]) -> None:
        """Drop all rows of these scans."""
        for table in self._tables() if scans else ():
            if table != _POSITION:
                self._do("delete from {table} where scan = any(%s)", table, [scans])

    def apply(self, records: Path, changes: Changes) -> None:
        """Put changed records in place of what the copy has of their scans, and drop what was erased."""
        self.forget([*(each.scan for each in changes.records), *(scan for scan, _ in changes.erased)])
        for table in _FIXED:
            self._fill(table, list(schema.TABLES[table]), changes.rows[table])
        for form in dict.fromkeys(each.form for each in changes.records):
            for part in query.parts(records, form):
                columns = export_columns.columns_of(records, form, part)
                table, names = self._of_form(form, part, columns)
                of_form = (export_columns.rows_of(each, columns, part) for each in changes.records if each.form == form)
                self._fill(table, names, [row for rows in of_form for row in rows])
        erased = [dict(zip(schema.TABLES["erased"], row, strict=True)) for row in changes.erased_rows]
        self._fill("erased", list(schema.TABLES["erased"]), [list(each.values()) for each in erased])
        statement = "insert into {table} (id, position, layout) values (1, %s, %s) on conflict (id) do update"
        statement += " set position = excluded.position, layout = excluded.layout"
        self._do(statement, _POSITION, [changes.position, _layout()])

    def _of_form(self, form: str, part: str, columns: Sequence[export_columns.ExportColumn]) -> tuple[str, list[str]]:
        """The table of a form's plain fields or lines, made or widened, and its columns.

        A column keeps its type, which views may stand on. Where a later version of the form has another kind of value
        there, it gets one that is called as in records.db (`total_v2`), with what was copied before as text.
        """
        table = _fitting(f"{form}.{part}" if part else form)
        if table in (*_FIXED, "erased", _POSITION):
            table = f"form {table}"
        self._make(table, {each.name: _TYPES[each.kind] for each in columns}, ("scan", "row") if part else ("scan",))
        where = "from information_schema.columns where table_schema = %s and table_name = %s"
        asked = f"select column_name, data_type {where}"
        known = dict(self._connection.execute(asked, [self._schema, table]).fetchall())
        names = []
        for each in columns:
            kind, name = _TYPES[each.kind], _fitting(each.name)
            if known[name] != {"timestamptz": "timestamp with time zone"}.get(kind, kind):
                name = _fitting(each.newest)
                if name not in known:
                    new, old = self._name(name), self._name(each.name)
                    self._do("alter table {table} add column {new} {kind}", table, new=new, kind=kind)
                    self._do("update {table} set {new} = {old}::{kind}", table, new=new, old=old, kind=kind)
            names.append(name)
        return table, names

    def _make(self, table: str, columns: Mapping[str, str], key: Sequence[str]) -> None:
        parts = [self._sql.SQL("{} {}").format(self._name(name), self._sql.SQL(kind)) for name, kind in columns.items()]
        listed = self._sql.SQL(", ").join(parts)
        named = self._sql.SQL(", ").join(map(self._name, key))
        self._do(
            "create table if not exists {table} ({listed}, primary key ({named}))", table, listed=listed, named=named
        )
        for name, kind in columns.items():  # a copy that an earlier version made has fewer
            self._do(
                "alter table {table} add column if not exists {column} {kind}",
                table,
                column=self._name(name),
                kind=kind,
            )

    def _fill(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Value | float]]) -> None:
        if not rows:
            return
        listed = self._sql.SQL(", ").join(map(self._name, columns))
        command = self._sql.SQL("copy {} ({}) from stdin").format(self._table(table), listed)
        with self._connection.cursor() as cursor, cursor.copy(command) as copy:
            for row in rows:
                copy.write_row([_cell(each) for each in row])

    def _tables(self) -> list[str]:
        asked = "select table_name from information_schema.tables where table_schema = %s and table_type = 'BASE TABLE'"
        return [str(name) for (name,) in self._connection.execute(asked, [self._schema]).fetchall()]

    def _name(self, name: str) -> Any:
        return self._sql.Identifier(_fitting(name))

    def _table(self, name: str) -> Any:
        return self._sql.Identifier(self._schema, name)

    def _do(self, words: str, table: str = "", values: Sequence[object] = (), **parts: Any) -> Any:
        given = {key: self._sql.SQL(part) if isinstance(part, str) else part for key, part in parts.items()}
        known = {"schema": self._name(self._schema), **({"table": self._table(table)} if table else {}), **given}
        return self._connection.execute(self._sql.SQL(words).format(**known), values or None)


@contextmanager
def _connected(address: str) -> Iterator[psycopg.Connection[Any]]:
    with _refusals():
        import psycopg

        with psycopg.connect(address, connect_timeout=CONNECT_SECONDS, application_name="fairhand") as connection:
            yield connection


@contextmanager
def _refusals() -> Iterator[None]:
    """Turns PostgreSQL's refusals into CopyFailed."""
    try:
        import psycopg  # an extra
    except ImportError as error:
        advice = "pip install 'fairhand[postgres]'"
        raise SettingsError(f"PostgreSQL needs psycopg, which is not installed: {advice}.") from error
    try:
        yield
    except psycopg.Error as error:
        raise CopyFailed(f"PostgreSQL: {' '.join(str(error).split())}") from error


def _fitting(name: str) -> str:
    """A name that PostgreSQL takes whole: the beginning of a longer one, with a hash of all of it."""
    encoded = name.encode()
    hashed = hashlib.sha256(encoded).hexdigest()[:12]
    return name if len(encoded) <= LONGEST_NAME_BYTES else f"{name[:48]}_{hashed}"


@cache
def _layout() -> str:
    """A digest of this version's columns, which tells copies of other versions."""
    columns = {name: list(schema.TABLES[name]) for name in _FIXED}, list(sql_names.OWN_COLUMNS), LAYOUT_VERSION
    return hashlib.sha256(repr(columns).encode()).hexdigest()


def _plain_type(name: str, kind: type) -> str:
    return "timestamptz" if name in _TIMES else "jsonb" if name in _JSON else _PLAIN_TYPES[kind]


def _cell(value: Value | float) -> Value | float:
    """A value without the characters that PostgreSQL cannot hold: NUL, also as JSON writes it."""
    if isinstance(value, str) and ("\0" in value or "\\u0000" in value):
        return value.replace("\0", "\ufffd").replace("\\u0000", "\\ufffd")
    return value


# What changed in the records after a number, read in one transaction: the rows of changed records, and erasures.

_BY_RECORD = ("documents", "provenance", "history", "exceptions")
"""The tables with rows of a record besides `records`."""


Cells = Sequence[Value | float]
"""A row, in the order of the table's columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Records that changed, in the order of their changes, with their rows in the tables that each file has.

    `erased_rows` are the rows of `erased`. `position` is the number to go on after; `more` says that there is more
    already.
    """

    records: tuple[PublishedRecord, ...]
    rows: Mapping[str, Sequence[Cells]]
    erased_rows: tuple[Cells, ...]
    position: int
    more: bool

    @property
    def erased(self) -> list[tuple[str, int]]:
        """(scan, change number) of the scans that were erased."""
        return [(str(row[0]), int(str(row[2]))) for row in self.erased_rows]


def changes_after(records: Path, after: int, limit: int) -> Changes:
    """Changes after a number, `limit` records at most. NotFound where nothing was published yet."""
    with database.open_for_reading(records) as file:
        database.begin_reading(file)
        position = int(next(file.execute("select position from outbox_position"))[0])
        asked = "select id, changed from records where changed > ? order by changed limit ?"
        found = list(file.execute(asked, [after, limit + 1]))
        more, found = len(found) > limit, found[:limit]
        last = int(found[-1][1]) if more else max(position, after)
        numbers = [int(number) for number, _ in found]
        rows = {"records": _rows(file, "records", "id", numbers)}
        rows |= {table: _rows(file, table, "record", numbers) for table in _BY_RECORD}
        asked = "select scan, erased_at, changed from erased where changed > ? and changed <= ? order by changed"
        erased = tuple(tuple(row) for row in file.execute(asked, [after, last]))
        return Changes(
            records=tuple(_record(file, number) for number in numbers),
            rows=rows,
            erased_rows=erased,
            position=last,
            more=more,
        )


def _rows(file: Database, table: str, key: str, numbers: Sequence[int]) -> list[Cells]:
    listed = ", ".join(f'"{name}"' for name in schema.TABLES[table])
    asked = f'select {listed} from "{table}" where "{key}" in (select value from json_each(?))'  # noqa: S608 our names
    return list(file.execute(asked, [json.dumps(list(numbers))]))


def _record(file: Database, number: int) -> PublishedRecord:
    asked = "select json from documents where record = ? and valid_to is null"
    return query.record_of(json.loads(next(file.execute(asked, [number]))[0]))


def moved(note: copy_notes.CopyNote, now: datetime) -> copy_notes.CopyNote:
    """The note, kept, of a copy that has just moved."""
    moved_on = replace(note, at=now, failed=False)
    moved_on.keep()
    return moved_on


# A copy that is brought up to date again and again.

FIRST_PAUSE_SECONDS = 5.0
"""Seconds until a round that failed is tried again; doubled each time. Chosen by hand."""

LONGEST_PAUSE_SECONDS = 300.0
"""The longest pause between tries: who mends the server waits no longer. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFailed:
    """A round that failed: why, and in how many seconds it is tried again."""

    reason: str
    pause_seconds: float


def copied_rounds(
    records: Path,
    address: str,
    schema: str,
    every_seconds: float | None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Copied | RoundFailed]:
    """The results of rounds: one, or without end, so many seconds apart.

    Without end, a round that fails is told and tried again, with growing pauses. CopyFailed where there is one round. A
    note beside the records says how the copy stands.
    """
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            patience = every_seconds + LONGEST_PAUSE_SECONDS if every_seconds else 0.0
            done: Copied | RoundFailed = follow(records, address, schema, now, patience)
            pause, wait = FIRST_PAUSE_SECONDS, every_seconds or 0.0
        except CopyFailed as error:
            if every_seconds is None:
                raise
            done, wait = RoundFailed(reason=str(error), pause_seconds=pause), pause
            pause = min(LONGEST_PAUSE_SECONDS, 2 * pause)
        yield done
        if every_seconds is None:
            return
        sleep(wait)
