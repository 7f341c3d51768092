"""The commands on values: a wrong value is mended by one command, and its record follows."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from flows.administration.people import invite, new_link
from flows.home.home import Home, now
from flows.mending import require_fitting, text_of_value
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests.flows.house import House
from tests.flows.serving.test_api import app_of
from tests.flows.steps.test_provisional_records import read_all
from tests.flows.steps.test_reconcile_scans import RECEIPT, received
from transcribe.errors import SettingsError
from transcribe.model import FieldKey, ReadResult, Scan, ScanPage
from transcribe.ocr.engine import reading

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


def test_what_is_mistyped_exits_with_two_and_changes_nothing(house: House, rooms: Home) -> None:
    scan = published(rooms)
    before = total(rooms)
    for words in (("NOSUCH", "total", "1"), (scan.id, "nosuch", "1"), (scan.id, "total", "abc")):
        done = house.run("value", "correct", *words, "--why", "x")
        assert (done.code, done.err.count("\n")) == (2, 1)
    assert house.run("value", "ask", scan.id, "nosuch", "--why", "x").code == 2
    assert (
        "Use one of company, date, address, total."
        in house.run("value", "correct", scan.id, "a", "1", "--why", "x").err
    )
    told = house.run("value", "correct", scan.id, "total[0]", "1.00", "--why", "x").err
    assert ("has no field total[0]" in told, "Use one of company" in told) == (True, True)
    assert house.run("value", "correct", scan.id, "total", "1.00", "--why", " ").code == 2
    assert total(rooms) == before


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


def test_a_person_is_told_that_an_operator_corrected_it_when_and_why(rooms: Home) -> None:
    scan = published(rooms)
    rooms.store.correct_value(scan.id, TOTAL, "77.10", "olga", "the customer called", now())
    reconcile_home(rooms)
    decided = rooms.store.decisions(scan.id)
    (total,) = [each for each in decided if each.key == TOTAL]
    assert (total.method, total.probability) == ("operator", 0.99)
    assert [each.code for each in total.evidence] == ["operator assumed"]


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
