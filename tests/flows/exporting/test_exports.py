"""Exports of a whole form: data package, readings without names, training pairs with consent, orders in Order-X."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import pytest
from facturx import get_level, xml_check_xsd
from frictionless import Package, system
from lxml import etree
from PIL import Image

from flows.administration.people import invite
from flows.exporting.order_message import OrderMessage, order_xml
from flows.exporting.order_x import _Check
from flows.exporting.write_export import FOLDERS, Wanted, export_records, format_names
from flows.home.home import Home, now
from flows.steps.erasures import publish_records
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import ExportOptions, query
from reconcile.records.export import jsonl
from reconcile.records.interchange.data_package import write_package
from reconcile.records.publish import publish
from tests.flows.house import House
from tests.flows.steps.test_provisional_records import read_all
from tests.flows.steps.test_reconcile_scans import RECEIPT, received
from tests.flows.test_values import published
from tests.reconcile.records import MemoryOutbox, a_record, decided
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
    Record,
    RuleException,
    Scan,
)

FORM = "bon-de-commande"


def records_of(path: Path, store: MemoryOutbox) -> Path:
    publish(store, path / "records.db", store.form)
    return path / "records.db"


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


def test_an_export_tells_nothing_that_came_while_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what was published meanwhile has a number below the largest one of the file, and is missed for ever."""
    store = MemoryOutbox()
    for scan in ("one", "two"):
        store.put(a_record(scan))
    records = records_of(tmp_path, store)
    seen = query.position(records)
    store.put(a_record("one", version=2, total="2.00"))
    records_of(tmp_path, store)
    reached = query.position(records)
    write_erased = jsonl.write_erased

    def late(path: Path, form: str, out: TextIO, options: ExportOptions) -> int:
        store.put(a_record("three"))
        store.erase("two")
        records_of(tmp_path, store)
        return write_erased(path, form, out, options)

    monkeypatch.setattr(jsonl, "write_erased", late)
    out = tmp_path / "since.jsonl"
    export_records(records, lambda: pytest.fail("no home is needed"), Wanted(format="jsonl", after=seen), out)
    told = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(each["scan"], each["changed"]) for each in told] == [("one", reached)]
    assert reached < query.position(records)


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


@pytest.mark.parametrize("wrong", [("--form", "nothing"), ("--form", "bon-de-commande"), ("--table", "nothing")])
@pytest.mark.parametrize("format", format_names())
def test_a_failing_export_leaves_what_lay_there_and_nothing_else(
    house: House, rooms: Home, tmp_path: Path, format: str, wrong: tuple[str, str]
) -> None:
    published(rooms)
    place = tmp_path / "out"
    place.mkdir()
    kept = place / "kept"
    if format in FOLDERS:
        kept.mkdir()
    else:
        kept.write_text("of yesterday", encoding="utf-8")
    for out in (kept, place / "new" / "deep" if format in FOLDERS else place / "new.csv"):
        form = () if "--form" in wrong else ("--form", "receipt")
        done = house.run("records", "export", "--format", format, *form, *wrong, "--out", str(out))
        if done.code == 0:  # a record of JSON Lines is whole: it has no tables
            assert (format, wrong[0]) == ("jsonl", "--table")
            return
        assert (done.code, "''" in done.err) == (2, False), done.err
    assert list(place.iterdir()) == [kept]
    assert (kept.read_text(encoding="utf-8") == "of yesterday") if kept.is_file() else (list(kept.iterdir()) == [])


def test_an_export_after_less_than_nothing_is_refused(house: House, rooms: Home) -> None:
    published(rooms)
    done = house.run("records", "export", "--after", "-3")
    assert (done.code, done.out) == (2, "")
    assert "--after" in done.err


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


def test_an_order_is_valid_by_the_schema_of_order_x(tmp_path: Path) -> None:
    text, problems = an_order(tmp_path)
    assert problems == []
    assert xml_check_xsd(text, flavor="order-x", level="comfort")
    assert get_level(etree.fromstring(text), "order-x") == "comfort"
    said = text.decode()
    assert "<ram:ID>BC-2026-0001</ram:ID>" in said
    assert '<ram:RequestedQuantity unitCode="C62">2</ram:RequestedQuantity>' in said
    assert "<ram:LineTotalAmount>0.250</ram:LineTotalAmount>" in said
    assert "<ram:GrandTotalAmount>1234.50</ram:GrandTotalAmount>" in said


def test_an_order_keeps_the_rules_of_order_x_and_what_breaks_one_is_refused(tmp_path: Path) -> None:
    text, problems = an_order(tmp_path)
    assert problems == []
    check = _Check()
    assert check.fault(text) == ""
    address = b"<ram:PostalTradeAddress><ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress>"
    assert address in text
    broken = text.replace(address, b"")
    assert xml_check_xsd(broken, flavor="order-x", level="comfort"), "the schema alone does not see it"
    assert check.fault(broken) == "Element 'ram:PostalTradeAddress' must occur exactly 1 times."


def test_an_order_without_any_address_of_the_buyer_is_reported(tmp_path: Path) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    (record,) = query.records(records_of(tmp_path, store), FORM)
    order = OrderMapping(lines="lines", terms={name: term for name, term in TERMS.items() if name != "buyer_country"})
    _, problems = order_xml(OrderMessage(record=record, order=order))
    assert ("buyer_country", "Order-X wants an address of the buyer, and there is no part of it") in [
        (each.term, each.reason) for each in problems
    ]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"line_unit": OrderTerm(field="lines.designation", codes={"kg": "KGM"})}, ("line_unit", "is not among")),
        ({"line_unit": OrderTerm(field="lines.designation")}, ("line_unit", "is no code of UN/ECE")),
        ({"date": OrderTerm(field="customer")}, ("date", "is no date")),
        ({"line_price": OrderTerm(field="lines.designation")}, ("line_price", "is no number")),
        ({"buyer_id": OrderTerm(field="customer", key=True)}, ("buyer_id", "no one key")),
        ({"buyer_reference": OrderTerm(field="nothing")}, ("buyer_reference", "no value")),
    ],
)
def test_what_cannot_be_mapped_is_told_and_never_guessed(
    tmp_path: Path, changes: dict[str, OrderTerm], problem: tuple[str, str]
) -> None:
    _, problems = an_order(tmp_path, **changes)
    assert [term for term, _ in problems] == [problem[0]]
    assert problem[1] in problems[0][1]


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


def put_order(rooms: Home, form: Form, number: str | None) -> str:
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
    record = Record(scan=scan.id, form=form.name, form_version=1, decisions=decisions)
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
    page = (Path(__file__).parents[3] / "docs" / "adding-a-form.md").read_text(encoding="utf-8")
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
