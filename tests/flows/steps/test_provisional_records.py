"""Records of orders that nobody who is there can finish: published where the operator says so, and told as such."""

from __future__ import annotations

import csv
import json
import secrets

import pytest

from flows.administration.people import invite
from flows.home.home import Home, now
from flows.output.explanation import explained, in_words
from flows.steps.erasures import publish_records
from flows.steps.learn_parameters import learn_home
from flows.steps.provisional_records import keep_provisional
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests.flows.house import House
from tests.flows.steps.test_reconcile_scans import RECEIPT, received
from transcribe.model import Scan
from transcribe.store.facts import SentReading


def stranded(rooms: Home) -> tuple[Scan, str]:
    """An order whose total one person has read otherwise than both engines, and that person; nobody else is there."""
    mina = invite(rooms, "mina").person.id
    scan = received(rooms, texts={"total": ("12.50", "12.60")})
    reconcile_home(rooms)
    read_all(rooms, mina, {**RECEIPT, "total": "99.99"})
    return scan, mina


def read_all(rooms: Home, who: str, texts: dict[str, str]) -> None:
    for task in rooms.store.lease(who, 9, now()):
        rooms.store.submit(task.id, who, SentReading(text=texts[task.key.name], idem=secrets.token_hex(8)), now())
    reconcile_home(rooms)


def test_an_order_that_nobody_can_finish_is_published_as_provisional_and_corrected_later(rooms: Home) -> None:
    scan, _ = stranded(rooms)
    assert rooms.store.missing_people()
    assert keep_provisional(rooms) == 1
    publish_records(rooms)
    (record,) = query.records(rooms.settings.records, "receipt")
    assert (record.scan, record.record_version) == (scan.id, 1)
    assert {each.rule for each in record.exceptions} == {"below target"}
    assert ("total",) in {each.fields for each in record.exceptions}
    methods = {each.field: each.method for each in record.origins}
    assert methods["total"] == "provisional"
    counts = rooms.store.counts()
    assert (counts.records, counts.provisional_records) == ({"receipt": 1}, {"receipt": 1})
    assert counts.open_fields["receipt"] == len(record.exceptions)
    assert rooms.store.missing_people(), "what is open stays open"

    read_all(rooms, invite(rooms, "omar").person.id, RECEIPT)
    read_all(rooms, invite(rooms, "eve", ["expert"]).person.id, RECEIPT)
    publish_records(rooms)
    (record,) = query.records(rooms.settings.records, "receipt")
    assert (record.record_version, record.values["total"]) == (2, "12.50")
    assert record.exceptions == ()
    assert rooms.store.counts().provisional_records == {}


def test_a_provisional_value_is_explained_as_not_decided_and_weighed_again_is_the_same(rooms: Home) -> None:
    scan, _ = stranded(rooms)
    keep_provisional(rooms)
    told = explained(rooms, scan.id, "total")
    assert told.replay
    said = in_words(told)
    assert "not decided, likeliest (version 1)" in said
    assert "Weighed again it is the same." in said


def test_each_field_that_is_decided_later_makes_a_new_version_while_others_stay_open(rooms: Home) -> None:
    mina = invite(rooms, "mina").person.id
    scan = received(rooms, texts={"total": ("12.50", "12.60"), "date": ("03/03/2018", "08/03/2018")})
    reconcile_home(rooms)
    read_all(rooms, mina, {**RECEIPT, "total": "99.99", "date": "05/05/2018"})
    assert keep_provisional(rooms) == 1
    eve = invite(rooms, "eve", ["expert"]).person.id
    (task,) = (each for each in rooms.store.lease(eve, 9, now()) if each.key.name == "total")
    rooms.store.submit(task.id, eve, SentReading(text="12.60", idem="first"), now())
    rooms.store.give_back(eve, now())
    reconcile_home(rooms)
    (record,) = query.records(rooms.settings.records, "receipt")
    assert (record.scan, record.record_version, record.values["total"]) == (scan.id, 2, "12.60")
    assert [each.fields for each in record.exceptions if each.rule == "below target"] == [("date",)]
    assert {each.field: each.method for each in record.origins}["date"] == "provisional"
    reconcile_home(rooms)
    rooms.store.wake([scan.id], now())
    reconcile_home(rooms)
    (record,) = query.records(rooms.settings.records, "receipt")
    assert record.record_version == 2, "without news it is one version"
    assert rooms.store.counts().provisional_records == {"receipt": 1}

    read_all(rooms, eve, {**RECEIPT, "date": "08/03/2018"})
    (record,) = query.records(rooms.settings.records, "receipt")
    assert (record.exceptions, record.record_version) == ((), 3)


def test_another_reading_makes_a_new_version_though_nothing_is_decided(rooms: Home) -> None:
    _, mina = stranded(rooms)
    assert keep_provisional(rooms) == 1
    publish_records(rooms)
    (record,) = query.records(rooms.settings.records, "receipt")
    (before,) = (each.found for each in record.exceptions if each.fields == ("total",))
    history = next(each for each in rooms.store.readings_of(mina) if each.key.name == "total")
    (task,) = (each for each in history.tasks if each.id == history.readings[-1].task)
    rooms.store.undo(task.id, mina, now())
    rooms.store.submit(task.id, mina, SentReading(text="12.30", idem="again"), now())
    reconcile_home(rooms)
    (record,) = query.records(rooms.settings.records, "receipt")
    assert record.record_version > 1
    (after,) = (each.found for each in record.exceptions if each.fields == ("total",))
    assert after != before, "how probable it is now"
    assert {each.rule for each in record.exceptions} == {"below target"}


def test_nothing_is_provisional_while_somebody_who_is_there_can_go_on(rooms: Home) -> None:
    stranded(rooms)
    invite(rooms, "omar")
    assert keep_provisional(rooms) == 0
    assert rooms.store.counts().records == {}


def test_a_provisional_value_decides_nothing_for_people_or_for_learning(rooms: Home) -> None:
    scan, mina = stranded(rooms)
    assert keep_provisional(rooms) == 1
    history = next(each for each in rooms.store.readings_of(mina) if each.key.name == "total")
    assert history.decisions == ()
    (task,) = (each for each in history.tasks if each.id == history.readings[-1].task)
    assert rooms.store.undo(task.id, mina, now()).id == task.id, "it can be taken back as before"
    learn_home(rooms)
    reconcile_home(rooms)
    assert "below target" not in {
        each.reason for each in rooms.store.field_history(scan.id, history.key).tasks if each.closed_at is None
    }


def test_said_twice_it_is_one_version(rooms: Home) -> None:
    stranded(rooms)
    assert (keep_provisional(rooms), keep_provisional(rooms)) == (1, 0)
    assert len(rooms.store.outbox(0)) == 1


def test_the_command_publishes_provisional_records_only_where_it_is_told_to(house: House, rooms: Home) -> None:
    stranded(rooms)
    assert house.run("records", "publish", "--json").json[0]["provisional"] == 0
    assert house.run("records", "publish", "--provisional", "--json").json[0]["provisional"] == 1
    again = house.run("records", "publish", "--provisional")
    assert (again.code, "provisional" in again.out + again.err) == (0, False), "nothing is said of none"
    (line,) = house.run("records", "export", "--format", "jsonl", "--form", "receipt").out.splitlines()
    assert "below target" in {each["rule"] for each in json.loads(line)["exceptions"]}


@pytest.mark.promise("keep the rows whose")
def test_an_export_has_provisional_records_too_and_help_says_how_to_leave_them_out(house: House, rooms: Home) -> None:
    final = received(rooms, texts={"total": ("12.50", "12.50")})
    stranded(rooms)
    reconcile_home(rooms)
    assert house.run("records", "publish", "--provisional").code == 0
    lines = house.run("records", "export", "--format", "jsonl", "--form", "receipt").out.splitlines()
    states = {each["scan"]: each["state"] for each in map(json.loads, lines)}
    assert sorted(states.values()) == ["final", "provisional"]
    assert states[final.id] == "final"
    head, *rows = csv.reader(house.run("records", "export", "--format", "csv", "--form", "receipt").out.splitlines())
    assert sorted(row[head.index("state")] for row in rows) == ["final", "provisional"]
    told = " ".join(house.run("records", "export", "--help").out.split())
    assert "the finished records" not in told
    assert "Provisional records are among them: `state` says of each record" in told
