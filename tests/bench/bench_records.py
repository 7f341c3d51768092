"""Publishing many records, beside a bare `executemany` of the same rows.

    python -m tests.bench.bench_records [--small]

100,000 records (2,000 with --small) of 40 plain fields and 10 lines of 4 columns go from an outbox in memory into a new
records.db. Then the very same rows are written into empty tables of the same making by `executemany` alone. It prints
both times in CPU seconds, their ratio, and the memory at a tenth and at the end; and what a new version of the form,
one erasure and a correction cost afterwards. Exit code 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from reconcile.records import publish as publish_records
from tests.bench.reconciling.rows import Row, at_least, at_most, show
from tests.reconcile.records import START, MemoryOutbox, a_field, decided
from transcribe.geometry import Box
from transcribe.model import Blank, Column, Decision, Form, Kind, Place, Reading, Record, Table
from transcribe.store.facts import OutboxEntry

TYPES = ("text", "amount", "date", "code", "name", "integer", "decimal", "checkbox")
VALUES = {"text": "Café moulu {}", "amount": "{}.50", "date": "2026-01-03", "code": "BC-{}", "name": "Élodie {}"}
LINES = {"quantity": "integer", "designation": "text", "weight": "decimal", "price": "amount"}
LINE_COUNT = 10
FIELD_COUNT = 40
BATCH = 200

MIN_SHARE_OF_BARE = 1 / 3
"""The bar of publishing: a third of the speed of `executemany`."""

MAX_MEMORY_RATIO = 1.3
"""Memory is flat: at the end at most so many times that of a tenth of the way."""


def bench_form(version: int = 1, **more: str) -> Form:
    """A form of 40 plain fields of all types and a table of 10 lines."""
    plain = {f"f{number}_{TYPES[number % len(TYPES)]}": TYPES[number % len(TYPES)] for number in range(FIELD_COUNT)}
    columns = tuple(Column(field=a_field(f"lines.{name}", type_)) for name, type_ in LINES.items())
    return Form(
        name="bench",
        version=version,
        title={"en": "Bench"},
        languages=("eng",),
        locale="en_GB",
        currency="GBP",
        digest=f"bench {version}",
        blanks=(Blank(path=None, size=(1, 1)),),
        fields=tuple(a_field(each, type_) for each, type_ in {**plain, **more}.items()),
        tables=(Table(name="lines", columns=columns, rows=LINE_COUNT),),
    )


def value(type_name: str, number: int) -> str | int | bool:
    if type_name in ("integer", "checkbox"):
        return number % 2 == 0 if type_name == "checkbox" else number
    return VALUES.get(type_name, "{}.25").format(number)


def filled(form: Form, number: int, version: int = 1) -> Record:
    decisions: list[Decision] = [decided(each.name, value(each.type, number)) for each in form.fields]
    for row in range(LINE_COUNT):
        decisions += [
            decided(column.field.name, value(column.field.type, number + row), row) for column in form.tables[0].columns
        ]
    made = tuple(replace(each, readings=(f"{each.key} m", f"{each.key} p")) for each in decisions)
    return Record(scan=f"{number:064x}", form=form.name, form_version=form.version, version=version, decisions=made)


@dataclass(kw_only=True)
class ManyRecords(MemoryOutbox):
    """An outbox of so many records, each made when it is asked for."""

    count: int
    known: list[Form] = field(default_factory=lambda: [bench_form()])
    more: list[Record | str] = field(default_factory=list)

    def __post_init__(self) -> None:
        keys = [each.key for each in self.made(0).decisions]
        kinds: tuple[tuple[str, Kind], ...] = (("m", "machine"), ("p", "person"))
        self.readings = [
            Reading(id=f"{key} {name}", scan="", key=key, source=name, kind=kind, text="x", at=START)
            for key in keys
            for name, kind in kinds
        ]
        self.places = [Place(scan="", key=key, page=1, box=Box(1, 2, 3, 4)) for key in keys]

    def outbox(self, after: int, limit: int = 500) -> list[OutboxEntry]:
        numbers = range(after + 1, min(after + limit, self.count + len(self.more)) + 1)
        return [self._entry(number) for number in numbers]

    def outbox_mark(self, number: int) -> str:
        return str(number)

    def cited(self, scan: str, form: str, version: int) -> tuple[list[Reading], list[Place]]:
        return self.readings, self.places

    def made(self, number: int) -> Record:
        """The record of this number."""
        return filled(self.known[0], number)

    def _entry(self, number: int) -> OutboxEntry:
        if number <= self.count:
            made: Record | str = self.made(number)
        else:
            made = self.more[number - self.count - 1]
        kind, scan, record = ("erase", made, None) if isinstance(made, str) else ("record", made.scan, made)
        return OutboxEntry(number=number, kind=kind, scan=scan, record=record, at=START)


def rows(count: int) -> Iterator[Row]:
    """What publishing so many records costs, and changes of them afterwards."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        path, store = Path(folder) / "records.db", ManyRecords(count=count // 10)
        made = timed(lambda: publish_records(store, path, store.form))
        tenth = memory()
        store.count = count
        made += timed(lambda: publish_records(store, path, store.form))
        grown = memory() / tenth
        making = timed(lambda: deque((filled(store.known[0], number) for number in range(count)), maxlen=0))
        bare = executemany_of(path, Path(folder) / "bare.db")
        yield Row(of=f"{count} records published, CPU seconds", figure=f"{made - making:.1f}")
        yield Row(of="the same rows by executemany, CPU seconds", figure=f"{bare:.1f}")
        yield at_least("publishing, as a share of executemany's speed", bare / (made - making), MIN_SHARE_OF_BARE, 2)
        yield at_most("memory at the end, of that at a tenth", grown, MAX_MEMORY_RATIO, 2)
        for name, change in changes(store, count).items():
            change()
            took = timed(lambda: publish_records(store, path, store.form))
            yield Row(of=f"{name}, seconds", figure=f"{took:.3f}")


def changes(store: ManyRecords, count: int) -> dict[str, Callable[[], None]]:
    """What happens to records that are published: by name, something that makes it happen."""
    form = store.known[0]
    wider = bench_form(2, remark="text")
    return {
        "a correction": lambda: store.more.append(filled(form, count // 2, 2)),
        "an erasure": lambda: store.more.append(filled(form, count // 3).scan),
        "200 erasures": lambda: store.more.extend(filled(form, number).scan for number in range(1, 201)),
        "a new version of the form with a text more": lambda: store.known.append(wider),
    }


def executemany_of(path: Path, bare: Path) -> float:
    """CPU seconds of writing all rows of a file into empty tables of the same making, with the same indexes."""
    took = 0.0
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(bare, isolation_level=None)) as target:
        target.execute("pragma journal_mode=wal")
        target.execute("pragma synchronous=normal")
        made = source.execute("select type, name, sql from sqlite_master where sql is not null").fetchall()
        shadows = {f"{name}_{end}" for _, name, sql in made if "fts5" in sql.casefold() for end in SHADOWS}
        for _, name, sql in sorted(made, key=lambda each: KINDS.index(each[0])):
            if name not in shadows:
                target.execute(sql)
        for kind, name, sql in made:
            if kind == "table" and name not in shadows and "fts5" not in sql.casefold():
                cursor = source.execute(f'select * from "{name}"')  # noqa: S608 our own names
                marks = ", ".join("?" * len(cursor.description))
                while written := cursor.fetchmany(BATCH * 50):
                    began = time.process_time()
                    target.execute("begin")
                    target.executemany(f'insert into "{name}" values ({marks})', written)  # noqa: S608 ours
                    target.execute("commit")
                    took += time.process_time() - began
    return took


KINDS = ("table", "index", "trigger", "view")
SHADOWS = ("data", "idx", "content", "docsize", "config")


def timed(do: Callable[[], object]) -> float:
    began = time.process_time()
    do()
    return time.process_time() - began


def memory() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="2,000 records")
    return 0 if show("publishing", rows(2_000 if parser.parse_args().small else 100_000)) else 1


if __name__ == "__main__":
    sys.exit(main())
