"""The copy in PostgreSQL has every row that the records have, and no other, whatever happened between its rounds."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from flows.home.home import Home
from flows.parts.exports.postgres_copy import follow
from reconcile.records.schema import TABLES
from tests.flows.serving.test_api import recorded
from tests.flows.serving.test_integrating import happen
from tests.postgres import postgres, rows

pytestmark = pytest.mark.xdist_group("postgres")

EVENT_COUNT = 40
"""Random events: decided, corrected, photographed again, forgotten, of another form, a new version, a restore."""

COPIED = ("records", "documents", "provenance", "history", "exceptions", "erased")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with postgres() as made:
        yield made


class Even(random.Random):
    """Chance by which each kind of event is as likely as any other."""

    def choices(self, population: Any, weights: Any = None, **more: Any) -> Any:
        return super().choices(population, **more)


def plain(value: Any) -> Any:
    """A cell as both databases give it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return plain(json.loads(value))
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True)
    return value


def of_records(records: Path, table: str) -> list[str]:
    """The rows of a table in records.db."""
    with closing(sqlite3.connect(records)) as database:
        listed = ", ".join(f'"{name}"' for name in TABLES[table])
        found = database.execute(f'select {listed} from "{table}"').fetchall()  # noqa: S608 ours
    return sorted(str([plain(each) for each in row]) for row in found)


def of_copy(address: str, table: str) -> list[str]:
    """The rows of a table in the copy."""
    listed = ", ".join(f'"{name}"' for name in TABLES[table])
    found = rows(address, f'select {listed} from fairhand."{table}"')  # noqa: S608 ours
    return sorted(str([plain(each) for each in row]) for row in found)


def test_after_any_events_and_any_rounds_the_copy_is_what_the_records_are(rooms: Home, address: str) -> None:
    chance, scans, records = Even(17), [recorded(rooms)], rooms.settings.records
    for number in range(EVENT_COUNT):
        happen(rooms, chance, scans)
        if chance.random() < 0.3 or number == EVENT_COUNT - 1:
            follow(records, address)
            follow(records, address)
            for table in COPIED:
                assert of_copy(address, table) == of_records(records, table), (table, number)
            forms = {str(scan): str(form) for scan, form in rows(address, "select scan, form from fairhand.records")}
            for form in set(forms.values()):
                found = {scan for (scan,) in rows(address, f'select scan from fairhand."{form}"')}  # noqa: S608 ours
                assert found == {scan for scan, of_form in forms.items() if of_form == form}
