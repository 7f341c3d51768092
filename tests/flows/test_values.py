"""The commands on values: a wrong value is mended by one command, and its record follows."""

from __future__ import annotations

import getpass
import secrets
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from typer._click import Command

from flows.administration import invite
from flows.administration.people import new_link
from flows.cli.app import whole_command
from flows.home import Home, now
from flows.mending import act_in_words, require_fitting, text_of_value
from flows.steps import reconcile_home
from flows.steps.erasures import rebuild_records
from flows.steps.learn_parameters import learn_home
from flows.steps.provisional_records import keep_provisional
from flows.terminal.printing import one_line
from reconcile.records import query
from tests.flows.house import PATIENCE, House
from tests.flows.serving.test_api import app_of
from tests.flows.steps.test_reconcile_scans import RECEIPT, answer, read_all, received, stranded
from transcribe import fields
from transcribe.errors import DiskFull, SettingsError
from transcribe.model import FieldKey, Form, PageFingerprint, ReadResult, Scan, ScanPage, Task, Value
from transcribe.ocr.engine import reading
from transcribe.store.drivers import sqlite
from transcribe.store.facts import Rate, ScanSearch, SentReading

TOTAL = FieldKey("total")


def published(rooms: Home) -> Scan:
    """A receipt that is read, decided and published."""
    scan = received(rooms, texts={})
    reconcile_home(rooms)
    for who in ("mina", "omar"):
        read_all(rooms, invite(rooms, who).person.id, RECEIPT)
    read_all(rooms, invite(rooms, "eve", ["expert"]).person.id, RECEIPT)
    assert [each.scan for each in query.records(rooms.settings.records, "receipt")] == [scan.id]
    return scan


def total(rooms: Home) -> tuple[object, int]:
    (record,) = query.records(rooms.settings.records, "receipt")
    return record.values["total"], record.record_version


def state(rooms: Home) -> tuple[str, list[tuple[str, tuple[str, ...]]]]:
    """Whether the record is final, and its exceptions: the rule and the fields of each."""
    (record,) = query.records(rooms.settings.records, "receipt")
    return record.state, [(each.rule, each.fields) for each in record.exceptions]


def test_an_amount_with_the_unit_of_a_quantity_is_refused_and_a_currency_is_not(house: House, rooms: Home) -> None:
    scan = published(rooms)
    for verb in (("value", "correct"), ("gold", "add")):
        slip = house.run(*verb, scan.id[:12], "total", "999.99x", "--why", "a slip")
        assert (slip.code, "has x beside it, which is no currency" in slip.err) == (2, True)
    assert total(rooms)[0] == RECEIPT["total"]
    assert house.run("value", "correct", scan.id[:12], "total", "RM 999.99", "--why", "as it stands").code == 0
    told = house.run("scan", "explain", scan.id[:12], "total").out
    assert "overrode a check" not in told
    assert told.count("saw all readings") == 0


@pytest.mark.promise("`fairhand quarantine withdraw` with")
def test_a_value_is_corrected_and_taken_back_and_explain_says_why(house: House, rooms: Home) -> None:
    scan = published(rooms)
    before = total(rooms)
    words = (
        "value",
        "correct",
        scan.id[:12],
        "total",
        "77.10",
        "--why",
        "the customer called",
        "--by",
        "olga",
        "--json",
    )
    (told,) = house.run(*words).json
    assert told["decided"]["text"] == "77.10"
    assert total(rooms) == ("77.10", before[1] + 1)
    explained = house.run("scan", "explain", scan.id[:12], "total")
    assert explained.code == 0, "weighed again it is the same"
    last = explained.out.split("decided (version 2)")[1]
    assert last.startswith(": '77.10', probability 0.9900\n  An operator corrected it, having seen all readings. On 20")
    assert f", as the reading {told['reading'][:12]}, because: the customer called\n" in last
    assert "is assumed, as for an expert of whom nothing is known" in last
    assert "expert decided" not in last
    tasks = rooms.store.field_history(scan.id, TOTAL).tasks
    assert [each.kind for each in tasks if each.closed_at is None] == [], "no audit of an operator"
    taken_back = house.run("quarantine", "withdraw", told["reading"][:12], "--reason", "it was right")
    assert (taken_back.code, f"total is {before[0]!r}." in taken_back.out) == (0, True)
    assert total(rooms) == (before[0], before[1] + 2)
    assert [each["actor"] for each in house.run("log", "list", "--json").json if "corrected" in each["action"]] == [
        "olga"
    ]
    assert house.run("log", "verify").code == 0


def test_a_value_below_nothing_is_no_option(house: House, rooms: Home) -> None:
    scan = published(rooms)
    assert house.run("value", "correct", scan.id, "total", "-21.00", "--why", "a return").code == 0
    assert total(rooms)[0] == "-21.00"
    assert house.run("gold", "add", scan.id, "total", "-21.00", "--why", "a return").code == 0
    for command in (("value", "correct"), ("gold", "add")):
        done = house.run(*command, scan.id, "address", "--anywai", "--why", "x")
        assert (done.code, "there is no option --anywai" in done.err) == (2, True)


SHADES = """
name = "crowns"
version = 1
title = "Crowns"
languages = ["eng"]
locale = "en_GB"
[[field]]
name = "shade"
type = "choice"
examples = ["A1", "B2"]
find = { labels = ["Shade"] }
"""


@pytest.mark.parametrize(
    ("form", "field", "fitting", "wrong", "told"),
    [
        (
            "bon-de-commande",
            "order_number",
            "BC-2026-9538",
            "wrong",
            "not written as the form says of order_number:",
        ),
        ("crowns", "shade", "b2", "Z9", r"'Z9' is none of the words of shade: A1, B2\."),
    ],
)
def test_a_correction_that_the_form_does_not_allow_is_taken_only_when_the_operator_says_so(
    rooms: Home, form: str, field: str, fitting: str, wrong: str, told: str
) -> None:
    rooms.settings.forms.mkdir(exist_ok=True)
    (rooms.settings.forms / "crowns.toml").write_text(SHADES, encoding="utf-8")
    used, key = rooms.use_form(form), FieldKey(field)
    scan = Scan(id="ab" * 32, form=used.name, form_version=used.version, pages=(ScanPage(file="ab" * 32, page=1),))
    rooms.store.put_scan(scan, [], now())
    require_fitting(rooms, scan.id, key, fitting)
    require_fitting(rooms, scan.id, key, "")
    with pytest.raises(SettingsError, match=f"{told} .* say --anyway"):
        require_fitting(rooms, scan.id, key, wrong)
    require_fitting(rooms, scan.id, key, wrong, other_pattern=True)


def test_a_day_that_does_not_exist_stands_in_a_record_as_an_exception_when_the_operator_says_so(
    house: House, rooms: Home
) -> None:
    scan = published(rooms)
    words = ("value", "correct", scan.id, "date", "31.02.2026", "--why", "the paper says so")
    refused = house.run(*words)
    assert (refused.code, "say --anyway" in refused.err) == (2, True)
    assert house.run(*words, "--anyway").code == 0
    (record,) = query.records(rooms.settings.records, "receipt")
    assert (record.values["date"], state(rooms)) == (None, ("final", [("a value of its type", ("date",))]))
    assert house.run("records", "verify").code == 0


def test_a_text_that_is_no_value_is_refused_with_how_one_is_written_on_the_form(rooms: Home) -> None:
    form = rooms.use_form("bon-de-commande")
    scan = Scan(id="ab" * 32, form=form.name, form_version=form.version, pages=(ScanPage(file="ab" * 32, page=1),))
    rooms.store.put_scan(scan, [], now())
    for key, text, said in (
        (
            "delivery_date",
            "29/02/2026",
            r"no date that exists, and the field delivery_date holds one\. .* as 31/12/2026\.",
        ),
        (
            "total",
            "much",
            r"no value that the field total can have\. Write it as the form does, such as 1\s234,50\.",
        ),
        ("lines.quantity[0]", "some", r"is no value that the field lines.quantity\[0\] can have\. .*, such as 12\."),
    ):
        with pytest.raises(SettingsError, match=said):
            require_fitting(rooms, scan.id, FieldKey.parse(key), text)


def test_a_text_that_reads_two_ways_is_refused_with_both_and_how_to_write_each(rooms: Home) -> None:
    form, key = rooms.use_form("bon-de-commande"), FieldKey("total")
    scan = Scan(id="ab" * 32, form=form.name, form_version=form.version, pages=(ScanPage(file="ab" * 32, page=1),))
    rooms.store.put_scan(scan, [], now())
    said = r"the form writes it is 1234\.00, as records write it is 1\.234\. Write 1\s234,00 or 1,234\."
    with pytest.raises(SettingsError, match=said):
        require_fitting(rooms, scan.id, key, "1.234")
    for text in ("1 234,00", "1,234", "1234.00", "12.34"):
        require_fitting(rooms, scan.id, key, text)
    require_fitting(rooms, scan.id, key, "1.234", no_value=True)
    assert text_of_value(rooms, scan.id, key, "1.234") == "1,234"


EVERY_TYPE = """
name = "every"
version = 1
title = "Every type"
languages = ["fra"]
locale = "fr_FR"
currency = "EUR"
"""
FOREIGN = [
    "1e3",
    "1_000",
    "1_000.00",
    "\u0661\u0662",
    "\u0661\u0662.00",
    "+12.00",
    " 12.00",
    "012",
    "1,234.50",
    "0x10",
    "True",
    "yes",
]
"""Texts that some program takes for a number or a mark, and no record writes."""


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.sampled_from(FOREIGN)
        | st.from_regex(r"-?[0-9]{1,5}([.,][0-9]{1,3})?", fullmatch=True)
        | st.text(max_size=12),
        min_size=1,
        max_size=5,
    )
)
def test_a_value_is_taken_as_records_write_it_and_no_other_text(
    every_type: tuple[Home, Form, str], texts: list[str]
) -> None:
    rooms, form, scan = every_type
    for field in form.fields:
        key, kind = FieldKey(field.name), fields.load(field.type)
        for text in texts:
            if (value := kind.parse(text, field, form)) is not None:
                for sent in (value, text_of(value)):
                    assert kind.parse(text_of_value(rooms, scan, key, sent), field, form) == value
            try:
                written = text_of_value(rooms, scan, key, text)
            except SettingsError:
                continue
            assert text_of(kind.parse(written, field, form)) == text


def test_no_value_is_blank_where_a_field_may_be_blank(every_type: tuple[Home, Form, str]) -> None:
    rooms, form, scan = every_type
    for field in form.fields:
        if fields.facts_of(field.type).is_mark:
            with pytest.raises(SettingsError, match="null is no value"):
                text_of_value(rooms, scan, FieldKey(field.name), None)
        else:
            assert text_of_value(rooms, scan, FieldKey(field.name), None) == ""
    with pytest.raises(SettingsError, match=r'"1e3" is no value of the field amount, .* It writes "1000\.00"\.'):
        text_of_value(rooms, scan, FieldKey("amount"), "1e3")


def text_of(value: Value) -> str:
    """A value as it stands beside each field of a record."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.fixture
def every_type(rooms: Home, tmp_path: Path) -> tuple[Home, Form, str]:
    """A scan of a form that has a field of each type."""
    path = tmp_path / "every.toml"
    said = {"choice": 'examples = ["bleu", "vert"]'}
    named = (f'\n[[field]]\nname = "{name}"\ntype = "{name}"\n{said.get(name, "")}\n' for name in fields.names())
    path.write_text(EVERY_TYPE + "".join(named), encoding="utf-8")
    form = rooms.use_form(str(path))
    scan = Scan(id="ab" * 32, form=form.name, form_version=form.version, pages=(ScanPage(file="ab" * 32, page=1),))
    rooms.store.put_scan(scan, [], now())
    return rooms, form, scan.id


@pytest.mark.promise(
    "One more person is", "the value stands until", "The record is `provisional`", "a published value is"
)
def test_a_value_asked_again_stands_until_somebody_has_read_it(house: House, rooms: Home) -> None:
    scan = published(rooms)
    before = total(rooms)
    (told,) = house.run("value", "ask", scan.id, "total", "--why", "looks odd", "--json").json
    assert (told["asked_again"], told["decided"]["text"]) == (True, before[0])
    assert state(rooms) == ("provisional", [("read again", ("total",))])
    reconcile_home(rooms)
    assert total(rooms)[1] == before[1] + 1, "it is told once"
    omid = invite(rooms, "omid").person.id
    assert [task.reason for task in rooms.store.lease(omid, 9, now())] == ["asked again"]
    read_all(rooms, omid, RECEIPT)
    assert rooms.store.values_asked_again(scan.id) == frozenset()
    assert (total(rooms)[0], state(rooms)) == (before[0], ("final", []))


@pytest.mark.promise("`value lock` keeps a")
def test_a_locked_value_stands_whatever_is_read_later(house: House, rooms: Home) -> None:
    scan = published(rooms)
    before = total(rooms)
    assert house.run("value", "lock", scan.id, "total", "--why", "checked by phone").code == 0
    assert house.run("value", "correct", scan.id, "total", "1.00", "--why", "x").code == 2
    rooms.store.wake([scan.id], now())
    reconcile_home(rooms)
    assert total(rooms) == before
    assert house.run("value", "unlock", scan.id, "total", "--why", "no more").code == 0
    assert house.run("value", "correct", scan.id, "total", "1.00", "--why", "x").code == 0
    assert total(rooms)[0] == "1.00"


@pytest.mark.promise("An operator corrected a", "Where you correct a", "those who read the")
def test_who_read_it_is_told_that_an_operator_corrected_it_and_why(rooms: Home) -> None:
    scan = received(rooms, texts={"total": ("12.50", "72.50")})
    reconcile_home(rooms)
    mina, omar = (invite(rooms, who).person for who in ("mina", "omar"))
    for who in (mina, omar):
        read_all(rooms, who.id, RECEIPT)
    rooms.store.correct_value(scan.id, TOTAL, "77.10", "olga", "the customer called", now())
    reconcile_home(rooms)
    (own,) = (each for each in rooms.store.readings(scan.id) if each.source == mina.id and each.key == TOTAL)
    client = TestClient(app_of(rooms))
    client.post(new_link(rooms, mina).link.partition("8484")[2])
    page = client.get(f"/readings/{own.id}").text
    assert "An operator corrected it, having seen all readings." in page
    assert "the customer called" in page
    assert "olga" not in page


@pytest.mark.promise("Where you alone set")
def test_where_an_operator_alone_sets_a_scan_aside_its_record_stays_and_can_be_corrected(rooms: Home) -> None:
    scan = published(rooms)
    before = total(rooms)
    assert rooms.store.put_scan_aside(scan.id, "olga", "a lunch menu", now())
    reconcile_home(rooms)
    assert (total(rooms), state(rooms)) == (before, ("final", []))
    rooms.store.correct_value(scan.id, TOTAL, "1.00", "olga", "it was one", now())
    reconcile_home(rooms)
    assert total(rooms) == ("1.00", before[1] + 1)


def test_a_column_without_a_row_is_said_to_want_one_with_the_rows_that_there_are(house: House, rooms: Home) -> None:
    form = rooms.use_form("bon-de-commande")
    scan = Scan(id="ab" * 32, form=form.name, form_version=form.version, pages=(ScanPage(file="ab" * 32, page=1),))
    rooms.store.put_scan(scan, [], now())
    found = [
        reading(
            scan=scan.id,
            key=FieldKey("lines.quantity", row),
            source="a",
            text="7",
            at=now(),
            confidence=0.9,
            conditions={},
        )
        for row in range(3)
    ]
    rooms.store.put_reads(scan.id, ReadResult(places=(), readings=tuple(found), fit=None, quality={}), now())
    for verb, text in (("correct", ["7"]), ("ask", []), ("lock", [])):
        told = house.run("value", verb, scan.id[:12], "lines.quantity", *text, "--why", "w")
        said = "Name a row of it, such as lines.quantity[0]: there is lines.quantity[0 to "
        assert (told.code, said in told.err) == (2, True), told.err


def test_a_beginning_of_readings_that_several_have_names_none(house: House, rooms: Home) -> None:
    scans = [received(rooms).id for _ in range(3)]
    ids = sorted(each.id for scan in scans for each in rooms.store.readings(scan))
    assert len(ids) > 16, "so that two begin alike"
    shared = next(one[:1] for one, other in pairwise(ids) if one[0] == other[0])
    told = house.run("quarantine", "withdraw", shared, "--why", "w")
    assert (told.code, "begins the id of several readings" in told.err) == (2, True)
    for wrong in ("", "nothing"):
        assert "There is no reading" in house.run("quarantine", "withdraw", wrong, "--why", "w").err
    assert sum(len(rooms.store.readings(scan)) for scan in scans) == len(ids)


SLIP = """
name = "slip"
version = 1
title = "Slip"
languages = ["eng"]
locale = "en_GB"
[[rule]]
name = "sum"
check = "total == net + tax"
""" + "".join(
    f"""
[[field]]
name = "{name}"
type = "amount"
find = {{ labels = ["{name}"] }}
"""
    for name in ("net", "tax", "total")
)


def test_a_correction_that_breaks_a_rule_says_which_and_is_published_while_another_value_is_read_again(
    house: House, rooms: Home, tmp_path: Path
) -> None:
    (tmp_path / "slip.toml").write_text(SLIP, encoding="utf-8")
    form = rooms.use_form(str(tmp_path / "slip.toml"))
    scan = Scan(id="ab" * 32, form=form.name, form_version=form.version, pages=())
    rooms.store.put_scan(scan, [], now())
    texts = {"net": "10.00", "tax": "2.50", "total": "12.50"}
    found = [
        reading(scan=scan.id, key=FieldKey(name), source=who, text=text, at=now(), confidence=0.99, conditions={})
        for name, text in texts.items()
        for who in ("tesseract 5 eng", "rapidocr 3")
    ]
    rooms.store.put_reads(scan.id, ReadResult(places=(), readings=tuple(found), fit=None, quality={}), now())
    reconcile_home(rooms)
    assert house.run("value", "ask", scan.id[:12], "net", "--why", "looks odd").code == 0
    right = house.run("value", "correct", scan.id[:12], "total", "12.50", "--why", "so it is")
    assert "rule" not in right.err
    told = house.run("value", "correct", scan.id[:12], "total", "13.50", "--why", "so it stands there")
    said = 'The form\'s rule "sum" does not hold: total == net + tax. Expected was 12.50; found was 13.50.\n'
    assert (told.code, said in told.err) == (0, True), told.err
    (record,) = query.records(rooms.settings.records, "slip")
    assert (record.values["total"], record.state) == ("13.50", "provisional")
    assert {each.rule for each in record.exceptions} == {"sum", "read again"}


@pytest.fixture
def scan(rooms: Home) -> Scan:
    """An order that machines have read, in a batch."""
    return received(rooms, texts={"total": ("12.50", "12.50")}, batch="monday")


def test_a_pair_is_settled_once_and_open_only_where_there_is_one(house: House, rooms: Home, scan: Scan) -> None:
    other = received(rooms, texts={"total": ("13.50", "13.50")})
    words = ("scan", "settle", scan.id, other.id, "--why", "w", "--as")
    told = house.run(*words, "open")
    assert (told.code, "The two are no pair" in told.err, rooms.store.duplicates()) == (2, True, [])
    assert house.run(*words, "different").err == ""
    before = len(rooms.store.audit()), len(rooms.store.outbox(0))
    again = house.run(*words, "different")
    assert (again.code, again.err) == (0, "It was settled so already: nothing has changed.\n")
    assert (len(rooms.store.audit()), len(rooms.store.outbox(0))) == before
    assert "are no pair any more" in house.run(*words, "open").out, "nobody had found one"
    rooms.store.put_fingerprints(scan.id, [PageFingerprint(number=1, bits=bytes(256))], 0.24, "flag", now())
    rooms.store.put_fingerprints(other.id, [PageFingerprint(number=1, bits=bytes(256))], 0.24, "flag", now())
    assert "nothing has changed" in house.run(*words, "open").err


def test_a_due_date_that_is_past_is_called_that(house: House, scan: Scan) -> None:
    earlier = f"{now() - timedelta(days=2):%Y-%m-%d}"
    told = house.run("batch", "due", scan.batch, earlier, "--why", "promised")
    assert (told.code, "is past" in told.err) == (0, True)
    later = f"{now() + timedelta(days=2):%Y-%m-%d}"
    assert house.run("batch", "due", scan.batch, later, "--why", "promised").err == ""
    for nonsense in ("1900-01-01", "9999-12-31"):
        told = house.run("batch", "due", scan.batch, nonsense, "--why", "promised")
        assert (told.code, "at most one year past" in told.err) == (2, True)


def test_a_note_of_several_lines_is_one_line_of_what_was_done(house: House, scan: Scan) -> None:
    house.run("batch", "note", scan.batch, "first\nsecond line")
    shown = house.run("batch", "show", scan.batch).out
    assert one_line("first\nsecond line") in shown
    assert not any(line.startswith("second") for line in shown.splitlines())


def test_a_scan_is_forgotten_once_and_then_said_to_be_gone(house: House, scan: Scan) -> None:
    name = scan.id[:12]
    assert "pictures are erased" in house.run("scan", "forget", name, "--why", "asked", "--yes").out
    again = house.run("scan", "forget", name, "--why", "asked", "--yes")
    assert (again.code, "was forgotten before" in again.out) == (0, True)
    explained = house.run("scan", "explain", name, "total")
    assert explained.out.startswith(f"{name} total"), "its name is gone"
    assert f"The scan was forgotten on {now():%Y-%m-%d}" in explained.out
    wrong = (
        ("scan", "turn", name, "90"),
        ("scan", "retake", name, __file__),
        ("scan", "split", name, "--at", "2"),
        ("scan", "read-again", name),
    )
    for words in wrong:
        told = house.run(*words, "--why", "w")
        assert (told.code, f"{name} is forgotten" in told.err) == (2, True), words
    assert "has lost its name" in house.run("scan", "explain", "order-7.jpg", "total").err
    assert house.run("log", "verify").code == 0


def test_the_explanation_of_a_scan_begins_with_one_line(house: House, rooms: Home) -> None:
    scan = received(rooms, texts={"total": ("12.50", "12.50")})
    with rooms.store.db.write():
        rooms.store.db.connection.execute("UPDATE scan SET name = 'two\nlines.jpg'")  # type: ignore[attr-defined]
    assert house.run("scan", "explain", scan.id[:12], "total").out.startswith("two lines.jpg total (form receipt")


def test_an_order_with_a_provisional_record_alone_waits_for_people(rooms: Home) -> None:
    stranded(rooms)
    keep_provisional(rooms)
    assert [each.word for each in rooms.store.scan_states()] == ["waits for people"]
    while rooms.store.sum_up(now()):
        pass
    assert [each.state for each in rooms.store.find_scans(ScanSearch(), 9)] == ["waits for people"]
    assert rooms.store.gauges(now()).scans == {("waits for people",): 1}


def test_a_record_that_is_found_says_that_it_is_provisional(house: House, rooms: Home) -> None:
    stranded(rooms)
    house.run("records", "publish", "--provisional")
    assert house.run("records", "query", "receipt").out.splitlines()[1].split()[1] == "provisional"
    (scan,) = (each.scan for each in rooms.store.scan_states())
    for field in ("company", "date", "total"):
        house.run("value", "correct", scan.id[:12], field, {"total": "12.50"}.get(field, RECEIPT[field]), "--why", "w")
    assert "state" not in house.run("records", "query", "receipt").out.splitlines()[0].split()


def test_a_home_on_a_full_disk_says_that_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sqlite.connect

    def small(path: Path) -> sqlite3.Connection:
        connection = real(path)
        connection.execute("PRAGMA max_page_count = 40")
        return connection

    monkeypatch.setattr(sqlite, "connect", small)
    with pytest.raises(DiskFull, match=r"The disk of state\.db is full"):
        sqlite.open_sqlite(tmp_path / "state.db")
    monkeypatch.undo()
    sqlite.open_sqlite(tmp_path / "state.db").close()


MISTYPED: tuple[tuple[tuple[str, ...], str], ...] = (
    (("value", "correct", "NOSUCH", "total", "1", "--why", "x"), "NOSUCH"),
    (("value", "correct", "SCAN", "nosuch", "1", "--why", "x"), "Use one of company, date, address, total."),
    (("value", "correct", "SCAN", "total", "abc", "--why", "x"), "is no value that the field total can have"),
    (("value", "correct", "SCAN", "total[0]", "1.00", "--why", "x"), "has no field total[0]"),
    (("value", "correct", "SCAN", "total", "1.00", "--why", " "), "Say why with --why"),
    (("value", "ask", "SCAN", "nosuch", "--why", "x"), "nosuch"),
    (("scan", "turn", "SCAN", "0", "--why", "w"), "90, 180 or 270"),
    (("scan", "settle", "a", "b", "--as", "same", "--why", "w"), "'--as': 'same' is not one of"),
    (("batch", "priority", "monday", "urgent", "--why", "w"), "'urgent' is no whole number"),
    (("people", "check", "--last", "0"), "0 is too small. It is 1 at least."),
    (("people", "set-aside", "NOSUCH", "--from", "2020-01-01", "--why", "x"), "NOSUCH"),
    (("people", "set-aside", "Mina", "--from", "yesterday", "--why", "x"), "Usage: fairhand people"),
    (("people", "set-aside", "Mina", "--from", "2026-01-02", "--to", "2026-01-01", "--why", "x"), "lies before --from"),
    (("people", "set-aside", "Mina", "--from", "2999-01-01", "--why", "w"), "--from 2999-01-01 lies in the future"),
    (("people", "take-back", "Mina", "--from", "2999-01-01", "--why", "w"), "--from 2999-01-01 lies in the future"),
    (("people", "pause", "Mina", "--why", " "), "--why says why; it cannot be empty."),
    (("people", "resume", "Mina", "--why", " "), "--why says why; it cannot be empty."),
    (("people", "sign-out", "Mina", "--why", " "), "--why says why; it cannot be empty."),
    *((("people", "add", name), "Nobody can be called") for name in ("", " Ida", "I\nda", "x" * 101)),
    (("people", "add", "I\u202eda"), "turns the direction of writing"),
    (("people", "add", "Ida", "--language", "german"), "'german'"),
    (("announce", "work", "2026-13-01", "--hours", "3"), "'2026-13-01' is no day and no time"),
    (("pay", "rate", "0.05", "--form", "reciept"), "There is no form 'reciept'. Use one of"),
    (("pay", "floor", "0", "--source", "nowhere"), "A floor is more than 0"),
    (("pay", "rate", "0.05", "--currency", "XXX"), "Nobody can be paid in XXX: no country has it as its money now."),
    (("pay", "rate", "0.05", "--currency", "XTS"), "Nobody can be paid in XTS"),
    (("pay", "rate", "0.05", "--currency", "DEM"), "Nobody can be paid in DEM"),
    (("pay", "floor", "12", "--currency", "XAU", "--source", "nowhere"), "Nobody can be paid in XAU"),
    (("pay", "rate", "0.05", "--currency", "EURO"), "'EURO' is no currency. Write its ISO 4217 code"),
    (("log", "verify", "--head", "abc"), "'abc' is no head of a log"),
    (("serve", "--port", "99999"), "99999 is too large. It is 65535 at most."),
    (("serve", "--public-url", "orders.example"), "'orders.example' is no address: write an address that begins"),
    (("simulate", "--target", "2"), "2 is too large. It is 0.99999 at most."),
    (("simulate", "--target", "good"), "'good' is no number"),
    (("simulate", "--form", "receipt"), "Give --form and --truth"),
    (("simulate", "--form", "receipt", "--truth", __file__), "line 1: no file, form and fields"),
)


def test_what_was_mistyped_is_refused_and_nothing_is_kept(house: House, rooms: Home, scan: Scan) -> None:
    invite(rooms, "Mina")
    before = rooms.store.audit()
    wrong = {}
    for words, said in MISTYPED:
        told = house.run(*(scan.id[:12] if word == "SCAN" else word for word in words))
        if (told.code, said in told.err, "Traceback" in told.err) != (2, True, False):
            wrong[words] = (told.code, told.err)
    assert wrong == {}
    assert rooms.store.audit() == before
    assert not rooms.store.acts(scan.id)


TWICE: dict[str, tuple[tuple[str, str], ...]] = {
    "batch": (
        ("batch resume monday --why w", "not cancelled: nothing has changed"),
        ("batch cancel monday --why w", "cancelled"),
        ("batch cancel monday --why w", "It was cancelled so already: nothing has changed.\n"),
        ("batch cancel monday --why w --withdraw", ""),
        ("batch resume monday --why w", ""),
    ),
    "value": (
        ("value correct SCAN total 12.60 --why w", ""),
        ("value correct SCAN total 12.60 --why w", "It was corrected so already: nothing has changed.\n"),
        ("value ask SCAN total --why w", ""),
        ("value ask SCAN total --why w", "It is asked again already: nothing has changed.\n"),
        ("value correct SCAN total 12.60 --why w", ""),  # it answers the question that was asked since
        ("value lock SCAN total --why w", ""),
        ("value lock SCAN total --why w", "It was locked already: nothing has changed.\n"),
        ("value unlock SCAN total --why w", ""),
        ("value unlock SCAN total --why w", "It was not locked: nothing has changed.\n"),
    ),
    "scan": (
        ("scan bring-back SCAN --why w", "not set aside; nothing has changed"),
        ("scan set-aside SCAN --why w", ""),
        ("scan set-aside SCAN --why w", "set aside already; nothing has changed"),
        ("scan bring-back SCAN --why w", "is asked about again"),
    ),
    "gold": (
        ("gold add SCAN total 12.50 --why w", "is known: '12.50'."),
        ("gold add SCAN total 12.50 --why w", "is known already: '12.50'. Nothing has changed."),
        ("gold add SCAN total 12.60 --why w", "'12.60', and no longer '12.50'"),
        ("gold withdraw SCAN total --why w", "no longer held to be known"),
        ("gold withdraw SCAN total --why w", "nothing has changed"),
    ),
    "people": (
        ("people resume Mina", "is not paused; nothing has changed"),
        ("people pause Mina --why leave", "Mina is paused."),
        ("people pause Mina --why leave", "is paused already; nothing has changed"),
        ("people pause Mina", "is paused already; nothing has changed"),
        ("people pause Mina --why moved", "Mina is paused."),
    ),
    "announce": (
        ("announce work 2999-01-01 --hours 3", ""),
        ("announce work 2999-01-01 --hours 3", "It was announced already: nothing has changed."),
        ("announce work 2999-01-01 --hours 4", ""),  # other hours are other work
    ),
}


@pytest.mark.parametrize("steps", TWICE.values(), ids=TWICE)
def test_what_is_so_already_is_said_and_changes_nothing(
    house: House, rooms: Home, scan: Scan, steps: tuple[tuple[str, str], ...]
) -> None:
    invite(rooms, "Mina")
    reconcile_home(rooms)
    for words, said in steps:
        before = len(rooms.store.audit()), len(rooms.store.acts()), len(rooms.store.readings(scan.id))
        told = house.run(*words.replace("SCAN", scan.id[:12]).split())
        assert (told.code, said in told.out + told.err) == (0, True), (words, told)
        is_same = (len(rooms.store.audit()), len(rooms.store.acts()), len(rooms.store.readings(scan.id))) == before
        assert is_same == ("nothing has changed" in (told.out + told.err).lower()), (words, told)


def test_only_who_sees_the_desk_is_limited_there(house: House, rooms: Home) -> None:
    house.run("people", "add", "Mina")
    told = house.run("people", "limit", "Mina", "receipt")
    assert (told.code, "Mina is no operator and no auditor" in told.err) == (2, True)
    assert house.run("people", "limit", "Mina").out == "Mina sees all forms.\n"
    house.run("people", "add", "Mina", "--role", "auditor")
    assert house.run("people", "limit", "Mina", "receipt").out == "Mina sees receipt.\n"


def test_a_folder_that_holds_another_home_or_a_backup_is_not_watched(house: House, rooms: Home, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "backups").mkdir(parents=True)
    assert house.run("backup", inbox / "backups").code == 0
    before = sorted(inbox.rglob("*"))
    process = house.start("watch", inbox, "--form", "receipt", forked=True)
    try:
        _, err = process.communicate(timeout=PATIENCE)  # one that watches it goes on for ever
    finally:
        process.kill()
    assert (process.returncode, "holds a home or a backup" in err) == (2, True), err
    assert sorted(inbox.rglob("*")) == before


def test_an_address_that_no_browser_opens_is_no_setting(house: House, rooms: Home) -> None:
    told = House(home=house.home, environment={"FAIRHAND_PUBLIC_URL": "orders.example"}).run("people", "add", "Mina")
    assert (told.code, "FAIRHAND_PUBLIC_URL" in told.err, "https://" in told.err) == (2, True, True)
    known = House(home=house.home, environment={"FAIRHAND_PUBLIC_URL": "https://orders.example"})
    assert "https://orders.example/in/" in known.run("people", "add", "Mina").out


def test_the_regions_of_people_are_listed(house: House, rooms: Home) -> None:
    house.run("people", "add", "Mina", "--region", "eu", "--region", "ma")
    assert "eu, ma" in house.run("people", "list").out


def test_a_file_that_cannot_be_read_as_a_retake_is_not_to_be_ingested(house: House, scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "new.png").write_bytes(b"no picture at all")
    told = house.run("scan", "retake", scan.id[:12], tmp_path / "new.png", "--why", "w")
    assert (told.code, "ingest" in told.err, "retake the scan with it" in told.err) == (2, False, True), told.err


A_SLIP = """
name = "slip"
version = 1
title = "Slip"
languages = ["eng"]
locale = "en_GB"
[[field]]
name = "total"
type = "amount"
find = { labels = ["Total"] }
"""
THEM = f"command line, {getpass.getuser()}"


def commands(command: Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Command]]:
    """Every command with its words."""
    yield words, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*words, name))


WITH_BY = {
    " ".join(words): each
    for words, each in commands(whole_command())
    if any(option.name == "by" for option in each.params)
}


@pytest.mark.parametrize("command", WITH_BY.values(), ids=WITH_BY.keys())
def test_every_command_that_asks_who_gives_it_takes_the_user_of_the_machine(command: Command) -> None:
    (by,) = (each for each in command.params if each.name == "by")
    context = typer.Context(command)
    assert by.process_value(context, by.get_default(context)) == THEM
    assert by.process_value(context, "olga") == "olga"


def test_a_form_installed_is_logged_as_done_by_whom_a_rate_was_set(working_house: House) -> None:
    house = working_house
    house.run("init")
    definition = house.home.parent / "slip.toml"
    definition.write_text(A_SLIP)
    for words in (("pay", "rate", "0.05"), ("forms", "install", definition), ("people", "add", "Mina")):
        assert house.run(*words).code == 0
    assert house.run("people", "leave", "Mina", "--why", "asked for it", "--yes", "--by", "olga").code == 0
    said = [(each["actor"], each["action"]) for each in house.run("log", "list", "--json").json]
    deeds = ["rate kept", "form installed", "person kept"]
    assert said == [*((THEM, deed) for deed in (*deeds, "link made")), ("olga", "person left")]


def ask(rooms: Home, who: str) -> str:
    """The id of a question that a person asked about a field."""
    received(rooms, texts={"total": ("12.50", "77.80")})
    reconcile_home(rooms)
    (task,) = rooms.store.lease(who, 1, now())
    return rooms.store.put_question(task.id, who, "with dashes?", 3.0, now()).id


def test_a_command_that_changes_something_leaves_its_line_in_the_log(house: House, rooms: Home, tmp_path: Path) -> None:
    scan = received(rooms, texts={"total": ("12.50", "12.50")}, batch="monday")
    (tmp_path / "backups").mkdir()
    mina = invite(rooms, "Mina").person
    question = ask(rooms, mina.id)
    at, name = f"{now() + timedelta(days=1):%Y-%m-%d}", scan.id[:12]
    deeds: list[tuple[list[str | Path], str]] = [
        (["people", "add", "Ida"], "link made"),
        (["people", "link", "Mina"], "link made"),
        (["people", "pause", "Mina", "--why", "on leave"], "paused set"),
        (["people", "resume", "Mina"], "paused set"),
        (["people", "sign-out", "Mina"], "signed out everywhere"),
        (["pay", "rate", "0.05"], "rate kept"),
        (["questions", "answer", question, "As it stands."], "question answered"),
        (["announce", "work", at, "--hours", "3"], "work expected"),
        (["announce", "cancel", "WORK"], "expected work called off"),
        (["batch", "priority", "monday", "3", "--why", "w"], "batch priority"),
        (["batch", "due", "monday", at, "--why", "w"], "batch due"),
        (["batch", "note", "monday", "the large ones"], "batch note"),
        (["batch", "cancel", "monday", "--why", "w"], "batch cancelled"),
        (["batch", "resume", "monday", "--why", "w"], "batch resumed"),
        (["value", "correct", name, "total", "12.60", "--why", "w"], "value corrected"),
        (["value", "lock", name, "total", "--why", "w"], "value locked"),
        (["value", "unlock", name, "total", "--why", "w"], "value unlocked"),
        (["value", "ask", name, "total", "--why", "w"], "value asked again"),
        (["gold", "add", name, "total", "12.60", "--why", "w"], "gold added"),
        (["gold", "withdraw", name, "total", "--why", "w"], "gold withdrawn"),
        (["scan", "set-aside", name, "--why", "w"], "scan set aside"),
        (["scan", "bring-back", name, "--why", "w"], "scan brought back"),
        (["webhooks", "add", "erp", "https://example.org/hook"], "webhook added"),
        (["webhooks", "remove", "erp"], "webhook removed"),
        (["tokens", "add", "erp", "--scope", "records:read"], "token made"),
        (["learn"], "parameters learnt"),
        (["backup", tmp_path / "backups"], "backup made"),
        (["scan", "forget", name, "--why", "w", "--yes"], "scan forgotten"),
        (["people", "leave", "Mina", "--why", "w", "--yes"], "person left"),
    ]
    for words, action in deeds:
        before = len(rooms.store.audit())
        work = rooms.store.expected_work(now())
        told = house.run(*(work[0].id[:6] if each == "WORK" else each for each in words))
        assert told.code == 0, (words, told.err)
        lines = rooms.store.audit()[before:]
        assert (THEM, action) in {(line.actor, line.action) for line in lines}, (words, lines)
    assert rooms.store.verify_audit().whole


def test_pause_resume_and_sign_out_take_who_and_why(house: House, rooms: Home) -> None:
    mina = invite(rooms, "Mina").person.id
    for verb in ("pause", "resume", "sign-out"):
        assert house.run("people", verb, "Mina", "--why", f"because of {verb}", "--by", "olga").code == 0
    said = [(each.actor, each.action) for each in rooms.store.audit() if each.actor == "olga"]
    assert said == [("olga", "paused set"), ("olga", "paused set"), ("olga", "signed out everywhere")]
    told = house.run("log", "list").out
    assert all(f"because of {verb}" in told for verb in ("pause", "resume", "sign-out"))
    rooms.store.leave(mina, now())
    assert "because of" not in house.run("log", "list").out, "what was said of a person goes with them"
    assert house.run("log", "verify").code == 0


def test_the_log_says_why_a_person_left_and_a_reading_was_withdrawn(house: House, rooms: Home) -> None:
    scan = received(rooms, texts={"total": ("12.50", "12.50")})
    reading = rooms.store.readings(scan.id)[0].id
    invite(rooms, "Mina")
    assert house.run("quarantine", "withdraw", reading, "--why", "wrong call").code == 0
    assert house.run("people", "leave", "Mina", "--why", "asked for it", "--yes").code == 0
    told = house.run("log", "list").out
    assert "wrong call" in told
    assert "asked for it" in told
    (handle,) = (each.handle for each in rooms.store.transcribers() if each.handle.startswith("left-"))
    linked = house.run("people", "link", handle)
    assert (linked.code, "This person has left." in linked.err) == (2, True)
    assert house.run("log", "verify").code == 0


@pytest.mark.parametrize(
    ("verb", "detail", "said"),
    [
        ("value corrected", {"field": "lines.quantity[0]"}, "value corrected lines.quantity[0]"),
        ("batch priority", {"priority": 5}, "batch priority 5"),
        ("paused set", {"paused": 1}, "paused set to yes"),
        ("paused set", {"paused": 0}, "paused set to no"),
        ("roles set", {"roles": ["expert", "transcriber"]}, "roles set to expert, transcriber"),
        ("languages set", {"languages": []}, "languages set to none"),
        ("second factor set", {}, "second factor set"),
        ("duplicate settled", {"as": "retake", "older": "4f1c" * 16}, "duplicate settled as retake of 4f1c4f1c4f1c"),
        ("scan turned", {"degrees": 90}, "scan turned by 90 degrees"),
        ("control share set", {"share": 0.05}, "control share set to 5.0%"),
        (
            "rate kept",
            {"form": "", "per": "reading", "micro": 50_000, "currency": "EUR"},
            "rate kept: 0.05 EUR a reading of every form",
        ),
        (
            "rate kept",
            {"form": "receipt", "per": "hour", "micro": 12_500_000, "currency": "EUR"},
            "rate kept: 12.50 EUR an hour of receipt",
        ),
        (
            "floor kept",
            {"micro": 12_000_000, "currency": "EUR", "source": "SMIC"},
            "floor kept: 12.00 EUR an hour (SMIC)",
        ),
        ("work expected", {"hours": 20.0, "form": ""}, "work expected: 20 hours"),
        ("work expected", {"hours": 2.5, "form": "receipt"}, "work expected: 2.5 hours of receipt"),
        (
            "batch taken in",
            {"files": 3, "scans": 3, "read": 1, "known": 1, "set aside": 1, "failed": 0},
            "batch taken in: 3 files, 3 scans, 1 read, 1 known, 1 set aside",
        ),
        ("batch taken in", {}, "batch taken in"),
        ("dispute answered", {"granted": 12.5}, "dispute answered: 12.5 seconds added"),
    ],
)
def test_the_log_says_what_a_fact_of_a_person_is_now(verb: str, detail: dict[str, object], said: str) -> None:
    assert act_in_words(verb, detail) == said


@pytest.mark.promise("what helps is a", "Keep the head that it", "Keep that elsewhere and")
def test_a_head_that_is_of_no_line_of_the_log_is_said_to_be_none_of_it(house: House, rooms: Home) -> None:
    invite(rooms, "Mina")
    own = rooms.store.verify_audit().head
    assert house.run("log", "verify", "--head", own).code == 0
    told = house.run("log", "verify", "--head", "ab" * 32)
    assert (told.code, "That head is not in this log." in told.out, "another home" in told.out) == (1, True, True)
    assert ("from line" in told.out, f"with the head {own}" in told.out) == (False, True)
    (as_json,) = house.run("log", "verify", "--head", "ab" * 32, "--json").json
    assert (as_json["head_missing"], as_json["whole"]) == (True, False)


def test_a_question_is_answered_with_words_and_once(house: House, rooms: Home) -> None:
    mina = invite(rooms, "Mina").person
    question = ask(rooms, mina.id)
    words = ("questions", "answer", question)
    empty = house.run(*words, " ")
    assert (empty.code, "The answer is empty." in empty.err, rooms.store.questions()[0].answer) == (2, True, None)
    assert "whoever asked is told" in house.run(*words, "As it stands.").out
    before = len(rooms.store.audit())
    again = house.run(*words, "As it stands.")
    assert (again.code, again.out) == (0, "It was answered so already; nothing has changed.\n")
    assert len(rooms.store.audit()) == before
    house.run(*words, "As it stands, with every dash, every dot and all the letters in it.")
    assert "As it stands, with every dash, every do…" in house.run("questions").out, "what is cut says so"
    assert "fairhand questions list" in house.run("questions", "answer", "NOSUCH", "x").err
    assert "fairhand announce list" in house.run("announce", "cancel", "NOSUCH").err


LONG_AGO = "2020-01-01"


def spoilt(rooms: Home) -> tuple[str, str, str]:
    """A published receipt whose total two careless people have typed; its scan, and the two."""
    rooms.store.put_rate(Rate(form="", micro=3, currency="EUR", since=now() - timedelta(days=1)), now())
    scan = received(rooms, texts={"total": ("12.50", "12.60")})
    reconcile_home(rooms)
    mina, omar = (invite(rooms, who).person.id for who in ("mina", "omar"))
    for who in (mina, omar, invite(rooms, "zoe").person.id):
        read_all(rooms, who, {**RECEIPT, "total": "99.99"})
    (record,) = query.records(rooms.settings.records, "receipt")
    assert record.values["total"] == "99.99"
    return scan.id, mina, omar


@pytest.mark.promise(
    "What they read on", "what was paid stays", "A record that stood", "What was paid stays paid.", "The person is told"
)
def test_readings_of_a_period_are_set_aside_taken_back_and_records_follow(house: House, rooms: Home) -> None:
    scan, mina, _ = spoilt(rooms)
    paid = rooms.store.ledger()
    for who in ("mina", "omar", "zoe"):
        words = ("people", "set-aside", who, "--from", LONG_AGO, "--why", "the same everywhere", "--by", "olga")
        assert house.run(*words, "--json").code == 0
    assert all(reading.kind == "machine" for reading in rooms.store.readings(scan))
    (record,) = query.records(rooms.settings.records, "receipt")
    assert record.values["total"] != "99.99"
    assert ("total",) in {each.fields for each in record.exceptions if each.rule == "below target"}
    assert rooms.store.ledger() == paid
    assert "readings set aside" in {each.kind for each in rooms.store.notices(mina)}
    history = rooms.store.field_history(scan, TOTAL)
    assert set(history.withdrawn.values()) == {"the same everywhere"}
    own = next(each for each in history.readings if each.source == mina)
    assert rooms.store.open_appeal(own.id, mina, "I looked well", now() + timedelta(days=9), now()).outcome is None
    assert '"withdrawn_because": "the same everywhere"' in house.run("people", "export", "mina").out
    before = list(query.records(rooms.settings.records, "receipt"))
    rebuild_records(rooms)
    assert list(query.records(rooms.settings.records, "receipt")) == before
    for who in ("mina", "omar", "zoe"):
        assert house.run("people", "take-back", who, "--from", LONG_AGO, "--why", "they were right").code == 0
    (record,) = query.records(rooms.settings.records, "receipt")
    assert record.values["total"] == "99.99"
    assert record.exceptions == ()
    assert "nothing has changed" in house.run("people", "take-back", "mina", "--from", LONG_AGO, "--why", "x").out
    assert house.run("log", "verify").code == 0


def test_an_audit_that_is_set_aside_is_asked_again_and_the_record_says_so(house: House, rooms: Home) -> None:
    """What machines had decided is theirs alone again, and not as if somebody had looked."""
    scan = received(rooms)
    reconcile_home(rooms)
    eve = invite(rooms, "eve", ["expert"]).person.id
    audited = Task(scan=scan.id, key=TOTAL, kind="audit", reason="audit")
    rooms.store.wake([scan.id], now())
    (waiting,) = rooms.store.claim_waiting(1, now())
    rooms.store.conclude(scan.id, waiting.up_to, [], [audited], None, now())
    assert answer(rooms, eve, "12.50").kind == "audit"
    reconcile_home(rooms)
    assert sum(rooms.store.counts().audited_fields.values()) == 1
    assert house.run("people", "set-aside", "eve", "--from", LONG_AGO, "--why", "false everywhere").code == 0
    (record,) = query.records(rooms.settings.records, "receipt")
    assert ("total",) in {each.fields for each in record.exceptions if each.rule == "below target"}
    assert TOTAL in rooms.store.values_asked_again(scan.id)
    assert sum(rooms.store.counts().audited_fields.values()) == 0
    assert house.run("people", "take-back", "eve", "--from", LONG_AGO, "--why", "right").code == 0
    assert rooms.store.values_asked_again(scan.id) == set()


def test_what_three_read_alike_is_known_and_once_withdrawn_never_comes_back(house: House, rooms: Home) -> None:
    scan = received(rooms, texts={"total": ("12.50", "18.50")})
    reconcile_home(rooms)
    for who, roles in (("mina", ["transcriber"]), ("omar", ["transcriber"]), ("eve", ["transcriber", "expert"])):
        assert rooms.store.truths(scan.id) == []
        if TOTAL in {each.key for each in rooms.store.decisions(scan.id)}:
            rooms.store.ask_value(scan.id, TOTAL, "olga", "a check", now())
            reconcile_home(rooms)
        read_all(rooms, invite(rooms, who, roles).person.id, RECEIPT)
    assert [(each.key, each.origin, each.text) for each in rooms.store.truths(scan.id)] == [(TOTAL, "gold", "12.50")]
    (listed,) = house.run("gold", "list", "--json").json
    assert (listed["field"], listed["text"], listed["answers"]) == ("total", "12.50", 0)
    assert house.run("gold", "withdraw", scan.id[:12], "total", "--why", "it was wrong").code == 0
    rooms.store.wake([scan.id], now())
    reconcile_home(rooms)
    assert rooms.store.truths(scan.id) == []


def test_an_operator_says_what_is_known_and_what_is_no_value_is_refused(house: House, rooms: Home) -> None:
    scan = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    added = house.run("gold", "add", scan.id[:12], "total", "12.50", "--why", "on the invoice", "--by", "olga")
    assert added.code == 0, added.err
    (line,) = [each for each in rooms.store.audit() if each.action == "gold added"]
    assert line.actor == "olga"
    for wrong in ("a dozen", " "):
        assert house.run("gold", "add", scan.id[:12], "total", wrong, "--why", "x").code == 2
        assert "--anyway" not in house.run("gold", "add", scan.id[:12], "total", wrong, "--why", "x").err, "it has none"
    assert house.run("gold", "add", scan.id[:12], "nosuch", "1", "--why", "x").code != 0
    assert [each.text for each in rooms.store.truths(scan.id)] == ["12.50"]


def kept_of(rooms: Home, scan: str) -> object:
    """All that is said of the total of a scan: its decisions, records, truths and what is asked of people."""
    history = rooms.store.field_history(scan, TOTAL)
    asked = [each.id for each in history.tasks if each.kind != "test" and each.closed_at is None]
    record = rooms.store.last_record(scan)
    published = [each for each in record.decisions if each.key == TOTAL] if record else []
    return history.decisions, published, record and record.exceptions, rooms.store.truths(scan), asked


@pytest.mark.promise("What is sent there", "Practice and tests are")
def test_wrong_answers_in_practice_and_tests_change_nothing_that_is_known_not_even_when_it_is_weighed_again(
    rooms: Home,
) -> None:
    scan = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    read_all(rooms, invite(rooms, "mina").person.id, RECEIPT)
    rooms.store.add_gold(scan.id, TOTAL, "12.50", "olga", "on the invoice", now())
    reconcile_home(rooms)
    before = kept_of(rooms, scan.id)

    for number in range(4):
        who = invite(rooms, f"new {number}").person.id
        tasks = rooms.store.lease_practice(who, 5, now()).tasks or rooms.store.lease_test(who, "amount", 5, now())
        assert [each.key for each in tasks] == [TOTAL]
        rooms.store.submit(tasks[0].id, who, SentReading(text="72.90", idem=secrets.token_hex(8)), now())
    reconcile_home(rooms)
    assert kept_of(rooms, scan.id) == before
    rooms.store.correct_value(scan.id, FieldKey("date"), "04/03/2018", "olga", "a slip", now())
    reconcile_home(rooms)
    learn_home(rooms)
    rooms.store.wake([scan.id], now())
    reconcile_home(rooms)

    assert kept_of(rooms, scan.id) == before
    assert kept_of(rooms, scan.id) == before
    assert {each.kind for each in rooms.store.readings(scan.id)} == {"machine", "expert"}, "and nothing is measured"


def test_who_adds_a_known_value_is_told_where_the_field_was_decided_otherwise(house: House, rooms: Home) -> None:
    scan = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    read_all(rooms, invite(rooms, "mina").person.id, RECEIPT)
    reconcile_home(rooms)
    words = ("gold", "add", scan.id[:12], "total")
    assert house.run(*words, "12.50", "--why", "on the invoice").err == ""
    told = house.run(*words, "17.50", "--why", "on the invoice")
    assert (told.code, "It was decided otherwise: '12.50'." in told.err) == (0, True)
    assert f"fairhand value correct {scan.id[:12]} total 17.50 --why WHY" in told.err
    house.run("value", "correct", scan.id[:12], "total", "17.50", "--why", "on the invoice")
    house.run("gold", "withdraw", scan.id[:12], "total", "--why", "again")
    assert house.run(*words, "17.50", "--why", "on the invoice").err == ""
