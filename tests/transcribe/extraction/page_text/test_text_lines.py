"""Words of a page become lines of print."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.transcribe.extraction.printed import printed
from transcribe.extraction.page_text.text_lines import MIN_SHARED_HEIGHT_SHARE, lines
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


def rows_by_hand(words: list[Word]) -> list[list[str]]:
    """The lines as they are defined: word by word from the left, each to the line whose end it shares most with."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.box.x0, word.box.y0)):
        shares = [word.box.overlap_down(row[-1].box) / max(1, min(word.box.height, row[-1].box.height)) for row in rows]
        if max(shares, default=0.0) >= MIN_SHARED_HEIGHT_SHARE:
            rows[shares.index(max(shares))].append(word)
        else:
            rows.append([word])
    return [[word.text for word in row] for row in sorted(rows, key=lambda row: row[0].box.middle[1])]


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 90), st.integers(8, 12)), min_size=1, max_size=30))
def test_words_stand_on_the_line_whose_end_they_share_most_with(places: list[tuple[int, int, int]]) -> None:
    words = [
        Word(text=f"w{number}", box=Box.sized(x, y, 20, height), confidence=0.9, line=number)
        for number, (x, y, height) in enumerate(places)
    ]
    assert [[word.text for word in line.words] for line in lines(words, 1)] == rows_by_hand(words)
