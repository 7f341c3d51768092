"""Which way up a page lies follows from what engines make of it; a page that reads well is not looked at twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcribe.extraction.printed import printed
from transcribe.geometry import Box
from transcribe.imaging.orientation import clarity, is_standing, way_up
from transcribe.model import Word

PRINT = ("HARDWARE STORE", "TOTAL AMOUNT", "THANK YOU")


def seen(confidence: float | None, *, high: bool = False) -> list[Word]:
    """Words of a page as an engine reads them, on their side where `high`."""
    words = printed(*PRINT)
    return [
        Word(text=each.text, box=Box(*(each.box[1], each.box[0], each.box[3], each.box[2])) if high else each.box,
             confidence=confidence)
        for each in words
    ]  # fmt: skip


class Turning:
    """An engine that reads the page well at one way up, and is asked again."""

    def __init__(self, upright: int) -> None:
        self.upright, self.asked = upright, list[int]()

    def __call__(self, turns: int) -> Sequence[Word]:
        self.asked.append(turns)
        return seen(0.9 if turns == self.upright else 0.2)


@pytest.mark.parametrize(
    ("first", "upright", "asked"),
    [
        ({"one": seen(0.9), "two": seen(0.1)}, 0, []),  # one engine makes it out
        ({"one": seen(0.3), "two": seen(0.1)}, 2, [2]),  # upside down
        ({"one": seen(0.3)}, 1, [2, 1]),
        ({"one": seen(0.3)}, 3, [2, 1, 3]),
        ({"one": seen(0.2), "two": seen(0.1, high=True)}, 3, [3]),  # on its side, and no engine makes it out
        ({"one": seen(0.2), "two": seen(0.9, high=True)}, 1, [1]),  # on its side, read by an engine that turns words
        ({"one": seen(0.2), "two": seen(0.9, high=True)}, 3, [1, 3]),
    ],
)
def test_a_page_is_turned_as_it_reads(first: Mapping[str, list[Word]], upright: int, asked: list[int]) -> None:
    page = Turning(upright)
    assert (way_up(first, page), page.asked) == (upright, asked)


def test_a_page_that_reads_no_way_stays_as_it_came() -> None:
    page = Turning(99)
    assert way_up({"one": seen(0.3)}, page) == 0


def test_an_empty_page_is_not_read_again() -> None:
    page = Turning(2)
    assert (way_up({"one": [], "two": []}, page), page.asked) == (0, [])
    assert (way_up({}, page), page.asked) == (0, [])


def test_short_scraps_and_engines_without_a_claim_say_nothing() -> None:
    assert clarity([Word(text="ab", box=Box(0, 0, 9, 9), confidence=1.0)]) == 0
    assert clarity(seen(None)) == 0
    assert not is_standing([])


@given(st.lists(st.floats(0, 1), max_size=9))
def test_clarity_lies_among_the_claims(claims: list[float]) -> None:
    words = [Word(text="words", box=Box(0, 0, 50, 9), confidence=claim) for claim in claims]
    assert min(claims, default=0) - 1e-9 <= clarity(words) <= max(claims, default=0) + 1e-9
