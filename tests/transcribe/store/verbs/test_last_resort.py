"""Experts are kept for what only they may do, and what nobody else who is there can read goes to who is left."""

from __future__ import annotations

import pytest

from tests.transcribe.store.world import NOON, World, after, decision, field, form, person, put, sent
from transcribe.model import Scan, Task
from transcribe.store.facts import Offer, Rate

PEOPLE = ("ann", "ben")
"""They transcribe; eve is the expert."""

EXPERTS = Offer(pools=("expert", "read"))
DAY = 9 * 3600


def read(here: World, who: str, text: str = "A1", at: float = 0.0) -> Task:
    """The person takes their next task and types this."""
    (task,) = here.store.lease(who, 1, after(at), offer=EXPERTS if who.startswith("ev") else Offer())
    assert here.store.submit(task.id, who, sent(text, f"{who} {at}"), after(at + 1)).kind == "kept"
    return task


def kinds(here: World, scan: Scan) -> list[tuple[str, str | None]]:
    """Kind and text of what people read of a scan."""
    return [(each.kind, each.text) for each in here.store.readings(scan.id) if each.kind != "machine"]


@pytest.mark.promise("The last expert who")
def test_the_only_expert_is_not_given_what_others_can_read(here: World) -> None:
    here.ask(here.scan("a"), "number")
    assert here.store.lease("eve", 4, NOON, offer=EXPERTS) == []
    put(here.store, person("eva", "expert"), NOON)
    assert len(here.store.lease("eve", 4, NOON, offer=EXPERTS)) == 1


@pytest.mark.promise("The last expert who")
def test_of_two_experts_the_second_is_kept_for_a_field_that_the_first_has_read(here: World) -> None:
    put(here.store, person("eva", "expert"), NOON)
    scan = here.scan("a")
    here.ask(scan, "number")
    read(here, "eva")
    here.ask(scan, "number", slot=2)
    here.ask(here.scan("b"), "number")
    assert [each.scan for each in here.store.lease("eve", 4, after(2), offer=EXPERTS)] != [scan.id]
    assert scan.id not in {each.scan for each in here.store.held("eve", after(2))}


@pytest.mark.parametrize("why", ["paused", "another language", "skipped it"])
def test_an_expert_who_cannot_have_it_is_no_reason_to_give_another_the_ordinary_reading(here: World, why: str) -> None:
    french = form(field("town", languages=("fr",)), name="french")
    here.store.put_form(french, "", NOON)
    put(here.store, person("eva", "expert", languages=() if why == "another language" else ("fr",)), NOON)
    for who in ("ann", "eve"):
        here.store.set_languages(who, ["fr"], NOON)
    here.ask(here.scan("a", form=french), "town")
    if why == "paused":
        here.store.set_paused("eva", paused=True, now=NOON)
    elif why == "skipped it":
        (task,) = here.store.lease("eva", 1, NOON, offer=EXPERTS)
        here.store.skip(task.id, "eva", "hard to see", 1.0, after(1))
    assert here.store.lease("eve", 4, after(2), offer=EXPERTS) == []
    assert len(here.store.lease("ann", 4, after(2))) == 1


def test_where_nobody_else_can_read_it_the_expert_does_with_the_last_word(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    read(here, "ann", "A1")
    here.ask(scan, "number", slot=2)
    read(here, "ben", "A2", 10)
    here.ask(scan, "number", slot=3)
    task = read(here, "eve", "A3", 20)
    assert (task.kind, task.reason) == ("adjudicate", "no other reader")
    assert kinds(here, scan) == [("person", "A1"), ("person", "A2"), ("expert", "A3")]


def test_who_comes_while_the_expert_does_not_answer_reads_it_as_before(here: World) -> None:
    scan = here.scan("a")
    for who in ("ann", "ben"):
        here.store.set_paused(who, paused=True, now=NOON)
    here.ask(scan, "number")
    (last,) = here.store.lease("eve", 1, NOON, offer=EXPERTS)
    assert last.kind == "adjudicate"
    here.store.set_paused("ann", paused=False, now=after(5))
    (again,) = here.store.lease("ann", 1, after(700))
    assert (again.id, again.kind, again.reason) == (last.id, "read", "low confidence")
    assert here.store.submit(last.id, "eve", sent("A1", "late"), after(701)).kind == "late"
    assert kinds(here, scan) == [("person", "A1")]


def test_an_operator_who_does_not_read_is_nobody_to_wait_for(here: World) -> None:
    for who in ("ann", "ben"):
        here.store.set_roles(who, ["operator"], NOON)
    here.ask(here.scan("a"), "number")
    assert [each.kind for each in here.store.lease("eve", 1, NOON, offer=EXPERTS)] == ["adjudicate"]


def test_what_everybody_has_skipped_comes_back_after_a_days_work(here: World) -> None:
    here.store.set_paused("eve", paused=True, now=NOON)
    here.ask(here.scan("a"), "number")
    for at, who in enumerate(("ann", "ben")):
        (task,) = here.store.lease(who, 1, after(at))
        here.store.skip(task.id, who, "hard to see", 1.0, after(at))
    assert here.store.lease("ann", 1, after(5)) == []
    assert here.store.lease("ann", 1, after(DAY)) == [here.store.task_subject(task.id)]
    assert [each.kind for each in here.store.held("ann", after(DAY))] == ["read"]


def test_what_one_skipped_goes_to_the_other_and_not_back(here: World) -> None:
    here.ask(here.scan("a"), "number")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.skip(task.id, "ann", "hard to see", 1.0, NOON)
    assert here.store.lease("ann", 1, after(DAY)) == []
    assert here.store.lease("eve", 1, after(DAY), offer=EXPERTS) == []
    assert len(here.store.lease("ben", 1, after(DAY))) == 1


@pytest.mark.promise("They are paid for")
def test_an_expert_who_has_read_it_settles_it_where_no_other_is_there_and_is_paid(here: World) -> None:
    here.store.put_rate(Rate(form="", micro=3, currency="EUR", since=NOON), NOON)
    put(here.store, person("eva", "expert"), NOON)
    scan = here.scan("a")
    here.ask(scan, "number")
    read(here, "eve", "A1")
    here.ask(scan, "number", slot=2, kind="adjudicate", pool="expert")
    assert here.store.lease("eve", 1, after(5), offer=EXPERTS) == []
    here.store.set_paused("eva", paused=True, now=after(6))
    task = read(here, "eve", "A2", 10)
    assert (task.kind, task.reason) == ("adjudicate", "no other expert")
    assert kinds(here, scan) == [("person", "A1"), ("expert", "A2")]
    assert [line.micro for line in here.store.ledger("eve")] == [3, 3]


@pytest.mark.promise("Appeals that nobody who", "Checks and appeals never", "such a check is")
def test_nobody_hears_an_appeal_or_checks_a_field_that_they_have_read(here: World) -> None:
    scan = here.scan("a")
    put(here.store, person("eva", "expert"), NOON)
    here.ask(scan, "number", "total")
    for at in (0, 10):
        read(here, "eve", "A1", at)
    here.store.set_paused("eva", paused=True, now=after(20))
    here.ask(scan, "number", slot=2, kind="audit", reason="audit")
    here.ask(scan, "total", slot=2, kind="appeal", pool="expert")
    assert here.store.lease("eve", 4, after(DAY), offer=EXPERTS) == []
    assert here.store.end_vain_checks(after(DAY)) == 1
    assert here.store.open_tasks(Offer(pools=("expert",)), after(DAY)) == 1, "a hearing waits for its day"


def test_an_appeal_goes_to_the_only_expert_left_though_they_skipped_the_field_before_it_was_opened(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    (task,) = here.store.lease("ann", 1, NOON)
    read_by_ann = here.store.submit(task.id, "ann", sent("A1", "ann"), after(1)).reading
    here.ask(scan, "number", slot=2, kind="adjudicate", pool="expert")
    (check,) = here.store.lease("eve", 1, after(2), offer=EXPERTS)
    here.store.skip(check.id, "eve", "hard to see", 1.0, after(3))
    here.decide(scan, decision("number", "A2"), now=after(4))
    here.store.open_appeal(read_by_ann, "ann", "look again", after(9 * DAY), after(5))
    assert [each.kind for each in here.store.lease("eve", 1, after(2 * DAY), offer=EXPERTS)] == ["appeal"]


def test_a_check_waits_for_an_expert_who_comes(here: World) -> None:
    here.store.set_paused("eve", paused=True, now=NOON)
    here.ask(here.scan("a"), "number", kind="audit", reason="audit")
    assert here.store.end_vain_checks(NOON) == 0
    here.store.set_paused("eve", paused=False, now=NOON)
    assert [each.kind for each in here.store.lease("eve", 1, NOON, offer=EXPERTS)] == ["audit"]


def test_what_was_taken_back_and_then_left_is_asked_again(here: World) -> None:
    """It was weighed in between: the task was withdrawn then, and the field was never asked again."""
    scan = here.scan("a")
    here.ask(scan, "number")
    task = read(here, "ann")
    here.store.undo(task.id, "ann", after(5))
    here.ask(scan, "number", now=after(6))
    assert [each.id for each in here.store.lease("ben", 1, after(DAY))] == [task.id]


def test_a_slot_that_was_answered_already_is_no_place_for_the_next_question(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    first = read(here, "ann")
    here.ask(scan, "number", slot=2)
    second = read(here, "ben", "A2", 10)
    here.store.undo(first.id, "ann", after(20))
    here.store.give_back("ann", after(21))
    here.ask(scan, "number", slot=2, now=after(22))
    (third,) = here.store.lease("eve", 1, after(23), offer=EXPERTS)
    assert third.id not in (first.id, second.id)
