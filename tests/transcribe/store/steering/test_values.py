"""Values in the store: corrected, asked again, locked and unlocked."""

from __future__ import annotations

import pytest

from tests.transcribe.store.world import NOON, World, after, decision, sent
from transcribe.errors import NotFound, SettingsError
from transcribe.model import FieldKey

TOTAL = FieldKey("total")


def test_a_correction_is_a_reading_with_the_last_word_its_reason_and_no_pay(here: World) -> None:
    scan = here.scan("a")
    reading = here.store.correct_value(scan.id, TOTAL, "12", "olga", "the customer called", after(1))
    kept = here.store.field_history(scan.id, TOTAL).readings[-1]
    assert (kept.id, kept.text, kept.kind, kept.reason) == (reading, "12", "expert", "the customer called")
    assert "saw all readings" in kept.flags
    assert [each.scan.id for each in here.store.claim_waiting(5, after(2))] == [scan.id]
    assert here.store.ledger() == []
    assert here.store.withdraw_reading(reading, "olga", "no, it was right", after(3))
    assert here.store.verify_audit().forgeries == ()


def test_a_field_asked_again_is_so_until_somebody_reads_it(here: World) -> None:
    scan = here.scan("a")
    here.decide(scan, decision("total", "8"))
    here.store.ask_value(scan.id, TOTAL, "olga", "looks odd", after(1))
    assert here.store.values_asked_again(scan.id) == {TOTAL}
    here.ask(scan, "total", now=after(2))
    (task,) = here.store.lease("ann", 1, after(3))
    here.store.submit(task.id, "ann", sent("8", "one"), after(4))
    assert here.store.values_asked_again(scan.id) == frozenset()


def test_a_locked_value_is_neither_corrected_nor_asked_and_only_what_is_decided_is_locked(here: World) -> None:
    scan = here.scan("a")
    with pytest.raises(SettingsError, match="not decided yet"):
        here.store.lock_value(scan.id, TOTAL, "olga", "x", after(1))
    here.decide(scan, decision("total", "8"))
    assert here.store.lock_value(scan.id, TOTAL, "olga", "checked", after(1))
    assert not here.store.lock_value(scan.id, TOTAL, "olga", "checked", after(1))
    with pytest.raises(SettingsError, match="value unlock"):
        here.store.correct_value(scan.id, TOTAL, "9", "olga", "x", after(2))
    with pytest.raises(SettingsError, match="value unlock"):
        here.store.ask_value(scan.id, TOTAL, "olga", "x", after(2))
    assert here.store.unlock_value(scan.id, TOTAL, "olga", "was wrong", after(3))
    assert not here.store.unlock_value(scan.id, TOTAL, "olga", "was wrong", after(3))
    assert here.store.locked_values(scan.id) == frozenset()
    assert [each.verb for each in here.store.acts(scan.id)] == ["value locked", "value unlocked"]


def test_what_is_not_there_is_said(here: World) -> None:
    scan = here.scan("a")
    with pytest.raises(NotFound, match=r"has no field town\. Use one of \w+"):
        here.store.correct_value(scan.id, FieldKey("town"), "9", "olga", "x", after(2))
    here.store.forget(scan.id, after(3))
    with pytest.raises(NotFound, match="forgotten"):
        here.store.ask_value(scan.id, TOTAL, "olga", "x", after(4))


def test_a_correction_that_was_read_otherwise_is_found_by_its_time_until_its_scan_is_forgotten(here: World) -> None:
    scan = here.scan("a")
    correction = here.store.correct_value(scan.id, TOTAL, "12", "olga", "the customer called", after(1))
    number = here.store.acts(scan.id)[-1].number
    here.ask(scan, "total", now=after(2))
    (task,) = here.store.lease("ann", 1, after(3))
    here.store.submit(task.id, "ann", sent("8", "one"), after(4))
    heard = here.store.field_history(scan.id, TOTAL).readings[-1]
    here.store.note_overridden("0" * 32, heard, "upheld", after(5))
    assert here.store.overridden_corrections(NOON, 9) == []
    here.store.note_overridden(correction, heard, "upheld", after(5))
    (act,) = here.store.overridden_corrections(NOON, 9)
    assert (act.by, act.scan, act.key, act.at) == ("ann", scan.id, TOTAL, after(5))
    assert act.detail == {"field": "total", "correction": number, "outcome": "upheld"}
    assert here.store.overridden_corrections(after(6), 9) == []
    assert here.store.verify_audit().forgeries == ()
    here.store.forget(scan.id, after(7))
    assert here.store.overridden_corrections(NOON, 9) == []
