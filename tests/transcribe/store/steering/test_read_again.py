"""Scans read again in the store: what was read stays as history, what people typed counts under its form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.transcribe.store.world import NOON, World, after, decision, machine, sent, sha, world
from transcribe.errors import NotFound, SettingsError
from transcribe.model import FieldKey, ReadResult, Scan
from transcribe.store.facts import Rate


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.store.put_rate(Rate(form="", micro=3, currency="EUR", since=NOON), NOON)
        yield made


def anew(here: World, scan: Scan, *texts: str) -> ReadResult:
    """What machines read of the two fields now."""
    reads = here.reads(scan, here.form)
    return replace(reads, readings=tuple(machine(scan, *each) for each in zip(("number", "total"), texts, strict=True)))


def texts(here: World, scan: Scan) -> list[str | None]:
    return [each.text for each in here.store.readings(scan.id)]


def test_what_machines_read_before_is_history_also_where_they_read_the_same(here: World) -> None:
    scan = here.scan("a")
    before = here.store.field_history(scan.id, FieldKey("number")).readings
    here.store.read_again(scan.id, ("order", 1), anew(here, scan, "a-number", "new"), "olga", "engines", after(10))
    assert texts(here, scan) == ["a-number", "new"]
    kept = here.store.field_history(scan.id, FieldKey("number")).readings
    assert kept[: len(before)] == before
    assert len(kept) == len(before) + 1
    assert here.store.verify_audit().forgeries == ()


@pytest.mark.promise("- What people typed", "All of it stays")
def test_what_people_typed_counts_still_and_stays_paid(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "total")
    (task,) = here.store.lease("ann", 1, after(1))
    here.store.submit(task.id, "ann", sent("12", "one"), after(2))
    paid = here.store.ledger("ann")
    here.store.read_again(scan.id, ("order", 1), anew(here, scan, "1", "2"), "olga", "engines", after(10))
    assert texts(here, scan) == ["12", "1", "2"]
    assert here.store.ledger("ann") == paid


def test_as_another_form_readings_stay_under_theirs_and_come_back_with_it(here: World) -> None:
    scan = here.scan("a")
    other = here.other_form("letter")
    here.ask(scan, "total")
    (task,) = here.store.lease("ann", 1, after(1))
    here.store.submit(task.id, "ann", sent("12", "one"), after(2))
    reads = replace(here.reads(scan, other), readings=(machine(scan, "town", "Lyon"),))
    here.store.read_again(scan.id, (other.name, other.version), reads, "olga", "wrong form", after(10))
    assert (here.store.scan(scan.id).form, texts(here, scan)) == ("letter", ["Lyon"])
    here.store.read_again(scan.id, ("order", 1), anew(here, scan, "1", "2"), "olga", "it was right", after(20))
    assert (here.store.scan(scan.id).form, texts(here, scan)) == ("order", ["12", "1", "2"])
    assert [each.reason for each in here.store.acts(scan.id)] == ["wrong form", "it was right"]
    assert here.store.acts(scan.id)[0].detail["form_before"] == "order"


@pytest.mark.promise("Those that somebody holds", "What is still to", "those that somebody holds")
def test_questions_that_nobody_holds_are_withdrawn_and_those_held_are_kept_and_paid(here: World) -> None:
    scan, other = here.scan("a"), here.other_form("letter")
    here.ask(scan, "number", "total")
    (held,) = here.store.lease("ann", 1, after(1))
    reads = replace(here.reads(scan, other), readings=(machine(scan, "town", "Lyon"),))
    here.store.read_again(scan.id, (other.name, other.version), reads, "olga", "wrong form", after(10))
    assert here.store.lease("ben", 2, after(11)) == []
    assert here.store.submit(held.id, "ann", sent("12", "one"), after(12)).kind == "kept"
    assert [each.micro for each in here.store.ledger("ann")] == [3]
    assert here.store.counts().open_tasks == {}


@pytest.mark.promise("- What is decided")
def test_decisions_stand_until_the_scan_is_weighed_and_who_weighed_what_was_before_is_late(here: World) -> None:
    scan = here.scan("a")
    here.decide(scan, decision("number", "7", *here.store.readings(scan.id)), decision("total", "8"), record=True)
    waiting = here.up_to(scan)
    here.store.read_again(scan.id, ("order", 1), anew(here, scan, "1", "2"), "olga", "engines", after(10))
    assert [each.text for each in here.store.decisions(scan.id)] == ["7", "8"]
    here.store.conclude(scan.id, waiting, [decision("number", "late")], [], None, after(11))
    assert [each.text for each in here.store.decisions(scan.id)] == ["7", "8"]
    assert [each.scan.id for each in here.store.claim_waiting(5, after(12))] == [scan.id]


def test_what_a_record_cites_stays_known(here: World) -> None:
    scan, other = here.scan("a"), here.other_form("letter")
    before = here.store.readings(scan.id)
    reads = replace(here.reads(scan, other), readings=(machine(scan, "town", "Lyon"),))
    here.store.read_again(scan.id, (other.name, other.version), reads, "olga", "wrong form", after(10))
    readings, places = here.store.cited(scan.id, "order", 1)
    assert readings == before
    assert [each.key.name for each in places] == ["number", "total"]


def test_a_forgotten_scan_comes_again_as_a_new_one_and_is_known_then(here: World) -> None:
    scan = here.scan("a")
    here.store.forget(scan.id, after(10))
    assert here.store.scan_of_pages(scan.id) is None
    again = here.store.take_again(scan, [], "olga", "the customer asked", after(20))
    assert again.id != scan.id
    assert here.store.take_again(scan, [], "olga", "twice", after(21)) == here.store.scan(again.id)
    assert here.store.scan_of_pages(scan.id) == here.store.scan(again.id)
    assert here.store.forgotten(scan.id)
    assert here.store.origin(again.id) == scan.id
    assert here.store.verify_audit().forgeries == ()


def test_a_forgotten_scan_is_not_read_again_and_its_words_go_with_it(here: World) -> None:
    scan = here.scan("a")
    here.store.read_again(scan.id, ("order", 1), anew(here, scan, "1", "2"), "olga", "for Mr Smith", after(10))
    here.store.forget(scan.id, after(20))
    assert [each.reason for each in here.store.acts(scan.id)] == [""]
    with pytest.raises(NotFound, match="--again"):
        here.store.read_again(scan.id, ("order", 1), anew(here, scan, "1", "2"), "olga", "x", after(30))


@pytest.mark.promise("Both are kept, and")
def test_nobody_does_it_without_saying_why(here: World) -> None:
    scan = here.scan("a")
    with pytest.raises(SettingsError, match="--why"):
        here.store.read_again(scan.id, ("order", 1), anew(here, scan, "1", "2"), "olga", " ", after(10))
    assert texts(here, scan) == ["a-number", "a-total"]


def test_other_pages_take_the_place_of_those_of_a_scan_and_the_old_ones_are_known_for_forgetting(here: World) -> None:
    scan = here.scan("a")
    file = scan.pages[0].file
    other = replace(scan, id=sha("other"), pages=(replace(scan.pages[0], file=sha("other file")),))
    here.store.replace_pages(scan.id, other, [], after(10))
    assert here.store.scan(scan.id).pages == other.pages
    assert file in here.store.replaced(scan.id)
    assert here.store.scan_of_pages(sha("other")) == here.store.scan_of_pages(scan.id) == here.store.scan(scan.id)
    assert {file, sha("other file")} <= set(here.store.forget(scan.id, after(20)))


def test_a_question_which_form_a_scan_is_ends_where_somebody_says_it(here: World) -> None:
    scan = replace(here.scan("a"), id=sha("unknown"), form="", form_version=0)
    here.store.put_scan(scan, [], NOON)
    here.ask(scan, "", kind="identify")
    here.store.set_form(scan.id, "order", 1, after(10))
    assert here.store.lease("ann", 1, after(11)) == []


def asked(here: World, name: str) -> Scan:
    """A scan of a batch of its own name, of which one field is asked."""
    scan = here.scan(name, batch=name)
    here.ask(scan, "total")
    return scan


def offered(here: World, who: str) -> list[str]:
    return [here.store.scan(task.scan).batch for task in here.store.lease(who, 9, after(5))]


def test_tasks_are_offered_by_priority_then_by_due_date_then_as_they_came(here: World) -> None:
    for name in ("plain", "late", "soon", "urgent"):
        asked(here, name)
    here.store.set_batch_due("late", after(9000), "olga", "promised", after(1))
    here.store.set_batch_due("soon", after(8000), "olga", "promised", after(1))
    here.store.set_batch_priority("urgent", 3, "olga", "a good customer", after(1))
    asked(here, "later")
    here.ask(here.scan("second", batch="urgent"), "total")
    assert offered(here, "ann") == ["urgent", "urgent", "soon", "late", "plain", "later"]
    here.store.give_back("ann", after(6))
    here.store.set_batch_priority("urgent", 0, "olga", "no more", after(7))
    assert offered(here, "ann") == ["soon", "late", "plain", "urgent", "later", "urgent"]


@pytest.mark.promise(
    "The batch is cancelled.",
    "Nobody is asked about it any more.",
    "what somebody holds is kept and",
    "`fairhand batch resume` weighs",
)
def test_a_cancelled_batch_asks_nobody_keeps_what_is_held_and_goes_on_when_resumed(here: World) -> None:
    scan = here.scan("a", batch="monday")
    here.ask(scan, "number", "total")
    (held,) = here.store.lease("ann", 1, after(1))
    cancelled = here.store.cancel_batch("monday", "olga", "wrong customer", after(2))
    assert (cancelled.cancelled_at, cancelled.open_tasks) == (after(2), 0)
    assert here.store.lease("ben", 9, after(3)) == []
    assert here.store.submit(held.id, "ann", sent("1", "one"), after(4)).kind == "kept"
    assert [line.micro for line in here.store.ledger("ann")] == [3]
    here.ask(scan, "number", "total", now=after(5))
    assert here.store.lease("ben", 9, after(6)) == []
    here.store.resume_batch("monday", "olga", "it was right", after(7))
    assert [each.scan.id for each in here.store.claim_waiting(5, after(8))] == [scan.id]
    here.ask(scan, "total", "number", now=after(8))
    assert {task.key.name for task in here.store.lease("ben", 9, after(9))} == {"number", "total"}
    assert [each.verb for each in here.store.acts(batch="monday")] == ["batch cancelled", "batch resumed"]
    assert here.store.verify_audit().broken_at is None


def test_what_a_batch_cost_and_when_people_read_is_known(here: World) -> None:
    asked(here, "monday")
    (task,) = here.store.lease("ann", 1, after(1))
    here.store.submit(task.id, "ann", sent("1", "one"), after(4))
    work = here.store.batch_work("monday")
    assert (work.cost, work.times, work.finished_fields, work.finished_readings) == ({"EUR": 3}, (after(4),), 1, 1)


def test_a_note_is_kept_and_each_change_is_an_act(here: World) -> None:
    asked(here, "monday")
    assert here.store.set_batch_note("monday", "call first", "olga", after(1)).note == "call first"
    here.store.set_batch_note("monday", "call first", "olga", after(2))
    assert [(each.by, each.reason) for each in here.store.acts(batch="monday")] == [("olga", "call first")]


def test_what_is_mistyped_is_said(here: World) -> None:
    with pytest.raises(NotFound, match="There is no batch 'NOSUCH'"):
        here.store.cancel_batch("NOSUCH", "olga", "x", after(1))
    asked(here, "monday")
    with pytest.raises(SettingsError, match="0 \\(as all are\\) to 9"):
        here.store.set_batch_priority("monday", 10, "olga", "x", after(1))
    with pytest.raises(SettingsError, match="--why"):
        here.store.cancel_batch("monday", "olga", "", after(1))
    assert here.store.batch("monday").cancelled_at is None
