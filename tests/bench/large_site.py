"""A home of a million scans, or of a part of it: the rows of its state, made set-based in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from string import Template

from reconcile.parameters import shipped_parameters
from tests.bench.large_records import fill_records
from tests.flows.desk.desk_site import ENGINES, DeskSite
from tests.transcribe.store.world import sqlite_of
from transcribe.codes import Verdict
from transcribe.store.drivers.columns import micros
from transcribe.store.facts import Floor, Learning, Rate
from transcribe.store.state_store import Store

FIELDS = 40
"""Fields of each scan."""

PEOPLE = 200
"""People who have read, one in twenty of them an expert."""

MONTHS = 24
"""Months of which everybody was paid."""

VERSIONS = 12
"""Versions of what was learnt."""

CACHE_KIB = 8_000_000
"""Memory for pages that are not written yet, at most: the state of a million scans has 20 GB. Chosen by hand."""

TABLES = ("scan", "field", "reading", "decision", "task", "ledger", "lease", "outbox", "audit", "delivery")
"""The tables whose rows are counted and printed."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the home is."""

    scans: int
    batches: int

    @property
    def fields(self) -> int:
        """Fields of all scans."""
        return self.scans * FIELDS

    @property
    def machine_readings(self) -> int:
        """Readings of both engines."""
        return 2 * self.fields


NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"

READ_AT = "$now - ($scans - i) * 59000000"
"""When people read a field of scan i."""

IS_READ = "i % 20"
"""Of which scans people have read a field: of those that are not open."""

IS_AUDITED = "i % 500 = 1"
"""Of which scans three fields were audited."""

TEXTS = (
    "CASE ((number - 1) / 2) % $fields WHEN 0 THEN '473962' WHEN 1 THEN 'Mary Poole' WHEN 2 THEN"
    " CASE WHEN number % 2 AND (number / (2 * $fields)) % 9 = 0 THEN '72.50' ELSE '12.50' END ELSE '7' END"
)
"""What machines read: one engine takes a 1 for a 7 now and then."""

ROWS = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


def fill(desk: DeskSite, size: Size) -> None:
    """Make the rows of the state in one transaction, those of the records in another, and what was learnt."""
    store, at = desk.home.store, desk.now()
    store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=at), at)
    store.put_floor(Floor(micro=20_000_000, currency="EUR", source="by law", since=at), at)
    _learn(store, at)
    assert isinstance(store, Store)
    connection = sqlite_of(store).connection
    connection.execute(f"PRAGMA cache_size = {-CACHE_KIB}")  # else pages of a million scans are written again and again
    connection.execute("BEGIN IMMEDIATE")  # past the store, which would seal each row: pages look at no seal
    for statement in statements(size, at):
        connection.execute(statement)
    connection.execute("COMMIT")
    fill_records(desk.home, size.scans, at)


def statements(size: Size, at: datetime) -> Iterator[str]:
    """The statements of `large_site.sql`, with the numbers that each counts through."""
    values = {
        "scans": size.scans,
        "fields": FIELDS,
        "all": size.fields,
        "readings": size.machine_readings,
        "batches": size.batches,
        "now": micros(at),
        "people": PEOPLE,
        "months": MONTHS,
        "payments": PEOPLE * MONTHS - 1,
        "engine_one": ENGINES[0],
        "engine_two": ENGINES[1],
    }
    terms = {"read_at": READ_AT, "texts": TEXTS, "is_read": IS_READ, "is_audited": IS_AUDITED}
    values |= {name: Template(term).substitute(values) for name, term in terms.items()}
    for group in Template(ROWS).substitute(values).split("-- n: ")[1:]:
        count, _, rows = group.partition("\n")
        for statement in rows.strip().split(";\n"):
            head, select, query = statement.partition("SELECT ")
            yield f"{head} {NUMBERS.format(count=count)} {select}{query}"


def _learn(store: Store, at: datetime) -> None:
    """Versions of what was learnt, each with its comparison."""
    content = shipped_parameters().content
    store.put_parameters(content, at - timedelta(days=VERSIONS))
    for number in range(1, VERSIONS):
        numbers = {"compared": 100, "decided_before": 90, "wrong_before": 2, "decided_after": 91, "wrong_after": 1}
        when = at - timedelta(days=VERSIONS - number)
        store.keep_learning(
            Learning(version=number, verdict=Verdict.BETTER, by="fairhand", at=when, numbers=numbers), content
        )


def counted_rows(desk: DeskSite) -> dict[str, int]:
    """How many rows the large tables have."""
    store = desk.home.store
    assert isinstance(store, Store)
    connection = sqlite_of(store).connection
    return {name: next(iter(connection.execute(f"SELECT COUNT(*) AS n FROM {name}")))["n"] for name in TABLES}  # noqa: S608 our own names
