"""Many records of a small form: some are published, the others are copies of their rows under other numbers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.reconcile.records import START, MemoryOutbox, a_field, decided
from transcribe.geometry import Box
from transcribe.model import Blank, FieldKey, Form, Place, Reading, Record
from transcribe.store.facts import OutboxEntry

FIELDS = {"order_number": "code", "customer": "name", "order_date": "date", "total": "amount", "weight": "decimal"}
FIRST_DAY = date(2026, 1, 1)
YEAR_DAYS = 365


def orders_form() -> Form:
    """A form of five plain fields."""
    return Form(
        name="orders",
        version=1,
        title={"en": "Orders"},
        languages=("eng",),
        locale="en_GB",
        currency="GBP",
        digest="orders 1",
        blanks=(Blank(path=None, size=(1, 1)),),
        fields=tuple(a_field(*each) for each in FIELDS.items()),
        tables=(),
    )


@dataclass(kw_only=True)
class SmallOrders(MemoryOutbox):
    """An outbox of so many orders, each of another customer, made when it is asked for."""

    count: int

    def outbox(self, after: int, limit: int = 500) -> list[OutboxEntry]:
        numbers = range(after + 1, min(after + limit, self.count) + 1)
        return [
            OutboxEntry(number=number, kind="record", scan=f"{number:064x}", record=order(number), at=START)
            for number in numbers
        ]

    def outbox_mark(self, number: int) -> str:
        return str(number)

    def cited(self, scan: str, form: str, version: int) -> tuple[list[Reading], list[Place]]:
        return [], [Place(scan=scan, key=FieldKey(name), page=1, box=Box(1, 2, 3, 4)) for name in FIELDS]


def order(number: int) -> Record:
    """The record of this number."""
    day = FIRST_DAY + timedelta(days=number % YEAR_DAYS)
    values = f"BC-{number}", f"Elodie {number}", day.isoformat(), f"{number}.50", f"{number % 100}.25"
    told = tuple(decided(name, value) for name, value in zip(FIELDS, values, strict=True))
    return Record(scan=f"{number:064x}", form="orders", form_version=1, version=1, decisions=told)


def small_orders(count: int) -> SmallOrders:
    """The outbox."""
    return SmallOrders(count=count, known=[orders_form()])


def multiplied(path: Path, count: int) -> None:
    """Copy the records of a file until there are so many; numbers, scans and documents are those of the copy."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        (base,) = next(file.execute("select max(id) from records"))
        for above in range(base, count, base):
            file.execute("begin")
            for table, own in OWN.items():
                names = [row[1] for row in file.execute(f'pragma table_info("{table}")')]
                told = ", ".join(own.get(name, f'"{name}"').format(above=above) for name in names)
                listed = ", ".join(f'"{name}"' for name in names)
                asked = f"select {told} from {table} where {own['of']} <= {min(base, count - above)}"  # noqa: S608 ours
                file.execute(f"insert into {table} ({listed}) {asked}")
            file.execute("commit")
        file.execute(f"update outbox_position set position = {count}")  # noqa: S608 a number
        file.execute("pragma wal_checkpoint(truncate)")


OWN: dict[str, dict[str, str]] = {
    "records": {
        "of": "id",
        "id": "id + {above}",
        "changed": "changed + {above}",
        "scan": "printf('%064x', id + {above})",
    },
    "documents": {
        "of": "record",
        "record": "record + {above}",
        "changed": "changed + {above}",
        "scan": "printf('%064x', record + {above})",
        "json": "json_set(json, '$.id', record + {above}, '$.changed', record + {above}, "
        "'$.scan', printf('%064x', record + {above}))",
    },
    "provenance": {"of": "record", "record": "record + {above}", "scan": "printf('%064x', record + {above})"},
    "orders": {"of": "id", "id": "id + {above}", "scan": "printf('%064x', id + {above})"},
}
"""What a copy of a row has otherwise, by table; `of` names the column of the record's number."""
