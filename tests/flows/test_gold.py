"""Values that become known: by an expert and two people who read alike, each blind, or by an operator's word."""

from __future__ import annotations

import secrets

import pytest

from flows.administration.people import invite
from flows.home.home import Home, now
from flows.steps.learn_parameters import learn_home
from flows.steps.reconcile_scans import reconcile_home
from tests.flows.house import House
from tests.flows.steps.test_provisional_records import read_all
from tests.flows.steps.test_reconcile_scans import RECEIPT, received
from transcribe.model import FieldKey
from transcribe.store.facts import SentReading

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
    assert house.run("gold", "withdraw", scan.id[:12], "total", "--why", "it was wrong").code == 0
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
        assert "--anyway" not in house.run("gold", "add", scan.id[:12], "total", wrong, "--why", "x").err, "it has none"
    assert house.run("gold", "add", scan.id[:12], "nosuch", "1", "--why", "x").code != 0
    assert [each.text for each in rooms.store.truths(scan.id)] == ["12.50"]


def kept_of(rooms: Home, scan: str) -> object:
    """All that is said of the total of a scan: its decisions, records, truths and what is asked of people."""
    history = rooms.store.field_history(scan, TOTAL)
    asked = [each.id for each in history.tasks if each.kind != "test" and each.closed_at is None]
    record = rooms.store.last_record(scan)
    published = [each for each in record.decisions if each.key == TOTAL] if record else []
    return history.decisions, published, record and record.exceptions, rooms.store.truths(scan), asked


@pytest.mark.promise("What is sent there", "Practice and tests are")
def test_wrong_answers_in_practice_and_tests_change_nothing_that_is_known_not_even_when_it_is_weighed_again(
    rooms: Home,
) -> None:
    scan = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    read_all(rooms, invite(rooms, "mina").person.id, RECEIPT)
    rooms.store.add_gold(scan.id, TOTAL, "12.50", "olga", "on the invoice", now())
    reconcile_home(rooms)
    before = kept_of(rooms, scan.id)

    for number in range(4):
        who = invite(rooms, f"new {number}").person.id
        tasks = rooms.store.lease_practice(who, 5, now()).tasks or rooms.store.lease_test(who, "amount", 5, now())
        assert [each.key for each in tasks] == [TOTAL]
        rooms.store.submit(tasks[0].id, who, SentReading(text="72.90", idem=secrets.token_hex(8)), now())
    reconcile_home(rooms)
    assert kept_of(rooms, scan.id) == before
    rooms.store.correct_value(scan.id, FieldKey("date"), "04/03/2018", "olga", "a slip", now())
    reconcile_home(rooms)
    learn_home(rooms)
    rooms.store.wake([scan.id], now())
    reconcile_home(rooms)

    assert kept_of(rooms, scan.id) == before
    assert kept_of(rooms, scan.id) == before
    assert {each.kind for each in rooms.store.readings(scan.id)} == {"machine", "expert"}, "and nothing is measured"


def test_who_adds_a_known_value_is_told_where_the_field_was_decided_otherwise(house: House, rooms: Home) -> None:
    scan = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    read_all(rooms, invite(rooms, "mina").person.id, RECEIPT)
    reconcile_home(rooms)
    words = ("gold", "add", scan.id[:12], "total")
    assert house.run(*words, "12.50", "--why", "on the invoice").err == ""
    told = house.run(*words, "17.50", "--why", "on the invoice")
    assert (told.code, "It was decided otherwise: '12.50'." in told.err) == (0, True)
    assert f"fairhand value correct {scan.id[:12]} total 17.50 --why WHY" in told.err
    house.run("value", "correct", scan.id[:12], "total", "17.50", "--why", "on the invoice")
    house.run("gold", "withdraw", scan.id[:12], "total", "--why", "again")
    assert house.run(*words, "17.50", "--why", "on the invoice").err == ""
