"""Forms and records that cannot be published: they wait in the state, and all others go on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from reconcile.records import form_tables, schema
from reconcile.records.database import open_for_reading
from reconcile.records.table_library import Database
from transcribe.errors import FormError, NotFound
from transcribe.model import Form, Record
from transcribe.store import OutboxEntry

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
