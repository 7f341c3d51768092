"""The command that copies records into PostgreSQL."""

from __future__ import annotations

import pytest

from flows.exporting.postgres import copied_rounds
from flows.home.home import Home
from tests.flows.house import House
from tests.flows.serving.test_api import recorded
from tests.postgres import postgres, rows

pytestmark = pytest.mark.xdist_group("postgres")


def test_a_copy_is_made_and_followed(house: House, rooms: Home) -> None:
    scan = recorded(rooms, "12.50")
    with postgres() as address:
        done = house.run("records", "postgres", address, "--schema", "orders")
        assert (done.code, done.out.startswith("1 record copied, up to number ")) == (0, True), done.err
        assert str(rows(address, "select total from orders.receipt")) == "[(Decimal('12.50'),)]"
        rounds = copied_rounds(rooms.settings.records, address, "orders", 0.01)
        assert next(rounds).records == 0
        recorded(rooms, "13.50", scan)
        assert next(rounds).records == 1
        assert str(rows(address, "select total from orders.receipt")) == "[(Decimal('13.50'),)]"
    refused = house.run("records", "postgres", address)
    assert (refused.code != 0, refused.err.startswith("fairhand: PostgreSQL: ")) == (True, True), refused.err
