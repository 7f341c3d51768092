"""What waits to be weighed, and what a conclusion leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.transcribe.store import databases
from tests.transcribe.store.world import NOON, World, after, decision, field, form, machine, person, sent, sha, world
from transcribe.model import FieldKey, ReadResult, Record, RuleException, Scan, ScanPage, SourceFile, Task, Truth
from transcribe.store.facts import AskedFields, Learning, Offer, Rate


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


def put(here: World, name: str, *files: str) -> Scan:
    """A scan of a page of each of these files."""
    pages = tuple(ScanPage(file=sha(file), page=1) for file in files)
    sources = [SourceFile(sha256=sha(file), name=file, size=1, media_type="image/png") for file in files]
    scan = Scan(id=sha(name), pages=pages, form=here.form.name, form_version=here.form.version, name=name)
    here.store.put_scan(scan, sources, NOON)
    return scan


def test_the_scans_of_a_file_are_those_with_a_page_in_it_until_they_are_forgotten(here: World) -> None:
    one, two = put(here, "one", "first.png", "second.png"), put(here, "two", "second.png")
    assert [scan.id for scan in here.store.scans_of_file(sha("second.png"))] == [one.id, two.id]
    assert [scan.id for scan in here.store.scans_of_file(sha("first.png"))] == [one.id]
    assert here.store.scans_of_file(sha("no such file")) == []
    here.store.forget(one.id, after(1))
    assert [scan.id for scan in here.store.scans_of_file(sha("second.png"))] == [two.id]


def test_the_latest_fits_come_first_and_those_of_forgotten_scans_and_free_layouts_not_at_all(here: World) -> None:
    other = form(name="other")
    here.store.put_form(other, "the definition", NOON)
    for number, fit in enumerate((0.5, 0.6, None, 0.8)):
        scan = put(here, f"scan {number}", f"{number}.png")
        here.store.put_reads(scan.id, ReadResult(places=(), readings=(), fit=fit, quality={}), after(number))
    apart = replace(put(here, "apart", "apart.png"), form="other")
    here.store.set_form(apart.id, "other", 1, NOON)
    here.store.put_reads(apart.id, ReadResult(places=(), readings=(), fit=0.9, quality={}), after(9))
    assert here.store.latest_fits(10) == [("other", 0.9), ("order", 0.8), ("order", 0.6), ("order", 0.5)]
    assert here.store.latest_fits(2) == [("other", 0.9), ("order", 0.8)]
    here.store.forget(sha("scan 3"), after(10))
    assert here.store.latest_fits(2) == [("other", 0.9), ("order", 0.6)]


def sums(here: World) -> tuple[int, ...]:
    """Fields, and those decided by machine, by people, open and not asked: the latter make up the former."""
    counts = here.store.counts()
    of_each = (counts.decided_by_machine, counts.decided_by_people, counts.open_fields, counts.unasked_fields)
    parts = tuple(sum(each.values()) for each in of_each)
    states = here.store.scan_states()
    whole = sum(counts.fields.values())
    assert whole == sum(parts) == sum(state.fields for state in states)
    assert all(state.fields == state.decided + state.open_fields + state.unasked_fields for state in states)
    assert sum(state.open_fields for state in states) == parts[2]
    return whole, *parts


def test_every_field_is_decided_or_open_or_not_asked_yet(here: World) -> None:
    scan = here.scan("a")
    assert sums(here) == (2, 0, 0, 0, 2)
    here.ask(scan, "number")
    here.decide(scan, decision("total", "1"))
    assert sums(here) == (2, 1, 0, 1, 0)
    here.decide(scan, decision("number", "1"))
    assert sums(here) == (2, 2, 0, 0, 0)


def test_a_decided_field_that_is_asked_again_is_open_until_it_is_decided_again(here: World) -> None:
    scan = here.scan("a")
    here.decide(scan, decision("number", "1"), decision("total", "1"), record=True)
    here.ask(scan, "number", reason="below target")
    assert sums(here) == (2, 1, 0, 1, 0)
    assert here.store.counts().reopened_fields == {"order": 1}
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.submit(task.id, "ann", sent("1", "i"), after(1))
    here.decide(scan, decision("number", "1", here.store.readings(scan.id)[-1]))
    assert sums(here) == (2, 1, 1, 0, 0)
    assert here.store.counts().reopened_fields == {}


def test_a_check_of_a_decided_field_does_not_open_it(here: World) -> None:
    scan = here.scan("a")
    here.decide(scan, decision("number", "1"), decision("total", "1"))
    here.ask(scan, "number", kind="audit", reason="audit")
    assert sums(here) == (2, 2, 0, 0, 0)
    assert here.store.counts().waiting_reasons == {"order": {"audit": 1}}


@pytest.mark.parametrize(("found", "by_machine"), [("1", 2), ("7", 1)])
def test_a_value_that_an_audit_confirms_is_still_the_machines(here: World, found: str, by_machine: int) -> None:
    scan = here.scan("a")
    here.decide(scan, decision("number", "1"), decision("total", "1"), record=True)
    here.ask(scan, "number", kind="audit", reason="audit")
    (task,) = here.store.lease("eve", 1, NOON, offer=Offer(pools=("expert",)))
    here.store.submit(task.id, "eve", sent(found, "i"), after(1))
    for _ in range(2):  # weighed again it stays so
        here.decide(scan, decision("number", found, here.store.readings(scan.id)[-1]))
        assert sums(here) == (2, by_machine, 2 - by_machine, 0, 0)
        assert here.store.counts().audited_fields == {"order": 1}
    here.decide(scan, replace(decision("number", found, here.store.readings(scan.id)[-1]), probability=0.5))
    assert sums(here) == (2, by_machine, 2 - by_machine, 0, 0)


def test_the_rows_of_a_table_are_no_field_and_its_cells_are_open_while_they_are_asked_for(here: World) -> None:
    cells = form(field("lines.quantity", "integer"), name="cells")
    here.store.put_form(cells, "", NOON)
    scan = here.scan("a", form=cells)
    read = machine(scan, "lines.quantity", "3")
    cell = FieldKey("lines.quantity", 0)

    reads = ReadResult(places=(), readings=(replace(read, key=cell, id="cell"),), fit=None, quality={})
    here.store.put_reads(scan.id, reads, NOON)
    before = sums(here)
    wish = Task(scan=scan.id, key=FieldKey("lines"), kind="rows", reason="rows missing")
    here.store.conclude(scan.id, here.up_to(scan), [], [wish], None, NOON)
    assert sums(here)[0] == before[0]
    assert here.store.counts().open_fields == {"cells": 1}


def asked(here: World, scan: Scan, name: str, typed: str, reason: str) -> None:
    """Somebody is asked for a field, types this, and it is decided so."""
    here.ask(scan, name, reason=reason)
    (task,) = (each for each in here.store.lease("ann", 9, NOON) if each.scan == scan.id)
    here.store.submit(task.id, "ann", sent(typed, f"{scan.name} {name}"), after(1))
    here.decide(scan, decision(name, typed, here.store.readings(scan.id)[-1]))


def test_who_was_asked_what_every_engine_had_read_was_asked_needlessly(here: World) -> None:
    first, second = here.scan("a"), here.scan("b")
    asked(here, first, "number", "a-number", "one engine")
    asked(here, first, "total", "12.50", "one engine")
    asked(here, second, "number", "b-number", "not proven")
    here.ask(second, "total", reason="lookalike")
    assert here.store.counts().asked == {
        "order": {
            "one engine": AskedFields(fields=2, decided=2, needless=1),
            "not proven": AskedFields(fields=1, decided=1, needless=1),
        }
    }


def test_where_engines_disagreed_nobody_was_asked_needlessly(here: World) -> None:

    scan = here.scan("a")
    other = replace(machine(scan, "number", "A-7"), source="rapidocr", id="other")
    here.store.put_reads(scan.id, ReadResult(places=(), readings=(other,), fit=None, quality={}), NOON)
    asked(here, scan, "number", "a-number", "engines disagree")
    assert here.store.counts().asked["order"]["engines disagree"] == AskedFields(fields=1, decided=1, needless=0)


def test_a_batch_is_counted_by_itself(here: World) -> None:
    here.scan("a")
    asked(here, here.scan("b", batch="late"), "number", "b-number", "one engine")
    assert here.store.counts("late").fields == {"order": 2}
    assert here.store.counts("late").asked == {"order": {"one engine": AskedFields(fields=1, decided=1, needless=1)}}
    assert here.store.counts("none").asked == {}


def test_scans_that_machines_have_not_read_are_counted_until_they_are_read_or_set_aside(here: World) -> None:
    here.scan("read")
    files = {
        name: SourceFile(sha256=sha(f"file {name}"), name=name, size=10, media_type="image/jpeg") for name in "abc"
    }
    for name, file in files.items():
        pages = (ScanPage(file=file.sha256, page=1),)
        known = Scan(id=sha(name), pages=pages, form="order", form_version=1, name=name, batch="late")
        here.store.put_scan(known, [file], NOON)
    unknown = Scan(
        id=sha("d"), pages=(ScanPage(file=sha("file a"), page=1),), form="", form_version=0, name="d", batch=""
    )
    here.store.put_scan(unknown, [], NOON)
    assert (here.store.counts().unread_scans, here.store.counts("late").unread_scans) == (3, 3)
    assert here.store.counts("").unread_scans == 0
    here.store.put_reads(sha("a"), ReadResult(places=(), readings=(), fit=None, quality={}), NOON)
    here.store.set_scan_aside(sha("b"), "ScanError", "It is black.", "late", NOON)
    assert here.store.counts().unread_scans == 1
    here.store.put_scan_aside(sha("c"), "olga", "no order", NOON)
    assert here.store.counts().unread_scans == 0


def test_a_batch_that_nobody_named_and_that_brought_no_scan_is_in_no_list(here: World) -> None:
    for number, batch in enumerate(("2026-11-27 11.13.13", "monday")):
        file = SourceFile(sha256=sha(f"text {number}"), name="notes.jpg", size=10, media_type="")
        here.store.set_aside(file, "ScanError", "It is no picture.", batch, NOON)
    assert [each.name for each in here.store.batches()] == ["monday"]
    assert [each.name for each in here.store.summed_batches()] == ["monday"]
    assert here.store.batch("2026-11-27 11.13.13").set_aside == 1
    here.scan("a", batch="2026-11-27 11.13.13")
    assert {each.name for each in here.store.batches()} == {"monday", "2026-11-27 11.13.13"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        for number in range(4):
            made.store.log("olga", "did", f"thing {number}", {"number": number}, after(number))
        yield made


def tamper(here: World, statement: str) -> None:
    databases.tamper(here.store, ("audit_stays", "audit_kept"), statement)


def test_an_untouched_chain_holds_and_goes_through_a_saved_head(here: World) -> None:
    head = here.store.verify_audit().head
    here.store.log("olga", "did", "more", {}, after(9))
    state = here.store.verify_audit(head)
    assert state.broken_at is None
    assert state.lines == len(here.store.audit())
    assert here.store.audit()[-1].hash == state.head


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET detail = '{}' WHERE number = 6",
        "UPDATE audit SET at = at + 1 WHERE number = 6",
        "UPDATE audit SET actor = 'ann' WHERE number = 6",
        "DELETE FROM audit WHERE number = 6",
        "UPDATE audit SET hash = (SELECT o.hash FROM audit o WHERE o.number = 13 - audit.number) WHERE number IN (6,7)",
    ],
)
def test_a_line_changed_dropped_or_swapped_is_found(here: World, statement: str) -> None:
    tamper(here, statement)
    assert here.store.verify_audit().broken_at is not None


@pytest.mark.promise("what helps is a", "Keep that elsewhere and", "Keep the head that each")
def test_a_cut_chain_shows_only_against_a_saved_head(here: World) -> None:
    head = here.store.verify_audit().head
    tamper(here, "DELETE FROM audit WHERE number = (SELECT MAX(number) FROM audit)")
    assert here.store.verify_audit().broken_at is None
    assert here.store.verify_audit(head).broken_at is not None


def test_who_has_the_database_without_the_key_cannot_mend_the_chain(here: World) -> None:
    other = here.open(b"another key".ljust(32))
    assert other.verify_audit().broken_at == 1
    other.close()
    same = here.open()
    assert same.verify_audit().broken_at is None
    same.close()


def test_what_is_done_to_people_rates_and_scans_is_logged(here: World) -> None:
    scan = here.scan("a")
    here.store.put_transcriber(person("new"), NOON)
    here.store.put_rate(Rate(form="", micro=5, currency="EUR", since=NOON), NOON)
    here.store.forget(scan.id, after(1))
    here.store.close_period(after(2), "November", after(2))
    actions = [line.action for line in here.store.audit(after=8)]
    assert actions == ["person kept", "rate kept", "scan forgotten", "period closed"]


def test_why_something_was_done_to_a_scan_stands_in_the_log_as_a_keyed_hash_and_why_somebody_left_in_words(
    here: World,
) -> None:
    here.store.put_scan_aside(here.scan("a").id, "olga", "torn by Mrs Poole", NOON)
    here.store.leave("ann", NOON, "olga", "asked for it")
    told = {line.action: line.detail for line in here.store.audit()}
    assert "Poole" not in str(told)
    assert told["scan set aside"]["why"]
    assert told["person left"] == {"why": "asked for it"}


def test_an_action_that_cannot_be_logged_is_not_done(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no log")

    monkeypatch.setattr(here.store, "log", fail)
    with pytest.raises(OSError, match="no log"):
        here.store.put_rate(Rate(form="", micro=5, currency="EUR", since=NOON), NOON)
    assert here.store.rate("order", NOON) is None


def test_what_became_of_a_proposal_is_kept_and_never_changed(here: World) -> None:
    here.store.put_parameters({"rates": {}}, NOON)
    refused = Learning(version=1, verdict="worse", by="olga", at=after(1), seen="a", numbers={"judging": 40})
    assert here.store.keep_learning(refused, None) == refused
    made = here.store.keep_learning(
        Learning(version=1, verdict="better", by="schedule", at=after(2)), {"rates": {"a": 1}}
    )
    assert (made.version, made.made) == (2, True)
    back = here.store.keep_learning(
        Learning(version=2, verdict="went back", by="olga", at=after(3), back_to=1), {"rates": {}}
    )
    assert (back.version, here.store.learnings()) == (3, [refused, made, back])
    lines = [(line.actor, line.action, line.subject) for line in here.store.audit()][-3:]
    assert lines == [
        ("olga", "proposal refused", "version 1"),
        ("schedule", "parameters learnt", "version 2"),
        ("olga", "parameters put back", "version 3"),
    ]
    for statement in ("UPDATE learning SET actor = 'nobody'", "DELETE FROM learning"):
        with pytest.raises(here.store.db.conflict, match="append-only"):
            here.behind.execute(statement)
