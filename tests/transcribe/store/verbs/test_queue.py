"""The queue: who is given what, what becomes of what they send, and what they may take back."""

from __future__ import annotations

import pytest

from tests.transcribe.store.world import NOON, World, after, decision, field, form, machine, person, put, sent
from transcribe.errors import LeaseLost, NotFound
from transcribe.model import ReadResult
from transcribe.store.facts import Offer


def test_what_somebody_holds_comes_back_first_with_its_time_extended(here: World) -> None:
    here.ask(here.scan("a"), "number", "total")
    (first,) = here.store.lease("ann", 1, NOON)
    both = here.store.lease("ann", 2, after(60))
    assert both[0].id == first.id
    assert both[0].leased_until == after(660)
    assert len(both) == 2


def test_tasks_come_by_priority_then_first_readings_before_second_ones(here: World) -> None:
    plain, urgent, second = here.scan("plain"), here.scan("urgent"), here.scan("second")
    here.ask(second, "number", slot=2)
    here.ask(plain, "number")
    here.ask(urgent, "number", priority=5)
    order = [here.store.lease(who, 1, NOON)[0].scan for who in ("ann", "ben", "cat")]
    assert order == [urgent.id, plain.id, second.id]


def test_nobody_sends_for_a_task_that_was_never_theirs(here: World) -> None:
    here.ask(here.scan("a"), "number")
    (task,) = here.store.lease("ann", 1, NOON)
    with pytest.raises(NotFound):
        here.store.submit(task.id, "ben", sent("x", "i"), NOON)
    with pytest.raises(NotFound):
        here.store.task(task.id, "ben", NOON)


def test_a_task_is_seen_by_its_holder_and_for_a_while_by_whom_answered_it(here: World) -> None:
    here.ask(here.scan("a"), "number")
    (task,) = here.store.lease("ann", 1, NOON, seconds=60)
    assert here.store.task(task.id, "ann", after(59)).id == task.id
    with pytest.raises(NotFound):
        here.store.task(task.id, "ann", after(61))
    here.store.submit(task.id, "ann", sent("A1", "i"), after(61))
    assert here.store.task(task.id, "ann", after(61 + 14 * 60)).id == task.id
    with pytest.raises(NotFound):
        here.store.task(task.id, "ann", after(61 + 16 * 60))


def test_a_lease_is_renewed_while_it_is_in_force(here: World) -> None:
    here.ask(here.scan("a"), "number")
    (task,) = here.store.lease("ann", 1, NOON, seconds=60)
    assert here.store.renew(task.id, "ann", after(30), seconds=60).leased_until == after(90)
    with pytest.raises(LeaseLost):
        here.store.renew(task.id, "ann", after(91))
    assert [each.id for each in here.store.lease("ann", 1, after(92))] == [task.id]
    here.store.give_back("ann", after(93))
    with pytest.raises(LeaseLost):
        here.store.renew(task.id, "ann", after(94))


@pytest.mark.promise("it is no longer")
def test_a_reading_that_a_decision_stands_on_is_not_taken_back(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.submit(task.id, "ann", sent("A1", "one"), after(5))
    reading = here.store.readings(scan.id)[-1]
    here.decide(scan, decision("number", "A1", reading))
    with pytest.raises(LeaseLost):
        here.store.undo(task.id, "ann", after(6))


def test_only_the_last_ten_readings_can_be_taken_back(here: World) -> None:
    for number in range(11):
        here.ask(here.scan(f"s{number:02}"), "number")
    tasks = here.store.lease("ann", 11, NOON)
    for number, task in enumerate(tasks):
        here.store.submit(task.id, "ann", sent("x", f"i{number}"), after(number))
    with pytest.raises(LeaseLost):
        here.store.undo(tasks[0].id, "ann", after(20))
    assert here.store.undo(tasks[1].id, "ann", after(20)).id == tasks[1].id


@pytest.mark.promise("experts never judge what")
def test_only_experts_are_given_what_experts_decide_and_never_what_they_read(here: World) -> None:
    scan = here.scan("a")
    put(here.store, person("eva", "expert"), NOON)
    here.ask(scan, "number")
    (task,) = here.store.lease("eve", 1, NOON)
    here.store.submit(task.id, "eve", sent("A1", "i"), after(1))
    here.ask(scan, "number", kind="adjudicate", pool="expert")
    here.ask(here.scan("b"), "number", kind="adjudicate", pool="expert")
    offer = Offer(pools=("expert", "read"))
    assert here.store.lease("ann", 4, after(2), offer=offer) == []
    given = here.store.lease("eve", 4, after(2), offer=offer)
    assert [each.scan == scan.id for each in given] == [False]
    outcome = here.store.submit(given[0].id, "eve", sent("B", "j"), after(3))
    assert here.store.readings(given[0].scan)[-1].id == outcome.reading
    assert here.store.readings(given[0].scan)[-1].kind == "expert"


def test_a_batch_of_one_field_gives_that_field_only(here: World) -> None:
    for name in ("a", "b", "c"):
        here.ask(here.scan(name), "number", "total")
    given = here.store.lease("ann", 8, NOON, offer=Offer(form="order", field="total"))
    assert [each.key.name for each in given] == ["total"] * 3


def test_an_offer_of_one_scan_gives_that_scan_only(here: World) -> None:
    scan = here.scan("a")
    here.ask(here.scan("b"), "number", "total")
    here.ask(scan, "number", "total")
    given = here.store.lease("ann", 8, NOON, offer=Offer(scan=scan.id))
    assert {each.scan for each in given} == {scan.id}
    assert here.store.open_tasks(Offer(scan=scan.id), NOON) == 0
    assert here.store.open_tasks(Offer(), NOON) == 2


@pytest.mark.promise("fields name who may", "**Who may see a")
def test_a_field_is_seen_only_by_people_of_its_languages_regions_and_qualification(here: World) -> None:
    closed = form(
        field("number", "code", languages=("ara",)),
        field("total", "amount", regions=("FR",)),
        name="closed",
    )
    tested = form(field("total", "amount"), name="tested", options={"qualification": True})
    for each in (closed, tested):
        here.store.put_form(each, "", NOON)
    here.ask(here.scan("a", form=closed), "number", "total")
    here.ask(here.scan("b", form=tested), "total")
    put(here.store, person("nour", languages=("ara",)), NOON)
    put(here.store, person("fred", regions=("FR",), qualifications=frozenset({"amount"})), NOON)
    assert here.store.lease("ann", 9, NOON) == []
    assert [each.key.name for each in here.store.lease("nour", 9, NOON)] == ["number"]
    assert sorted(each.form for each in here.store.lease("fred", 9, NOON)) == ["closed", "tested"]


@pytest.mark.promise("`Field.apart` keeps name and", "Fields with the same")
def test_fields_kept_apart_never_go_to_one_person_in_one_sitting(here: World) -> None:
    contact = form(field("name", apart="customer"), field("address", apart="customer"), name="contact")
    here.store.put_form(contact, "", NOON)
    here.ask(here.scan("a", form=contact), "name", "address")
    (name,) = here.store.lease("ann", 4, NOON)
    here.store.submit(name.id, "ann", sent("Ann", "i"), after(5))
    assert here.store.lease("ann", 4, after(6)) == []
    assert len(here.store.lease("ben", 4, after(6))) == 1
    here.store.give_back("ben", after(7))
    assert len(here.store.lease("ann", 4, after(9 * 3600))) == 1


def test_new_people_are_given_the_easiest_of_the_next_tasks(here: World) -> None:
    scans = [here.scan(name) for name in ("hard", "easy")]
    for scan, confidence in zip(scans, (0.51, 0.9), strict=True):
        better = machine(scan, "number", "better", confidence)
        here.store.put_reads(scan.id, ReadResult(places=(), readings=(better,), fit=None, quality={}), NOON)
        here.ask(scan, "number")
    (first,) = here.store.lease("ann", 1, NOON)
    assert first.scan == scans[1].id


def test_who_is_paused_is_given_nothing_and_what_they_send_is_kept(here: World) -> None:
    here.ask(here.scan("a"), "number", "total")
    (task,) = here.store.lease("ann", 1, NOON)
    put(here.store, person("ann", paused=True), NOON)
    assert here.store.lease("ann", 4, NOON) == []
    assert here.store.submit(task.id, "ann", sent("A", "i"), after(4)).kind == "late"


def test_my_readings_come_latest_first(here: World) -> None:
    for name in ("a", "b", "c"):
        here.ask(here.scan(name), "number")
    for place, task in enumerate(here.store.lease("ann", 3, NOON)):
        here.store.submit(task.id, "ann", sent(f"t{place}", f"i{place}"), after(place))
    stories = here.store.readings_of("ann")
    assert [each.readings[-1].text for each in stories] == ["t2", "t1", "t0"]
    older = here.store.readings_of("ann", before=stories[0].readings[-1].id)
    assert [each.readings[-1].text for each in older] == ["t1", "t0"]
