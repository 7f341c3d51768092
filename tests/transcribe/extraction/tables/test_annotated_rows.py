"""A table whose rows a person told: the columns are parted by gaps, and told apart only where the print proves it."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import lines
from transcribe.extraction.tables.annotated_rows import (
    GUESSED_COLUMN_CONFIDENCE,
    PROVEN_COLUMN_CONFIDENCE,
    AnnotatedCell,
    cells_of_rows,
)
from transcribe.forms import definition
from transcribe.geometry import Box
from transcribe.model import FieldKey, Word

FACTURE = definition.load("facture")
WIDTH = 1000
PLAIN = (("Brass hinge", "12", "3,50", "42,00"), ("Steel bolt", "40", "0,25", "10,00"))
ALIKE = (("Brass hinge", "12,00", "3,50", "42,00"), ("Steel bolt", "40,00", "0,25", "10,00"))


def page(rows: Sequence[Sequence[str]], xs: Sequence[int] = (50, 400, 600, 800)) -> PageText:
    """Rows of print, 60 pixels each, from y 100 on."""
    words = [
        Word(
            text=text,
            box=Box(x + 11 * cell.index(text), y, x + 11 * (cell.index(text) + len(text)), y + 24),
            confidence=0.9,
        )
        for y, row in ((118 + 60 * number, row) for number, row in enumerate(rows))
        for x, cell in zip(xs, row, strict=True)
        for text in cell.split()
    ]
    return PageText(lines=tuple(lines(words, 1)), labels=())


def told(rows: Sequence[Sequence[str]], **page_texts: PageText) -> dict[FieldKey, AnnotatedCell]:
    strips = [(100 + 60 * number, 160 + 60 * number) for number in range(len(rows))]
    prints = page_texts or {"one": page(rows)}
    return {cell.key: cell for cell in cells_of_rows(prints, FACTURE.table("lines"), FACTURE, strips, WIDTH)}


def text(cell: AnnotatedCell, source: str = "one") -> str | None:
    found = cell.by_source[source]
    return found.text if found else None


def test_columns_are_told_apart_by_the_product_and_by_how_they_look() -> None:
    found = told(PLAIN)
    assert [text(found[FieldKey(f"lines.{name}", 1)]) for name in ("quantity", "unit_price", "amount")] == [
        "40",
        "0,25",
        "10,00",
    ]
    amount = found[FieldKey("lines.amount", 0)]
    assert amount.confidence == PROVEN_COLUMN_CONFIDENCE
    assert (amount.box.y0, amount.box.y1, amount.box.x1) == (100, 160, WIDTH)
    assert amount.box.x0 > 600


def test_columns_that_could_change_places_show_the_whole_row_and_are_not_sure() -> None:
    found = told(ALIKE)
    for name in ("quantity", "unit_price"):
        cell = found[FieldKey(f"lines.{name}", 0)]
        assert (cell.confidence, cell.box) == (GUESSED_COLUMN_CONFIDENCE, Box(0, 100, WIDTH, 160))
    assert found[FieldKey("lines.amount", 0)].confidence == PROVEN_COLUMN_CONFIDENCE


def test_rows_whose_numbers_multiply_nowhere_are_whole_rows_without_a_reading() -> None:
    rows = [("Brass hinge", "12", "3,50", "41,00"), ("Steel bolt", "40", "0,25", "11,00")]
    found = told(rows)
    assert len(found) == 2 * len(FACTURE.table("lines").columns)
    assert all(text(cell) is None and cell.confidence is None for cell in found.values())


def test_each_source_reads_the_cells_for_itself() -> None:
    other = page([(PLAIN[0][0], "12", "3,50", "42,80"), PLAIN[1]])
    found = told(PLAIN, one=page(PLAIN), two=other)
    amount = found[FieldKey("lines.amount", 0)]
    assert {text(amount, "one"), text(amount, "two")} == {"42,00", "42,80"}


def test_a_row_in_which_nothing_is_seen_is_asked_as_a_whole() -> None:
    found = told([*PLAIN, ("", "", "", "")], one=page(PLAIN))
    empty = [cell for key, cell in found.items() if key.row == 2]
    assert len(empty) == len(FACTURE.table("lines").columns)
    assert all(cell.box == Box(0, 220, WIDTH, 280) for cell in empty)


cells = st.tuples(
    st.sampled_from(["Hinge", "Bolt 12", "", "7"]), *(st.sampled_from(["", "1", "2,00", "x"]) for _ in "abc")
)


@given(rows=st.lists(cells, min_size=1, max_size=4))
def test_every_row_that_was_told_has_a_cell_exactly_as_high(rows: list[tuple[str, ...]]) -> None:
    found = told(rows, one=page(rows))
    for number in range(len(rows)):
        heights = {(cell.box.y0, cell.box.y1) for key, cell in found.items() if key.row == number}
        assert heights == {(100 + 60 * number, 160 + 60 * number)}
