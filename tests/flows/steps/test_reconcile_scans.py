"""The loop after reading: what waits is weighed once, decided or asked, audited by lot, published."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from flows.administration.people import invite
from flows.home.home import Home, now, policy
from flows.steps.erasures import publish_records, rebuild_records
from flows.steps.identify_tasks import Identified, identified, identify_task
from flows.steps.read_scans import AUTO_FORM, TakenScan, read_scan, take_in
from flows.steps.reconcile_scans import (
    parameters_in_force,
    reconcile_home,
    reconcile_to_the_end,
    reconcile_waiting,
)
from reconcile.records import query
from transcribe.errors import FormError
from transcribe.model import WHOLE, FieldKey, Form, Reading, ReadResult, Scan, Task
from transcribe.ocr.engine import reading
from transcribe.recognition.annotated_regions import Annotations
from transcribe.review.views.offers import offer_to
from transcribe.store.facts import Offer, SentReading

ENGINES = ("tesseract 5 fra", "rapidocr 3")
OFFERED = {("receipt", 1), ("order-form", 2)}
RECEIPT = {"company": "ACME LTD", "date": "12/03/2025", "address": "1, High Street", "total": "12.50"}


def received(
    rooms: Home, *, form: str = "receipt", texts: dict[str, tuple[str, str]] | None = None, batch: str = ""
) -> Scan:
    """A scan with a reading of each engine for each field, without any picture."""
    known = rooms.use_form(form) if form else None
    version = known.version if known else 0
    scan = Scan(id=secrets.token_hex(32), pages=(), form=form, form_version=version, batch=batch)
    rooms.store.put_scan(scan, [], now())
    if known:
        rooms.store.put_reads(scan.id, reads_of(scan, texts or {}), now())
    return scan


def reads_of(scan: Scan, texts: dict[str, tuple[str, str]]) -> ReadResult:
    said = {**{name: (text, text) for name, text in RECEIPT.items()}, **texts}
    found = [
        reading(scan=scan.id, key=FieldKey(name), source=source, text=text, at=now(), confidence=0.99, conditions={})
        for name, pair in said.items()
        for source, text in zip(ENGINES, pair, strict=True)
    ]
    return ReadResult(places=(), readings=tuple(found), fit=None, quality={})


def answer(rooms: Home, who: str, text: str | None, **offer: object) -> Task:
    """The person takes the next task and types this."""
    pools = ("expert", "read")
    (task,) = rooms.store.lease(who, 1, now(), 600.0, Offer(pools=pools, **offer))  # type: ignore[arg-type]  # as given
    rooms.store.submit(task.id, who, SentReading(text=text, idem=secrets.token_hex(8)), now())
    return task


def no_reading(scan: Scan, drawn: Annotations) -> None:
    raise AssertionError("nothing is read again here")


def test_every_waiting_scan_is_concluded_once(rooms: Home) -> None:
    for _ in range(3):
        received(rooms)
    first = reconcile_home(rooms)
    assert (first.scans, first.decided + first.asked) == (3, 12)
    assert reconcile_home(rooms).scans == 0


def test_what_a_killed_process_had_claimed_is_concluded_all_the_same(rooms: Home) -> None:
    received(rooms)
    assert rooms.store.claim_waiting(1, now(), seconds=2.0), "claimed by a process that is then killed"
    received(rooms)
    assert reconcile_to_the_end(rooms).scans == 2
    assert rooms.store.list_claimed(now()) == frozenset()
    assert rooms.store.counts().waiting_scans == 0


@pytest.mark.promise("**Every order ends with")
def test_two_transcribers_and_one_expert_end_an_order_on_which_nobody_agrees(rooms: Home) -> None:
    others = {"total": "72.50", "date": "13/03/2025", "company": "ACNE", "address": "1 Hill Rd"}
    scan = received(rooms, texts={name: (RECEIPT[name], other) for name, other in others.items()})
    reconcile_home(rooms)
    said = {
        "mina": {"total": "12.60", "date": "14/03/2025", "company": "ACHE", "address": "7 Hill Road"},
        "omar": {"total": "42.50", "date": "15/03/2025", "company": "AGNES", "address": "1 Mill Road"},
        "eve": {"total": "18.50", "date": "16/03/2025", "company": "ARNE", "address": "4 Hall Road"},
    }
    people = {name: invite(rooms, name, ["expert"] if name == "eve" else None).person for name in said}
    for _ in range(20):
        answered = 0
        for name, person in people.items():
            for task in rooms.store.lease(person.id, 9, now(), 600.0, offer_to(person)):
                sent = SentReading(text=said[name][task.key.name], idem=secrets.token_hex(8))
                rooms.store.submit(task.id, person.id, sent, now())
                answered += 1
        reconcile_home(rooms)
        if not answered:
            break
    (record,) = query.records(rooms.settings.records, "receipt")
    assert (record.scan, record.state) == (scan.id, "final")


def test_a_field_that_people_agree_on_is_decided_and_the_record_published(rooms: Home) -> None:
    scan = received(rooms, texts={"total": ("12.50", "12.60")})
    reconcile_home(rooms)
    people = [invite(rooms, name).person.id for name in ("mina", "omar")]
    for who in people:
        for task in rooms.store.lease(who, 9, now()):
            sent = SentReading(text=RECEIPT[task.key.name], idem=secrets.token_hex(8))
            rooms.store.submit(task.id, who, sent, now())
        reconcile_home(rooms)
    assert not rooms.store.counts().open_tasks
    (record,) = query.records(rooms.settings.records, "receipt")
    assert (record.scan, record.values["total"], record.values["date"]) == (scan.id, "12.50", "2025-03-12")


def test_where_one_tradition_stands_alone_somebody_from_elsewhere_comes_first(rooms: Home) -> None:
    fred, gus, hanna = (
        invite(rooms, name, languages=[language]).person.id
        for name, language in (("fred", "fr"), ("gus", "fr"), ("hanna", "de"))
    )
    received(rooms, texts={"total": ("17.50", "17.60")})
    reconcile_home(rooms)
    first = answer(rooms, fred, "12.50", field="total")
    received(rooms, texts={"total": ("17.50", "17.60")})
    reconcile_home(rooms)
    (again,) = (each for each in rooms.store.field_history(first.scan, first.key).tasks if each.closed_at is None)
    assert (again.slot, again.elsewhere) == (2, "fr")
    for who, scan_is_first in ((gus, False), (hanna, True)):
        (task,) = rooms.store.lease(who, 1, now(), 600.0, Offer(form="receipt", field="total"))
        assert (task.scan == first.scan) is scan_is_first


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FormError("The definition is gone."), "The definition is gone."),
        (KeyError("text"), "weighing it failed unexpectedly (KeyError: 'text')."),
    ],
)
def test_a_scan_that_fails_is_named_and_the_others_go_on(rooms: Home, error: Exception, said: str) -> None:
    good, bad = received(rooms), received(rooms, form="order-form")

    def forms(name: str, version: int) -> Form:
        if name == "order-form":
            raise error
        return rooms.forms(name, version)

    done = reconcile_waiting(rooms.store, forms, policy(rooms.settings), now, no_reading)
    assert done.scans == 1
    assert done.failed == ((bad.id, said),)
    assert {state.scan.id for state in rooms.store.scan_states() if state.decided or state.open_tasks} == {good.id}


@pytest.mark.promise("The reading keeps what")
def test_a_form_that_lets_values_be_shown_shows_one_to_the_first_reader_and_none_to_the_second(rooms: Home) -> None:
    shown = replace(rooms.use_form("receipt"), options={"pages": "file", "prefill": 0.5})
    received(rooms, texts={"total": ("12.50", "12.60")})

    def reconcile() -> None:
        reconcile_waiting(rooms.store, lambda *_: shown, policy(rooms.settings), now, no_reading)

    reconcile()
    first = answer(rooms, invite(rooms, "mina").person.id, "12.50", field="total")
    assert first.prefill in ("12.50", "12.60")
    reconcile()
    second = answer(rooms, invite(rooms, "omar").person.id, "12.50", field="total")
    assert second.prefill == ""
    people = [each for each in rooms.store.readings(first.scan) if each.kind == "person"]
    assert [each.shown for each in people] == [first.prefill, None]


@pytest.mark.promise("%(share)s of the decided", "decided values drawn by")
def test_decided_fields_are_audited_by_experts_who_have_not_read_them(rooms: Home) -> None:
    received(rooms)
    all_of_them = replace(policy(rooms.settings), audit_share=1.0)
    done = reconcile_waiting(rooms.store, rooms.forms, all_of_them, now, no_reading)
    assert rooms.store.counts().waiting_reasons["receipt"]["audit"] == done.decided
    expert = invite(rooms, "expert", ["expert"]).person.id
    audits = {
        task.key.name for task in rooms.store.lease(expert, 9, now(), 600.0, Offer(pools=("expert",), kinds=("audit",)))
    }
    assert len(audits) == done.decided
    transcriber = invite(rooms, "mina").person.id
    assert rooms.store.lease(transcriber, 9, now(), 600.0, Offer(pools=("expert",), kinds=("audit",))) == []


def test_experts_read_what_an_order_waits_for_before_audits(rooms: Home) -> None:
    """Though the audits were drawn first."""
    all_of_them = replace(policy(rooms.settings), audit_share=1.0)
    received(rooms)
    reconcile_waiting(rooms.store, rooms.forms, all_of_them, now, no_reading)
    waits = received(rooms, texts={"total": ("12.50", "72.50")})
    expert = invite(rooms, "expert", ["expert"]).person.id
    for number, text in enumerate(("42.10", "18.30", "55.00", "61.70")):
        reconcile_waiting(rooms.store, rooms.forms, all_of_them, now, no_reading)
        if rooms.store.open_tasks(Offer(pools=("read",), scan=waits.id), now()):
            answer(rooms, invite(rooms, f"reader {number}").person.id, text, scan=waits.id)
    given = rooms.store.lease(expert, 20, now(), 600.0, Offer(pools=("expert",)))
    assert given[0].kind == "adjudicate"
    assert {task.kind for task in given[1:]} == {"audit"}


def test_an_audit_that_an_expert_answered_is_not_asked_again(rooms: Home) -> None:
    received(rooms)
    all_of_them = replace(policy(rooms.settings), audit_share=1.0)
    reconcile_waiting(rooms.store, rooms.forms, all_of_them, now, no_reading)
    expert = invite(rooms, "expert", ["expert"]).person.id
    task = answer(rooms, expert, RECEIPT["company"], kinds=("audit",), field="company")
    reconcile_waiting(rooms.store, rooms.forms, all_of_them, now, no_reading)
    story = rooms.store.field_history(task.scan, task.key)
    assert [each.kind for each in story.tasks if each.closed_at is None] == []
    assert story.decisions[-1].method == "expert"


def test_the_first_fit_is_kept_as_the_first_parameters(rooms: Home) -> None:
    assert rooms.store.parameters() is None
    first = parameters_in_force(rooms.store, now())
    assert (first.version, parameters_in_force(rooms.store, now()).version) == (1, 1)
    scan = received(rooms)
    reconcile_home(rooms)
    assert {each.parameters for each in rooms.store.decisions(scan.id)} <= {1}


def test_a_rebuilt_record_database_says_the_same(rooms: Home) -> None:
    test_a_field_that_people_agree_on_is_decided_and_the_record_published(rooms)
    before = list(query.records(rooms.settings.records, "receipt"))
    assert rebuild_records(rooms) == 1
    assert list(query.records(rooms.settings.records, "receipt")) == before
    assert publish_records(rooms) == 0


def test_who_says_which_form_a_scan_is_has_it_read_with_that(rooms: Home) -> None:
    scan, form = received(rooms, form=""), rooms.use_form("receipt")
    rooms.store.wake([scan.id], now())
    read: list[Scan] = []

    def read_again(it: Scan, drawn: Annotations) -> None:
        assert not drawn
        read.append(it)
        rooms.store.put_reads(it.id, reads_of(it, {}), now())

    everything = (rooms.store, rooms.forms, policy(rooms.settings), now, read_again)
    assert reconcile_waiting(*everything).asked == 1
    mina = invite(rooms, "mina").person.id
    assert answer(rooms, mina, None).kind == "identify"
    reconcile_waiting(*everything)
    assert read == []
    answer(rooms, invite(rooms, "expert", ["expert"]).person.id, f"receipt/{form.version} 0")
    reconcile_waiting(*everything)
    assert [(it.form, it.form_version) for it in read] == [("receipt", form.version)]
    assert rooms.store.scan_states()[0].fields == 4


def test_none_of_these_is_no_form_and_goes_to_an_expert() -> None:
    def said(text: str) -> Reading:
        return Reading(id=text, scan="s", key=WHOLE, source="mina", kind="person", text=text, at=now())

    assert identified([said("receipt/1 90"), said("order-form/2 0")], OFFERED) == Identified(
        form="order-form", version=2
    )
    assert identified([said("receipt/1 90")], OFFERED) == Identified(form="receipt", version=1, turn=90)
    assert identified([said("0")], OFFERED) is None
    assert identify_task("s").pool == "read"
    assert identify_task("s", [said("0")]).pool == "expert"


def test_a_scan_that_an_expert_knows_no_form_for_is_set_aside_until_it_comes_again_as_a_form(
    rooms: Home, tmp_path: Path
) -> None:
    file = tmp_path / "noise.png"
    Image.effect_noise((900, 1200), 60).save(file)
    (taken,) = take_in(rooms, [file], AUTO_FORM, "one")
    assert isinstance(taken, TakenScan)
    assert taken.scan.form == ""
    for who in (invite(rooms, "mina").person.id, invite(rooms, "eve", ["expert"]).person.id):
        reconcile_home(rooms)
        assert answer(rooms, who, None).kind == "identify"
    reconcile_home(rooms)
    everybody = Offer(pools=("read", "expert"))
    assert rooms.store.open_tasks(everybody, now()) == 0
    (aside,) = rooms.store.list_set_aside()
    assert (aside.file.name, "fairhand forms draft" in aside.message) == ("noise.png", True)

    (taken,) = take_in(rooms, [file], "receipt", "two")
    assert isinstance(taken, TakenScan)
    assert (taken.scan.form, taken.new) == ("receipt", False)
    assert not rooms.store.has_reads(taken.scan.id)
    assert rooms.store.list_set_aside() == []


@pytest.mark.usefixtures("kept_readings")
def test_files_are_taken_in_once_and_read_with_the_forms_languages(rooms: Home) -> None:
    from tests.flows.house import TYPED

    (taken,) = take_in(rooms, [TYPED], "bon-de-commande", "batch")
    assert isinstance(taken, TakenScan)
    assert (taken.new, taken.scan.batch, taken.scan.form) == (True, "batch", "bon-de-commande")
    (again,) = take_in(rooms, [TYPED], "bon-de-commande", "other")
    assert isinstance(again, TakenScan)
    assert (again.new, again.scan) == (False, taken.scan)
    reads = read_scan(rooms, taken.scan)
    assert rooms.store.has_reads(taken.scan.id)
    assert all(rooms.archive.has(name) for name in reads.files)


def test_a_file_that_was_replaced_as_asked_is_not_set_aside_any_more(rooms: Home, tmp_path: Path) -> None:
    from tests.flows.house import TYPED

    file, other = tmp_path / "scan.png", tmp_path / "other" / "scan.png"
    other.parent.mkdir()
    for broken, where in ((b"cut", file), (b"cut otherwise", file), (b"elsewhere", other)):
        where.write_bytes(broken)
        list(take_in(rooms, [where], "receipt", "batch"))
    assert len(rooms.store.list_set_aside()) == 2
    file.write_bytes(TYPED.read_bytes())
    list(take_in(rooms, [tmp_path], "receipt", "batch"))
    (left,) = rooms.store.list_set_aside()
    assert left.file.size == len(b"elsewhere")


def test_a_missing_file_is_set_aside(rooms: Home) -> None:
    list(take_in(rooms, [Path("nowhere.jpg")], "receipt", "batch"))
    (aside,) = rooms.store.list_set_aside()
    assert (aside.file.name, aside.error) == ("nowhere.jpg", "ScanError")
