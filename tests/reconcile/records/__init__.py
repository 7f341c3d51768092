"""Tests of the record database, with an order form and a store that keeps its outbox in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reconcile.records.publish import publish
from transcribe.geometry import Box
from transcribe.model import (
    Blank,
    Column,
    Decision,
    Field,
    FieldKey,
    Form,
    Kind,
    Null,
    PagePicture,
    Place,
    Reading,
    Record,
    RuleException,
    Scan,
    Table,
    Value,
)
from transcribe.store.facts import OutboxEntry


def dump(path: Path) -> str:
    """All that a records.db says, in an order that how it came to be does not change; search indexes as what is found.

    What an index keeps inside depends on the order of writing; SQLite itself checks it against its table. When the
    quality was counted is left out: that is another time each time.
    """
    with closing(sqlite3.connect(path)) as connection:
        made = connection.execute("select type, name, sql from sqlite_master where sql is not null").fetchall()
        indexes = [name for _, name, sql in made if "using fts5" in str(sql).casefold()]
        told = [repr(each) for each in made]
        for kind, name, _ in made:
            if kind == "table" and not any(name == index or name.startswith(f"{index}_") for index in indexes):
                columns = [each[1] for each in connection.execute(f'pragma table_info("{name}")')]
                kept = ", ".join(f'"{each}"' for each in columns if (name, each) != ("quality", "measured_at"))
                told += [f"{name}: {row!r}" for row in connection.execute(f'select {kept} from "{name}"')]  # noqa: S608
        for index in indexes:
            connection.execute(f'insert into "{index}" ("{index}", rank) values (\'integrity-check\', 1)')  # noqa: S608
        return "\n".join(sorted(told))


START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FIELDS = {"order_number": "code", "customer": "name", "order_date": "date", "total": "amount", "signed": "signature"}
COLUMNS = {"quantity": "integer", "designation": "text", "weight": "decimal", "gift": "checkbox"}


def a_field(name: str, type_name: str) -> Field:
    return Field(name=name, type=type_name, label={"fr": name.upper()})


def order_form(name: str = "bon-de-commande", version: int = 1, **changes: str) -> Form:
    """An order form with a table of lines; `changes` are other fields or types, by name."""
    columns = tuple(Column(field=a_field(f"lines.{column}", type_)) for column, type_ in COLUMNS.items())
    return Form(
        name=name,
        version=version,
        title={"fr": "Bon de commande"},
        languages=("fra",),
        locale="fr_FR",
        currency="EUR",
        digest=f"{name} {version}",
        blanks=(Blank(path=None, size=(1, 1)),),
        fields=tuple(a_field(each, type_) for each, type_ in {**FIELDS, **changes}.items()),
        tables=(Table(name="lines", columns=columns, rows=3),),
    )


def decided(name: str, value: Value, row: int | None = None, null: Null | None = None, version: int = 1) -> Decision:
    key = FieldKey(name, row)
    return Decision(
        key=key,
        value=value,
        text="" if value is None else f"as written {value}",
        probability=0.98 if row is None else 0.99,
        method="people",
        evidence=(),
        readings=(f"{key} tesseract", f"{key} anna", f"{key} expert", "of a neighbour"),
        parameters=7,
        null=null,
        version=version,
    )


def decisions(**values: Value) -> tuple[Decision, ...]:
    """All decisions of a usual order, some plain fields told otherwise."""
    usual: dict[str, Value] = {
        "order_number": "BC-2026-0001",
        "customer": "Élodie Müller",
        "order_date": "2026-01-03",
        "total": "1234.50",
        "signed": True,
        **values,
    }
    plain = [decided(name, value, null="blank" if value is None else None) for name, value in usual.items()]
    lines: list[tuple[Value, Value, Value, Value]] = [
        (2, "Café moulu", "0.250", True),
        (None, None, None, False),
        (0, None, None, False),
    ]
    cells = [
        decided(f"lines.{name}", value, row, "blank" if value is None else None)
        for row, line in enumerate(lines)
        for name, value in zip(COLUMNS, line, strict=True)
    ]
    return (*plain, *cells)


def a_record(
    scan: str, version: int = 1, form: str = "bon-de-commande", form_version: int = 1, **values: Value
) -> Record:
    return Record(
        scan=scan,
        form=form,
        form_version=form_version,
        version=version,
        decisions=decisions(**values),
        exceptions=(
            RuleException(
                rule="total", keys=(FieldKey("total"), FieldKey("lines.quantity", 0)), expected="10.00", found="1234.50"
            ),
        ),
    )


@dataclass(kw_only=True)
class MemoryOutbox:
    """What publishing asks of a store, in memory. Erasing a scan takes its records out of the outbox, as stores do."""

    known: list[Form] = field(default_factory=lambda: [order_form()])
    entries: list[OutboxEntry] = field(default_factory=list)
    fails_at: int | None = None
    last: int = 2
    marks: dict[int, str] = field(default_factory=dict)
    begun: int = 0
    reasons: dict[str, str] = field(default_factory=dict)
    batches: dict[str, str] = field(default_factory=dict)

    def put(self, record: Record) -> None:
        self._append("record", record.scan, record)

    def erase(self, scan: str) -> None:
        self.entries = [each for each in self.entries if each.scan != scan or each.record is None]
        self._append("erase", scan, None)

    def form(self, name: str, version: int) -> Form:
        return next(each for each in self.known if (each.name, each.version) == (name, version))

    def forms(self) -> list[tuple[str, int, str]]:
        return [(each.name, each.version, each.digest) for each in self.known]

    def outbox(self, after: int, limit: int = 500) -> list[OutboxEntry]:
        return [each for each in self.entries if each.number > after][:limit]

    def epoch(self) -> int:
        return self.begun

    def outbox_mark(self, number: int) -> str:
        return self.marks.get(number, "")

    def outbox_goes_on_after(self, number: int) -> None:
        self.last = max(self.last, number)

    def keep_erased(self, scans: Mapping[str, datetime]) -> None:
        """Those that were never here are none of this store."""
        for scan in {each.scan for each in self.entries if each.record is not None} & scans.keys():
            self.erase(scan)

    def scan(self, scan: str) -> Scan:
        return Scan(id=scan, pages=(), form="", form_version=0, name=f"{scan}.jpg", batch=self.batches.get(scan, ""))

    def cited(self, scan: str, form: str, version: int) -> tuple[list[Reading], list[Place]]:
        """Three readings of each field: a machine's, a person's, an expert's; and one place."""
        if self.fails_at is not None and self.entries[self.fails_at].scan == scan:
            raise OSError("the power failed")
        kinds: Sequence[tuple[str, Kind]] = (("tesseract", "machine"), ("anna", "person"), ("expert", "expert"))
        keys = [each.key for each in decisions()]
        readings = [
            Reading(id=f"{key} {source}", scan=scan, key=key, source=source, kind=kind, text="x", at=START)
            for key in keys
            for source, kind in kinds
        ]
        readings += [
            Reading(id=each, scan=scan, key=FieldKey("total"), source="o", kind="expert", text="", at=START, reason=why)
            for each, why in self.reasons.items()
        ]
        return readings, [Place(scan=scan, key=FieldKey("total"), page=1, box=Box(10, 20, 30, 40))]

    def pictures(self, scan: str) -> list[PagePicture]:
        return [PagePicture(number=1, sha256=scan, size=(200, 400))]

    def _append(self, kind: str, scan: str, record: Record | None) -> None:
        self.last += 3
        at = START + timedelta(minutes=self.last)
        self.marks[self.last] = f"{kind} {scan}"
        self.entries.append(OutboxEntry(number=self.last, kind=kind, scan=scan, record=record, at=at))


def records_of(path: Path, store: MemoryOutbox) -> Path:
    """The record database in a folder, with what the outbox has."""
    publish(store, path / "records.db", store.form)
    return path / "records.db"
