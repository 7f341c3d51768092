"""Forgetting: words and pictures go everywhere, facts stay, and what was forgotten stays forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.transcribe.store.world import NOON, World, after, decision, form, sent, sha
from transcribe.model import FieldKey, Scan, Truth
from transcribe.store.facts import Offer, Rate

CANARY = "Zebedee Quandary"


def worked(here: World) -> Scan:
    """A scan with the canary in everything that people and machines wrote."""
    here.store.put_rate(Rate(form="", micro=5, currency="EUR", since=NOON), NOON)
    scan = here.scan(CANARY)
    here.ask(scan, "number", "total", prefill=CANARY)
    first, second = here.store.lease("ann", 2, NOON)
    here.store.submit(first.id, "ann", sent(None, "one", shown=CANARY, legible=CANARY, reason=CANARY), after(5))
    here.store.put_question(second.id, "ann", CANARY, 1.0, after(6))
    dispute = here.store.dispute_time(first.id, "ann", 60.0, CANARY, after(6)).id
    here.store.answer_dispute(dispute, 0.0, after(7), reason=CANARY)
    here.decide(scan, replace(decision("number", CANARY), proposal=CANARY), decision("total", CANARY), record=True)
    here.store.put_truth(Truth(scan=scan.id, key=FieldKey("total"), text=CANARY, origin="gold", at=NOON), NOON)
    reading = here.store.readings(scan.id)[-1].id
    here.store.open_appeal(reading, "ann", CANARY, after(100), after(7))
    here.store.put_guide_example(scan.id, FieldKey("total"), "tricky", CANARY, CANARY, "olga", after(8))
    return scan


@pytest.mark.promise("Text that may be", "Only `scan forget` gets", "It says what goes")
def test_no_word_of_a_forgotten_scan_is_left_in_the_files(here: World) -> None:
    scan = worked(here)
    assert here.holds(CANARY)
    here.store.forget(scan.id, after(10))
    assert not here.holds(CANARY)


@pytest.mark.promise("Its pictures, what was", "Text that may be")
def test_facts_pay_and_keyed_hashes_stay(here: World) -> None:
    scan = worked(here)
    count = "SELECT COUNT(*) FROM decision"
    ledger, kept = here.store.ledger(), here.behind.execute(count).fetchone()[0]
    hashes = [row[0] for row in here.behind.execute("SELECT text_hash FROM reading")]
    here.store.forget(scan.id, after(10))
    assert here.store.ledger() == ledger
    assert here.behind.execute(count).fetchone()[0] == kept > 0
    assert (here.store.counts().fields, here.store.counts().forgotten_scans) == ({}, 1)
    assert [row[0] for row in here.behind.execute("SELECT text_hash FROM reading")] == hashes
    (story,) = here.store.readings_of("ann")
    assert {each.text for each in story.readings} == {None}
    assert all("erased" in each.flags for each in story.readings)


def test_the_archive_names_are_those_of_this_scan_alone_and_come_again(here: World) -> None:
    scan, other = worked(here), here.scan("other")
    shared = here.store.places(other.id)[0]
    here.store.put_places(scan.id, [replace(shared, scan=scan.id)], NOON)
    names = here.store.forget(scan.id, after(10))
    assert sha("file " + CANARY) in names
    assert sha("page " + CANARY) in names
    assert shared.snippet not in names
    assert here.store.forget(scan.id, after(11)) == names


def test_a_scan_that_was_turned_and_turned_back_can_be_forgotten(here: World) -> None:
    scan = here.scan("a")
    reads, form_read = here.reads(scan, here.form), (here.form.name, here.form.version)
    turned = replace(
        reads,
        pictures=tuple(replace(each, sha256=sha("turned")) for each in reads.pictures),
        places=tuple(replace(each, snippet=sha(f"turned {each.key}")) for each in reads.places),
    )
    for each in (turned, reads):
        here.store.read_again(scan.id, form_read, each, "olga", "it lay upside down", after(1))
    names = here.store.forget(scan.id, after(2))
    assert {sha("page a"), sha("turned"), sha("turned number"), sha("a number")} <= set(names)
    assert here.store.forget(scan.id, after(3)) == names


def test_a_file_of_many_pictures_is_needed_while_one_of_them_is(here: World) -> None:
    scan = worked(here)
    pack = sha("many pictures")
    first, second = here.store.places(scan.id)[:2]
    here.store.put_places(
        scan.id, [replace(first, snippet=f"{pack}.0.9"), replace(second, snippet=f"{pack}.9.9")], NOON
    )
    here.store.put_places(scan.id, [replace(first, snippet=sha("drawn anew"))], NOON)
    assert pack not in here.store.replaced(scan.id), "the second field's picture lies in it"
    here.store.put_places(scan.id, [replace(second, snippet=sha("drawn too"))], NOON)
    assert pack in here.store.replaced(scan.id)
    assert here.store.forget(scan.id, after(10)).count(pack) == 1


def test_a_file_that_another_scan_needs_is_not_erased(here: World) -> None:
    scan = here.scan("a")
    second = replace(scan, id=sha("second form of the same file"), name="second")
    here.store.put_scan(second, [], NOON)
    assert scan.pages[0].file not in here.store.forget(scan.id, after(1))
    assert scan.pages[0].file in here.store.forget(second.id, after(2))


def test_the_outbox_tells_of_the_erasure_only(here: World) -> None:
    scan = worked(here)
    assert [entry.kind for entry in here.store.outbox(0)] == ["record"]
    here.store.forget(scan.id, after(10))
    assert [(entry.kind, entry.record) for entry in here.store.outbox(0)] == [("erase", None)]


@pytest.mark.promise("a scan forgotten stays", "It says what goes")
def test_a_forgotten_scan_stays_forgotten_when_it_comes_again(here: World) -> None:
    scan = worked(here)
    here.store.forget(scan.id, after(10))
    assert here.scan(CANARY) == scan
    assert here.store.has_reads(scan.id)
    assert here.store.forgotten(scan.id)
    assert here.store.forgotten(sha("file " + CANARY))
    here.store.put_reads(scan.id, here.reads(scan, here.form), after(11))
    here.decide(scan, decision("number", CANARY), record=True, now=after(12))
    assert here.store.readings(scan.id) == []
    assert here.store.claim_waiting(5, after(13)) == []
    assert here.store.decisions(scan.id) == []
    assert here.store.scan_states()[0].erased_at == after(10)


def test_work_that_somebody_holds_is_paid_and_its_words_are_not_kept(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "number")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.forget(scan.id, after(1))
    assert here.store.submit(task.id, "ann", sent(CANARY, "i"), after(5)).kind == "late"
    assert len(here.store.ledger("ann")) == 1
    assert here.behind.execute("SELECT COUNT(*) FROM reading_text").fetchone()[0] == 0
    assert here.store.lease("ben", 1, after(6)) == []
    assert here.store.open_tasks(Offer(), after(6)) == 0


def test_scans_past_their_retention_are_named(here: World) -> None:
    brief = form(name="brief", retention_days=30)
    here.store.put_form(brief, "", NOON)
    scan = here.scan("a", form=brief)
    here.scan("forever")
    assert here.store.past_retention(after(29 * 86_400)) == []
    assert here.store.past_retention(after(30 * 86_400)) == [scan.id]
    here.store.forget(scan.id, after(30 * 86_400))
    assert here.store.past_retention(after(31 * 86_400)) == []
