"""Words of a page become lines of print."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.transcribe.extraction.printed import printed
from transcribe.extraction.page_text.text_lines import lines
from transcribe.geometry import Box
from transcribe.model import Word


def test_words_at_one_height_are_one_line_left_to_right() -> None:
    words = printed("TOTAL 9.40", "CASH 10.00")
    assert [line.text for line in lines(reversed(words), 1)] == ["TOTAL 9.40", "CASH 10.00"]


def test_print_that_lies_aslant_still_gives_its_lines() -> None:
    words = printed("TOTAL       AMOUNT       DUE       9.40", "PAID        IN           CASH      10.00", sink=0.06)
    words += printed("THANK       YOU          COME      AGAIN", sink=0.06, top=60)
    found = [line.text.split() for line in lines(words, 1)]
    assert found[0] == ["TOTAL", "AMOUNT", "DUE", "9.40"]
    assert len(found) == 3


def test_a_word_with_blanks_is_taken_apart() -> None:
    whole = Word(text="TOTAL 9.40", box=Box(0, 0, 100, 20), confidence=0.9)
    assert [word.text for line in lines([whole], 1) for word in line.words] == ["TOTAL", "9.40"]


@given(st.lists(st.text("abc ", min_size=1, max_size=20), min_size=1, max_size=6), st.data())
def test_a_span_of_the_text_comes_from_words_that_say_it(rows: list[str], data: st.DataObject) -> None:
    for line in lines(printed(*rows), 1):
        start = data.draw(st.integers(0, len(line.text) - 1))
        end = data.draw(st.integers(start + 1, len(line.text)))
        said = "".join(word.text for word in line.span(start, end).words)
        assert said == line.text[start:end].replace(" ", "")


def test_no_words_are_no_lines() -> None:
    assert lines([], 1) == []
