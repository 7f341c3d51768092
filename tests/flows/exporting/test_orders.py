"""Orders in Order-X whose terms are odd: each is reported by its term, and none stops the others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flows.administration import forget_scan
from flows.exporting.order_message import OrderMessage, order_xml
from flows.exporting.order_x import _Check
from flows.exporting.write_export import Wanted, export_records
from flows.home.home import Home
from reconcile.records import query
from tests.flows.exporting.test_exports import FORM, MAPPED, TERMS, an_order, put_order, records_of
from tests.reconcile.records import MemoryOutbox, a_record
from transcribe.codes import RecordRule
from transcribe.errors import SettingsError
from transcribe.model import FieldKey, OrderMapping, OrderTerm, RuleException


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


@pytest.mark.parametrize("text", ["sNaN", "NaN", "Infinity", "1E+5", "1_000", "١٢", "1.000,00", "1e999999999"])
def test_what_python_alone_takes_for_a_number_is_reported(tmp_path: Path, text: str) -> None:
    """One amount `sNaN` in a column of texts ended the export of all orders with a traceback."""
    _, problems = an_order(tmp_path, line_amount=OrderTerm(value=text))
    assert problems == [("line_amount", f"{text!r} is no number")]


@pytest.mark.parametrize(("unit", "is_one"), [("KGM", True), ("XBX", True), ("KG", False), ("PCE", False)])
def test_a_unit_that_only_looks_like_a_code_is_reported(tmp_path: Path, unit: str, is_one: bool) -> None:
    """KG and PCE are what people write; ERPs refuse them, and the schema of Order-X does not."""
    _, problems = an_order(tmp_path, line_unit=OrderTerm(value=unit))
    assert problems == ([] if is_one else [("line_unit", f"{unit!r} is no code of UN/ECE Recommendation 20")])


@pytest.mark.parametrize("text", ["2026-02-30", "0000-00-00", "2026-W01-1", "٢٠٢٦-٠١-٠٢"])
def test_a_day_that_does_not_exist_is_reported(tmp_path: Path, text: str) -> None:
    """The schema takes any digits for a day."""
    _, problems = an_order(tmp_path, date=OrderTerm(value=text))
    assert problems == [("date", f"{text!r} is no date")]


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


def told_of(tmp_path: Path, customer: str) -> list[tuple[str, str]]:
    """What an order of this customer does not give of its buyer."""
    store = MemoryOutbox()
    store.put(a_record("one", customer=customer))
    (record,) = query.records(records_of(tmp_path, store), FORM)
    _, problems = order_xml(OrderMessage(record=record, order=OrderMapping(lines="lines", terms=TERMS)))
    return [(each.term, each.reason) for each in problems if each.term.startswith("buyer")]


@pytest.mark.parametrize("name", ["a\x0bb", "a\x00b", "a\uffffb"])
def test_a_text_that_xml_cannot_hold_is_reported_by_its_term(tmp_path: Path, name: str) -> None:
    assert told_of(tmp_path, name) == [("buyer_name", f"{name!r} has a character that XML cannot hold")]


@pytest.mark.parametrize("name", ['<b> & "c" ]]> &amp;', "شركة \u202eالقهوة\u202c", "\U0001f600", "x" * 100_000])
def test_a_text_that_looks_like_markup_or_runs_to_the_left_is_in_the_order_as_it_is(tmp_path: Path, name: str) -> None:
    text, problems = an_order(tmp_path, buyer_name=OrderTerm(value=name))
    assert problems == []
    check = _Check()
    assert check.fault(text) == ""
    assert name in [each.text for each in check._parse(text).iter("{*}Name")]


def test_blanks_alone_are_no_value(tmp_path: Path) -> None:
    assert told_of(tmp_path, "  ") == [("buyer_name", "no value")]


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


@pytest.mark.parametrize(("gtin", "fits"), [("4006381333931", True), ("4006381333932", False), ("abc", False)])
def test_an_article_number_whose_check_digit_does_not_fit_is_reported(tmp_path: Path, gtin: str, fits: bool) -> None:
    text, problems = an_order(tmp_path, line_gtin=OrderTerm(value=gtin))
    assert problems == ([] if fits else [("line_gtin", f"{gtin!r} is no GTIN")])
    assert (f'schemeID="0160">{gtin}'.encode() in text) == fits


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
