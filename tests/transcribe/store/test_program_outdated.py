"""A program that goes on while a newer one changes the tables: it writes nothing any more, and says so."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.postgres import new_database
from tests.transcribe.store.world import KEY, NOON, person
from transcribe.errors import ProgramOutdated
from transcribe.store.drivers.migrate import newest_version
from transcribe.store.state_store import Store, open_store

ONLY_ON = "sqlite"  # both are walked here, as each needs a database that no other test uses again

CHANGED = "ALTER TABLE transcriber ADD COLUMN of_the_future INTEGER NOT NULL DEFAULT 0"
"""What a newer program does to a table that this one works on."""

NEXT = newest_version() + 1


@dataclass(frozen=True, slots=True)
class Here:
    """A store, and what a newer program does behind it."""

    store: Store
    change: Callable[[str], object]
    raised: str


@pytest.fixture(params=["sqlite", "postgresql"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Here]:
    path = tmp_path / "state.db"
    url = new_database() if request.param == "postgresql" else ""
    with closing(open_store(path, KEY, url=url)) as store:
        store.put_transcriber(person("zoe"), NOON)
        if url:
            with psycopg.connect(url, autocommit=True) as server:
                raised = "UPDATE schema_version SET version = version + 1"
                yield Here(store, lambda sql: server.execute(sql.encode()), raised)
        else:
            with closing(sqlite3.connect(path, isolation_level=None)) as file:
                yield Here(store, file.execute, f"PRAGMA user_version = {NEXT}")


@pytest.mark.promise("One that still runs")
def test_it_writes_nothing_any_more_and_says_why(here: Here) -> None:
    here.change(CHANGED)
    here.change(here.raised)
    said = f"version {NEXT}, this program knows {NEXT - 1} .*newer fairhand"
    for _ in range(3):
        with pytest.raises(ProgramOutdated, match=said):
            here.store.put_transcriber(person("noor"), NOON)
    with pytest.raises(ProgramOutdated, match=said):
        here.store.check_writable()


def test_what_reads_a_table_that_was_changed_finds_what_is_there(here: Here) -> None:
    before = here.store.transcribers()
    here.change(CHANGED)
    assert here.store.transcribers() == before
