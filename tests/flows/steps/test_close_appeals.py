"""A person who was right against all others: the appeal is heard blind, upheld, and the record changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from flows.steps.close_appeals import ClosedAppeals, close_appeals
from flows.steps.reconcile_scans import reconcile_waiting
from reconcile.policy import Policy
from tests.transcribe.store.world import NOON, World, after, field, form, person, sent, world
from transcribe.model import Form
from transcribe.store.facts import Offer

SMALL = form(field("number", "code"), name="small")
DEADLINE = after(86_400)


def forms(name: str, version: int) -> Form:
    assert (name, version) == ("small", 1)
    return SMALL


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.store.put_form(SMALL, "", NOON)
        made.store.put_transcriber(person("fay", "expert"), NOON)
        yield made


def reconcile(here: World, seconds: float) -> None:
    done = reconcile_waiting(here.store, forms, Policy(), lambda: after(seconds), lambda scan, shown: None)
    assert done.failed == ()


def decided(here: World, scan: str) -> list[str]:
    return [each.text for each in here.store.decisions(scan)]


def read_until_decided(here: World, texts: dict[str, str]) -> str:
    """People read one scan one after the other, the loop between them; the id of ann's reading."""
    scan = here.scan("a", form=SMALL)
    reading = ""
    reconcile(here, 0)
    for place, (who, text) in enumerate(texts.items(), start=1):
        kinds = Offer(pools=("expert", "read"), scan=scan.id)
        for task in here.store.lease(who, 1, after(place * 10), offer=kinds):
            kept = here.store.submit(task.id, who, sent(text, "i"), after(place * 10 + 5))
            reading = kept.reading if who == "ann" else reading
        reconcile(here, place * 10 + 6)
    return reading


def hear(here: World, text: str) -> None:
    (task,) = here.store.lease("fay", 1, after(500), offer=Offer(pools=("expert",)))
    here.store.submit(task.id, "fay", sent(text, "heard"), after(510))


def test_one_who_was_right_against_two_is_upheld_and_the_decision_changes(here: World) -> None:
    reading = read_until_decided(here, {"ann": "B7", "ben": "B1", "cat": "B1", "eve": "B1"})
    (scan,) = [each.scan.id for each in here.store.scan_states()]
    assert decided(here, scan) == ["B1"]
    appeal = here.store.open_appeal(reading, "ann", "that is a seven", DEADLINE, after(400))
    assert close_appeals(here.store, forms, after(450)) == ClosedAppeals()
    hear(here, "b7")
    assert close_appeals(here.store, forms, after(520)) == ClosedAppeals(upheld=1)
    (done,) = here.store.appeals()
    assert (done.id, done.outcome, done.minority) == (appeal.id, "upheld", True)
    reconcile(here, 530)
    assert decided(here, scan) == ["b7"]
    records = [entry.record for entry in here.store.outbox(0)]
    assert [[each.text for each in record.decisions] for record in records if record] == [["B1"], ["b7"]]


def test_one_who_was_wrong_is_declined_and_nothing_changes(here: World) -> None:
    reading = read_until_decided(here, {"ann": "B7", "ben": "B1", "cat": "B1", "eve": "B1"})
    (scan,) = [each.scan.id for each in here.store.scan_states()]
    here.store.open_appeal(reading, "ann", "", DEADLINE, after(400))
    hear(here, "B1")
    assert close_appeals(here.store, forms, after(520)) == ClosedAppeals(declined=1)
    reconcile(here, 530)
    assert here.store.appeals()[0].outcome == "declined"
    assert decided(here, scan) == ["B1"]


@pytest.mark.promise("such a check is", "An appeal that no", "the person is told once.")
def test_an_appeal_that_nobody_heard_is_late_and_stays_open_until_somebody_hears_it(here: World) -> None:
    reading = read_until_decided(here, {"ann": "B7", "ben": "B1", "cat": "B1", "eve": "B1"})
    here.store.open_appeal(reading, "ann", "", DEADLINE, after(400))
    assert close_appeals(here.store, forms, DEADLINE) == ClosedAppeals()
    after_it = DEADLINE + timedelta(seconds=1)
    assert close_appeals(here.store, forms, after_it) == ClosedAppeals(late=1)
    assert close_appeals(here.store, forms, after_it) == ClosedAppeals()
    assert here.store.appeals()[0].outcome is None
    (task,) = here.store.lease("fay", 1, after_it, offer=Offer(pools=("expert",)))
    here.store.submit(task.id, "fay", sent("B7", "heard"), after_it)
    assert close_appeals(here.store, forms, after_it) == ClosedAppeals(upheld=1)
    assert here.store.truths() == [], "what was heard late is no truth"


@pytest.mark.promise(
    "No expert could hear your appeal: the scan was erased before. Your",
    "No expert could hear your appeal: the scan was erased before.",
    "not heard: the scan",
)
@pytest.mark.parametrize("is_heard", [True, False])
def test_an_appeal_whose_words_were_forgotten_ends_without_a_judgement(here: World, is_heard: bool) -> None:
    reading = read_until_decided(here, {"ann": "B7", "ben": "B1", "cat": "B1", "eve": "B1"})
    (scan,) = [each.scan.id for each in here.store.scan_states()]
    here.store.open_appeal(reading, "ann", "", DEADLINE, after(400))
    if is_heard:
        hear(here, "B1")
    here.store.forget(scan, after(515))
    assert close_appeals(here.store, forms, after(520)) == ClosedAppeals(no_expert=1)
    assert here.store.truths() == []
    assert here.store.appeals(open_only=True) == []
    assert close_appeals(here.store, forms, DEADLINE + timedelta(days=30)) == ClosedAppeals()
    assert "appeal late" not in {each.kind for each in here.store.notices("ann")}
