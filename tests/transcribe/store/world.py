"""A small world for the tests of the store: a form, scans with readings, people, and a clock that is moved by hand."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, Literal

from psycopg.conninfo import conninfo_to_dict

from tests.transcribe.store import databases
from transcribe.geometry import Box
from transcribe.model import (
    Blank,
    Decision,
    Evidence,
    Field,
    FieldKey,
    Form,
    PagePicture,
    Place,
    Reading,
    ReadResult,
    Record,
    Role,
    Scan,
    ScanPage,
    SourceFile,
    Task,
    Transcriber,
    Webhook,
)
from transcribe.store.drivers.sqlite import SqliteDatabase
from transcribe.store.facts import SentReading
from transcribe.store.state_store import Store, open_store

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
KEY = b"k" * 32


def after(seconds: float) -> datetime:
    """Noon and some seconds."""
    return NOON + timedelta(seconds=seconds)


def sha(text: str) -> str:
    """The SHA-256 of a text, for ids."""
    return hashlib.sha256(text.encode()).hexdigest()


def field(name: str, kind: str = "text", **more: Any) -> Field:
    """A field of the small form."""
    return Field(name=name, type=kind, label=MappingProxyType({"en": name}), box=Box(0, 0, 10, 10), **more)


def form(*fields: Field, name: str = "order", version: int = 1, **more: Any) -> Form:
    """A form of these fields; "number" and "total" where none are given."""
    return Form(
        name=name,
        version=version,
        title=MappingProxyType({"en": name}),
        languages=("eng",),
        locale="en_GB",
        currency="EUR",
        digest=sha(f"{name} {version} {fields} {more}"),
        blanks=(Blank(path="blank.png", size=(100, 100)),),
        fields=fields or (field("number", "code"), field("total", "amount")),
        **more,
    )


def person(
    handle: str,
    *roles: Role,
    engagement: Literal["by reading", "hourly", "staff", "volunteer"] = "by reading",
    **more: Any,
) -> Transcriber:
    """A person whose id is their handle's hash."""
    return Transcriber(
        id=sha(handle)[:16],
        handle=handle,
        roles=frozenset(roles or ("transcriber",)),
        engagement=engagement,
        **more,
    )


def put(store: Store, person: Transcriber, now: datetime) -> None:
    """Add a person, or bring one who is known up to this, fact by fact."""
    if all(each.id != person.id for each in store.transcribers()):
        store.put_transcriber(person, now)
        return
    store.set_roles(person.id, person.roles, now)
    store.set_languages(person.id, person.languages, now)
    store.set_regions(person.id, person.regions, now)
    store.set_qualifications(person.id, person.qualifications, now)
    store.set_time_zone(person.id, person.time_zone, now)
    store.set_engagement(person.id, person.engagement, now)
    store.set_interface_language(person.id, person.interface_language, now)
    store.set_training(person.id, training=person.training, now=now)
    store.set_paused(person.id, paused=person.paused, now=now)


def machine(scan: Scan, name: str, text: str | None, confidence: float | None = 0.5) -> Reading:
    """What a machine read in one field."""
    return Reading(
        id="",
        scan=scan.id,
        key=FieldKey(name),
        source="tesseract",
        kind="machine",
        text=text,
        at=NOON,
        confidence=confidence,
    )


def decision(name: str, text: str, *readings: Reading, **more: Any) -> Decision:
    """A decision on one field."""
    return Decision(
        key=FieldKey(name),
        value=text,
        text=text,
        probability=0.99,
        method="agreed",
        evidence=(Evidence(code="agree", numbers={"people": 2}),),
        readings=tuple(each.id for each in readings),
        parameters=0,
        **more,
    )


def sent(text: str | None, idem: str, seconds: float | None = 5.0, **more: Any) -> SentReading:
    """What a page sends."""
    return SentReading(text=text, idem=idem, seconds=seconds, **more)


class World:
    """A store with the small form and some people in it."""

    def __init__(self, path: Path, *, people: tuple[str, ...] = ("ann", "ben", "cat")) -> None:
        self.path, self.people = path, people
        self.url = databases.take(people, partial(_begin, people)) if databases.kind() == "postgresql" else ""
        if not self.url:
            shutil.copyfile(_beginning(people), path)
        self.store: Store = self.open()
        self.form = form()

    @classmethod
    def of(cls, store: Store, path: Path, url: str) -> World:
        """A world of a store that is open already, with nobody in it."""
        made = cls.__new__(cls)
        made.path, made.people, made.url, made.store, made.form = path, (), url, store, form()
        store.put_form(made.form, "the definition", NOON)
        return made

    def open(self, key: bytes | None = KEY) -> Store:
        """The store of this world, opened once more."""
        return open_store(self.path, key, url=self.url)

    @property
    def behind(self) -> databases.Behind:
        """Looks behind the verbs of the store."""
        return databases.Behind(self.store)

    def holds(self, words: str) -> bool:
        """Whether these words stand anywhere in the database."""
        return words.encode() in databases.everything(self.store)

    def scan(self, name: str, *, form: Form | None = None, batch: str = "") -> Scan:
        """A scan with a machine reading of every field."""
        kept = form or self.form
        scan = Scan(
            id=sha(name),
            pages=(ScanPage(file=sha("file " + name), page=1),),
            form=kept.name,
            form_version=kept.version,
            name=name,
            batch=batch,
        )
        file = SourceFile(sha256=sha("file " + name), name=f"{name}.jpg", size=10, media_type="image/jpeg")
        self.store.put_scan(scan, [file], NOON)
        self.store.put_reads(scan.id, self.reads(scan, kept), NOON)
        return scan

    def reads(self, scan: Scan, form: Form) -> ReadResult:
        """What machines read of a scan with a form."""
        keys = list(form.keys())
        return ReadResult(
            places=tuple(
                Place(
                    scan=scan.id,
                    key=key,
                    page=1,
                    box=Box(0, 0, 10, 10),
                    snippet=sha(f"{scan.name} {key}"),
                    confidence=1.0,
                )
                for key in keys
            ),
            readings=tuple(machine(scan, key.name, f"{scan.name}-{key}") for key in keys),
            fit=0.9,
            quality={"overall": 0.8},
            pictures=(PagePicture(number=1, sha256=sha("page " + scan.name), size=(100, 100)),),
        )

    def other_form(self, name: str) -> Form:
        """Another form, kept, with one field "town"."""
        other = form(field("town"), name=name)
        self.store.put_form(other, "another definition", NOON)
        return other

    def ask(self, scan: Scan, *names: str, now: datetime = NOON, **more: Any) -> None:
        """Conclude with a wish for one reading of each of these fields."""
        up_to = self.up_to(scan)
        tasks = [
            Task(scan=scan.id, key=FieldKey(name), **{"kind": "read", "reason": "low confidence", **more})
            for name in names
        ]
        self.store.conclude(scan.id, up_to, [], tasks, None, now)

    def decide(self, scan: Scan, *decisions: Decision, record: bool = False, now: datetime = NOON) -> None:
        """Conclude with decisions, and with a record of them all where wished."""
        standing = {each.key: each for each in (*self.store.decisions(scan.id), *decisions)}
        made = Record(scan=scan.id, form=scan.form, form_version=scan.form_version, decisions=tuple(standing.values()))
        self.store.conclude(scan.id, self.up_to(scan), list(decisions), [], made if record else None, now)

    def up_to(self, scan: Scan) -> int:
        """The number of the scan's latest reading."""
        up_to: int = self.store.scan_row(scan.id)["latest"]
        return up_to


@contextmanager
def world(path: Path, **more: Any) -> Iterator[World]:
    """A world that is closed at the end."""
    made = World(path / "state.db", **more)
    try:
        yield made
    finally:
        made.store.close()
        if made.url:
            databases.give_back(made.people, made.url)


@contextmanager
def passing() -> Iterator[World]:
    """A world whose changes are all taken back at the end: quick enough for thousands of examples."""
    here = _shared(databases.kind())
    with suppress(_Over), here.store.together():
        yield here
        raise _Over


class _Over(Exception):
    """The end of a passing world."""


@cache
def _shared(kind: databases.Kind) -> World:
    return World(Path(_FOLDER.name) / f"shared-{kind}.db")


@cache
def _beginning(people: tuple[str, ...]) -> Path:
    """A database that worlds begin with: made once, as a copy of a file is quicker than sixty statements on disk."""
    path = Path(_FOLDER.name) / f"{len(people)}-{'-'.join(people)}.db"
    _fill(open_store(path, KEY), people)
    return path


def _begin(people: tuple[str, ...], url: str) -> None:
    _fill(open_store(Path(_FOLDER.name) / f"{conninfo_to_dict(url)['dbname']}.db", KEY, url=url), people)


def _fill(store: Store, people: tuple[str, ...]) -> None:
    store.put_form(form(), "the definition", NOON)
    for handle in people:
        store.put_transcriber(person(handle), NOON)
    store.put_transcriber(person("eve", "transcriber", "expert"), NOON)
    store.close()


_FOLDER = TemporaryDirectory()


def sqlite_of(store: Store) -> SqliteDatabase:
    """The SQLite database of a store, for looks behind its verbs."""
    assert isinstance(store.db, SqliteDatabase)
    return store.db


def add_webhook(store: Store, name: str, at: datetime, after: int | None = 0) -> None:
    """A webhook to an address that nothing is sent to: its tables are there without the part that sends."""
    store.add_webhook(Webhook(name=name, url="https://192.0.2.1/hook", private=True, at=at), after, at)
