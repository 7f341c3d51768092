"""Publishing: entries of the state's outbox become rows of records.db, each exactly once; from nothing at will."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlite_utils import Database

from reconcile.records import rows, schema
from reconcile.records.database import open_for_publishing, write_transaction
from transcribe.model import Form, Place, Reading, Scan
from transcribe.store import OutboxEntry

BATCH_ENTRY_COUNT = 200
"""Entries in one transaction: readers never wait, and another publisher waits well under a second."""

MAX_REBUILT_INDEX_ROWS = 5_000
"""Rows up to which a table's search index is made anew after each batch (about 25 ms), so that the file then equals a
rebuilt one to the last byte of its dump. Larger ones are indexed row by row, and made anew when something is erased."""

LOG_WAIT_MS = 1_000
"""Milliseconds that emptying the log waits for readers: it is tried again with every publishing."""


class Outbox(Protocol):
    """What publishing asks of the store."""

    def forms(self) -> list[tuple[str, int, str]]: ...
    def outbox(self, after: int, limit: int = 500) -> list[OutboxEntry]: ...
    def scan(self, scan: str) -> Scan: ...
    def readings(self, scan: str, up_to: int | None = None) -> list[Reading]: ...
    def places(self, scan: str) -> list[Place]: ...


FormOfVersion = Callable[[str, int], Form]
"""Gives the form of a name and version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How many entries were applied, and the outbox position that records.db now stands at."""

    count: int
    position: int


def publish(store: Outbox, path: Path, forms: FormOfVersion) -> Published:
    """Apply every outbox entry that records.db has not seen, in order.

    The position moves in the same transaction as the rows, so that a publisher that dies, or two at once, neither lose
    nor repeat an entry. StoreError where the file cannot be written; FormError where a form's definition is gone.
    """
    count = 0
    with open_for_publishing(path) as database:
        while True:
            with write_transaction(database):
                schema.prepare(database)
                done = _apply_batch(database, store, forms)
            count += done.count
            if done.count < BATCH_ENTRY_COUNT:
                _empty_log(database)
                return Published(count=count, position=done.position)


def rebuild(store: Outbox, path: Path, forms: FormOfVersion) -> Published:
    """Make records.db anew from the whole outbox, in one transaction: readers see the old file, then the new one.

    What was erased stays erased, as the outbox gives of an erased scan only its erasure.
    """
    count = 0
    with open_for_publishing(path) as database:
        with write_transaction(database):
            _drop_everything(database)
            schema.prepare(database)
            while (done := _apply_batch(database, store, forms)).count:
                count += done.count
        _empty_log(database)
    return Published(count=count, position=done.position)


def _apply_batch(database: Database, store: Outbox, forms: FormOfVersion) -> Published:
    """One batch, inside the caller's transaction."""
    position = int(next(database.query("select position from outbox_position"))["position"])
    new = _add_forms(database, store, forms)
    entries = store.outbox(position, BATCH_ENTRY_COUNT)
    for entry in entries:
        if entry.record is None:
            _erase_record(database, entry)
        else:
            _write_record(database, store, entry, forms(entry.record.form, entry.record.form_version))
        position = entry.number
    if entries:
        database.table("outbox_position").update(1, {"position": position})
    if entries or new:
        _rebuild_indexes(database, erased=any(entry.record is None for entry in entries))
    return Published(count=len(entries), position=position)


def _add_forms(database: Database, store: Outbox, forms: FormOfVersion) -> int:
    """Make the tables of every form that the store knows, in the order of their versions; how many were new."""
    known = {(row["form"], row["version"]) for row in database.table("forms").rows}
    new = [(name, version) for name, version, _ in sorted(store.forms()) if (name, version) not in known]
    for name, version in new:
        schema.add_form(database, forms(name, version))
    return len(new)


def _write_record(database: Database, store: Outbox, entry: OutboxEntry, form: Form) -> None:
    assert entry.record is not None, "erasures go another way"
    source = rows.RecordSource(
        entry=entry,
        record=entry.record,
        scan=store.scan(entry.scan),
        form=form,
        readings={reading.id: reading for reading in store.readings(entry.scan)},
        places={place.key: place for place in store.places(entry.scan)},
    )
    schema.add_form(database, form)
    old = next(database.table("records").rows_where("scan = ?", [entry.scan]), None)
    number = entry.number if old is None else int(old["id"])
    before = list(database.table("provenance").rows_where("record = ?", [number]))
    after = [rows.provenance_row(number, source, decision) for decision in entry.record.decisions]
    if old is not None:
        _remove_rows(database, number, str(old["form"]))
        database.table("history").insert_all(rows.history_rows(number, source, before, after))
    database.table("records").insert(rows.record_row(number, source))
    database.table("provenance").insert_all(after)
    database.table("exceptions").insert_all(rows.exception_rows(number, entry.record))
    for part, table in schema.parts_of(database, form.name).items():
        columns = schema.columns_of(database, form.name, part)
        lines = rows.line_rows(number, source, part, columns) if part else [rows.form_row(number, source, columns)]
        database.table(table).insert_all(lines)


def _erase_record(database: Database, entry: OutboxEntry) -> None:
    """Take out everything that a scan said. That it was erased, and when, stays for those who keep a copy."""
    old = next(database.table("records").rows_where("scan = ?", [entry.scan]), None)
    if old is not None:
        _remove_rows(database, int(old["id"]), str(old["form"]))
        database.table("history").delete_where("record = ?", [old["id"]])
    erased = {"scan": entry.scan, "erased_at": rows.written_at(entry), "changed": entry.number}
    database.table("erased").upsert(erased, pk="scan")


def _remove_rows(database: Database, number: int, form: str) -> None:
    """Take out a record's rows; its history stays."""
    for part, table in schema.parts_of(database, form).items():
        database.table(table).delete_where("record = ?" if part else "id = ?", [number])
    database.table("records").delete_where("id = ?", [number])
    for table in ("provenance", "exceptions"):
        database.table(table).delete_where("record = ?", [number])


def _rebuild_indexes(database: Database, *, erased: bool) -> None:
    """Make search indexes anew where that is cheap, or needed: an index keeps the words of deleted rows for a while."""
    for table in schema.searchable_tables(database):
        if erased or table.count <= MAX_REBUILT_INDEX_ROWS:
            table.rebuild_fts()


def _empty_log(database: Database) -> None:
    """Empty the write-ahead log, which still holds pages as they were before an erasure. A reader in the middle of a
    query keeps it until the next publishing."""
    database.execute(f"PRAGMA busy_timeout={LOG_WAIT_MS}")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _drop_everything(database: Database) -> None:
    for view in database.view_names():
        database.view(view).drop()
    for table in [name for name in database.table_names(fts5=True) if not name.startswith("sqlite_")]:
        database.table(table).drop()
    for table in [name for name in database.table_names() if not name.startswith("sqlite_")]:
        database.table(table).drop()
