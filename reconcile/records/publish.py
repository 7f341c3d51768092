"""Publishing: each entry of the state's outbox becomes rows of records.db exactly once, or all of them anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Protocol

from reconcile.records import form_tables, rows, schema, sql_names
from reconcile.records.database import (
    beside,
    damage,
    for_comparing,
    is_of_this_layout,
    made_anew,
    open_for_publishing,
    open_for_reading,
    write_transaction,
)
from reconcile.records.interchange import comparison, quality
from reconcile.records.record_writer import RecordWriter
from reconcile.records.rows import source_of
from reconcile.records.table_library import Database
from transcribe.errors import FormError, NotFound
from transcribe.model import Form, PagePicture, Place, Reading, Record, Scan
from transcribe.store import OutboxEntry, empty_log

BATCH_ENTRY_COUNT = 200
"""Outbox entries in one transaction. Readers never wait, and another publisher waits well under a second."""


LOG_WAIT_SECONDS = 1.0
"""How long emptying the log waits for readers. It is tried again with every publishing."""


FormOrNone = Callable[[str, int], Form | None]
"""Gives the form of a name and version; None where it cannot be published."""


class Outbox(Protocol):
    """The part of the store that publishing reads."""

    def forms(self) -> list[tuple[str, int, str]]: ...
    def outbox(self, after: int, limit: int = 500) -> list[OutboxEntry]: ...
    def outbox_mark(self, number: int) -> str: ...
    def outbox_goes_on_after(self, number: int) -> None: ...
    def epoch(self) -> int: ...
    def keep_erased(self, scans: Mapping[str, datetime]) -> None: ...
    def scan(self, scan: str) -> Scan: ...
    def cited(self, scan: str, form: str, version: int) -> tuple[list[Reading], list[Place]]: ...
    def pictures(self, scan: str) -> list[PagePicture]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The number of entries applied, and the outbox position of records.db after them.

    `anew`: the file was made anew, as what it held was of another state, such as one that a backup has replaced.
    """

    count: int
    position: int
    anew: bool = False


def publish(store: Outbox, path: Path, forms: FormOfVersion) -> Published:
    """Apply every outbox entry after the position of records.db, in order.

    The position moves in the same transaction as the rows. So no entry is lost or repeated where a publisher dies or
    two publish at once. A file that came from another state than this one is made anew. A form that cannot be published
    is held, and all others go on; it is published when it is mended. A record that cannot be written is held likewise,
    until it changes or everything is made anew. StoreError where the file cannot be written.
    """
    count, anew = 0, False
    with open_for_publishing(path) as database:
        while True:
            with write_transaction(database):
                schema.prepare(database)
                foreign = not _belongs(database, store)
                outdated = not is_of_this_layout(database)
                whole = foreign or outdated or is_mended(database, forms)
                done = (_write_all if whole else _apply_batch)(database, store, forms)
            count, anew = count + done.count, anew or foreign
            if whole or done.count < BATCH_ENTRY_COUNT:
                empty_log(database.conn, LOG_WAIT_SECONDS)
                return Published(count=count, position=done.position, anew=anew)


def rebuild(store: Outbox, path: Path, forms: FormOfVersion) -> Published:
    """Make records.db anew from the whole outbox, in one transaction: readers see the old file, then the new one.

    Erased scans stay erased: the outbox holds only their erasure, and those that the file lists are erased in the store
    too. A file that is broken, or is no database, is replaced.
    """
    if damage(path):
        with made_anew(path) as database, write_transaction(database):
            return _write_all(database, store, forms)
    with open_for_publishing(path) as database:
        with write_transaction(database):
            done = _write_all(database, store, forms)
        empty_log(database.conn, LOG_WAIT_SECONDS)
    return done


def verify(store: Outbox, path: Path, forms: FormOfVersion) -> list[str]:
    """Each difference between records.db and what the state says that it holds; none where all is as it should be.

    Everything is made anew in a file beside it, which is gone afterwards. NotFound where nothing was published yet.
    """
    with open_for_reading(path) as published:
        belongs = "outbox_position" not in published.table_names() or _belongs(published, store)
        names = _names_of_file(published)
    with for_comparing(path) as anew:
        with open_for_publishing(anew) as database, write_transaction(database):
            schema.prepare(database)
            database.table("table_names").insert_all(names)
        publish(store, anew, forms)
        with open_for_reading(anew) as database:
            keys = {name: schema.key_of(database, name) for name in schema.compared_tables(database)}
        with beside(path, anew, "anew") as compared:
            found = list(comparison.differences(compared, "anew", keys))
    return found if belongs else [comparison.OF_ANOTHER_STATE, *found]


def empty_log_of(path: Path, seconds: float) -> bool:
    """Leave nothing of what was erased in the log of records.db. False where a reader kept it from that so long."""
    with open_for_publishing(path) as database:
        return empty_log(database.conn, seconds)


def is_of(store: Outbox, path: Path) -> tuple[bool, int]:
    """Whether records.db was published from this state, and its outbox position; it is made where it is missing."""
    with open_for_publishing(path) as database:
        with write_transaction(database):
            schema.prepare(database)
        return _belongs(database, store), _position(database)


def _write_all(database: Database, store: Outbox, forms: FormOfVersion) -> Published:
    """Everything of the outbox in place of what is there, inside the caller's transaction.

    Numbers of changes go on above those that the file had, so that nobody who follows it misses one.
    """
    before, erased = _kept_of_file(database)
    names, measured = _names_of_file(database), quality.rows_of(database)
    store.keep_erased({scan: at for scan, (at, _) in erased.items()})
    store.outbox_goes_on_after(before)
    _drop_everything(database)
    schema.prepare(database)
    database.table("table_names").insert_all(names)
    quality.put_back(database, measured)
    count = 0
    while (done := _apply_batch(database, store, forms)).count:
        count += done.count
    again = {str(row["scan"]) for row in database.table("erased").rows}
    for scan, (at, changed) in erased.items():
        if scan not in again:  # the state never had it
            row = {"scan": scan, "erased_at": at.isoformat(), "changed": changed}
            database.table("erased").insert(row)
    return Published(count=count, position=done.position)


def _kept_of_file(database: Database) -> tuple[int, dict[str, tuple[datetime, int]]]:
    """The position of a file, and the scans that it lists as erased for good: when, and the number of that change."""
    tables = set(database.table_names())
    if not tables >= {"outbox_position", "erased"}:
        return 0, {}
    withdrawn = {row["scan"] for row in database.table("withdrawn").rows} if "withdrawn" in tables else set[object]()
    rows = [row for row in database.table("erased").rows if row["scan"] not in withdrawn]
    erased = {str(row["scan"]): (datetime.fromisoformat(row["erased_at"]), int(row["changed"])) for row in rows}
    return _position(database), erased


def _names_of_file(database: Database) -> list[dict[str, object]]:
    """The names that a file has given to the tables of forms: one that is made anew keeps them."""
    if "columns" not in database.table_names():
        return []
    known = "table_names" if "table_names" in database.table_names() else "columns"
    kept: list[dict[str, object]] = []
    taken = set(sql_names.FIXED_TABLES)
    for row in database.query(f"select distinct table_name, form, part from {known} order by 1"):  # noqa: S608 ours
        objects = sql_names.objects_of(row["table_name"], lines=bool(row["part"]))
        if taken.isdisjoint(objects):
            taken |= objects
            kept.append(row)
    return kept


def _position(database: Database) -> int:
    row = next(iter(database.query("select position from outbox_position")), None)
    return 0 if row is None else int(row["position"])


def _epoch(database: Database) -> int:
    epoch = _kept(database, "outbox_epoch", "epoch")
    return epoch if isinstance(epoch, int) else 0


def _kept(database: Database, table: str, column: str) -> object:
    """What a table of one row has; None where it has none, or a file of an earlier layout has no such table."""
    known = database.table(table)
    return next((row[column] for row in known.rows), None) if known.exists() else None


def _belongs(database: Database, store: Outbox) -> bool:
    """Whether the entry that was published last is the one of that number in this state."""
    position = _position(database)
    if not position:
        return True
    if _epoch(database) != store.epoch():
        return False
    mark = _kept(database, "outbox_mark", "mark")
    if mark is None:  # a file of before there were marks
        return bool(store.outbox_mark(position))
    return mark == store.outbox_mark(position)


def _apply_batch(database: Database, store: Outbox, forms: FormOfVersion) -> Published:
    """Apply one batch of entries, inside the caller's transaction."""
    position = _position(database)
    if store.epoch() != _epoch(database):
        database.table("outbox_epoch").upsert({"id": 1, "epoch": store.epoch()}, pk="id")
    _add_forms(database, store, forms)
    entries = store.outbox(position, BATCH_ENTRY_COUNT)
    try:
        _write(database, store, forms, entries)
    except UNWRITABLE:
        _write_one_by_one(database, store, forms, entries)
    position = entries[-1].number if entries else position
    if entries or (position and not database.table("outbox_mark").count):
        database.table("outbox_position").update(1, {"position": position})
        database.table("outbox_mark").upsert({"id": 1, "mark": store.outbox_mark(position)}, pk="id")
    if not form_tables.FORGETS_ROW_BY_ROW and any(entry.record is None for entry in entries):
        _rebuild_indexes(database)
    return Published(count=len(entries), position=position)


def _write(database: Database, store: Outbox, forms: FormOfVersion, entries: Sequence[OutboxEntry]) -> None:
    """Write records and erasures; where one of them cannot be written, none."""
    with database.atomic():
        writer, known = RecordWriter(database), cache(partial(publishable, database, forms))
        for entry in entries:
            if entry.record is None:
                erased = {"scan": entry.scan, "erased_at": rows.written_at(entry), "changed": entry.number}
                writer.erase(entry.scan, erased, is_withdrawn=entry.kind == "withdraw")
            else:
                _write_record(database, writer, store, known, entry, entry.record)
        writer.flush()
        let_go(database, (entry.scan for entry in entries))


def _write_one_by_one(database: Database, store: Outbox, forms: FormOfVersion, entries: Sequence[OutboxEntry]) -> None:
    """Write all but the records that cannot be written: these are held. An erasure is never left out."""
    for entry in entries:
        try:
            _write(database, store, forms, [entry])
        except UNWRITABLE as error:
            if entry.record is None:
                raise
            hold_record(database, entry, entry.record, error)


def _add_forms(database: Database, store: Outbox, forms: FormOfVersion) -> None:
    """Make the tables of every form in the store, in the order of their versions."""
    known = {(row["form"], row["version"]) for row in database.table("forms").rows}
    known |= {(each.form, each.version) for each in held_in(database)}
    for name, version, _ in sorted(store.forms()):
        if (name, version) not in known:
            publishable(database, forms, name, version)


def _write_record(
    database: Database, writer: RecordWriter, store: Outbox, form_of: FormOrNone, entry: OutboxEntry, record: Record
) -> None:
    """Write a record; where its form cannot be published, count it as one that waits."""
    named = record.form, record.form_version
    form = form_of(*named)
    if form is None:
        hold_back(database, *named)
        return
    scan, cited = store.scan(entry.scan), store.cited(entry.scan, *named)
    pages = {each.number: each.size for each in store.pictures(entry.scan)}
    writer.write(source_of(entry, record, scan, form, cited, pages))


def _rebuild_indexes(database: Database) -> None:
    """Make search indexes anew, without the words of deleted rows that they kept."""
    for _, index in schema.indexed_tables(database):
        database.execute(f'insert into "{index}" ("{index}") values (\'rebuild\')')  # noqa: S608 our own name


def _drop_everything(database: Database) -> None:
    for view in database.view_names():
        database.view(view).drop()
    for table in [name for name in database.table_names(fts5=True) if not name.startswith("sqlite_")]:
        database.table(table).drop()
    for table in [name for name in database.table_names() if not name.startswith("sqlite_")]:
        database.table(table).drop()


# Forms and records that cannot be published: they wait in the state, and all others go on.

FormOfVersion = Callable[[str, int], Form]
"""Gives the form of a name and version; FormError where its definition is gone."""


_KNOWN = "form = ? and version = ?"


UNWRITABLE = (
    *(ArithmeticError, AssertionError, LookupError, TypeError, ValueError),
    *(sqlite3.DataError, sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError),
)
"""Errors of one record, which alone is held. Others are of the file, its disk or the state."""


HELD_RECORDS = "_held_records"
"""The table of records that could not be written. It is made with the first; making the file anew tries all again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldForm:
    """A version of a form that cannot be published: why, and how many changes of its records wait."""

    form: str
    version: int
    message: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecord:
    """A record that could not be written: its scan, its form, the number of its change, and what went wrong."""

    scan: str
    form: str
    version: int
    entry: int
    message: str


def held(path: Path) -> list[HeldForm]:
    """The forms that could not be published when it was last tried; none where nothing was published yet."""
    if not path.exists():
        return []
    with open_for_reading(path, of_any_layout=True) as database:
        return held_in(database)


def held_in(database: Database) -> list[HeldForm]:
    """The forms that this file holds back, in the order of their names."""
    table = database.table(schema.HELD_FORMS)
    return [HeldForm(**row) for row in table.rows_where(order_by="form, version")] if table.exists() else []


def publishable(database: Database, forms: FormOfVersion, name: str, version: int) -> Form | None:
    """The form, its tables made. None where it is held, and where it cannot be published: it is held from then on."""
    if database.table(schema.HELD_FORMS).count_where(_KNOWN, [name, version]):
        return None
    form = _form_or_reason(database, forms, name, version)
    if isinstance(form, Form):
        return form
    database.table(schema.HELD_FORMS).insert({"form": name, "version": version, "message": form, "entries": 0})
    return None


def _form_or_reason(database: Database, forms: FormOfVersion, name: str, version: int) -> Form | str:
    """The form, its tables made; or why it cannot be published, and nothing of it is left in the file."""
    try:
        with database.atomic():
            form = forms(name, version)
            form_tables.add_form(database, form)
            return form
    except (FormError, NotFound) as error:
        return str(error)


def hold_back(database: Database, name: str, version: int) -> None:
    """Count one more change that waits for a form that is held."""
    added = f'update "{schema.HELD_FORMS}" set entries = entries + 1 where {_KNOWN}'  # noqa: S608 our own words
    database.execute(added, [name, version])


def is_mended(database: Database, forms: FormOfVersion) -> bool:
    """Whether a form that changes wait for can be published now. Held forms are tried; what is mended is let go."""
    waiting = 0
    for each in held_in(database):
        table, known = database.table(schema.HELD_FORMS), [each.form, each.version]
        form = _form_or_reason(database, forms, each.form, each.version)
        if isinstance(form, Form):
            waiting += each.entries
            table.delete_where(_KNOWN, known)
        elif form != each.message:
            database.execute(f'update "{table.name}" set message = ? where {_KNOWN}', [form, *known])  # noqa: S608 ours
    return waiting > 0


def held_records(path: Path) -> list[HeldRecord]:
    """The records that could not be written, the oldest first; none where nothing was published yet."""
    if not path.exists():
        return []
    with open_for_reading(path, of_any_layout=True) as database:
        table = database.table(HELD_RECORDS)
        return [HeldRecord(**row) for row in table.rows_where(order_by="entry")] if table.exists() else []


def hold_record(database: Database, entry: OutboxEntry, record: Record, error: Exception) -> None:
    """Note that a record could not be written. What the file has of an earlier version of it stays."""
    row = HeldRecord(
        scan=entry.scan,
        form=record.form,
        version=record.form_version,
        entry=entry.number,
        message=f"{type(error).__name__}: {error}",
    )
    database.table(HELD_RECORDS).upsert(asdict(row), pk="scan")


def let_go(database: Database, scans: Iterable[str]) -> None:
    """Delete the notes on records of these scans, as they are written or erased."""
    table = database.table(HELD_RECORDS)
    if table.exists():
        for scan in scans:
            table.delete_where("scan = ?", [scan])
