"""The ink of a field's own text: dirt, edges of shadows and neighbours' writing beside rows that are seen are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from transcribe.geometry import Box
from transcribe.ink import Ink, Patch
from transcribe.model import Field, FieldKey, Word
from transcribe.recognition.asked_regions import AskedRegion
from transcribe.recognition.engine_words import EngineWords
from transcribe.recognition.form_fields import FieldRegion
from transcribe.recognition.text_ink import dirt, letters_beside, text_ink

ROW = Box(100, 100, 300, 140)
LETTER, COMMA = Box(110, 108, 125, 132), Box(130, 126, 134, 136)
BEHIND, SPECK = Box(420, 110, 436, 132), Box(420, 118, 426, 124)
NEXT_ROW, EDGE = Box(150, 160, 170, 185), Box(90, 40, 180, 200)


def ink_of(boxes: Sequence[Box]) -> Ink:
    patches = tuple(Patch(box=box, area=box.area, middle=box.middle) for box in boxes)
    return Ink(patches=patches, amount=1000.0, box=Box.enclosing(boxes) if boxes else None)


def region_of(boxes: Sequence[Box]) -> FieldRegion:
    field = Field(name="name", type="name", label={"en": "Name"})
    return FieldRegion(key=FieldKey("name"), field=field, box=Box(90, 90, 500, 150), ink=ink_of(boxes))


def test_letters_and_commas_of_the_row_stay_and_what_a_detector_left_out_behind_it() -> None:
    assert text_ink(region_of([LETTER, COMMA, BEHIND]), [ROW]) == ink_of([LETTER, COMMA, BEHIND])


def test_the_edge_of_a_shadow_and_the_row_below_go() -> None:
    left = text_ink(region_of([LETTER, COMMA, NEXT_ROW, EDGE]), [ROW])
    assert left.patches == ink_of([LETTER, COMMA]).patches
    assert left.box == Box.enclosing([LETTER, COMMA])
    assert left.amount == 1000.0, "how much is written is not looked at again"


def test_all_ink_stays_where_no_row_is_seen_or_none_would_be_left() -> None:
    assert text_ink(region_of([SPECK, NEXT_ROW]), []) == ink_of([SPECK, NEXT_ROW])
    assert text_ink(region_of([EDGE, NEXT_ROW]), [ROW]) == ink_of([EDGE, NEXT_ROW])


def test_letters_count_that_stand_beside_all_words_of_their_row() -> None:
    """Both engines read 23 of 156523 where the detector had not seen the rest: ink saw it."""
    word = Box(200, 105, 300, 135)
    region = region_of([LETTER, COMMA, BEHIND, SPECK, NEXT_ROW, EDGE, Box(210, 108, 225, 132)])
    assert letters_beside(region, [ROW], [word]) == 2, "one before it and one behind it"
    assert letters_beside(region, [ROW], [Box(105, 105, 440, 135)]) == 0
    assert letters_beside(region, [ROW], []) == letters_beside(region, [], [word]) == 0


def test_letters_beside_a_text_count_on_a_page_strewn_with_dirt_only_beyond_what_dirt_leaves_there() -> None:
    word = Box(200, 105, 230, 135)
    letters = [Box.sized(x, 108, 8, 24) for x in range(240, 400, 20)]
    clean, strewn, more = (
        replace(region_of(letters[:count]), box=Box(100, 60, 420, 180), dirt=share)
        for count, share in ((4, 0.0), (4, 0.4), (8, 0.04))
    )
    assert letters_beside(clean, [ROW], [word]) == 4
    assert letters_beside(strewn, [ROW], [word]) <= 0
    assert letters_beside(more, [ROW], [word]) >= 2, "little dirt explains no eight letters"


def test_dirt_is_counted_above_and_below_the_rows_of_text() -> None:
    """Six patches on twenty squares as high as the row; what stands in the row is no dirt."""
    box, row = Box(100, 70, 400, 160), Box(110, 100, 200, 130)
    specks = [Box.sized(100 + 50 * at, y, 10, 14) for at in range(3) for y in (75, 140)]
    written = [Box.sized(110 + 20 * at, 105, 10, 20) for at in range(4)]
    strewn = replace(region_of([*specks, *written]), box=box, stretches=(row,))
    unread = replace(strewn, stretches=())
    assert dirt([strewn]) == pytest.approx(6 / 20)
    assert dirt([strewn, strewn, unread]) == pytest.approx(6 / 20)
    assert dirt([replace(region_of(written), box=box, stretches=(row,)), unread]) == dirt([]) == 0


@examples(100)
@given(st.lists(st.integers(0, 60), max_size=8), st.integers(0, 60), st.integers(1, 30), st.integers(1, 30))
def test_more_words_leave_no_more_letters_beside_them(letters: list[int], left: int, width: int, more: int) -> None:
    region = region_of([Box.sized(10 * each, 108, 8, 24) for each in letters])
    word, other = Box.sized(10 * left, 105, 10 * width, 30), Box.sized(10 * (left + more), 105, 20, 30)
    assert letters_beside(region, [ROW], [word, other]) <= letters_beside(region, [ROW], [word])


SIDES = st.tuples(*[st.integers(0, 400)] * 2, *[st.integers(1, 120)] * 2)


@examples(100)
@given(st.lists(SIDES, max_size=8), st.lists(SIDES, max_size=3))
def test_ink_is_only_taken_away_and_a_second_time_takes_no_more(
    inks: list[tuple[int, int, int, int]], rows: list[tuple[int, int, int, int]]
) -> None:
    region = region_of([Box.sized(*each) for each in inks])
    seen = [Box.sized(*each) for each in rows]
    once = text_ink(region, seen)
    assert set(once.patches) <= set(region.ink.patches)
    again = FieldRegion(key=region.key, field=region.field, box=region.box, ink=once)
    assert text_ink(again, seen) == once


@pytest.mark.parametrize(("share", "told"), [(0.0, True), (0.04, True), (0.3, False)])
def test_writing_that_goes_on_across_the_side_of_a_box_is_told_by_ink_unless_the_page_is_strewn_with_dirt(
    share: float, told: bool
) -> None:
    region = region_of([LETTER])
    region = replace(region, ink=replace(region.ink, goes_on=True), stretches=(ROW,), dirt=share)
    word = Word(text="Morel", box=ROW, confidence=0.99)
    said = EngineWords(source="finder 1", lines=[[word]], placed=(word,), plain=True)
    asked = AskedRegion(region=region, barcode=None, words=(said,))
    assert asked.is_partly(said, None) is told


@pytest.mark.parametrize(
    ("kind", "text", "sure", "told"),
    [
        ("integer", "|", 0.86, True),
        ("integer", "|", 0.4, False),
        ("integer", "", 0.9, False),
        ("name", "|", 0.86, False),
    ],
)
def test_a_digit_that_the_other_engine_misses_is_told_by_one_that_is_sure(
    kind: str, text: str, sure: float, told: bool
) -> None:
    """A written 1 was decided to be blank: RapidOCR and the detector saw nothing, and ink was not sure."""
    region = replace(region_of([Box(110, 108, 114, 132)]), stretches=(), field=Field(name="n", type=kind, label={}))
    region = replace(region, ink=replace(region.ink, amount=52.0))
    word = [Word(text=text, box=LETTER, confidence=sure)] if text else []
    words = (
        EngineWords(source="tesseract 5", lines=[word], placed=tuple(word)),
        EngineWords(source="rapidocr 3", lines=[], plain=True),
    )
    assert (AskedRegion(region=region, barcode=None, words=words).filled > 0.5) is told
