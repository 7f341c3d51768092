"""Summaries: they say what counting everything says, after whatever happened, and are reached by an index."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.transcribe.store.world import NOON, World, after, decision, sent, sqlite_of
from transcribe.model import FieldKey, ReadResult, Record
from transcribe.store.facts import ScanSearch

LOOKS = tuple(
    (
        "changed_scans state_of_scan fields_of_scan questions_of_scan add_scan_work add_reading_work "
        "add_decision_work add_record_work add_engine_work work_kinds work_by_form work_of_batches pace_of_person "
        "skips_of_person add_ledger_work scan_counts_of_batch batch_course batch_course_begin work_since "
        "work_on_batch oldest_for_people oldest_for_experts oldest_in_state oldest_appeal outbox_after "
        "people_at_work first_scan_since find_scans find_scans_of_state find_scans_of_batch "
        "find_scans_of_batch_in_state find_scans_of_form find_scans_of_form_in_state find_scans_for_reason "
        "find_scans_named find_scans_among open_questions_of newer_scan_of_batch older_scan_of_batch "
        "facts_of_batch set_aside_of_batch open_pairs open_fields asked_of_field skips_of_field "
        "overridden_corrections"
    ).split()
)
KINDS = ("scans", "readings by person")
SMALL = {"json_each", "called", "other", "o", "d", "v", "value", "k", "kinds", "few"}
"""What may be read whole: the ids that are asked for, and the bounded number of scans or kinds that are looked at."""
IN_ORDER = {"find_scans": "y", "changed_scans": "c", "oldest_appeal": "a", "open_pairs": "d", "facts_of_batch": "n"}
"""What is walked in its own order and no further than a limit; and the appeals that nobody has decided."""

LOOKED_UP = ("find_scans_named", "find_scans_among")
"""What finds few scans, however many there are: each is looked up."""


def sum_up(here: World) -> None:
    while here.store.sum_up(NOON):
        pass


def summed(here: World, batch: str | None = None) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in here.store.scan_counts(batch):
        total[each.what] += each.count
    return total


def finished(here: World, name: str) -> str:
    """A scan with a record."""
    scan = here.scan(name)
    (waiting,) = [each for each in here.store.claim_waiting(99, NOON) if each.scan.id == scan.id]
    made = (decision("number", "A-1"), decision("total", "1"))
    record = Record(scan=scan.id, form="order", form_version=1, version=1, decisions=made, exceptions=())
    here.store.conclude(scan.id, waiting.up_to, made, [], record, NOON)
    return scan.id


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("name", LOOKS)
def test_a_look_reaches_its_rows_by_an_index(here: World, name: str) -> None:
    sql = sqlite_of(here.store).statements[name]
    values = dict.fromkeys(re.findall(r":(\w+)", sql), None)
    steps = [row["detail"] for row in sqlite_of(here.store).connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    scans = [step.split()[1] for step in steps if step.startswith("SCAN")]
    whole = [each for each in scans if each not in SMALL | {"(subquery", "CONSTANT", IN_ORDER.get(name)}]
    assert [each for each in whole if not each.startswith("(")] == [], steps
    if name in LOOKED_UP:
        assert not [step for step in steps if re.match(r"SEARCH s .*rowid>", step)], (
            f"it walks through all scans: {steps}"
        )


def test_the_counts_say_what_counting_all_scans_says(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    here.scan("b")
    finished(here, "c")
    sum_up(here)
    states = Counter(f"state {each.word}" for each in here.store.scan_states())
    assert {what: count for what, count in summed(here).items() if what.startswith("state ")} == states
    assert summed(here)["open for people"] == 1
    assert summed(here)["straight through"] == 0 if summed(here)["decided by people"] else 1
    assert here.store.not_summed_up() == 0


def test_what_changes_is_counted_anew_and_nothing_is_counted_twice(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    sum_up(here)
    before = summed(here)
    here.store.put_scan_aside(scan.id, "op", "torn", after(1))
    assert here.store.not_summed_up() == 1
    sum_up(here)
    assert (before["state waits for people"], summed(here)["state set aside"]) == (1, 1)
    assert summed(here)["state waits for people"] == 0
    sum_up(here)
    assert summed(here)["state set aside"] == 1


def test_a_forgotten_scan_counts_as_forgotten_alone(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    sum_up(here)
    here.store.forget(scan.id, after(1))
    sum_up(here)
    assert summed(here) == {"state forgotten": 1}
    assert here.store.find_scans(ScanSearch(), 9) == []


def test_work_is_added_up_once_by_quarters_of_an_hour(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.submit(task.id, "ann", sent("A-1", "i", seconds=5.0), after(6))
    for _ in range(2):
        sum_up(here)
    work = {each.what: each for each in here.store.work_done(NOON - timedelta(hours=1), KINDS)}
    assert (work["scans"].count, work["readings by person"].count) == (1, 1)
    assert work["readings by person"].amount == 5000
    assert work["readings by person"].at == NOON
    assert here.store.work_done(NOON + timedelta(hours=1), KINDS) == []


def test_engines_time_and_top_ups_are_added_up_apart_by_form_and_by_batch(here: World) -> None:
    scan = here.scan("a", batch="monday")
    for seconds in (0.5, 1.25):
        here.store.put_reads(
            scan.id, ReadResult(places=(), readings=(), fit=1.0, quality={}, seconds={"e": seconds}), NOON
        )
    sum_up(here)
    assert here.store.work_kinds("engine ") == ["engine e"]
    assert here.store.work_kinds("top-up ") == []
    (by_form,) = here.store.work_by_form(NOON - timedelta(days=1), ["engine e"])
    assert (by_form.form, by_form.count, by_form.amount) == ("order", 2, 1750)
    (of_batch,) = [each for each in here.store.work_of_batches(["monday", "other"]) if each.what == "engine e"]
    assert (of_batch.batch, of_batch.amount) == ("monday", 1750)
    assert here.store.work_by_form(NOON + timedelta(days=1), ["engine e"]) == []


def test_work_of_a_batch_in_all_is_what_its_quarters_of_an_hour_add_up_to(here: World) -> None:
    scan = here.scan("a", batch="monday")
    for hours in range(3):
        for _ in range(2):
            read = ReadResult(places=(), readings=(), fit=1.0, quality={}, seconds={"e": 0.5})
            here.store.put_reads(scan.id, read, after(3600 * hours))
            sum_up(here)
    quarters = [each for each in here.store.work_on_batch("monday", NOON) if each.what == "engine e"]
    assert [(each.count, each.amount) for each in quarters] == [(2, 1000)] * 3
    assert len([each for each in here.store.work_on_batch("monday", after(1)) if each.what == "engine e"]) == 2
    in_all = [each for each in here.store.work_of_batches(["monday"]) if each.what == "engine e"]
    assert [(each.form, each.count, each.amount) for each in in_all] == [("order", 6, 3000)]


def test_a_batch_keeps_its_course(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    sum_up(here)
    here.store.put_scan_aside(scan.id, "op", "torn", after(1))
    here.store.sum_up(after(3600))
    assert here.store.batch_course_begin(scan.batch) == NOON
    times, states = [NOON, after(1800), after(3601), after(9999)], ["waits for people", "set aside", "finished"]
    course = [(each.at, each.state, each.count) for each in here.store.batch_course(scan.batch, times, states)]
    assert course == [
        (after(1800), "waits for people", 1),
        (after(3601), "set aside", 1),
        (after(3601), "waits for people", 0),
        (after(9999), "set aside", 1),
        (after(9999), "waits for people", 0),
    ]
    assert here.store.batch_course_begin("other") is None


def test_scans_are_found_by_each_of_their_facts_newest_first(here: World) -> None:
    one, two = here.scan("photo one"), here.scan("photo two")
    here.ask(one, "number", reason="lookalike")
    sum_up(here)

    def names(**search: Any) -> list[str]:
        return [each.name for each in here.store.find_scans(ScanSearch(**search), 9)]

    assert names() == [two.name, one.name]
    assert names(name="photo one") == [one.name]
    assert names(reason="lookalike") == [one.name]
    assert names(state="waits for people") == [one.name]
    assert names(form="order", state="waits for people") == [one.name]
    assert names(form="none") == []
    assert names(ids=(two.id[:12],)) == [two.name]
    assert names(forms=frozenset({"other"})) == []
    assert names(since=NOON - timedelta(days=1), until=NOON + timedelta(days=1)) == [two.name, one.name]
    assert names(since=NOON + timedelta(days=1)) == []
    first = here.store.find_scans(ScanSearch(), 1)
    assert [each.name for each in here.store.find_scans(ScanSearch(), 9, first[0].number)] == [one.name]
    assert here.store.neighbours(one.id) == (two.id, None)
    assert here.store.neighbours(two.id, forms={"order"}) == (None, one.id)


def test_what_waits_is_told_with_the_time_of_the_oldest(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    sum_up(here)
    waiting = here.store.waiting_since(0)
    assert waiting.people is not None
    assert (waiting.experts, waiting.appeals, waiting.appeal_count) == (None, None, 0)
    finished(here, "b")
    assert here.store.waiting_since(0).publishing_count >= 1


def test_forms_limit_a_person_until_the_limit_is_taken_away(here: World) -> None:
    here.store.set_forms_of_person("ann", ["order"], NOON, "op")
    assert here.store.forms_of_person("ann") == {"order"}
    here.store.set_forms_of_person("ann", [], NOON, "op")
    assert here.store.forms_of_person("ann") == frozenset()
    assert [line.action for line in here.store.audit()][-2:] == ["forms limited", "forms limited"]


def test_a_state_is_told_of_one_scan_as_of_all(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    assert here.store.scan_state(scan.id) == here.store.scan_states()[0]
    assert FieldKey("number") in {place.key for place in here.store.places(scan.id)}
