"""A copy in PostgreSQL that stands still: the doctor and an alert say so, whatever stopped it, until it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest

from flows.administration.doctor import examine
from flows.alerts.conditions import look
from flows.home.home import Home, now
from flows.parts.exports.postgres_copy import Copied, CopyFailed, RoundFailed, copied_rounds, copy_place
from reconcile.records import copy_notes
from tests.flows.house import House
from tests.flows.serving.test_api import recorded
from tests.postgres import Server, postgres, rows, server

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
@pytest.mark.parametrize(
    "stop", [*(pytest.param(it, marks=pytest.mark.soak) for it in (column_of_their_own, permission_lost)), server_away]
)
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
    assert copy_notes.known(rooms.settings.records) == []
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
    (note,) = copy_notes.known(rooms.settings.records)
    kept = note.file.read_text(encoding="utf-8")
    assert not [each for each in ("hidden", "erp", "12.50") if each in kept]


@pytest.mark.promise("Rather have tables? `fairhand", "`--every 5` follows until")
def test_a_copy_is_made_and_followed(house: House, rooms: Home) -> None:
    scan = recorded(rooms, "12.50")
    with postgres() as address:
        done = house.run("records", "postgres", address, "--schema", "orders")
        assert (done.code, done.out.startswith("1 record copied, up to number ")) == (0, True), done.err
        assert str(rows(address, "select total from orders.receipt")) == "[(Decimal('12.50'),)]"
        rounds = copied_rounds(rooms.settings.records, address, "orders", 0.01)
        assert counted(next(rounds)) == 0
        recorded(rooms, "13.50", scan)
        assert counted(next(rounds)) == 1
        assert str(rows(address, "select total from orders.receipt")) == "[(Decimal('13.50'),)]"
    refused = house.run("records", "postgres", address)
    assert (refused.code != 0, refused.err.startswith("fairhand: PostgreSQL: ")) == (True, True), refused.err


def counted(done: object) -> int:
    """How many records a round copied."""
    assert isinstance(done, Copied)
    return done.records


@pytest.mark.promise("`--every 5` follows until")
def test_a_follower_goes_on_trying_with_growing_pauses_and_says_so(
    rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(rooms, "12.50")
    fails = iter([True] * 8 + [False, True])
    slept: list[float] = []
    reached = Copied(records=1, erased=0, position=7, anew=False)

    def follow(*_: object) -> Copied:
        if next(fails):
            raise CopyFailed("PostgreSQL: it cannot be reached.")
        return reached

    monkeypatch.setattr("flows.parts.exports.postgres_copy.follow", follow)
    rounds = copied_rounds(rooms.settings.records, "", "orders", 60.0, slept.append)
    told = [next(rounds) for _ in range(10)]
    assert [type(each) for each in told] == [RoundFailed] * 8 + [Copied, RoundFailed]
    assert isinstance(told[0], RoundFailed)
    assert told[0].reason == "PostgreSQL: it cannot be reached."
    assert slept == [5, 10, 20, 40, 80, 160, 300, 300, 60], "after a success it begins anew"
    assert isinstance(told[-1], RoundFailed)
    assert told[-1].pause_seconds == 5


def test_one_round_that_fails_ends_with_its_reason(rooms: Home) -> None:
    recorded(rooms, "12.50")
    with pytest.raises(CopyFailed):
        next(copied_rounds(rooms.settings.records, "postgresql://nobody@127.0.0.1:1/none", "orders", None))


def test_the_command_says_that_it_tries_again(house: House, rooms: Home) -> None:
    recorded(rooms, "12.50")
    following = house.start("records", "postgres", "postgresql://nobody@127.0.0.1:1/none", "--every", "9", forked=True)
    try:
        assert following.stderr is not None
        said = following.stderr.readline()
        while said and "tried again" not in said:
            said = following.stderr.readline()
        assert said.rstrip().endswith("It is tried again in 5 seconds."), said
        assert following.poll() is None, "it goes on"
    finally:
        following.kill()
        following.communicate()
