"""Exports of a whole form: data package, readings without names, training pairs with consent, orders in Order-X."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import secrets
from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from facturx import get_level, xml_check_xsd
from frictionless import Package, system
from lxml import etree
from PIL import Image, ImageDraw

from flows.administration import forget_scan
from flows.administration.people import invite
from flows.exporting.write_export import Wanted, export_records, fills_folder, format_names, format_of
from flows.home.home import Home, now
from flows.parts.exports.data_package import write_package
from flows.parts.exports.order_message import OrderMessage, order_xml
from flows.parts.exports.order_x import _Check
from flows.steps.erasures import publish_records
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests.flows.house import House
from tests.flows.steps.test_reconcile_scans import ENGINES, RECEIPT, read_all, received
from tests.flows.test_values import published
from tests.reconcile.records import MemoryOutbox, a_record, decided, records_of
from transcribe.codes import RecordRule
from transcribe.errors import FormError, SettingsError
from transcribe.forms.definition import load
from transcribe.geometry import Box
from transcribe.model import (
    Column,
    Decision,
    Field,
    FieldKey,
    Form,
    OrderMapping,
    OrderTerm,
    Place,
    ReadResult,
    Record,
    RuleException,
    Scan,
    SnippetFrame,
)
from transcribe.ocr.engine import reading

FORM = "bon-de-commande"


def a_package(path: Path) -> Path:
    store = MemoryOutbox()
    store.put(a_record("one", customer='Dupont, "Jean"\nMarie', total="-0.5"))
    store.put(a_record("two", order_number=None, order_date=None, total=None, signed=False))
    store.put(a_record("three"))
    store.erase("three")
    out = path / "package"
    out.mkdir()
    assert write_package(records_of(path, store), FORM, out) == 6
    return out


def test_a_data_package_is_valid_and_typed(tmp_path: Path) -> None:
    out = a_package(tmp_path)
    with system.use_context(trusted=True):
        report = Package(str(out / "datapackage.json")).validate()
    assert report.valid, report.to_summary()
    described = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    names = [each["name"] for each in described["resources"]]
    assert names == ["bon-de-commande", "bon-de-commande.lines", "erased"]
    kinds = {each["name"]: (each["type"], each.get("title")) for each in described["resources"][0]["schema"]["fields"]}
    assert kinds["total"] == ("number", "TOTAL")
    assert kinds["total_currency"] == ("string", "TOTAL (currency)")
    assert (kinds["order_date"][0], kinds["signed"][0], kinds["recorded_at"][0]) == ("date", "boolean", "datetime")
    assert (kinds["exceptions"][0], kinds["least_probability"][0]) == ("integer", "number")


def test_a_data_package_that_was_tampered_with_is_found_invalid(tmp_path: Path) -> None:
    out = a_package(tmp_path)
    path = out / "bon-de-commande.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("-0.5", "much"), encoding="utf-8")
    lines = out / "bon-de-commande.lines.csv"
    lines.write_text(lines.read_text(encoding="utf-8").replace("two,", "gone,"), encoding="utf-8")
    with system.use_context(trusted=True):
        report = Package(str(out / "datapackage.json")).validate()
    assert {error.type for task in report.tasks for error in task.errors} == {"type-error", "foreign-key"}


def test_every_format_is_told_and_what_it_cannot_do_is_said(house: House, rooms: Home, tmp_path: Path) -> None:
    published(rooms)
    for format in format_names():
        done = house.run("records", "export", "--format", format, "--form", "nothing", "--out", str(tmp_path / format))
        assert (done.code, done.err.count("\n")) == (2, 1), done.err
    assert "Use one of: csv, jsonl, parquet" in house.run("records", "export", "--format", "xml").err
    assert "name a folder" in house.run("records", "export", "--format", "training", "--form", "receipt").err
    refused = house.run("records", "export", "--format", "readings", "--after", "1", "--out", str(tmp_path / "x.csv"))
    assert "leave --table, --after" in refused.err
    done = house.run("records", "export", "--format", "parquet", "--out", str(tmp_path / "receipts.parquet"))
    assert done.code == 0, done.err
    assert (tmp_path / "receipts.parquet").read_bytes()[:4] == b"PAR1"


WRONG = (("--form", "nothing"), ("--form", "bon-de-commande"), ("--table", "nothing"))


def test_a_failing_export_leaves_what_lay_there_and_nothing_else(house: House, rooms: Home, tmp_path: Path) -> None:
    published(rooms)
    for number, (format, wrong) in enumerate(product(format_names(), WRONG)):
        if (format, wrong[0]) == ("jsonl", "--table"):
            continue  # a record of JSON Lines is whole: it has no tables
        place, is_folder = tmp_path / str(number), fills_folder(format_of(format))
        kept = place / "kept"
        place.mkdir()
        if is_folder:
            kept.mkdir()
        else:
            kept.write_text("of yesterday", encoding="utf-8")
        form = () if "--form" in wrong else ("--form", "receipt")
        for out in (kept, place / "new" / "deep" if is_folder else place / "new.csv"):
            done = house.run("records", "export", "--format", format, *form, *wrong, "--out", str(out))
            assert (done.code, "''" in done.err) == (2, False), (format, wrong, done.err)
        assert list(place.iterdir()) == [kept], (format, wrong)
        assert (list(kept.iterdir()) == []) if is_folder else (kept.read_text(encoding="utf-8") == "of yesterday")


def read_by_people(rooms: Home) -> Scan:
    """A published receipt that engines read wrong; each field has a picture, and two people read it."""
    scan = received(rooms, texts=dict.fromkeys(RECEIPT, ("other", "wrong")))
    content = io.BytesIO()
    Image.new("L", (40, 12), 255).save(content, "JPEG")
    snippet = rooms.archive.put(content.getvalue())
    boxes = [Place(scan=scan.id, key=FieldKey(name), page=1, box=Box(1, 2, 3, 4), snippet=snippet) for name in RECEIPT]
    rooms.store.put_places(scan.id, boxes, now())
    reconcile_home(rooms)
    for who in ("mina", "omar"):
        read_all(rooms, invite(rooms, who).person.id, RECEIPT)
    read_all(rooms, invite(rooms, "eve", ["expert"]).person.id, RECEIPT)
    return scan


@pytest.mark.promise('people are "reader 1", "reader 2", anew for each field, and no time is told')
def test_the_table_of_readings_names_nobody(house: House, rooms: Home, tmp_path: Path) -> None:
    scan = read_by_people(rooms)
    out = tmp_path / "readings.csv"
    assert house.run("records", "export", "--format", "readings", "--form", "receipt", "--out", str(out)).code == 0
    text = out.read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == len(rooms.store.readings(scan.id))
    total = [each for each in rows if each["key"] == "total"]
    assert [each["reader"] for each in total if each["kind"] != "machine"][:2] == ["reader 1", "reader 2"]
    assert {each["decided_text"] for each in total} == {RECEIPT["total"]}
    people = {each.id for each in rooms.store.transcribers()} | {each.handle for each in rooms.store.transcribers()}
    assert not [each for each in people if each in text]
    assert not [name for name in rows[0] if name in ("at", "seconds")]


def agreeing(rooms: Home, *yes: str) -> None:
    for person in rooms.store.transcribers():
        rooms.store.set_training(person.id, training=person.handle in yes, now=now())


def pairs(rooms: Home, out: Path) -> dict[str, str]:
    """The text of each pair by field, of an export into this folder."""
    out.mkdir(exist_ok=True)
    wanted = Wanted(format="training", form="receipt")
    export_records(rooms.settings.records, lambda: rooms, wanted, out)
    told = [json.loads(line) for line in (out / "metadata.jsonl").read_text(encoding="utf-8").splitlines()]
    for each in told:
        with Image.open(out / each["file_name"]) as picture:
            assert picture.format == "PNG"
        text = (out / each["file_name"]).with_suffix("").with_suffix(".gt.txt").read_text(encoding="utf-8")
        assert text == each["text"] + "\n"
    assert len(list(out.glob("*.png"))) == len(told)
    return {each["field"]: each["text"] for each in told}


def test_readings_train_machines_only_where_the_home_and_every_reader_say_yes(rooms: Home, tmp_path: Path) -> None:
    read_by_people(rooms)
    with pytest.raises(SettingsError, match="do not train machines here"):
        pairs(rooms, tmp_path / "off")
    rooms = replace(rooms, settings=rooms.settings.model_copy(update={"training": True}))
    agreeing(rooms)
    assert pairs(rooms, tmp_path / "none") == {}
    agreeing(rooms, "mina", "omar", "eve")
    every = pairs(rooms, tmp_path / "all")
    assert every
    assert every.items() <= RECEIPT.items()
    agreeing(rooms, "mina", "eve")
    fewer = pairs(rooms, tmp_path / "fewer")
    assert fewer.keys() < every.keys(), "omar's readings are cited, and he said no"


TERMS = {
    "number": OrderTerm(field="order_number"),
    "date": OrderTerm(field="order_date"),
    "buyer_name": OrderTerm(field="customer"),
    "buyer_country": OrderTerm(value="FR"),
    "seller_name": OrderTerm(value="Torréfaction du Port"),
    "seller_vat": OrderTerm(value="FR32123456789"),
    "line_name": OrderTerm(field="lines.designation"),
    "line_quantity": OrderTerm(field="lines.quantity"),
    "line_unit": OrderTerm(value="C62"),
    "line_price": OrderTerm(field="lines.weight"),
    "line_amount": OrderTerm(field="lines.weight"),
    "line_tax_category": OrderTerm(value="S"),
    "line_tax_rate": OrderTerm(value="5.5"),
    "total": OrderTerm(field="total"),
}


def an_order(tmp_path: Path, **changes: OrderTerm) -> tuple[bytes, list[tuple[str, str]]]:
    """The order of a usual record whose second written line is only a quantity; and what it does not give."""
    store = MemoryOutbox()
    store.put(a_record("one"))
    (record,) = query.records(records_of(tmp_path, store), FORM)
    lines = {"lines": tuple(each for each in record.tables["lines"] if each["designation"])}
    order = OrderMapping(lines="lines", terms={**TERMS, **changes})
    text, problems = order_xml(OrderMessage(record=replace(record, tables=lines), order=order))
    return text, [(each.term, each.reason) for each in problems]


def test_an_order_keeps_the_rules_of_order_x_and_what_breaks_one_is_refused(tmp_path: Path) -> None:
    text, problems = an_order(tmp_path)
    assert problems == []
    assert xml_check_xsd(text, flavor="order-x", level="comfort")
    assert get_level(etree.fromstring(text), "order-x") == "comfort"
    said = text.decode()
    assert "<ram:ID>BC-2026-0001</ram:ID>" in said
    assert '<ram:RequestedQuantity unitCode="C62">2</ram:RequestedQuantity>' in said
    assert "<ram:LineTotalAmount>0.250</ram:LineTotalAmount>" in said
    assert "<ram:GrandTotalAmount>1234.50</ram:GrandTotalAmount>" in said
    check = _Check()
    assert check.fault(text) == ""
    address = b"<ram:PostalTradeAddress><ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress>"
    assert address in text
    broken = text.replace(address, b"")
    assert xml_check_xsd(broken, flavor="order-x", level="comfort"), "the schema alone does not see it"
    assert check.fault(broken) == "Element 'ram:PostalTradeAddress' must occur exactly 1 times."


NOT_MAPPED: tuple[tuple[str, OrderTerm, str], ...] = (
    ("line_unit", OrderTerm(field="lines.designation", codes={"kg": "KGM"}), "is not among"),
    ("line_unit", OrderTerm(field="lines.designation"), "is no code of UN/ECE"),
    ("date", OrderTerm(field="customer"), "is no date"),
    ("line_price", OrderTerm(field="lines.designation"), "is no number"),
    ("buyer_id", OrderTerm(field="customer", key=True), "no one key"),
    ("buyer_reference", OrderTerm(field="nothing"), "no value"),
    *(  # one amount `sNaN` in a column of texts ended the export of all orders with a traceback
        ("line_amount", OrderTerm(value=text), f"{text!r} is no number")
        for text in ("sNaN", "NaN", "Infinity", "1E+5", "1_000", "١٢", "1.000,00", "1e999999999")
    ),
    *(  # people write them and ERPs refuse them, and the schema of Order-X does not
        ("line_unit", OrderTerm(value=unit), f"{unit!r} is no code of UN/ECE Recommendation 20")
        for unit in ("KG", "PCE")
    ),
    *(  # the schema takes any digits for a day
        ("date", OrderTerm(value=text), f"{text!r} is no date")
        for text in ("2026-02-30", "0000-00-00", "2026-W01-1", "٢٠٢٦-٠١-٠٢")
    ),
    *(("line_gtin", OrderTerm(value=gtin), f"{gtin!r} is no GTIN") for gtin in ("4006381333932", "abc")),
)


def told_of(tmp_path: Path, customer: str) -> list[tuple[str, str]]:
    """What an order of this customer does not give."""
    store = MemoryOutbox()
    store.put(a_record("one", customer=customer))
    (record,) = query.records(records_of(tmp_path, store), FORM)
    _, problems = order_xml(OrderMessage(record=record, order=OrderMapping(lines="lines", terms=TERMS)))
    return [(each.term, each.reason) for each in problems if each.term.startswith("buyer")]


def test_what_cannot_be_mapped_is_told_and_never_guessed(tmp_path: Path) -> None:
    for number, (term, given, reason) in enumerate(NOT_MAPPED):
        (tmp_path / str(number)).mkdir()
        _, problems = an_order(tmp_path / str(number), **{term: given})
        assert [each for each, _ in problems] == [term], given
        assert reason in problems[0][1], given
    for number, name in enumerate(("  ", "a\x0bb", "a\x00b", "a\uffffb")):
        (tmp_path / f"customer {number}").mkdir()
        reason = f"{name!r} has a character that XML cannot hold" if name.strip() else "no value"
        assert told_of(tmp_path / f"customer {number}", name) == [("buyer_name", reason)]
    fitting = {"line_unit": OrderTerm(value="XBX"), "line_gtin": OrderTerm(value="4006381333931")}
    text, problems = an_order(tmp_path, **fitting)
    assert problems == []
    assert b'schemeID="0160">4006381333931' in text


def test_an_order_in_two_currencies_is_told_and_not_written(tmp_path: Path) -> None:
    """The sums of Order-X are in one currency: neither yen nor dollars are taken for euros."""
    store = MemoryOutbox(known=[replace(form := MemoryOutbox().known[0], fields=_with_currency(form, "total", "USD"))])
    sign = RuleException(rule="the form's currency", keys=(FieldKey("lines.price", 0),), expected="EUR", found="¥")
    amount = Column(field=Field(name="lines.price", type="amount", label={}))
    store.known = [
        replace(store.known[0], tables=(replace(form.tables[0], columns=(*form.tables[0].columns, amount)),))
    ]
    order = a_record("one")
    price = decided("lines.price", "98000.00", 0)
    store.put(replace(order, decisions=(*order.decisions, price), exceptions=(sign,)))
    (record,) = query.records(records_of(tmp_path, store), FORM)
    mapping = OrderMapping(lines="lines", terms={**TERMS, "line_price": OrderTerm(field="lines.price")})
    _, problems = order_xml(OrderMessage(record=record, order=mapping))
    told = {(each.term, each.field, each.reason) for each in problems if "currency" in each.reason}
    assert told == {
        ("line_price", "lines.price[0]", "it is in another currency (¥) than the order"),
        ("total", "total", "it is in another currency (USD) than the order"),
    }


def _with_currency(form: Form, name: str, currency: str) -> tuple[Field, ...]:
    return tuple(replace(each, currency=currency) if each.name == name else each for each in form.fields)


def put_order(rooms: Home, form: Form, number: str | None, *exceptions: RuleException) -> str:
    """A published order of one line; its scan."""
    scan = Scan(
        id=hashlib.sha256(str(number).encode()).hexdigest(), pages=(), form=form.name, form_version=1, name="order.jpg"
    )
    assert rooms.store.put_scan(scan, [], now())
    decisions = tuple(
        Decision(
            key=key,
            value=value,
            text=value or "",
            probability=0.999,
            method="machines",
            evidence=(),
            readings=(),
            parameters=0,
            null=None if value else "blank",
        )
        for key, value in ((FieldKey("number"), number), (FieldKey("lines.what", 0), "Tea"))
    )
    record = Record(scan=scan.id, form=form.name, form_version=1, decisions=decisions, exceptions=exceptions)
    rooms.store.conclude(scan.id, 10**9, decisions, [], record, now())
    publish_records(rooms)
    return scan.id


MAPPED = """
name = "ordered"
version = 1
title = "Ordered"
languages = ["eng"]
locale = "en_GB"
[[field]]
name = "number"
type = "code"
[[table]]
name = "lines"
[[table.column]]
name = "what"
type = "text"
[order_x]
lines = "lines"
number = { field = "number" }
date = { value = "2026-01-01" }
buyer_name = { value = "A" }
buyer_country = { value = "FR" }
seller_name = { value = "B" }
line_name = { field = "lines.what" }
line_quantity = { value = "1" }
line_unit = { value = "C62" }
line_price = { value = "1" }
line_amount = { value = "1" }
"""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('lines = "lines"', 'lines = "rows"', 'order_x lines: the form has no table "rows"'),
        ('{ field = "number" }', '{ field = "no" }', 'order_x number: there is no field "no" here'),
        ('{ field = "number" }', '{ field = "lines.what" }', 'order_x number: there is no field "lines.what" here'),
        ('{ field = "number" }', "{ }", "a term needs a field or a value"),
        ('{ field = "number" }', '{ field = "number", key = true }', "has no master data"),
        ('line_unit = { value = "C62" }', "", "order_x line_unit"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_with_the_form(tmp_path: Path, before: str, after: str, said: str) -> None:
    path = tmp_path / "ordered.toml"
    path.write_text(MAPPED, encoding="utf-8")
    order = load(path).order
    assert order is not None
    assert order.terms["line_name"] == OrderTerm(field="lines.what")
    path.write_text(MAPPED.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(FormError) as refused:
        load(path)
    assert said in str(refused.value)


def test_the_mapping_of_the_docs_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[4] / "docs" / "adding-a-form.md").read_text(encoding="utf-8")
    mapping = page[page.index("[order_x]\n") :].partition("```")[0]
    known = "".join(f'[[field]]\nname = "{name}"\ntype = "text"\n' for name in PLAIN)
    columns = "".join(f'[[table.column]]\nname = "{name}"\ntype = "text"\n' for name in OF_LINES)
    master = '[[master]]\nfield = "customer_name"\nsource = "c.csv"\ncolumn = "name"\n'
    (tmp_path / "c.csv").write_text("name\nACME\n", encoding="utf-8")
    head = MAPPED.partition("[[field]]")[0]
    path = tmp_path / "ordered.toml"
    path.write_text(f'{head}{known}[[table]]\nname = "lines"\n{columns}{master}{mapping}', encoding="utf-8")
    order = load(path).order
    assert order is not None
    assert order.terms["line_unit"].codes == {"kg": "KGM", "pièce": "C62"}
    assert "total" in order.terms


PLAIN = ("order_number", "order_date", "customer_name", "total")
OF_LINES = ("designation", "quantity", "unit", "unit_price", "amount")


def test_a_form_without_a_mapping_says_what_to_write(rooms: Home, tmp_path: Path) -> None:
    published(rooms)
    with pytest.raises(SettingsError, match=r"does not say how its records become orders: write a table \[order_x\]"):
        export_records(rooms.settings.records, lambda: rooms, Wanted(format="order-x", form="receipt"), tmp_path / "o")


def test_orders_are_written_and_all_others_reported(rooms: Home, tmp_path: Path) -> None:
    """Two orders of a home: one whole, one without its number."""
    path = tmp_path / "ordered.toml"
    path.write_text(MAPPED, encoding="utf-8")
    form = rooms.use_form(str(path))
    whole, without = put_order(rooms, form, "N-1"), put_order(rooms, form, None)
    out = tmp_path / "orders"
    assert export_records(rooms.settings.records, lambda: rooms, Wanted(format="order-x", form="ordered"), out) == 1
    assert [each.name for each in out.glob("*.xml")] == [f"{whole}.xml"]
    (line,) = (out / "not-mapped.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {
        "scan": without,
        "not_mapped": [{"term": "number", "field": "number", "reason": "no value"}],
    }


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (RecordRule.WHOLE_FORM, "a part of its form lies outside the photograph"),
        (RecordRule.ALL_IN_FIELDS, "something is written outside its fields"),
    ],
)
def test_an_order_of_which_not_all_is_in_its_record_is_reported(
    rooms: Home, tmp_path: Path, rule: str, reason: str
) -> None:
    """What its record lacks, such as lines beyond the edge, was no part of the order that was sent."""
    path = tmp_path / "ordered.toml"
    path.write_text(MAPPED, encoding="utf-8")
    put_order(rooms, rooms.use_form(str(path)), "N-1", RuleException(rule=rule, keys=(), expected="", found=""))
    out = tmp_path / "orders"
    assert export_records(rooms.settings.records, lambda: rooms, Wanted(format="order-x", form="ordered"), out) == 0
    assert reason in (out / "not-mapped.jsonl").read_text(encoding="utf-8")


def test_an_order_of_a_scan_that_was_forgotten_is_gone_from_a_folder_that_is_exported_into_again(
    rooms: Home, tmp_path: Path
) -> None:
    path = tmp_path / "ordered.toml"
    path.write_text(MAPPED, encoding="utf-8")
    form = rooms.use_form(str(path))
    first, second = put_order(rooms, form, "N-1"), put_order(rooms, form, "N-2")
    out = tmp_path / "orders"
    wanted = Wanted(format="order-x", form="ordered")
    assert export_records(rooms.settings.records, lambda: rooms, wanted, out) == 2
    forget_scan(rooms, first)
    assert export_records(rooms.settings.records, lambda: rooms, wanted, out) == 1
    assert [each.name for each in out.glob("*.xml")] == [f"{second}.xml"]


def test_a_mapping_holds_from_when_its_version_is_installed(rooms: Home, tmp_path: Path) -> None:
    path = tmp_path / "ordered.toml"
    path.write_text(MAPPED.partition("[order_x]")[0], encoding="utf-8")
    put_order(rooms, rooms.use_form(str(path)), "N-1")
    wanted = Wanted(format="order-x", form="ordered")
    with pytest.raises(SettingsError, match="does not say how"):
        export_records(rooms.settings.records, lambda: rooms, wanted, tmp_path / "orders")
    path.write_text(MAPPED.replace("version = 1", "version = 2"), encoding="utf-8")
    rooms.forms.install(path)
    assert export_records(rooms.settings.records, lambda: rooms, wanted, tmp_path / "orders") == 1


def test_a_key_that_another_value_of_the_order_speaks_against_is_not_taken(tmp_path: Path) -> None:
    """The name of one customer beside the number of another was sent as an order of the first one."""
    store = MemoryOutbox()
    apart = RuleException(
        rule=RecordRule.ONE_KEY, keys=(FieldKey("customer"), FieldKey("order_number")), expected="C-17", found="C-18"
    )
    store.put(replace(a_record("one"), exceptions=(apart,)))
    (record,) = query.records(records_of(tmp_path, store), FORM)
    known = tuple(replace(each, known_key="C-17") if each.field == "customer" else each for each in record.origins)
    terms = {**TERMS, "buyer_id": OrderTerm(field="customer", key=True)}
    order = OrderMapping(lines="lines", terms=terms)
    for exceptions, said in ((record.exceptions, ["another value has another key (C-18)"]), ((), [])):
        _, problems = order_xml(OrderMessage(record=replace(record, origins=known, exceptions=exceptions), order=order))
        assert [each.reason for each in problems if each.term == "buyer_id"] == said


@pytest.mark.parametrize("name", ['<b> & "c" ]]> &amp;', "شركة \u202eالقهوة\u202c", "\U0001f600", "x" * 100_000])
def test_a_text_that_looks_like_markup_or_runs_to_the_left_is_in_the_order_as_it_is(tmp_path: Path, name: str) -> None:
    text, problems = an_order(tmp_path, buyer_name=OrderTerm(value=name))
    assert problems == []
    check = _Check()
    assert check.fault(text) == ""
    assert name in [each.text for each in check._parse(text).iter("{*}Name")]


def test_a_part_of_an_address_that_is_blank_is_left_out_and_one_that_nobody_can_read_is_reported(
    tmp_path: Path,
) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    (record,) = query.records(records_of(tmp_path, store), FORM)
    lines = {"lines": tuple(each for each in record.tables["lines"] if each["designation"])}
    terms = {**TERMS, "buyer_city": OrderTerm(field="town"), "requested_date": OrderTerm(field="town")}
    for no_value, text, missing in (
        ("blank", "", []),
        ("illegible", "", ["no value"]),
        (None, "31/02/26", ["no value"]),
    ):
        town = replace(record.origins[0], field="town", row=None, value=None, no_value=no_value, text=text)
        told = replace(record, values={**record.values, "town": None}, origins=(*record.origins, town), tables=lines)
        order, problems = order_xml(OrderMessage(record=told, order=OrderMapping(lines="lines", terms=terms)))
        assert [each.reason for each in problems] == missing * 2
        assert missing or _Check().fault(order) == ""
    alone = {name: term for name, term in terms.items() if name != "buyer_country"}
    told = replace(record, values={**record.values, "town": None}, tables=lines)
    _, problems = order_xml(OrderMessage(record=told, order=OrderMapping(lines="lines", terms=alone)))
    assert [each.reason for each in problems] == ["Order-X wants an address of the buyer, and there is no part of it"]


def test_a_code_without_text_is_none_and_hides_no_other_term(tmp_path: Path) -> None:
    """An empty code for whom to send it to took the missing article number out of the report: the order went out."""
    nobody = OrderTerm(field="customer", codes={"Élodie Müller": ""})
    _, problems = an_order(tmp_path, line_gtin=OrderTerm(field="lines.nothing"), ship_to_name=nobody)
    assert [term for term, _ in problems] == ["line_gtin", "ship_to_name"]
    _, problems = an_order(tmp_path, line_name=OrderTerm(field="lines.designation", codes={"Café moulu": ""}))
    assert problems == [("line_name", "'Café moulu' is not among the codes of the mapping")]


def test_the_sum_of_lines_is_exact_however_long_they_are(tmp_path: Path) -> None:
    """Python rounds a sum to 28 digits."""
    store = MemoryOutbox()
    store.put(a_record("one"))
    (record,) = query.records(records_of(tmp_path, store), FORM)
    line = next(each for each in record.tables["lines"] if each["designation"])
    weights = "1234567890123456789012345678901.01", "0.01"
    lines = tuple({**line, "row": row, "weight": weight} for row, weight in enumerate(weights))
    order = OrderMapping(lines="lines", terms=TERMS)
    text, problems = order_xml(OrderMessage(record=replace(record, tables={"lines": lines}), order=order))
    assert problems == []
    assert b"<ram:TaxBasisTotalAmount>1234567890123456789012345678901.02<" in text


def test_a_file_where_a_folder_is_wanted_is_said_to_be_one(house: House, rooms: Home, tmp_path: Path) -> None:
    published(rooms)
    out = tmp_path / "mine"
    out.write_text("of yesterday", encoding="utf-8")
    words = [
        ("records", "export", "--format", format, "--form", "receipt", "--out", str(place))
        for format in format_names()
        if fills_folder(format_of(format))
        for place in (out, out / "deeper")
    ]
    for each in (*words, ("records", "datasette", "--folder", str(out))):
        done = house.run(*each)
        assert (done.code, out.read_text(encoding="utf-8")) == (2, "of yesterday"), each
        assert f"{out} is a file, and what is written is a folder" in done.err, each


FRAME = Box(2500, 2500, 7500, 7500)
"""The field is the middle of its picture."""


def pictured(rooms: Home, scan: Scan, keys: Iterable[FieldKey]) -> None:
    """Each field has a picture: white where the field is, black around it."""
    picture = Image.new("L", (80, 40), 0)
    ImageDraw.Draw(picture).rectangle((20, 10, 59, 29), fill=255)
    content = io.BytesIO()
    picture.save(content, "PNG")
    snippet, frame = rooms.archive.put(content.getvalue()), SnippetFrame(field=FRAME, writing=FRAME)
    places = [Place(scan=scan.id, key=key, page=1, box=Box(1, 2, 3, 4), snippet=snippet, frame=frame) for key in keys]
    rooms.store.put_places(scan.id, places, now())


def typed(rooms: Home, texts: dict[str, str]) -> None:
    """Two people and an expert read what engines read wrong, and all let it train machines."""
    reconcile_home(rooms)
    for who, roles in (("mina", []), ("omar", []), ("eve", ["expert"])):
        read_all(rooms, invite(rooms, who, roles).person.id, texts)
    agreeing(rooms, "mina", "omar", "eve")


def a_receipt(rooms: Home) -> Scan:
    wrong = {**dict.fromkeys(RECEIPT, ("other", "wrong")), "address": ("1, Hlgh\nStreet", "l, High Street")}
    scan = received(rooms, texts=wrong)
    pictured(rooms, scan, map(FieldKey, RECEIPT))
    typed(rooms, RECEIPT)
    return scan


def exported(rooms: Home, out: Path, form: str = "receipt") -> list[str]:
    """The names of all files but the list, after an export into this folder."""
    rooms = replace(rooms, settings=rooms.settings.model_copy(update={"training": True}))
    export_records(rooms.settings.records, lambda: rooms, Wanted(format="training", form=form), out)
    return sorted(each.name for each in out.iterdir() if each.name != "metadata.jsonl")


def test_a_picture_shows_its_field_of_one_line_without_what_lies_around_it(rooms: Home, tmp_path: Path) -> None:
    """A label or the next line in the picture, of which the text says nothing, teaches a recogniser to leave out."""
    a_receipt(rooms)
    pictures = [tmp_path / name for name in exported(rooms, tmp_path) if name.endswith(".png")]
    assert pictures
    for path in pictures:
        with Image.open(path) as picture:
            assert (picture.size, picture.getextrema()) == ((40, 20), (255, 255))
    told = [json.loads(line) for line in (tmp_path / "metadata.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {each["field"] for each in told} == RECEIPT.keys() - {"address"}, "engines saw two lines of it"


def test_tools_find_the_text_of_a_cell_by_the_name_of_its_picture(rooms: Home, tmp_path: Path) -> None:
    """Calamari and kraken take all behind the first point for the ending: its text must be called as what is before."""
    path = tmp_path / "ordered.toml"
    path.write_text(MAPPED, encoding="utf-8")
    form = rooms.use_form(str(path))
    scan = Scan(id=secrets.token_hex(32), pages=(), form=form.name, form_version=1, name="order.jpg")
    keys, texts = (FieldKey("number"), FieldKey("lines.what", 0)), {"number": "N-1", "lines.what": "Tea"}
    assert rooms.store.put_scan(scan, [], now())
    found = [
        reading(scan=scan.id, key=key, source=engine, text=text, at=now(), confidence=0.9, conditions={})
        for key in keys
        for engine, text in zip(ENGINES, ("other", "wrong"), strict=True)
    ]
    rooms.store.put_reads(scan.id, ReadResult(places=(), readings=tuple(found), fit=None, quality={}), now())
    pictured(rooms, scan, keys)
    typed(rooms, texts)
    out = tmp_path / "pairs"
    names = exported(rooms, out, "ordered")
    assert f"{scan.id[:16]}-lines-what-0.png" in names
    for name in names:
        assert (out / f"{name.partition('.')[0]}.gt.txt").exists()


def test_what_was_taken_back_is_gone_from_a_folder_that_is_exported_into_again(rooms: Home, tmp_path: Path) -> None:
    """Who says no later, and whose scan is forgotten: tools take whatever files lie there."""
    scan, out = a_receipt(rooms), tmp_path / "pairs"
    first = exported(rooms, out)
    assert first
    (out / "0123456789abcdef-total.png").write_bytes(b"of another form, or of another home")
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    agreeing(rooms)
    assert exported(rooms, out) == ["0123456789abcdef-total.png", "notes.txt"]
    agreeing(rooms, "mina", "omar", "eve")
    assert exported(rooms, out) == sorted([*first, "0123456789abcdef-total.png", "notes.txt"])
    received(rooms)
    reconcile_home(rooms)
    forget_scan(rooms, scan.id)
    assert exported(rooms, out) == ["0123456789abcdef-total.png", "notes.txt"]
