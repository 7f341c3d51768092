"""Tables without a grid: one source's rows, and what every source reads in their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.transcribe.extraction.printed import INVOICE, printed
from transcribe.extraction.page_text.page_text import PageText, page_text_of
from transcribe.extraction.page_text.text_lines import lines
from transcribe.extraction.tables.cells import (
    AGREED_ROWS_CONFIDENCE,
    SINGLE_SOURCE_CONFIDENCE,
    WRONG_PRODUCT_CONFIDENCE,
    TableCell,
    agreed_table,
)
from transcribe.forms import definition
from transcribe.model import FieldKey

FACTURE = definition.load("facture")
LINES = FACTURE.table("lines")


def seen(rows: Sequence[str]) -> PageText:
    return page_text_of(lines(printed(*rows), 1), FACTURE)


def found(**page_texts: PageText) -> Mapping[FieldKey, TableCell]:
    return {
        cell.key: cell
        for cell in agreed_table(
            page_texts, {name: 0.5 if name == "worn" else 0.9 for name in page_texts}, LINES, FACTURE
        ).cells
    }


def text(cell: TableCell, source: str) -> str | None:
    said = cell.by_source[source]
    return said.text if said else None


def changed(before: str, after: str) -> list[str]:
    return [row.replace(before, after) for row in INVOICE]


def test_cells_come_row_by_row_with_what_each_source_reads() -> None:
    every = found(one=seen(INVOICE), two=seen(changed("220,00", "228,00")))
    amount = every[FieldKey("lines.amount", 0)]
    assert (text(amount, "one"), text(amount, "two")) == ("220,00", "228,00")
    assert text(every[FieldKey("lines.description", 0)], "one") == "Chaise de bureau\ncouleur noire"
    assert {key.row for key in every} == {0, 1}


def test_a_row_is_surer_where_another_source_sees_as_many() -> None:
    both = found(one=seen(INVOICE), two=seen(INVOICE))
    alone = found(one=seen(INVOICE), two=seen(["Dupont SARL"]))
    assert {cell.confidence for cell in both.values()} == {AGREED_ROWS_CONFIDENCE}
    assert {cell.confidence for cell in alone.values()} == {SINGLE_SOURCE_CONFIDENCE}


def test_a_row_that_does_not_multiply_is_less_sure() -> None:
    wrong = seen(changed("220,00", "221,00"))
    every = found(one=wrong, two=wrong)
    assert {key.row: cell.confidence for key, cell in every.items()} == {
        0: WRONG_PRODUCT_CONFIDENCE,
        1: AGREED_ROWS_CONFIDENCE,
    }


def test_a_source_that_sees_nothing_in_a_cell_says_none() -> None:
    every = found(worn=seen(changed("55,00             220,00", "")), whole=seen(INVOICE))
    assert text(every[FieldKey("lines.unit_price", 0)], "whole") == "55,00"
    assert text(every[FieldKey("lines.unit_price", 0)], "worn") is None


def test_of_a_number_with_its_unit_only_the_number_is_read() -> None:
    every = found(one=seen(changed("4,00       ", "4,00 pce   ")))
    assert text(every[FieldKey("lines.quantity", 0)], "one") == "4,00"


def test_without_a_header_there_are_no_cells() -> None:
    assert found(one=seen([row for row in INVOICE if "Description" not in row])) == {}


def test_the_rows_are_those_of_the_source_that_reads_well_where_the_tables_are_alike() -> None:
    worn = [row.replace("Description  ", "Description TVA").replace("couleur", "coul eur") for row in INVOICE]
    every = found(clear=seen(INVOICE), worn=seen(worn))
    assert every[FieldKey("lines.description", 0)].place.text == "Chaise de bureau\ncouleur noire"
