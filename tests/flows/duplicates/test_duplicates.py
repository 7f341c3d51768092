"""An order that came before: found by its values and by its picture, marked or kept back, and settled."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from flows.administration.people import invite
from flows.alerts.conditions import open_duplicates
from flows.duplicates.duplicate_policy import duplicate_policy, identifying_fields
from flows.home.home import Home, now
from flows.mending.batches import batch_report
from flows.mending.scans import retake_by_policy, settle
from flows.output.duplicate_pairs import waiting_duplicates
from flows.steps.erasures import rebuild_records
from flows.steps.read_scans import Because, TakenScan, read_scan, take_in
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests.camera import photograph
from tests.flows.house import TYPED, House
from tests.transcribe.store.world import add_webhook
from transcribe.errors import FormError, SettingsError
from transcribe.forms import definition as forms
from transcribe.model import FieldKey, PageFingerprint, ReadResult, Scan
from transcribe.ocr.engine import reading
from transcribe.store.facts import Offer, SentReading

TICKET = """
name = "ticket"
version = {version}
title = "Ticket"
languages = ["eng"]
locale = "en_GB"
{options}

[[field]]
name = "number"
type = "code"
required = true

[[field]]
name = "day"
type = "date"
required = true

[[field]]
name = "customer"
type = "name"
required = true

[[field]]
name = "total"
type = "amount"
required = true
"""
WORDS = {"number": "A-204178", "day": "12/03/2025", "customer": "ACME LTD", "total": "12.50"}
ENGINE = "tesseract 5 eng"
OLGA = Because(by="olga", why="the customer called")


def ticket(folder: Path, options: str = "", version: int = 1) -> Path:
    path = folder / f"ticket-{version}.toml"
    path.write_text(TICKET.format(version=version, options=f"options = {{ {options} }}"), encoding="utf-8")
    return path


def received(rooms: Home, **changed: str) -> Scan:
    """A scan of a ticket, read by a machine and then by an expert."""
    scan = Scan(id=secrets.token_hex(32), pages=(), form="ticket", form_version=1, batch="monday")
    rooms.store.put_scan(scan, [], now())
    said = [
        reading(scan=scan.id, key=FieldKey(name), source=ENGINE, text=text, at=now(), confidence=0.99, conditions={})
        for name, text in {**WORDS, **changed}.items()
    ]
    rooms.store.put_reads(scan.id, ReadResult(places=(), readings=tuple(said), fit=None, quality={}), now())
    reconcile_home(rooms)
    expert = invite(rooms, secrets.token_hex(4), ["expert"]).person.id
    while tasks := rooms.store.lease(expert, 9, now(), 600.0, Offer(pools=("expert", "read"))):
        for task in tasks:  # an audit may be of a scan that came before
            read = {each.key: each.text for each in rooms.store.readings(task.scan) if each.source == ENGINE}
            sent = SentReading(text=read[task.key], idem=secrets.token_hex(8))
            rooms.store.submit(task.id, expert, sent, now())
        reconcile_home(rooms)
    return scan


def found(rooms: Home) -> dict[str, list[str]]:
    """By scan, what its record says of other scans."""
    return {
        each.scan: [broken.found for broken in each.exceptions]
        for each in query.records(rooms.settings.records, "ticket")
    }


@pytest.mark.promise("its record has the")
def test_an_order_that_came_before_says_so_until_it_is_settled(rooms: Home, tmp_path: Path) -> None:
    rooms.use_form(str(ticket(tmp_path)))
    first, again, other = received(rooms), received(rooms, customer="ACME"), received(rooms, number="A-204179")
    reconcile_home(rooms)
    assert found(rooms) == {first.id: [], again.id: [f"may be the same as {first.id}"], other.id: []}
    assert batch_report(rooms, "monday").duplicates == 1
    assert [each.message[:6] for each in open_duplicates(rooms, now())] == ["1 scan"]

    settle(rooms, again.id, first.id, "duplicate", OLGA)
    reconcile_home(rooms)
    assert found(rooms)[again.id] == [f"the same as {first.id}"]
    settle(rooms, again.id, first.id, "different", OLGA)
    reconcile_home(rooms)
    assert found(rooms)[again.id] == []
    assert list(open_duplicates(rooms, now())) == []
    settle(rooms, again.id, first.id, "open", OLGA)
    reconcile_home(rooms)
    before = found(rooms)
    rebuild_records(rooms)
    assert found(rooms) == before
    assert before[again.id]


def test_scans_are_counted_and_not_the_pairs_that_they_make(rooms: Home, tmp_path: Path) -> None:
    rooms.use_form(str(ticket(tmp_path)))
    for _ in range(4):
        received(rooms)
    reconcile_home(rooms)
    assert len([each for each in rooms.store.duplicates() if each.waits]) > 3
    assert [each.message[:7] for each in open_duplicates(rooms, now())] == ["3 scans"]
    assert batch_report(rooms, "monday").duplicates == 3
    assert waiting_duplicates(rooms.store.duplicates())[0].startswith("3 may be")


@pytest.mark.promise("it gets no record")
def test_a_form_that_says_hold_keeps_the_record_back_until_it_is_another_order(rooms: Home, tmp_path: Path) -> None:
    rooms.use_form(str(ticket(tmp_path, 'duplicates = "hold"')))
    first, again = received(rooms), received(rooms)
    reconcile_home(rooms)
    assert found(rooms) == {first.id: []}
    (pair,) = rooms.store.duplicates(again.id)
    assert (pair.older, pair.newer, pair.policy) == (first.id, again.id, "hold")
    settle(rooms, first.id, again.id, "duplicate", OLGA)
    reconcile_home(rooms)
    assert found(rooms) == {first.id: []}
    settle(rooms, first.id, again.id, "different", OLGA)
    reconcile_home(rooms)
    assert found(rooms) == {first.id: [], again.id: []}


def test_names_that_identify_an_order_are_compared_without_capitals(rooms: Home, tmp_path: Path) -> None:
    """A receipt has no number, and its form names what tells it from others: who issued it, when, and over how much."""
    rooms.use_form(str(ticket(tmp_path, 'identified_by = "customer day total"')))
    first, again, other = received(rooms), received(rooms, customer="Acme Ltd"), received(rooms, total="12.60")
    reconcile_home(rooms)
    assert found(rooms) == {first.id: [], again.id: [f"may be the same as {first.id}"], other.id: []}


def test_where_the_home_says_link_no_record_says_anything(rooms: Home, tmp_path: Path) -> None:
    linking = replace(rooms, settings=rooms.settings.model_copy(update={"duplicates": "link"}))
    linking.use_form(str(ticket(tmp_path)))
    first, again = received(linking), received(linking)
    reconcile_home(linking)
    assert found(linking) == {first.id: [], again.id: []}
    assert [each.waits for each in linking.store.duplicates()] == [False]


def test_a_forgotten_first_order_is_no_longer_named(rooms: Home, tmp_path: Path) -> None:
    rooms.use_form(str(ticket(tmp_path)))
    first, again = received(rooms), received(rooms)
    reconcile_home(rooms)
    rooms.store.forget(first.id, now())
    reconcile_home(rooms)
    assert found(rooms) == {again.id: []}


@pytest.mark.promise("A value in doubt,")
def test_a_form_says_which_fields_identify_an_order_and_by_default_never_a_name_alone(tmp_path: Path) -> None:
    assert identifying_fields(forms.load(ticket(tmp_path))) == ("number", "day", "total")
    named = forms.load(ticket(tmp_path, 'identified_by = "number"'))
    assert identifying_fields(named) == ("number",)
    assert identifying_fields(forms.load("receipt")) == ()
    assert identifying_fields(forms.load("bon-de-commande")) == ("order_number", "order_date", "total")
    held = forms.load(ticket(tmp_path, 'duplicates = "hold"'))
    assert (duplicate_policy("flag", held), duplicate_policy("link", named)) == ("hold", "link")
    with pytest.raises(FormError, match="duplicates is one of link, flag, hold, retake"):
        forms.load(ticket(tmp_path, 'duplicates = "burn"'))
    with pytest.raises(FormError, match='"sum" is no plain field'):
        forms.load(ticket(tmp_path, 'identified_by = "number sum"'))


def without_payment(folder: Path) -> str:
    """The French order form without payment data, so that replaced pictures are kept."""
    for file in ("bon-de-commande.png", "customers-fr.csv", "products-fr.csv"):
        shutil.copy(forms.SHIPPED / file, folder)
    own = folder / "bon-de-commande.toml"
    shipped = (forms.SHIPPED / own.name).read_text(encoding="utf-8")
    own.write_text(shipped.replace('personal = "payment"', ""), encoding="utf-8")
    return str(own)


@pytest.fixture
def photographed(rooms: Home, tmp_path: Path) -> tuple[Home, Scan, Scan]:
    """Two photographs of one sheet, taken in and read by one engine, where a newer picture takes the older's place."""
    settings = rooms.settings.model_copy(update={"duplicates": "retake", "engines": ("tesseract",)})
    here = replace(rooms, settings=settings)
    with Image.open(TYPED) as opened:
        paper = numpy.asarray(opened.convert("RGB"), numpy.uint8)
    form, scans = without_payment(tmp_path), []
    for seed in (1, 2):
        file = tmp_path / f"photo-{seed}.jpg"
        taken = photograph(paper, "phone", numpy.random.default_rng(seed), smaller=1.5)
        file.write_bytes(taken)
        (kept,) = take_in(here, [file], form, "monday")
        assert isinstance(kept, TakenScan)
        read_scan(here, kept.scan)
        scans.append(kept.scan)
    return here, scans[0], scans[1]


@pytest.mark.usefixtures("kept_readings")
def test_a_second_photograph_of_a_sheet_takes_the_place_of_the_first_and_gives_it_back(
    photographed: tuple[Home, Scan, Scan],
) -> None:
    here, first, again = photographed
    reconcile_home(here)
    assert [(each.older, each.newer, each.waits) for each in here.store.duplicates()] == [(first.id, again.id, True)]
    assert retake_by_policy(here) == 1
    reconcile_home(here)
    assert here.store.scan(first.id).pages == again.pages
    assert here.store.scan_of_pages(again.id) == here.store.scan(first.id), "the file is known as the first scan"
    assert here.store.acts(again.id)[-1].by == "the policy of duplicates"
    assert retake_by_policy(here) == 0
    states = {each.scan.id: each for each in here.store.scan_states()}
    assert states[again.id].open_tasks == 0
    assert states[first.id].open_tasks > 0 or states[first.id].recorded_at

    settle(here, again.id, first.id, "different", OLGA)
    reconcile_home(here)
    assert here.store.scan(first.id).pages == first.pages
    assert here.store.scan_of_pages(first.id) == here.store.scan(first.id)
    assert [each.settled for each in here.store.duplicates()] == ["different"]
    assert here.store.verify_audit().broken_at is None


@pytest.mark.parametrize(("number", "is_taken"), [(WORDS["number"], 1), ("A-204179", 0)])
def test_no_picture_is_taken_by_policy_where_what_identifies_the_order_is_read_as_another_sure_or_not(
    rooms: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: str, is_taken: int
) -> None:
    rooms.use_form(str(ticket(tmp_path, 'duplicates = "retake"')))
    for text in (WORDS["number"], number):
        scan = Scan(id=secrets.token_hex(32), pages=(), form="ticket", form_version=1, batch="monday")
        rooms.store.put_scan(scan, [], now())
        said = reading(
            scan=scan.id, key=FieldKey("number"), source=ENGINE, text=text, at=now(), confidence=0.3, conditions={}
        )
        rooms.store.put_reads(scan.id, ReadResult(places=(), readings=(said,), fit=None, quality={}), now())
        rooms.store.put_fingerprints(scan.id, [PageFingerprint(number=1, bits=bytes(64))], 0.24, "retake", now())
    reconcile_home(rooms)
    assert [each.waits for each in rooms.store.duplicates()] == [True], "they look alike"
    settled: list[str] = []
    monkeypatch.setattr("flows.mending.scans.settle", lambda *said: settled.append(said[3]))
    assert (retake_by_policy(rooms), settled) == (is_taken, ["retake"] * is_taken)


@pytest.mark.parametrize(
    ("changed", "is_pair"),
    [
        ({}, True),
        ({"customer": "BRAND LTD"}, True),  # one value may be misread
        ({"customer": "BRAND LTD", "day": "14/03/2025"}, False),
        ({"customer": "BRAND LTD", "day": ""}, True),  # a blank tells nothing
    ],
)
def test_two_scans_that_look_alike_are_told_apart_by_several_values(
    rooms: Home, tmp_path: Path, changed: dict[str, str], is_pair: bool
) -> None:
    path = ticket(tmp_path)
    path.write_text(path.read_text("utf-8").replace("required = true", ""), encoding="utf-8")  # nothing identifies one
    rooms.use_form(str(path))
    first, second = received(rooms), received(rooms, **changed)
    for scan in (first, second):
        rooms.store.put_fingerprints(scan.id, [PageFingerprint(number=1, bits=bytes(256))], 0.24, "flag", now())
    reconcile_home(rooms)
    assert bool(rooms.store.duplicates(second.id)) == is_pair
    assert rooms.store.look_alikes(second.id) == [first.id]


def test_an_order_with_the_same_number_is_the_same_though_other_values_differ(rooms: Home, tmp_path: Path) -> None:
    rooms.use_form(str(ticket(tmp_path, 'identified_by = "number"')))
    first, second = received(rooms), received(rooms, customer="BRAND LTD", day="14/03/2025")
    for scan in (first, second):
        rooms.store.put_fingerprints(scan.id, [PageFingerprint(number=1, bits=bytes(256))], 0.24, "flag", now())
    reconcile_home(rooms)
    assert [each.older for each in rooms.store.duplicates(second.id)] == [first.id]


def test_scans_of_two_forms_are_no_pictures_of_one_paper(rooms: Home, tmp_path: Path) -> None:
    rooms.use_form(str(ticket(tmp_path)))
    one = received(rooms)
    other = Scan(id=secrets.token_hex(32), pages=(), form="", form_version=0)
    rooms.store.put_scan(other, [], now())
    for verdict in ("retake", "duplicate"):
        with pytest.raises(SettingsError, match="not read as the same form"):
            settle(rooms, one.id, other.id, verdict, OLGA)
    assert rooms.store.duplicates() == []


def test_the_commands_list_and_settle(house: House, rooms: Home, tmp_path: Path) -> None:
    rooms.use_form(str(ticket(tmp_path)))
    first, again = received(rooms), received(rooms)
    reconcile_home(rooms)
    assert "1 may be an order that came before" in house.run("status").out
    assert house.run("status", "--json").json[0]["waiting_duplicates"] == 1
    assert "1 may be an order that came before" in house.run("batch", "show", "monday").out
    (listed,) = house.run("scan", "duplicates", "--open", "--json").json
    assert (listed["older"], listed["newer"], listed["waits"]) == (first.id, again.id, True)
    told = house.run("scan", "explain", first.id, "total").out
    assert f"The later scan {again.id[:12]} may be the same order: found by values, not settled." in told
    done = house.run(
        "scan", "settle", first.id[:9], again.id[:9], "--as", "duplicate", "--why", "twice", "--by", "olga"
    )
    assert (done.code, done.out) == (0, f"{again.id[:12]} is the same order as {first.id[:12]}.\n")
    assert "settled as duplicate" in house.run("scan", "explain", again.id, "total").out
    assert house.run("scan", "settle", first.id, again.id, "--as", "open", "--why", " ").code == 2
    assert house.run("log", "verify").code == 0


CORRECTED = st.tuples(
    st.sampled_from(["first", "again"]),
    st.sampled_from([("number", "B-77"), ("day", "14/05/2025"), ("total", "12.60"), ("customer", "BRAND"), ("", "")]),
)
"""Which scan is corrected, in which field and to what; without a field its last correction is withdrawn."""
NUMBERS = count(300_000)


def correct(rooms: Home, scan: Scan, name: str, text: str, made: list[str]) -> None:
    if name:
        made.append(rooms.store.correct_value(scan.id, FieldKey(name), text, "erp", "our price", now()))
    elif made:
        rooms.store.withdraw_reading(made.pop(), "olga", "a slip", now())
    reconcile_home(rooms)


@pytest.mark.promise("**What was corrected never", "pairs that were found by their values")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(CORRECTED, max_size=2), after=st.lists(CORRECTED, min_size=1, max_size=4), looks=st.booleans())
def test_no_corrections_make_a_pair_of_one_paper_disappear(
    rooms: Home, tmp_path: Path, before: list[tuple[str, tuple[str, str]]], after: list[tuple[str, tuple[str, str]]],
    looks: bool,
) -> None:  # fmt: skip
    """Corrected before the second photograph came or later, one of the two or both, and withdrawn or not."""
    rooms.use_form(str(ticket(tmp_path)))
    number = f"A-{next(NUMBERS)}"
    first, made = received(rooms, number=number), list[str]()
    for _, (name, text) in before:
        correct(rooms, first, name, text, made)
    again = received(rooms, number=number)
    if looks:
        prints = [PageFingerprint(number=1, bits=secrets.token_bytes(64))]
        for scan in (first, again):
            rooms.store.put_fingerprints(scan.id, prints, 0.1, "flag", now())
        reconcile_home(rooms)
    marked = f"may be the same as {first.id}"
    assert marked in found(rooms)[again.id]
    for which, (name, text) in after:
        correct(rooms, {"first": first, "again": again}[which], name, text, made)
        assert marked in found(rooms)[again.id]


OF_OTHERS = {"day": "14/03/2025", "customer": "BRAND LTD"}
"""What stands on another paper than `WORDS`, besides its number."""
SENT = st.tuples(
    st.sampled_from([0, 1]), st.sampled_from([*WORDS.items(), *OF_OTHERS.items(), ("total", "1"), ("", "")])
)
"""Which of two scans is corrected, in which field and to what (its number to itself); without a field: withdrawn."""


@pytest.mark.promise("**What was corrected never")
@pytest.mark.parametrize("identifies", ["", pytest.param("required = true", marks=pytest.mark.soak)])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(SENT, min_size=1, max_size=4))
def test_no_corrections_make_a_pair_of_two_papers_that_look_alike(
    rooms: Home, tmp_path: Path, identifies: str, sent: list[tuple[int, tuple[str, str]]]
) -> None:
    """Their own values sent back, other ones, or all of the other paper but its number."""
    path = ticket(tmp_path)
    path.write_text(path.read_text("utf-8").replace("required = true", identifies), encoding="utf-8")
    rooms.use_form(str(path))
    numbers, made = (f"A-{next(NUMBERS)}", f"B-{next(NUMBERS)}"), list[str]()
    first, other = both = received(rooms, number=numbers[0]), received(rooms, number=numbers[1], **OF_OTHERS)
    prints = [PageFingerprint(number=1, bits=secrets.token_bytes(64))]
    for scan in both:
        rooms.store.put_fingerprints(scan.id, prints, 0.1, "flag", now())
    reconcile_home(rooms)
    assert rooms.store.look_alikes(other.id) == [first.id]
    assert rooms.store.duplicates(other.id) == []
    for which, (name, text) in sent:
        correct(rooms, both[which], name, numbers[which] if name == "number" else text, made)
        assert rooms.store.duplicates(other.id) == []


@pytest.mark.promise("**What was corrected never")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    differs=st.sets(st.sampled_from(["number", "day"]), min_size=1),
    sent=st.lists(st.tuples(st.sampled_from([0, 1]), st.sampled_from(["number", "day", "total", ""])), max_size=5),
)
def test_two_papers_are_a_pair_exactly_while_each_identifying_value_of_one_is_read_or_corrected_on_the_other(
    rooms: Home, tmp_path: Path, differs: set[str], sent: list[tuple[int, str]]
) -> None:
    """Each correction sends the value of the other paper, or withdraws the last one."""
    rooms.use_form(str(ticket(tmp_path)))
    number = f"A-{next(NUMBERS)}"
    there = {"number": f"B-{next(NUMBERS)}", "day": "14/05/2025"}
    papers = (
        {**WORDS, "number": number},
        {**WORDS, "number": number, **{name: there[name] for name in differs}},
    )
    both = [received(rooms, **each) for each in papers]
    made = list[str]()
    for which, name in sent:
        correct(rooms, both[which], name, papers[1 - which].get(name, ""), made)
        stand = [{each.key.name: each.text for each in rooms.store.decisions(scan.id)} for scan in both]
        has = [{name: {papers[own][name], stand[own][name]} for name in ("number", "day", "total")} for own in (0, 1)]
        expected = all(has[0][name] & has[1][name] for name in has[0])
        assert bool(rooms.store.duplicates(both[1].id)) == expected


def told(rooms: Home) -> list[tuple[str, str | None]]:
    rooms.store.fill_queue("erp", query.position(rooms.settings.records), now())
    return [(each.type, each.scan) for each in rooms.store.deliveries("erp") if each.type.startswith("duplicate")]


@pytest.mark.promise(
    "pairs that were found by their values", "With `hold` it stays", "what `duplicate.found` told holds"
)
def test_a_pair_that_is_one_no_more_is_taken_back_by_an_event(rooms: Home, tmp_path: Path) -> None:
    add_webhook(rooms.store, "erp", now())
    rooms.use_form(str(ticket(tmp_path)))
    first, again = received(rooms), received(rooms)
    pair = [("duplicate.found", again.id)]
    assert told(rooms) == pair
    rooms.store.correct_value(again.id, FieldKey("total"), "12.60", "erp", "our price", now())
    reconcile_home(rooms)
    assert told(rooms) == pair
    settle(rooms, first.id, again.id, "different", OLGA)
    settle(rooms, first.id, again.id, "open", OLGA)
    rooms.store.forget(first.id, now())
    assert told(rooms) == [*pair, ("duplicate.lifted", again.id)] * 2


@pytest.mark.promise("With `hold` it stays")
@pytest.mark.parametrize("corrected", ["first", "again"])
def test_what_is_held_stays_held_whatever_is_corrected(rooms: Home, tmp_path: Path, corrected: str) -> None:
    rooms.use_form(str(ticket(tmp_path, 'duplicates = "hold"')))
    first, again = received(rooms), received(rooms)
    scan = {"first": first, "again": again}[corrected]
    rooms.store.correct_value(scan.id, FieldKey("total"), "12.60", "erp", "our price", now())
    reconcile_home(rooms)
    assert found(rooms) == {first.id: []}


def test_a_misread_number_that_is_mended_finds_the_pair_that_it_hid(rooms: Home, tmp_path: Path) -> None:
    rooms.use_form(str(ticket(tmp_path)))
    first, again = received(rooms, number="A-204179"), received(rooms)
    assert found(rooms)[again.id] == []
    rooms.store.correct_value(first.id, FieldKey("number"), "A-204178", "olga", "an eight", now())
    reconcile_home(rooms)
    assert found(rooms)[again.id] == [f"may be the same as {first.id}"]
