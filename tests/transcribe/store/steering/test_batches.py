"""Batches in the store: cancelled and resumed, offered by priority and due date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.transcribe.store.world import NOON, World, after, sent, world
from transcribe.errors import NotFound, SettingsError
from transcribe.model import Scan
from transcribe.store.facts import Rate


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.store.put_rate(Rate(form="", micro=3, currency="EUR", since=NOON), NOON)
        yield made


def asked(here: World, name: str) -> Scan:
    """A scan of a batch of its own name, of which one field is asked."""
    scan = here.scan(name, batch=name)
    here.ask(scan, "total")
    return scan


def offered(here: World, who: str) -> list[str]:
    return [here.store.scan(task.scan).batch for task in here.store.lease(who, 9, after(5))]


@pytest.mark.promise("In this order: its")
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
