"""Counts tell the truth: every field is in one of them, and what is asked again is not decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.transcribe.store.world import NOON, World, after, decision, field, form, machine, sent, sha
from transcribe.model import FieldKey, ReadResult, Scan, ScanPage, SourceFile, Task
from transcribe.store.facts import AskedFields, Offer


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
