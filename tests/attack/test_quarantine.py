"""Quarantine: a scan that cannot be weighed is set apart by name, and everything else goes on."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from flows.administration.people import invite
from flows.home.home import Home, now, policy
from flows.steps import reconcile_scans
from flows.steps.learn_parameters import learn_home
from flows.steps.reconcile_scans import ReconciledScans, reconcile_waiting
from reconcile.inference.weigh import weigh as weigh_readings
from reconcile.learning import proposal
from reconcile.learning.learn import learn as learn_from
from tests.flows.conftest import house, rooms
from tests.flows.house import House
from tests.flows.steps.test_reconcile_scans import answer, received
from transcribe.errors import EngineError, FormError, NotFound
from transcribe.model import FieldKey, Form, Reading, Scan

__all__ = ["house", "rooms"]
POISON = "poison"


@pytest.fixture
def poisonous(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weighing and learning fail on one text, as no text is known to any more."""
    weigh, facts = weigh_readings, learn_from

    def weighed(form: Form, readings: Sequence[Reading], *more: Any) -> Any:
        if any(each.text == POISON for each in readings):
            raise KeyError(POISON)
        return weigh(form, readings, *more)

    def learnt(scans: Any, before: Any, policy: Any) -> Any:
        if any(each.text == POISON for scan in scans for each in scan.readings):
            raise ValueError("math domain error")
        return facts(scans, before, policy)

    monkeypatch.setattr(reconcile_scans, "weigh", weighed)
    monkeypatch.setattr(proposal, "weigh", weighed)
    monkeypatch.setattr(proposal, "learn", learnt)


def reconciled(rooms: Home, at: datetime | None = None) -> ReconciledScans:
    return reconcile_waiting(
        rooms.store, rooms.forms, policy(rooms.settings), lambda: at or now(), lambda scan, shown: None
    )


def poisoned(rooms: Home, who: str) -> Scan:
    """A scan of which this person sent a text that cannot be weighed."""
    scan = received(rooms, texts={"total": ("12.50", "12.60")})
    assert reconciled(rooms).failed == ()
    answer(rooms, who, POISON, scan=scan.id)
    return scan


@pytest.fixture
def mina(rooms: Home) -> str:
    return invite(rooms, "mina").person.id


def test_a_poisoned_scan_is_named_with_its_reading_and_the_others_go_on(
    rooms: Home, mina: str, poisonous: None
) -> None:
    bad, good = poisoned(rooms, mina), received(rooms)
    done = reconciled(rooms)
    assert done.failed == ((bad.id, "weighing it failed unexpectedly (KeyError: 'poison')."),)
    assert good.id in {state.scan.id for state in rooms.store.scan_states() if state.decided}
    (apart,) = rooms.store.quarantined()
    (blamed,) = (each for each in rooms.store.readings(bad.id) if each.id == apart.reading)
    assert (apart.scan.id, blamed.text, blamed.source, apart.tries) == (bad.id, POISON, mina, 1)
    assert rooms.store.counts().waiting_scans == 0


def test_it_is_not_tried_again_until_something_has_changed(
    rooms: Home, mina: str, poisonous: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned(rooms, mina)
    assert len(reconciled(rooms).failed) == 1
    for days in (0, 1, 400):
        assert reconciled(rooms, now() + timedelta(days=days)) == ReconciledScans()
    for module in (reconcile_scans, reconcile_scans):
        monkeypatch.setattr(module, "program", lambda: "another version")
    assert len(reconciled(rooms).failed) == 1
    monkeypatch.undo()  # as if the next version had mended it
    rooms.store.retry_quarantined(now())
    assert reconciled(rooms).scans == 1
    assert rooms.store.quarantined() == []


def test_a_new_reading_has_it_weighed_again(rooms: Home, mina: str, poisonous: None) -> None:
    bad = poisoned(rooms, mina)
    reconciled(rooms)
    omar = invite(rooms, "omar").person.id
    for task in rooms.store.lease(omar, 5, now()):
        rooms.store.give_back(omar, now(), [task.id])
    rooms.store.wake([bad.id], now())
    assert [scan for scan, _ in reconciled(rooms).failed] == [bad.id]
    assert rooms.store.quarantined()[0].tries == 2


@pytest.mark.promise("or `fairhand quarantine withdraw")
def test_a_withdrawn_reading_stays_paid_and_the_scan_is_weighed_and_asked_of_another(
    rooms: Home, mina: str, poisonous: None
) -> None:
    bad = poisoned(rooms, mina)
    reconciled(rooms)
    (apart,) = rooms.store.quarantined()
    assert apart.reading is not None
    before = rooms.store.ledger()
    assert rooms.store.withdraw_reading(apart.reading, "olga", "not readable", now())
    assert not rooms.store.withdraw_reading(apart.reading, "olga", "again", now())
    assert reconciled(rooms).failed == ()
    assert rooms.store.quarantined() == []
    assert rooms.store.ledger() == before
    assert apart.reading not in {each.id for each in rooms.store.readings(bad.id)}
    history = [each for story in rooms.store.readings_of(mina) for each in story.readings]
    assert apart.reading in {each.id for each in history}
    assert [line.action for line in rooms.store.audit()][-1] == "reading withdrawn"
    assert rooms.store.lease(mina, 5, now()) == [] or all(
        task.scan != bad.id or task.key.name != "total" for task in rooms.store.held(mina, now())
    )
    omar = invite(rooms, "omar").person.id
    assert {(task.scan, task.key.name) for task in rooms.store.lease(omar, 5, now())} >= {(bad.id, "total")}
    with pytest.raises(NotFound):
        rooms.store.withdraw_reading("nothing", "olga", "none", now())


def test_learning_leaves_out_what_cannot_be_weighed_and_says_so(rooms: Home, mina: str, poisonous: None) -> None:
    received(rooms)
    bad = poisoned(rooms, mina)
    before = learn_home(rooms)  # the scan is not in quarantine yet
    reconciled(rooms)
    after = learn_home(rooms)
    for learnt in (before, after):
        assert [each.scan for each in learnt.skipped] == [bad.id]
        assert learnt.scans == 1


@pytest.mark.parametrize("error", [FormError("The definition is gone."), EngineError("The reader failed.")])
def test_what_may_be_mended_outside_is_tried_again_less_and_less_often(rooms: Home, error: Exception) -> None:
    received(rooms)

    def forms(name: str, version: int) -> Form:
        raise error

    start, tries = now(), []
    for minute in range(600):
        at = start + timedelta(minutes=minute)
        done = reconcile_waiting(
            rooms.store,
            forms,
            policy(rooms.settings),
            partial(datetime.fromtimestamp, at.timestamp(), UTC),
            lambda *_: None,
        )
        tries += [minute] if done.failed else []
    assert tries[:5] == [0, 1, 3, 7, 15]
    assert len(tries) <= 6 + 10  # then once an hour
    assert reconciled(rooms, start + timedelta(days=1)).scans == 1
    assert rooms.store.quarantined() == []


def test_a_scan_that_is_forgotten_leaves_no_word_in_quarantine(rooms: Home, mina: str, poisonous: None) -> None:
    bad = poisoned(rooms, mina)
    reconciled(rooms)
    rooms.store.forget(bad.id, now())
    assert rooms.store.quarantined() == []


def test_the_reading_to_blame_is_found_among_many() -> None:
    made = [secrets.token_hex(4) for _ in range(3)]
    readings = [
        Reading(id=f"{name}{text}", scan="s", key=FieldKey(name), source="ana", kind="person", text=text, at=now())
        for name in made
        for text in ("a", "b", "c")
    ]

    def weighed(some: Sequence[Reading]) -> None:
        if any(each.text == "b" and each.key.name == made[1] for each in some):
            raise ValueError

    blamed = reconcile_scans.to_blame(readings, weighed)
    assert blamed is not None
    assert (blamed.key.name, blamed.text) == (made[1], "b")
    assert reconcile_scans.to_blame([each for each in readings if each is not blamed], weighed) is None


def test_status_and_the_commands_name_it(
    house: House, rooms: Home, mina: str, poisonous: None, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = poisoned(rooms, mina)
    reconciled(rooms)
    reading = rooms.store.quarantined()[0].reading
    assert reading is not None
    assert "1 could not be weighed" in house.run("status").out
    (said,) = house.run("status", "--json").json
    assert [(each["scan"], each["reading"]) for each in said["quarantined"]] == [(bad.id, reading)]
    (listed,) = house.run("quarantine", "list", "--json").json
    assert (listed["field"], listed["by"], listed["text"]) == ("total", "mina", POISON)
    assert f"because of reading {reading} of total by mina" in house.run("quarantine", "list").out
    assert house.run("quarantine", "retry").out.startswith("1 scan will be weighed again")
    assert "1 could not be weighed" in house.run("status").out, "not by itself"
    assert house.run("quarantine", "withdraw", reading[:16], "--reason", "not readable").code == 0
    assert house.run("quarantine", "list").out == "No scan is in quarantine.\n"
