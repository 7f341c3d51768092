"""Values that become known: by an expert and two people who read alike, each blind, or by an operator's word."""

from __future__ import annotations

from flows.administration.people import invite
from flows.home.home import Home, now
from flows.steps.reconcile_scans import reconcile_home
from tests.flows.house import House
from tests.flows.steps.test_provisional_records import read_all
from tests.flows.steps.test_reconcile_scans import RECEIPT, received
from transcribe.model import FieldKey

TOTAL = FieldKey("total")


def test_what_three_read_alike_is_known_and_once_withdrawn_never_comes_back(house: House, rooms: Home) -> None:
    scan = received(rooms, texts={"total": ("12.50", "18.50")})
    reconcile_home(rooms)
    for who, roles in (("mina", ["transcriber"]), ("omar", ["transcriber"]), ("eve", ["transcriber", "expert"])):
        assert rooms.store.truths(scan.id) == []
        if TOTAL in {each.key for each in rooms.store.decisions(scan.id)}:
            rooms.store.ask_value(scan.id, TOTAL, "olga", "a check", now())
            reconcile_home(rooms)
        read_all(rooms, invite(rooms, who, roles).person.id, RECEIPT)
    assert [(each.key, each.origin, each.text) for each in rooms.store.truths(scan.id)] == [(TOTAL, "gold", "12.50")]
    (listed,) = house.run("gold", "list", "--json").json
    assert (listed["field"], listed["text"], listed["answers"]) == ("total", "12.50", 0)
    assert house.run("gold", "withdraw", scan.id[:12], "total").code == 0
    rooms.store.wake([scan.id], now())
    reconcile_home(rooms)
    assert rooms.store.truths(scan.id) == []


def test_an_operator_says_what_is_known_and_what_is_no_value_is_refused(house: House, rooms: Home) -> None:
    scan = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    added = house.run("gold", "add", scan.id[:12], "total", "12.50", "--why", "on the invoice", "--by", "olga")
    assert added.code == 0, added.err
    (line,) = [each for each in rooms.store.audit() if each.action == "gold added"]
    assert line.actor == "olga"
    for wrong in ("a dozen", " "):
        assert house.run("gold", "add", scan.id[:12], "total", wrong, "--why", "x").code == 2
    assert house.run("gold", "add", scan.id[:12], "nosuch", "1", "--why", "x").code != 0
    assert [each.text for each in rooms.store.truths(scan.id)] == ["12.50"]
