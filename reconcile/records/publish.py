"""Publishing: each entry of the state's outbox becomes rows of records.db exactly once, or all of them anew."""

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
"""Outbox entries in one transaction. Readers never wait, and another publisher waits well under a second."""

MAX_REBUILT_INDEX_ROWS = 5_000
"""The most rows of a table whose search index is rebuilt after each batch, which takes about 25 ms.

The file then equals a rebuilt one to the last byte of its dump. Larger tables are indexed row by row; their index is
rebuilt when something is erased.
"""

LOG_WAIT_MS = 1_000
"""How long emptying the log waits for readers. It is tried again with every publishing."""


class Outbox(Protocol):
    """The part of the store that publishing reads."""

    def forms(self) -> list[tuple[str, int, str]]: ...
    def outbox(self, after: int, limit: int = 500) -> list[OutboxEntry]: ...
    def scan(self, scan: str) -> Scan: ...
    def readings(self, scan: str, up_to: int | None = None) -> list[Reading]: ...
    def places(self, scan: str) -> list[Place]: ...


FormOfVersion = Callable[[str, int], Form]
"""Gives the form of a name and version; FormError where its definition is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The number of entries applied, and the outbox position of records.db after them."""

    count: int
    position: int


def publish(store: Outbox, path: Path, forms: FormOfVersion) -> Published:
    """Apply every outbox entry after the position of records.db, in order.

    The position moves in the same transaction as the rows. So no entry is lost or repeated where a publisher dies or
    two publish at once. StoreError where the file cannot be written; FormError where a form's definition is gone.
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

    Erased scans stay erased, as the outbox holds only their erasure.
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
    """Apply one batch of entries, inside the caller's transaction."""
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
    """Make the tables of every form in the store, in the order of their versions; gives how many forms were new."""
    known = {(row["form"], row["version"]) for row in database.table("forms").rows}
    new = [(name, version) for name, version, _ in sorted(store.forms()) if (name, version) not in known]
    for name, version in new:
        schema.add_form(database, forms(name, version))
    return len(new)


def _write_record(database: Database, store: Outbox, entry: OutboxEntry, form: Form) -> None:
    """Write a record's rows in place of its former ones, and what changed into its history."""
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
    """Delete all rows of a scan. When it was erased is kept for those who keep a copy."""
    old = next(database.table("records").rows_where("scan = ?", [entry.scan]), None)
    if old is not None:
        _remove_rows(database, int(old["id"]), str(old["form"]))
        database.table("history").delete_where("record = ?", [old["id"]])
    erased = {"scan": entry.scan, "erased_at": rows.written_at(entry), "changed": entry.number}
    database.table("erased").upsert(erased, pk="scan")


def _remove_rows(database: Database, number: int, form: str) -> None:
    """Delete a record's rows but its history."""
    for part, table in schema.parts_of(database, form).items():
        database.table(table).delete_where("record = ?" if part else "id = ?", [number])
    database.table("records").delete_where("id = ?", [number])
    for table in ("provenance", "exceptions"):
        database.table(table).delete_where("record = ?", [number])


def _rebuild_indexes(database: Database, *, erased: bool) -> None:
    """Rebuild search indexes of small tables, and all after an erasure: an index keeps words of deleted rows."""
    for table in schema.searchable_tables(database):
        if erased or table.count <= MAX_REBUILT_INDEX_ROWS:
            table.rebuild_fts()


def _empty_log(database: Database) -> None:
    """Empty the write-ahead log, which still holds pages from before an erasure.

    A reader in the middle of a query keeps it until the next publishing.
    """
    database.execute(f"PRAGMA busy_timeout={LOG_WAIT_MS}")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _drop_everything(database: Database) -> None:
    for view in database.view_names():
        database.view(view).drop()
    for table in [name for name in database.table_names(fts5=True) if not name.startswith("sqlite_")]:
        database.table(table).drop()
    for table in [name for name in database.table_names() if not name.startswith("sqlite_")]:
        database.table(table).drop()
