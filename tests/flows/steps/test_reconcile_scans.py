"""The loop after reading: what waits is weighed once, decided or asked, audited by lot, published."""

from __future__ import annotations

import csv
import json
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from flows.administration.people import invite
from flows.administration.records import verify_records
from flows.exporting.write_export import Wanted, export_records
from flows.home.home import Home, now, policy
from flows.output.explanation import explained, in_words
from flows.steps.erasures import publish_records, rebuild_records
from flows.steps.identify_tasks import Identified, identified, identify_task
from flows.steps.learn_parameters import learn_home
from flows.steps.provisional_records import keep_provisional
from flows.steps.read_scans import AUTO_FORM, TakenScan, read_scan, take_in
from flows.steps.reconcile_scans import (
    Claim,
    ReconciledScans,
    reconcile_home,
    reconcile_to_the_end,
    reconcile_waiting,
)
from reconcile.records import query
from tests.flows.house import House
from transcribe.codes import TWO_FORMS
from transcribe.errors import FormError
from transcribe.model import WHOLE, FieldKey, Form, Reading, ReadResult, Scan, Task
from transcribe.ocr.engine import reading
from transcribe.recognition.layout_reader import Annotations
from transcribe.review.views.offers import offer_to
from transcribe.store import CLAIM_SECONDS
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


def test_a_field_that_people_agree_on_is_decided_and_the_record_published_and_rebuilt(rooms: Home) -> None:
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
    assert rebuild_records(rooms) == 1
    assert list(query.records(rooms.settings.records, "receipt")) == [record]
    assert publish_records(rooms) == 0


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


@pytest.mark.promise("%(share)s of the decided")
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


def stranded(rooms: Home) -> tuple[Scan, str]:
    """An order whose total one person has read otherwise than both engines, and that person; nobody else is there."""
    mina = invite(rooms, "mina").person.id
    scan = received(rooms, texts={"total": ("12.50", "12.60")})
    reconcile_home(rooms)
    read_all(rooms, mina, {**RECEIPT, "total": "99.99"})
    return scan, mina


def read_all(rooms: Home, who: str, texts: dict[str, str]) -> None:
    for task in rooms.store.lease(who, 9, now()):
        rooms.store.submit(task.id, who, SentReading(text=texts[task.key.name], idem=secrets.token_hex(8)), now())
    reconcile_home(rooms)


def test_an_order_that_nobody_can_finish_is_published_as_provisional_and_corrected_later(rooms: Home) -> None:
    scan, _ = stranded(rooms)
    assert rooms.store.missing_people()
    assert (keep_provisional(rooms), keep_provisional(rooms), len(rooms.store.outbox(0))) == (1, 0, 1)
    publish_records(rooms)
    (record,) = query.records(rooms.settings.records, "receipt")
    assert (record.scan, record.record_version) == (scan.id, 1)
    assert {each.rule for each in record.exceptions} == {"below target"}
    assert ("total",) in {each.fields for each in record.exceptions}
    methods = {each.field: each.method for each in record.origins}
    assert methods["total"] == "provisional"
    counts = rooms.store.counts()
    assert (counts.records, counts.provisional_records) == ({"receipt": 1}, {"receipt": 1})
    assert counts.open_fields["receipt"] == len(record.exceptions)
    assert rooms.store.missing_people(), "what is open stays open"

    read_all(rooms, invite(rooms, "omar").person.id, RECEIPT)
    read_all(rooms, invite(rooms, "eve", ["expert"]).person.id, RECEIPT)
    publish_records(rooms)
    (record,) = query.records(rooms.settings.records, "receipt")
    assert (record.record_version, record.values["total"]) == (2, "12.50")
    assert record.exceptions == ()
    assert rooms.store.counts().provisional_records == {}


def test_a_provisional_value_is_explained_as_not_decided_and_weighed_again_is_the_same(rooms: Home) -> None:
    scan, _ = stranded(rooms)
    keep_provisional(rooms)
    told = explained(rooms, scan.id, "total")
    assert told.replay
    said = in_words(told)
    assert "not decided, likeliest (version 1)" in said
    assert "Weighed again it is the same." in said


def test_each_field_that_is_decided_later_makes_a_new_version_while_others_stay_open(rooms: Home) -> None:
    mina = invite(rooms, "mina").person.id
    scan = received(rooms, texts={"total": ("12.50", "12.60"), "date": ("03/03/2018", "08/03/2018")})
    reconcile_home(rooms)
    read_all(rooms, mina, {**RECEIPT, "total": "99.99", "date": "05/05/2018"})
    assert keep_provisional(rooms) == 1
    eve = invite(rooms, "eve", ["expert"]).person.id
    (task,) = (each for each in rooms.store.lease(eve, 9, now()) if each.key.name == "total")
    rooms.store.submit(task.id, eve, SentReading(text="12.60", idem="first"), now())
    rooms.store.give_back(eve, now())
    reconcile_home(rooms)
    (record,) = query.records(rooms.settings.records, "receipt")
    assert (record.scan, record.record_version, record.values["total"]) == (scan.id, 2, "12.60")
    assert [each.fields for each in record.exceptions if each.rule == "below target"] == [("date",)]
    assert {each.field: each.method for each in record.origins}["date"] == "provisional"
    reconcile_home(rooms)
    rooms.store.wake([scan.id], now())
    reconcile_home(rooms)
    (record,) = query.records(rooms.settings.records, "receipt")
    assert record.record_version == 2, "without news it is one version"
    assert rooms.store.counts().provisional_records == {"receipt": 1}

    read_all(rooms, eve, {**RECEIPT, "date": "08/03/2018"})
    (record,) = query.records(rooms.settings.records, "receipt")
    assert (record.exceptions, record.record_version) == ((), 3)


def test_nothing_is_provisional_while_somebody_who_is_there_can_go_on(rooms: Home) -> None:
    stranded(rooms)
    invite(rooms, "omar")
    assert keep_provisional(rooms) == 0
    assert rooms.store.counts().records == {}


def test_a_provisional_value_decides_nothing_for_people_or_for_learning(rooms: Home) -> None:
    scan, mina = stranded(rooms)
    assert keep_provisional(rooms) == 1
    history = next(each for each in rooms.store.readings_of(mina) if each.key.name == "total")
    assert history.decisions == ()
    (task,) = (each for each in history.tasks if each.id == history.readings[-1].task)
    assert rooms.store.undo(task.id, mina, now()).id == task.id, "it can be taken back as before"
    learn_home(rooms)
    reconcile_home(rooms)
    assert "below target" not in {
        each.reason for each in rooms.store.field_history(scan.id, history.key).tasks if each.closed_at is None
    }


def test_the_command_publishes_provisional_records_only_where_it_is_told_to(house: House, rooms: Home) -> None:
    stranded(rooms)
    assert house.run("records", "publish", "--json").json[0]["provisional"] == 0
    assert house.run("records", "publish", "--provisional", "--json").json[0]["provisional"] == 1
    again = house.run("records", "publish", "--provisional")
    assert (again.code, "provisional" in again.out + again.err) == (0, False), "nothing is said of none"


@pytest.mark.promise("keep the rows whose")
def test_an_export_has_provisional_records_too_and_help_says_how_to_leave_them_out(house: House, rooms: Home) -> None:
    final = received(rooms, texts={"total": ("12.50", "12.50")})
    stranded(rooms)
    reconcile_home(rooms)
    assert house.run("records", "publish", "--provisional").code == 0
    lines = house.run("records", "export", "--format", "jsonl", "--form", "receipt").out.splitlines()
    states = {each["scan"]: each["state"] for each in map(json.loads, lines)}
    assert sorted(states.values()) == ["final", "provisional"]
    assert states[final.id] == "final"
    head, *rows = csv.reader(house.run("records", "export", "--format", "csv", "--form", "receipt").out.splitlines())
    assert sorted(row[head.index("state")] for row in rows) == ["final", "provisional"]
    told = " ".join(house.run("records", "export", "--help").out.split())
    assert "the finished records" not in told
    assert "Provisional records are among them: `state` says of each record" in told


def read_as_second(rooms: Home, scan: Scan, unchanged: set[str], *total: str) -> None:
    """The scan is read again as version 2 of its form, which has these fields alike; engines read these totals."""
    shipped = rooms.forms.path_of("receipt").read_text(encoding="utf-8")
    (rooms.settings.forms / "receipt.toml").write_text(shipped.replace("version = 1", "version = 2"), encoding="utf-8")
    form = rooms.use_form("receipt")
    assert form.version == 2
    reads = reads_of(replace(scan, form_version=2), {"total": (total[0], total[-1])})
    rooms.store.read_again(scan.id, ("receipt", 2), reads, "olga", "mended", now(), unchanged={1: unchanged})
    reconcile_home(rooms)
    publish_records(rooms)


def agreed(rooms: Home) -> Scan:
    """A published receipt whose total machines read otherwise than two people."""
    scan = received(rooms, texts={"total": ("80.00", "8.00")})
    reconcile_home(rooms)
    for who in ("mina", "omar"):
        read_all(rooms, invite(rooms, who).person.id, {**RECEIPT, "total": "132.50"})
    (record,) = query.records(rooms.settings.records, "receipt")
    assert record.values["total"] == "132.50"
    return scan


def test_what_two_people_had_agreed_on_is_not_replaced_by_machines_where_the_field_is_the_same(rooms: Home) -> None:
    read_as_second(rooms, agreed(rooms), set(RECEIPT), "80.00", "8.00")
    (record,) = query.records(rooms.settings.records, "receipt")
    assert (record.form_version, record.values["total"], record.exceptions) == (2, "132.50", ())
    assert verify_records(rooms) == []


@pytest.mark.promise("A field that they", "With another version of")
def test_where_the_field_is_another_one_it_is_asked_and_the_record_says_so_at_once(rooms: Home) -> None:
    scan = agreed(rooms)
    read_as_second(rooms, scan, set(RECEIPT) - {"total"}, "80.00")
    (record,) = query.records(rooms.settings.records, "receipt")
    assert record.form_version == 2
    assert [(each.rule, each.fields) for each in record.exceptions] == [("below target", ("total",))]
    assert verify_records(rooms) == []
    (task,) = rooms.store.lease(rooms.store.transcriber("mina").id, 9, now())
    assert (task.key.name, task.reason) == ("total", "asked again")


LATER = timedelta(seconds=CLAIM_SECONDS + 1)


def weighed_beside(rooms: Home, *, breaks: bool = False) -> tuple[ReconciledScans, list[str]]:
    """One process stands still in the middle of a scan while another weighs that; then the first one goes on."""
    decisions: list[str] = []

    def forms(name: str, version: int) -> Form:
        if not decisions:
            other = reconcile_waiting(
                rooms.store, rooms.forms, policy(rooms.settings), lambda: now() + LATER, no_reading
            )
            assert other.scans == 1, "the claim of the first one had run out"
            decisions.extend(kept(rooms))
            if breaks:
                raise FormError("The definition is gone.")
        return rooms.forms(name, version)

    done = reconcile_waiting(rooms.store, forms, policy(rooms.settings), now, no_reading)
    return done, decisions


def kept(rooms: Home) -> list[str]:
    (scan,) = (state.scan.id for state in rooms.store.scan_states())
    keys = {each.key for each in rooms.store.readings(scan)}
    return sorted(repr(rooms.store.field_history(scan, key)) for key in keys)


def test_what_another_process_has_claimed_and_weighed_since_is_not_kept_twice(rooms: Home) -> None:
    received(rooms)
    before = len(rooms.store.audit())
    done, decisions = weighed_beside(rooms)
    assert done.scans == 0
    assert done.failed == ()
    assert kept(rooms) == decisions
    assert len(rooms.store.audit()) == before
    assert reconcile_home(rooms).scans == 0


def test_a_scan_that_another_process_has_weighed_since_is_not_set_apart(rooms: Home) -> None:
    received(rooms)
    done, decisions = weighed_beside(rooms, breaks=True)
    assert [message for _, message in done.failed] == ["The definition is gone."]
    assert rooms.store.quarantined() == []
    assert kept(rooms) == decisions


def test_a_claim_is_renewed_while_its_scans_are_weighed(rooms: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        received(rooms)
    waiting = rooms.store.claim_waiting(9, now())
    at: list[datetime] = [now()]
    clock = [0.0]
    monkeypatch.setattr("flows.steps.reconcile_scans.time.monotonic", lambda: clock[0])
    claim = Claim(rooms.store, waiting[0].claim, lambda: at[0], renewed=0.0)
    for each in waiting:
        at[0] += timedelta(seconds=CLAIM_SECONDS / 2)
        clock[0] += CLAIM_SECONDS / 2
        assert claim.still_holds(each)
        assert rooms.store.claim_waiting(9, at[0]) == [], "half of its time is left at least"
    at[0] += LATER
    assert rooms.store.claim_waiting(9, at[0])
    assert not claim.still_holds(waiting[0])


def test_a_record_of_before_says_what_todays_rules_find_once_it_is_weighed_anew(
    house: House, rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = {**RECEIPT, "date": "12/03/1825"}
    monkeypatch.setattr("reconcile.decision.record.broken_checks", lambda *_: ())
    received(rooms, texts={"date": (far["date"], far["date"])})
    reconcile_home(rooms)
    for who, roles in (("mina", []), ("omar", []), ("eve", ["expert"])):
        read_all(rooms, invite(rooms, who, roles or ["transcriber"]).person.id, far)
    publish_records(rooms)

    def said() -> list[tuple[int, list[str]]]:
        return [
            (each.record_version, [broken.rule for broken in each.exceptions])
            for each in query.records(rooms.settings.records, "receipt")
        ]

    assert said() == [(1, [])]
    assert (house.run("reconcile", "--json").json[0]["scans"], said()) == (0, [(1, [])])
    assert house.run("reconcile", "--anew", "--json").json[0]["scans"] == 1
    assert said() == [(2, ["the field's checks"])]
    assert house.run("reconcile", "--anew").code == 0
    assert said() == [(2, ["the field's checks"])], "said again it makes no version"


def read_as(rooms: Home, scan: Scan, confidence: float, *advice: str) -> None:
    """A receipt as one machine reads it, with what is said of its photograph."""
    said = [
        reading(
            scan=scan.id,
            key=FieldKey(name),
            source="tesseract 5",
            text=text,
            at=now(),
            confidence=confidence,
            conditions={},
        )
        for name, text in RECEIPT.items()
    ]
    found = ReadResult(places=(), readings=tuple(said), fit=None, quality={}, advice=advice)
    rooms.store.put_reads(scan.id, found, now())


def test_the_record_says_that_a_second_order_lies_on_the_photograph_until_each_has_its_own(
    rooms: Home, tmp_path: Path
) -> None:
    scan = Scan(id=secrets.token_hex(32), pages=(), form="receipt", form_version=1, batch="monday")
    rooms.store.put_scan(scan, [], now())
    read_as(rooms, scan, 0.97, "blurred", TWO_FORMS)
    for name, text in RECEIPT.items():
        rooms.store.correct_value(scan.id, FieldKey(name), text, "olga", "as it stands there", now())
    reconcile_home(rooms)

    def told() -> list[tuple[str, str, str]]:
        (record,) = query.records(rooms.settings.records, "receipt")
        return [(each.rule, each.expected, each.found) for each in record.exceptions]

    assert told() == [("one form a photograph", "one form", "two forms")]
    rebuild_records(rooms)
    assert told() == [("one form a photograph", "one form", "two forms")]
    out = tmp_path / "records.jsonl"
    export_records(rooms.settings.records, lambda: rooms, Wanted(format="jsonl", form="receipt"), out)
    (line,) = out.read_text(encoding="utf-8").splitlines()
    assert [each["rule"] for each in json.loads(line)["exceptions"]] == ["one form a photograph"]

    read_as(rooms, scan, 0.99, "blurred")  # a photograph of it alone took its place
    reconcile_home(rooms)
    assert told() == []
