"""Places and readings of a free layout, agreed between sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy

from tests.transcribe.extraction.printed import INVOICE, RECEIPT, printed
from transcribe.extraction.locate import Located, locate
from transcribe.forms import definition
from transcribe.model import FieldKey, Page, Place, Reading, Word

NOW = datetime(2025, 6, 1, tzinfo=UTC)
PAGE = Page(number=1, picture=numpy.full((600, 800), 255, numpy.uint8))


def located(name: str = "receipt", **sources: list[Word]) -> Located:
    words = {source: {1: seen} for source, seen in sources.items()}
    return locate("scan", [PAGE], words, definition.load(name), NOW)


def readings(found: Located, name: str, row: int | None = None) -> dict[str, Reading]:
    return {each.source: each for each in found.readings if each.key == FieldKey(name, row)}


def place(found: Located, name: str) -> Place:
    [only] = [each for each in found.places if each.key == FieldKey(name)]
    return only


def test_every_field_has_one_place_and_one_reading_a_source() -> None:
    found = located(one=printed(*RECEIPT), two=printed(*RECEIPT))
    assert [each.key.name for each in found.places] == ["company", "date", "address", "total"]
    assert len(found.readings) == 8
    assert len({each.id for each in found.readings}) == 8


def test_a_source_reads_where_the_other_found_the_field() -> None:
    worn = ["TQJ#L" + row[5:].replace("9.40", "9.48") if row.startswith("TOTAL") else row for row in RECEIPT]
    found = located(one=printed(*RECEIPT), two=printed(*worn, confidence=0.5))
    said = readings(found, "total")
    assert (said["one"].text, said["two"].text) == ("9.40", "9.48")


def test_a_source_that_sees_nothing_there_says_absent() -> None:
    cut = [row for row in RECEIPT if not row.startswith("DATE")]
    found = located(one=printed(*RECEIPT), two=[w for w in printed(*RECEIPT) if w.line != 5] + printed(*cut[:0]))
    said = readings(found, "date")["two"]
    assert said.text is None
    assert said.flags == {"absent"}


def test_an_hocr_file_that_lacks_a_field_says_nothing_of_it() -> None:
    words = {"one 1": {1: printed(*RECEIPT)}, "hocr kraken 5": {1: printed("SHOP", "GOODBYE")}}
    found = locate("scan", [PAGE], words, definition.load("receipt"), NOW)
    alone = locate("scan", [PAGE], {"one 1": words["one 1"]}, definition.load("receipt"), NOW)
    assert set(readings(found, "total")) == {"one 1"}
    assert place(found, "total").confidence == place(alone, "total").confidence


def test_a_field_that_nobody_found_has_a_likely_region_for_people() -> None:
    found = located(one=printed("SHOP", "GOODBYE"), two=printed("SHOP", "GOODBYE"))
    assert place(found, "total").confidence is None
    assert place(found, "total").box.width == 800
    assert all(each.flags == {"absent"} for each in readings(found, "total").values())


def test_a_blank_page_asks_for_every_field() -> None:
    found = located(one=[], two=[])
    assert {each.confidence for each in found.places} == {None}
    assert {each.text for each in found.readings} == {None}


def test_the_place_is_surer_where_sources_agree() -> None:
    both = place(located(one=printed(*RECEIPT), two=printed(*RECEIPT)), "total").confidence
    alone = place(located(one=printed(*RECEIPT), two=[]), "total").confidence
    assert both is not None
    assert alone is not None
    assert both > alone


def test_the_order_of_sources_changes_nothing() -> None:
    one, two = printed(*RECEIPT), printed(*RECEIPT, confidence=0.6)
    there, back = located(one=one, two=two), located(two=two, one=one)
    assert there.places == back.places
    assert {each.id for each in there.readings} == {each.id for each in back.readings}


def test_line_items_are_cells_of_rows() -> None:
    found = located("facture", one=printed(*INVOICE), two=printed(*INVOICE))
    assert readings(found, "lines.quantity", 1)["two"].text == "2,00"
    assert readings(found, "lines.unit_price", 1)["one"].text == "1 035,00"
    assert not readings(found, "lines.quantity", 2)


def test_a_table_that_was_not_found_asks_on_the_whole_page() -> None:
    found = located("facture", one=printed("Facture N°: F1"), two=[])
    [first] = [each for each in found.places if each.key == FieldKey("lines.description", 0)]
    assert first.confidence is None
    assert first.box.area == 600 * 800


LETTER = (
    "HARTWELL COUNCIL LTD",
    "4 HIGH STREET",
    "",
    "DATE: 14/03/2024",
    "",
    "Dear Mrs Penrose,",
    "thank you for your letter.",
)


def test_on_a_page_without_the_amount_that_its_form_must_have_what_is_read_is_flagged() -> None:
    found = located(one=printed(*LETTER), two=printed(*LETTER))
    said = [each for each in found.readings if each.text is not None]
    assert {each.key.name for each in said} >= {"company", "date"}
    assert all(each.flags == {"another document"} for each in said)
    assert all(each.flags == {"absent"} for each in readings(found, "total").values())


def test_a_page_on_which_one_source_finds_the_amount_is_no_other_document() -> None:
    found = located(one=printed(*LETTER), two=printed(*RECEIPT))
    assert not any("another document" in each.flags for each in found.readings)
    assert not any(each.flags for each in readings(located(one=printed(*RECEIPT)), "company").values())


def test_a_form_without_a_required_amount_says_nothing_of_another_document() -> None:
    made = definition.load("receipt")
    loose = replace(made, fields=tuple(replace(each, required=False) for each in made.fields))
    found = locate("scan", [PAGE], {"one": {1: printed(*LETTER)}}, loose, NOW)
    assert not any("another document" in each.flags for each in found.readings)


ODD_LINE = "Pose                    3"


def invoice(line: str, price: str) -> list[Word]:
    """The small invoice with one more line, and its second row at another price."""
    rows = [line if row == "couleur noire" else row.replace("2 070,00", price) for row in INVOICE]
    return printed(*rows)


def flagged_rows(words: list[Word]) -> set[bool]:
    found = located("facture", one=words, two=words)
    return {"rows missing" in each.flags for each in found.readings if each.key.table == "lines"}


def test_where_a_line_with_a_number_is_no_row_and_the_rows_make_up_no_sum_rows_may_be_missing() -> None:
    assert flagged_rows(invoice(ODD_LINE, "2 060,00")) == {True}


def test_no_row_is_missing_where_the_rows_make_up_the_sum_or_no_line_was_left_out() -> None:
    assert flagged_rows(invoice(ODD_LINE, "2 070,00")) == {False}
    assert flagged_rows(invoice("couleur noire", "2 060,00")) == {False}


def flags_of_total(*rows: str) -> set[frozenset[str]]:
    words = printed("HEXLEY SUPPLIES LTD", "4 HIGH STREET", "", *rows)
    return {frozenset(each.flags) for each in readings(located(one=words, two=words), "total").values()}


TABLE_HEAD = "Item         Qty      Price each      Amount"


def test_an_amount_of_a_row_under_the_headings_of_columns_is_flagged_as_a_total() -> None:
    assert flags_of_total(TABLE_HEAD, "Hex nuts     1        16.82            16.82") == {frozenset({"unlabelled"})}


def test_a_total_with_its_label_or_with_sums_that_agree_is_not_flagged() -> None:
    row = "Hex nuts     1        16.82            16.82"
    assert flags_of_total(TABLE_HEAD, row, "TOTAL                                 16.82") == {frozenset()}
    assert flags_of_total("Subtotal     VAT      Total", "10.00        2.00     12.00") == {frozenset()}
    assert flags_of_total("Number       Date     Amount due", "7            May      12.00") == {frozenset()}


def test_an_amount_that_only_stands_in_for_the_total_is_flagged() -> None:
    assert flags_of_total("PENCIL      2.00", "", "CASH       10.00") == {frozenset({"unlabelled"})}
