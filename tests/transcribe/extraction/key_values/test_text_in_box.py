"""What a source's print says inside a place that another source, or a person, found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.transcribe.extraction.printed import HEIGHT, PITCH, WIDTH, printed
from transcribe.extraction.key_values.text_in_box import read_in_box, text_in_box
from transcribe.extraction.page_text.field_candidates import field_candidate
from transcribe.extraction.page_text.page_text import page_text_of
from transcribe.extraction.page_text.text_lines import lines
from transcribe.forms import definition
from transcribe.geometry import Box

RECEIPT = definition.load("receipt")
ROWS = ("ACME TRADING", "12 HIGH STREET", "DATE 25/12/2018 8:13 PM", "TOTAL RM 9.40")


def row(number: int, first: int = 0, last: int = 40) -> Box:
    """The box of characters of a row."""
    return Box(first * WIDTH, number * PITCH, last * WIDTH, number * PITCH + HEIGHT)


def drawn(box: Box, name: str) -> str | None:
    found = text_in_box(lines(printed(*ROWS), 1), box, RECEIPT.field(name), RECEIPT)
    return found.text if found else None


def test_of_a_frame_around_a_label_too_only_the_date_or_amount_is_taken() -> None:
    assert drawn(row(2), "date") == "25/12/2018"
    assert drawn(row(3), "total") == "RM 9.40"


def test_lines_in_a_frame_stay_lines() -> None:
    assert drawn(Box(0, 0, 400, PITCH + HEIGHT), "address") == "ACME TRADING\n12 HIGH STREET"


def test_a_word_belongs_to_a_frame_that_holds_its_middle() -> None:
    assert drawn(row(0, 2, 40), "company") == "ACME TRADING"
    assert drawn(row(0, 3, 40), "company") == "TRADING"


def test_an_empty_frame_says_nothing() -> None:
    assert drawn(row(9), "company") is None


def test_another_sources_place_is_read_in_ones_own_print() -> None:
    found = field_candidate(tuple(lines(printed(*ROWS), 1))[3:], 0.9)
    own = page_text_of(lines(printed(*ROWS[:3], "TOTAL RM 9.4O"), 1), RECEIPT)
    read = read_in_box(own, found, RECEIPT.field("company"), RECEIPT)
    assert read is not None
    assert read.text == "TOTAL RM 9.4O"
    assert read_in_box(page_text_of([], RECEIPT), found, RECEIPT.field("company"), RECEIPT) is None


@given(x0=st.integers(0, 300), y0=st.integers(0, 120), width=st.integers(1, 300), height=st.integers(1, 100))
def test_everything_read_in_a_frame_lies_in_it(x0: int, y0: int, width: int, height: int) -> None:
    box = Box(x0, y0, x0 + width, y0 + height)
    found = text_in_box(lines(printed(*ROWS), 1), box, RECEIPT.field("company"), RECEIPT)
    for word in found.words if found else ():
        assert box.x0 <= (word.box.x0 + word.box.x1) / 2 <= box.x1
        assert box.y0 <= (word.box.y0 + word.box.y1) / 2 <= box.y1
