"""The command that copies records into PostgreSQL."""

from __future__ import annotations

import pytest

from flows.exporting.postgres import RoundFailed, copied_rounds
from flows.home.home import Home
from reconcile.records import Copied, CopyFailed
from tests.flows.house import House
from tests.flows.serving.test_api import recorded
from tests.postgres import postgres, rows

pytestmark = pytest.mark.xdist_group("postgres")


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

    monkeypatch.setattr("flows.exporting.postgres.follow", follow)
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
