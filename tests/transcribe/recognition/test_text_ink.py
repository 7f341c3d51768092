"""The ink of a field's own text: dirt, edges of shadows and neighbours' writing beside rows that are seen are none."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from transcribe.geometry import Box
from transcribe.ink import Ink, Patch
from transcribe.model import Field, FieldKey
from transcribe.recognition.form_fields import FieldRegion
from transcribe.recognition.text_ink import letters_beside, text_ink

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
    ink = ink_of([LETTER, COMMA, BEHIND, SPECK, NEXT_ROW, EDGE, Box(210, 108, 225, 132)])
    assert letters_beside(ink, [ROW], [word]) == 2, "one before it and one behind it"
    assert letters_beside(ink, [ROW], [Box(105, 105, 440, 135)]) == 0
    assert letters_beside(ink, [ROW], []) == letters_beside(ink, [], [word]) == 0


@examples(100)
@given(st.lists(st.integers(0, 60), max_size=8), st.integers(0, 60), st.integers(1, 30), st.integers(1, 30))
def test_more_words_leave_no_more_letters_beside_them(letters: list[int], left: int, width: int, more: int) -> None:
    ink = ink_of([Box.sized(10 * each, 108, 8, 24) for each in letters])
    word, other = Box.sized(10 * left, 105, 10 * width, 30), Box.sized(10 * (left + more), 105, 20, 30)
    assert letters_beside(ink, [ROW], [word, other]) <= letters_beside(ink, [ROW], [word])


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
