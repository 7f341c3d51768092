"""A copy in PostgreSQL that stands still: the doctor and an alert say so, whatever stopped it, until it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest

from flows.administration.doctor import examine
from flows.alerts.conditions import look
from flows.exporting.postgres import RoundFailed, copied_rounds
from flows.home.home import Home, now
from reconcile.records import Copied, CopyFailed, copy_notes
from reconcile.records.interchange.postgres_copy import copy_place
from tests.flows.serving.test_api import recorded
from tests.postgres import Server, server

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as made:
        yield made


def told(home: Home, minutes: float = 0) -> tuple[bool, bool]:
    """Whether the doctor says it now, and an alert so many minutes from now."""
    found = [each.message for each in examine(home.settings) if each.check == "records"]
    alerts = [each.check for each in look(home, now() + timedelta(minutes=minutes), {}).alerts]
    assert all("PostgreSQL" in each for each in found)
    return bool(found), "copies" in alerts


def column_of_their_own(running: Server) -> Callable[[], None]:
    """A column that the server makes of others, so that nothing can be copied into it."""
    run(running, "alter table orders.receipt drop column total")
    run(running, "alter table orders.receipt add column total numeric generated always as (1) stored")
    return lambda: run(running, "drop schema orders cascade")


def permission_lost(running: Server) -> Callable[[], None]:
    """A role that may log in, and nothing more."""
    run(running, "alter role erp nosuperuser; reassign owned by erp to postgres")
    return lambda: run(running, "alter role erp superuser")


def server_away(running: Server) -> Callable[[], None]:
    running.stop()
    return running.start


def run(running: Server, words: str) -> None:
    with psycopg.connect(running.address, autocommit=True) as connection:
        connection.execute(words.encode())


@pytest.fixture
def address(running: Server) -> str:
    """The server, without a copy, by a role of the copy's own."""
    run(running, "drop schema if exists orders cascade; drop role if exists erp; create role erp superuser login")
    return running.address.replace("user=postgres", "user=erp")


@pytest.mark.promise(
    "A copy of the",
    "The copy of the",
    "The schema %(schema)s stands",
    "a copy stands still",
    "what was forgotten since may still be in it",
)
@pytest.mark.parametrize("stop", [column_of_their_own, permission_lost, server_away])
def test_whatever_stops_a_copy_is_told_until_it_goes_on(
    rooms: Home, running: Server, address: str, stop: Callable[[Server], Callable[[], None]]
) -> None:
    scan = recorded(rooms, "12.50")
    rounds = copied_rounds(rooms.settings.records, address, "orders", 0.01)
    assert isinstance(next(rounds), Copied)
    assert told(rooms) == (False, False)
    mend = stop(running)
    recorded(rooms, "13.50", scan)
    assert isinstance(next(rounds), RoundFailed)
    assert told(rooms, 1) == (True, False), "a short outage is no alert"
    assert told(rooms, 6) == (True, True)
    mend()
    assert isinstance(next(rounds), Copied)
    assert told(rooms, 1) == (False, False)


@pytest.mark.promise("a copy stands still")
def test_a_follower_that_ended_is_told(rooms: Home, address: str) -> None:
    recorded(rooms, "12.50")
    next(copied_rounds(rooms.settings.records, address, "orders", 5))
    assert told(rooms, 5) == (False, False)
    assert told(rooms, 6) == (False, True), "nobody brings it up to date"


def test_a_copy_that_was_never_made_is_none_and_one_by_hand_is_to_stand_where_it_is(rooms: Home, address: str) -> None:
    recorded(rooms, "12.50")
    with pytest.raises(CopyFailed):
        next(copied_rounds(rooms.settings.records, f"{address} port=1", "orders", None))
    assert copy_notes(rooms.settings.records) == []
    next(copied_rounds(rooms.settings.records, address, "orders", None))
    assert told(rooms, 60) == (False, False)


def test_no_password_and_no_word_of_an_order_is_noted(
    rooms: Home, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(rooms, "12.50")
    monkeypatch.setenv("PGPASSWORD", "hidden")
    monkeypatch.setenv("PGHOST", "from.example")
    assert copy_place("user=erp password=hidden dbname=orders") == "host=from.example port=5432 dbname=orders"
    with pytest.raises(CopyFailed):
        copy_place("postgresql://[")
    next(copied_rounds(rooms.settings.records, f"{address} password=hidden", "orders", None))
    (note,) = copy_notes(rooms.settings.records)
    kept = note.file.read_text(encoding="utf-8")
    assert not [each for each in ("hidden", "erp", "12.50") if each in kept]
