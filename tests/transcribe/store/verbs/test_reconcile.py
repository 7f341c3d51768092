"""What waits to be weighed, and what a conclusion leaves behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.transcribe.store.world import NOON, World, after, decision, machine, person, sent
from transcribe.model import FieldKey, Record, RuleException, Task, Truth
from transcribe.store.facts import Offer


def waiting(here: World, seconds: float) -> list[str]:
    return [each.scan.name for each in here.store.claim_waiting(10, after(seconds))]


def test_a_scan_waits_from_its_reads_until_it_is_concluded(here: World) -> None:
    scan = here.scan("a")
    (claimed,) = here.store.claim_waiting(10, NOON, seconds=60)
    assert claimed.scan == scan
    assert waiting(here, 30) == []
    assert waiting(here, 61) == ["a"]
    here.store.conclude(scan.id, claimed.up_to, [], [], None, after(62))
    assert waiting(here, 200) == []


def test_a_reading_that_came_meanwhile_leaves_the_scan_waiting(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.wake([scan.id], NOON)
    (claimed,) = here.store.claim_waiting(10, NOON)
    here.store.submit(task.id, "ann", sent("A1", "i"), after(1))
    here.store.conclude(scan.id, claimed.up_to, [], [], None, after(2))
    assert waiting(here, 3) == ["a"]


def test_a_wake_during_a_claim_is_not_lost(here: World) -> None:
    scan = here.scan("a")
    (claimed,) = here.store.claim_waiting(10, NOON)
    here.store.wake([scan.id], after(1))
    here.store.conclude(scan.id, claimed.up_to, [], [], None, after(2))
    assert waiting(here, 3) == ["a"]


def test_an_older_conclusion_that_comes_late_changes_nothing(here: World) -> None:
    scan = here.scan("a")
    here.decide(scan, decision("number", "new"))
    here.store.conclude(scan.id, here.up_to(scan) - 1, [decision("number", "old")], [], None, after(1))
    assert [each.text for each in here.store.decisions(scan.id)] == ["new"]


def test_the_same_conclusion_again_is_no_change(here: World) -> None:
    scan = here.scan("a")
    here.decide(scan, decision("number", "A1"), decision("total", "2"), record=True)
    here.ask(scan, "number", kind="audit", reason="audit")
    before = (here.store.decisions(scan.id), here.store.outbox(0), here.store.open_tasks(Offer(), NOON))
    here.decide(scan, decision("number", "A1"), decision("total", "2"), record=True, now=after(9))
    here.ask(scan, "number", kind="audit", reason="audit")
    assert (here.store.decisions(scan.id), here.store.outbox(0), here.store.open_tasks(Offer(), NOON)) == before


def test_a_changed_decision_is_a_new_version_and_a_new_record(here: World) -> None:
    scan = here.scan("a")
    here.decide(scan, decision("number", "A1"), decision("total", "2"), record=True)
    here.decide(scan, decision("number", "A2"), record=True, now=after(5))
    assert [(each.text, each.version) for each in here.store.field_history(scan.id, FieldKey("number")).decisions] == [
        ("A1", 1),
        ("A2", 2),
    ]
    records = [entry.record for entry in here.store.outbox(0)]
    assert [record.version for record in records if record] == [1, 2]
    assert [[each.text for each in record.decisions] for record in records if record] == [["A1", "2"], ["A2", "2"]]


def test_learning_new_parameters_alone_makes_no_new_version(here: World) -> None:
    scan = here.scan("a")
    here.decide(scan, decision("number", "A1"))
    here.decide(scan, replace(decision("number", "A1"), parameters=7))
    assert [each.version for each in here.store.decisions(scan.id)] == [1]


def test_a_record_keeps_its_exceptions_and_every_null(here: World) -> None:
    scan = here.scan("a")
    blank = replace(decision("number", ""), value=None, null="blank")
    odd = RuleException(
        rule="sum", keys=(FieldKey("total"), FieldKey("lines.amount", 2)), expected="3.00", found="4.00"
    )
    record = Record(scan=scan.id, form="order", form_version=1, decisions=(blank,), exceptions=(odd,))
    here.store.conclude(scan.id, here.up_to(scan), [], [], record, NOON)
    (entry,) = here.store.outbox(0)
    assert entry.record == replace(record, decisions=(replace(blank, version=1),), version=1)


@pytest.mark.parametrize("value", ["2026-11-24", 12, True, False, None])
def test_a_value_keeps_its_type(here: World, value: str | int | bool | None) -> None:
    scan = here.scan("a")
    here.decide(scan, replace(decision("number", "x"), value=value))
    assert here.store.decisions(scan.id)[0].value is value or here.store.decisions(scan.id)[0].value == value
    assert type(here.store.decisions(scan.id)[0].value) is type(value)


def test_asking_twice_is_the_same_task_and_asking_after_a_reading_is_the_next_slot(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    here.ask(scan, "number")
    (task,) = here.store.lease("ann", 4, NOON)
    here.store.submit(task.id, "ann", sent("A1", "i"), after(1))
    here.ask(scan, "number")
    (second,) = here.store.lease("ben", 4, after(2))
    assert (task.slot, second.slot) == (1, 2)
    assert second.id != task.id


def test_a_wish_made_without_knowing_of_a_reading_opens_nothing_for_it(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    (task,) = here.store.lease("ann", 4, NOON)
    up_to = here.up_to(scan)
    here.store.submit(task.id, "ann", sent("A1", "i"), after(1))
    wish = Task(scan=scan.id, key=FieldKey("number"), kind="read", reason="low confidence")
    here.store.conclude(scan.id, up_to, [], [wish], None, after(2))
    assert here.store.open_tasks(Offer(), after(2)) == 0


def test_a_wish_that_changes_its_kind_replaces_the_open_one(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    here.ask(scan, "number", kind="adjudicate", pool="expert")
    assert here.store.open_tasks(Offer(), NOON) == 0
    assert here.store.open_tasks(Offer(pools=("expert",)), NOON) == 1


def test_a_field_wished_for_again_after_it_was_decided_opens_its_task_again(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    here.decide(scan, decision("number", "A1"))
    here.ask(scan, "number")
    assert len(here.store.lease("ann", 4, NOON)) == 1


def test_reads_again_are_no_change_and_another_engine_adds_its_readings(here: World) -> None:
    scan = here.scan("a")
    before = here.store.readings(scan.id)
    reads = here.reads(scan, here.form)
    here.store.put_reads(scan.id, reads, after(1))
    assert here.store.readings(scan.id) == before
    other = replace(machine(scan, "number", "B"), source="rapidocr")
    here.store.put_reads(scan.id, replace(reads, readings=(*reads.readings, other)), after(1))
    assert [each.source for each in here.store.readings(scan.id)] == ["tesseract", "tesseract", "rapidocr"]


def test_readings_come_back_as_they_were_put(here: World) -> None:
    scan = here.scan("a")
    rich = replace(
        machine(scan, "number", None, None),
        source="rich",
        alternatives=(("A1", 0.4), ("Al", 0.2)),
        flags=frozenset({"illegible", "handwriting"}),
        conditions={"ink": 0.25},
    )
    here.store.put_reads(scan.id, replace(here.reads(scan, here.form), readings=(rich,)), NOON)
    assert here.store.readings(scan.id)[-1] == replace(rich, id=here.store.readings(scan.id)[-1].id)


def test_another_form_sets_what_was_read_before_apart(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    other = here.other_form("other")
    here.store.set_form(scan.id, "other", 1, after(1))
    assert here.store.readings(scan.id) == []
    assert not here.store.has_reads(scan.id)
    assert here.store.lease("ann", 4, after(2)) == []
    here.store.put_reads(scan.id, here.reads(scan, other), after(3))
    assert {each.key.name for each in here.store.readings(scan.id)} == {"town"}


def test_the_latest_truth_counts_and_a_withdrawn_one_does_not(here: World) -> None:
    scan = here.scan("a")
    key = FieldKey("number")
    for text in ("A1", "A2"):
        here.store.put_truth(Truth(scan=scan.id, key=key, text=text, origin="gold", at=NOON), NOON)
    assert [each.text for each in here.store.truths()] == ["A2"]
    assert here.store.field_history(scan.id, key).truth == Truth(
        scan=scan.id, key=key, text="A2", origin="gold", at=NOON
    )
    here.store.withdraw_truth(scan.id, key, "op", "it was wrong", after(1))
    assert here.store.truths(scan.id) == []


def test_parameters_are_versions_that_stay(here: World) -> None:
    assert here.store.parameters() is None
    assert here.store.put_parameters({"trust": 1}, NOON).version == 1
    assert here.store.put_parameters({"trust": 2}, NOON).version == 2
    first, latest = here.store.parameters(1), here.store.parameters()
    assert first is not None
    assert latest is not None
    assert (first.content, latest.content) == ({"trust": 1}, {"trust": 2})


def test_counts_say_who_decided_and_why_people_are_asked(here: World) -> None:
    first, second = here.scan("a"), here.scan("b", batch="late")
    here.ask(first, "number")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.submit(task.id, "ann", sent("A1", "i"), NOON)
    here.decide(first, decision("number", "A1", here.store.readings(first.id)[-1]), decision("total", "1"), record=True)
    here.ask(second, "number", reason="arithmetic")
    counts = here.store.counts()
    assert (counts.scans, counts.fields, counts.records) == ({"order": 2}, {"order": 4}, {"order": 1})
    assert (counts.decided_by_people, counts.decided_by_machine) == ({"order": 1}, {"order": 1})
    assert counts.waiting_reasons == {"order": {"arithmetic": 1}}
    assert here.store.counts("late").scans == {"order": 1}
    assert [state.scan.name for state in here.store.scan_states("late")] == ["b"]


def test_a_box_that_a_person_draws_moves_the_place(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number", kind="locate", reason="place unsure")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.submit(task.id, "ann", sent(None, "i", box=(1, 2, 3, 4)), after(1))
    place = next(each for each in here.store.places(scan.id) if each.key.name == "number")
    assert (tuple(place.box), place.snippet, place.confidence) == ((1, 2, 3, 4), None, 1.0)
    here.ask(scan, "number")
    assert here.store.lease("ann", 1, after(2)) == []  # she has typed what it says
    here.store.put_transcriber(person("bob"), after(1))
    assert len(here.store.lease("bob", 1, after(2))) == 1
