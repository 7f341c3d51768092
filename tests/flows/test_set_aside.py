"""The readings of a person are set aside by one command: records follow, pay stays, and they may contest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.administration.people import invite
from flows.home.home import Home, now
from flows.steps.erasures import rebuild_records
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests.flows.house import House
from tests.flows.steps.test_provisional_records import read_all
from tests.flows.steps.test_reconcile_scans import RECEIPT, answer, received
from transcribe.model import FieldKey, Task
from transcribe.store.facts import Rate

TOTAL = FieldKey("total")
LONG_AGO = "2020-01-01"


def spoilt(rooms: Home) -> tuple[str, str, str]:
    """A published receipt whose total two careless people have typed; its scan, and the two."""
    rooms.store.put_rate(Rate(form="", micro=3, currency="EUR", since=now() - timedelta(days=1)), now())
    scan = received(rooms, texts={"total": ("12.50", "12.60")})
    reconcile_home(rooms)
    mina, omar = (invite(rooms, who).person.id for who in ("mina", "omar"))
    for who in (mina, omar, invite(rooms, "zoe").person.id):
        read_all(rooms, who, {**RECEIPT, "total": "99.99"})
    (record,) = query.records(rooms.settings.records, "receipt")
    assert record.values["total"] == "99.99"
    return scan.id, mina, omar


@pytest.mark.promise(
    "What they read on", "what was paid stays", "A record that stood", "What was paid stays paid.", "The person is told"
)
def test_readings_of_a_period_are_set_aside_taken_back_and_records_follow(house: House, rooms: Home) -> None:
    scan, mina, _ = spoilt(rooms)
    paid = rooms.store.ledger()
    for who in ("mina", "omar", "zoe"):
        words = ("people", "set-aside", who, "--from", LONG_AGO, "--why", "the same everywhere", "--by", "olga")
        assert house.run(*words, "--json").code == 0
    assert all(reading.kind == "machine" for reading in rooms.store.readings(scan))
    (record,) = query.records(rooms.settings.records, "receipt")
    assert record.values["total"] != "99.99"
    assert ("total",) in {each.fields for each in record.exceptions if each.rule == "below target"}
    assert rooms.store.ledger() == paid
    assert "readings set aside" in {each.kind for each in rooms.store.notices(mina)}
    history = rooms.store.field_history(scan, TOTAL)
    assert set(history.withdrawn.values()) == {"the same everywhere"}
    own = next(each for each in history.readings if each.source == mina)
    assert rooms.store.open_appeal(own.id, mina, "I looked well", now() + timedelta(days=9), now()).outcome is None
    assert '"withdrawn_because": "the same everywhere"' in house.run("people", "export", "mina").out
    before = list(query.records(rooms.settings.records, "receipt"))
    rebuild_records(rooms)
    assert list(query.records(rooms.settings.records, "receipt")) == before
    for who in ("mina", "omar", "zoe"):
        assert house.run("people", "take-back", who, "--from", LONG_AGO, "--why", "they were right").code == 0
    (record,) = query.records(rooms.settings.records, "receipt")
    assert record.values["total"] == "99.99"
    assert record.exceptions == ()
    assert "nothing has changed" in house.run("people", "take-back", "mina", "--from", LONG_AGO, "--why", "x").out
    assert house.run("log", "verify").code == 0


def test_what_is_mistyped_exits_with_two(house: House, rooms: Home) -> None:
    invite(rooms, "mina")
    for words in (
        ("NOSUCH", "--from", LONG_AGO, "--why", "x"),
        ("mina", "--from", "yesterday", "--why", "x"),
        ("mina", "--from", LONG_AGO, "--to", "2019-01-01", "--why", "x"),
    ):
        assert house.run("people", "set-aside", *words).code == 2


def test_an_audit_that_is_set_aside_is_asked_again_and_the_record_says_so(house: House, rooms: Home) -> None:
    """What machines had decided is theirs alone again, and not as if somebody had looked."""
    scan = received(rooms)
    reconcile_home(rooms)
    eve = invite(rooms, "eve", ["expert"]).person.id
    audited = Task(scan=scan.id, key=TOTAL, kind="audit", reason="audit")
    rooms.store.wake([scan.id], now())
    (waiting,) = rooms.store.claim_waiting(1, now())
    rooms.store.conclude(scan.id, waiting.up_to, [], [audited], None, now())
    assert answer(rooms, eve, "12.50").kind == "audit"
    reconcile_home(rooms)
    assert sum(rooms.store.counts().audited_fields.values()) == 1
    assert house.run("people", "set-aside", "eve", "--from", LONG_AGO, "--why", "false everywhere").code == 0
    (record,) = query.records(rooms.settings.records, "receipt")
    assert ("total",) in {each.fields for each in record.exceptions if each.rule == "below target"}
    assert TOTAL in rooms.store.values_asked_again(scan.id)
    assert sum(rooms.store.counts().audited_fields.values()) == 0
    assert house.run("people", "take-back", "eve", "--from", LONG_AGO, "--why", "right").code == 0
    assert rooms.store.values_asked_again(scan.id) == set()
