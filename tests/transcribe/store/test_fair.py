"""What people are owed besides pay: appeals, answers, notices, honest control items, tests without a gate."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.transcribe.store.world import NOON, World, after, decision, sent
from transcribe.errors import NotFound, ReadAgainSince, SettingsError, StoreError
from transcribe.model import FieldKey, Truth
from transcribe.store.facts import Appeal, Offer, QualificationTry

NUMBER = FieldKey("number")
DEADLINE = after(7 * 86_400)


def outvoted(here: World) -> str:
    """Ann reads "A1", ben and cat "B1", and "B1" is decided; the id of ann's reading."""
    scan = here.scan("a")
    for slot, (who, text) in enumerate((("ann", "A1"), ("ben", "B1"), ("cat", "B1")), start=1):
        here.ask(scan, "number", slot=slot)
        (task,) = here.store.lease(who, 1, after(slot))
        here.store.submit(task.id, who, sent(text, "i"), after(slot))
    people = [each for each in here.store.readings(scan.id) if each.kind == "person"]
    here.decide(scan, decision("number", "B1", *people), decision("total", "1"), record=True, now=after(9))
    return people[0].id


def contested(here: World) -> Appeal:
    return here.store.open_appeal(outvoted(here), "ann", "it is an A", DEADLINE, after(10))


def hear(here: World, text: str) -> None:
    (task,) = here.store.lease("eve", 1, after(20), offer=Offer(pools=("expert",)))
    assert task.kind == "appeal"
    here.store.submit(task.id, "eve", sent(text, "heard"), after(25))


@pytest.mark.promise("`open_appeal` makes a task")
def test_an_appeal_goes_to_an_expert_who_never_read_the_field(here: World) -> None:
    appeal = contested(here)
    assert appeal.deadline == DEADLINE
    assert here.store.lease("ben", 4, after(11), offer=Offer(pools=("expert", "read"))) == []
    hear(here, "A1")
    (open_one,) = here.store.appeals(open_only=True)
    assert open_one.heard is not None
    assert (open_one.heard.text, open_one.heard.kind) == ("A1", "expert")


@pytest.mark.promise("upheld, the expert's reading")
def test_an_appeal_upheld_becomes_the_truth_tells_the_person_and_is_counted(here: World) -> None:
    appeal = contested(here)
    hear(here, "A1")
    (heard,) = [each.heard for each in here.store.appeals()]
    assert heard is not None
    assert heard.flags == {"heard an appeal"}
    scan = appeal.reading.scan
    here.store.conclude(scan, here.up_to(here.store.scan(scan)), [], [], None, after(26))
    here.store.decide_appeal(appeal.id, "upheld", minority=True, now=after(30))
    (truth,) = here.store.truths(scan)
    assert (truth.text, truth.origin, truth.key) == ("A1", "appeal", NUMBER)
    assert [each.scan.id for each in here.store.claim_waiting(5, after(31))] == [scan]
    (notice,) = here.store.notices("ann", unseen_only=True)
    assert (notice.kind, notice.key) == ("appeal upheld", NUMBER)
    here.store.see_notices("ann", after(40))
    assert here.store.notices("ann", unseen_only=True) == []
    (done,) = here.store.appeals(who="ann")
    assert (done.outcome, done.minority, done.expert) == ("upheld", True, here.store.transcriber("eve").id)
    (outcomes,) = here.store.expert_outcomes()
    assert (outcomes.upheld, outcomes.declined) == (1, 0)


def test_an_appeal_declined_makes_no_truth_and_is_no_minority(here: World) -> None:
    appeal = contested(here)
    hear(here, "B1")
    here.store.decide_appeal(appeal.id, "declined", minority=True, now=after(30))
    here.store.decide_appeal(appeal.id, "upheld", minority=True, now=after(31))
    (done,) = here.store.appeals()
    assert (done.outcome, done.minority) == ("declined", False)
    assert here.store.truths() == []


def test_an_appeal_that_nobody_heard_in_time_is_seen_and_closed_as_such(here: World) -> None:
    appeal = contested(here)
    (late,) = here.store.appeals(open_only=True)
    assert (late.heard, late.deadline) == (None, DEADLINE)
    with pytest.raises(StoreError):
        here.store.decide_appeal(late.id, "upheld", minority=True, now=DEADLINE)
    here.store.decide_appeal(appeal.id, "no expert", minority=False, now=DEADLINE)
    assert here.store.appeals(open_only=True) == []
    assert here.store.open_tasks(Offer(pools=("expert",)), DEADLINE) == 0
    assert [each.kind for each in here.store.notices("ann")] == ["appeal no expert"]


def test_only_ones_own_decided_reading_is_contested_and_once(here: World) -> None:
    scan = here.scan("b")
    here.ask(scan, "total")
    (task,) = here.store.lease("ann", 1, NOON)
    reading = here.store.submit(task.id, "ann", sent("1", "x"), after(1)).reading
    with pytest.raises(StoreError):
        here.store.open_appeal(reading, "ann", "", DEADLINE, after(2))
    appeal = contested(here)
    assert here.store.open_appeal(appeal.reading.id, "ann", "again", DEADLINE, after(12)) == appeal
    with pytest.raises(NotFound):
        here.store.open_appeal(appeal.reading.id, "ben", "", DEADLINE, after(12))


def test_an_answer_joins_the_guide_of_the_field_for_all(here: World) -> None:
    here.ask(here.scan("a"), "number")
    (task,) = here.store.lease("ann", 1, NOON)
    question = here.store.put_question(task.id, "ann", "with the dash?", 12.0, after(12))
    assert here.store.guide("order", "number") == []
    assert here.store.questions(open_only=True) == [question]
    here.store.answer_question(question.id, "yes, with the dash", "olga", after(60))
    (answered,) = here.store.guide("order", "number")
    assert (answered.answer, answered.answered_by) == ("yes, with the dash", "olga")
    assert [each.kind for each in here.store.notices("ann")] == ["question answered"]
    assert [(line.kind, line.reference, line.seconds) for line in here.store.ledger("ann")] == [
        ("time", "question", 12.0)
    ]


def gold(here: World, count: int) -> None:
    for number in range(count):
        scan = here.scan(f"gold {number}")
        here.store.put_truth(Truth(scan=scan.id, key=NUMBER, text="G", origin="gold", at=NOON), NOON)


@pytest.mark.promise("like all others and", "look like all others.", "never from their work.")
@pytest.mark.only_on("sqlite")
def test_control_items_come_at_the_disclosed_share_to_everybody_alike(here: World) -> None:
    gold(here, 60)
    for number in range(200):
        here.ask(here.scan(f"s{number:03}"), "number")
    here.store.put_control_share(0.1, NOON)
    assert here.store.control_share() == 0.1
    with here.store.together():
        given = [task for who in ("ann", "ben") for task in here.store.lease(who, 100, NOON)]
    tests = [task for task in given if task.kind == "test"]
    assert len(given) == 200
    assert 8 <= len(tests) <= 35
    assert {task.reason for task in tests} == {"control"}
    assert len({(task.transcriber, task.scan) for task in tests}) == len(tests)


@pytest.mark.parametrize("count", [1, 3])
def test_who_has_read_nothing_yet_and_is_given_control_items_holds_no_more_than_they_asked_for(
    here: World, count: int
) -> None:
    gold(here, 5)
    for number in range(60):
        here.ask(here.scan(f"s{number:03}"), "number")
    here.store.put_control_share(1.0, NOON)
    assert len(here.store.lease("ann", count, NOON)) == count
    assert [each.kind for each in here.store.held("ann", NOON)] == ["test"] * count


@pytest.mark.promise("like all others and")
def test_a_control_item_is_paid_and_told_like_a_field_not_decided_until_it_is_withdrawn(here: World) -> None:
    gold(here, 1)
    here.store.put_control_share(1.0, NOON)
    (task,) = here.store.lease("ann", 1, NOON)
    assert task.kind == "test"
    here.store.submit(task.id, "ann", sent("X", "i"), after(5))
    assert len(here.store.ledger("ann")) == 1
    (story,) = here.store.readings_of("ann")
    assert ([each.text for each in story.readings], story.decisions, story.truth) == (["X"], (), None)
    held = json.loads(json.dumps(here.store.about("ann")))
    assert [(each["text"], each["task_kind"]) for each in held["readings"]] == [("X", "read")]
    (answers,) = here.store.control_answers()
    assert (answers.truth.text, [each.text for each in answers.readings]) == ("G", ["X"])
    here.store.withdraw_truth(task.scan, NUMBER, "op", "it was wrong", after(10))
    assert [each.key for each in here.store.readings_of("ann")] == [NUMBER]
    assert [each.kind for each in here.store.notices("ann")] == ["control item withdrawn"]
    assert here.store.control_answers() == []


def test_a_control_item_that_is_given_back_never_joins_the_queue(here: World) -> None:
    gold(here, 1)
    here.store.put_control_share(1.0, NOON)
    here.store.lease("ann", 1, NOON)
    here.store.give_back("ann", after(1))
    assert here.store.open_tasks(Offer(), after(1)) == 0
    assert here.store.lease("ben", 1, after(2))[0].kind == "test"


def test_a_share_that_is_none_is_refused(here: World) -> None:
    with pytest.raises(SettingsError):
        here.store.put_control_share(1.5, NOON)


@pytest.mark.promise("You can take it")
def test_a_test_is_paid_can_be_taken_again_and_gives_a_qualification(here: World) -> None:
    gold(here, 3)
    first = here.store.lease_test("ann", "code", 2, NOON)
    assert {task.reason for task in first} == {"qualification"}
    assert here.store.lease_test("ann", "code", 2, after(1)) == first
    for task in first:
        here.store.submit(task.id, "ann", sent("G", task.id), after(5))
    here.store.put_qualification_try(
        "ann", QualificationTry(name="code", asked=2, right=1, passed=False, at=after(6)), after(6)
    )
    again = here.store.lease_test("ann", "code", 2, after(10))
    assert len({task.scan for task in again} - {task.scan for task in first}) == 1
    here.store.put_qualification_try(
        "ann", QualificationTry(name="code", asked=2, right=2, passed=True, at=after(20)), after(20)
    )
    assert here.store.transcriber("ann").qualifications == {"code"}
    assert [each.passed for each in here.store.qualification_tries("ann")] == [True, False]
    assert len(here.store.ledger("ann")) == 2
    assert len(here.store.readings_of("ann")) == 2


def test_known_fields_that_are_contested_are_kept_from_whoever_hears_appeals(here: World) -> None:
    scan = here.scan("known")
    here.store.put_truth(Truth(scan=scan.id, key=NUMBER, text="G", origin="gold", at=after(1)), after(1))
    (item,) = here.store.lease_test("ann", "code", 1, after(2))
    here.store.submit(item.id, "ann", sent("A", "ann"), after(3))
    here.decide(scan, decision("number", "G"), decision("total", "1"), record=True, now=after(4))
    (read,) = (each for each in here.store.field_history(scan.id, NUMBER).readings if each.kind == "person")
    appeal = here.store.open_appeal(read.id, "ann", "an A", DEADLINE, after(5))
    here.store.put_control_share(1.0, after(6))
    assert here.store.lease_practice("eve", 5, after(7)).tasks == ()
    assert not here.store.may_practise("eve", 5, after(7))
    assert here.store.lease_test("eve", "code", 5, after(8)) == []
    (given,) = here.store.lease("eve", 5, after(9), offer=Offer(pools=("read", "expert")))
    assert given.kind == "appeal"
    assert len(here.store.lease_practice("ben", 5, after(10)).tasks) == 1, "who hears none practises with it"
    here.store.submit(given.id, "eve", sent("G", "heard"), after(11))
    here.store.decide_appeal(appeal.id, "declined", minority=False, now=after(12))
    assert len(here.store.lease_test("eve", "code", 5, after(13))) == 1


def test_what_was_typed_before_the_reading_that_stands_does_not_correct_it(here: World) -> None:
    here.ask(here.scan("a"), "number")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.submit(task.id, "ann", sent("new", "there"), after(100))
    with pytest.raises(ReadAgainSince):
        here.store.submit(task.id, "ann", replace(sent("old", "waited"), ago=60.0), after(130))
    assert here.store.submit(task.id, "ann", replace(sent("new", "waited"), ago=60.0), after(130)).kind == "again"
    assert here.store.submit(task.id, "ann", replace(sent("newer", "after"), ago=20.0), after(130)).kind == "kept"
    assert [each.text for each in here.store.readings(task.scan) if each.kind == "person"][-1:] == ["newer"]
