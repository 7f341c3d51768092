"""From a measure to a text: where a measure cannot tell nothing is said, and never the opposite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any
from unittest import mock

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcribe.recognition.test_plain_page import Finder
from transcribe.codes import Flag
from transcribe.fields import as_type_allows, facts_of
from transcribe.forms import blank_grey
from transcribe.forms import definition as forms
from transcribe.geometry import Box
from transcribe.ink import Ink, InkLayer, ink_layer, mark_detection
from transcribe.ink.mark_shape import MarkShares
from transcribe.model import Field, Page, Reading, Word
from transcribe.recognition.asked_regions import AskedRegion, ask_engines
from transcribe.recognition.engine_words import EngineWords, over_all
from transcribe.recognition.form_fields import Circumstances, FieldRegion, field_regions
from transcribe.recognition.form_page import ink_readings
from transcribe.recognition.plain_page import plain_page
from transcribe.recognition.presence import counted_confidence, filled_probability

HERE = Circumstances(scan="s" * 64, at=datetime(2025, 3, 14, tzinfo=UTC), fit=0.9, quality=0.9)
FORM = forms.load("bon-de-commande")
BARE = Ink(patches=(), amount=0.0, box=None)
SHARES = st.floats(0, 1)


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(number=1, picture=blank_grey(str(FORM.blanks[0].path)))


@pytest.fixture(scope="module")
def layer(page: Page) -> InkLayer:
    return ink_layer(page.picture, str(FORM.blanks[0].path))


def region_of(name: str, layer: InkLayer) -> FieldRegion:
    """A field of the blank in which a detector sees no text."""
    found = next(each for each in field_regions(FORM, 1, layer) if each.key.name == name)
    return replace(found, stretches=())


def by_ink(region: FieldRegion, layer: InkLayer, page: Page, here: Circumstances = HERE) -> Reading | None:
    return next(iter(ink_readings(page, [region], [], layer, here)), None)


MARKS = [next(each.name for each in FORM.fields if each.type == kind) for kind in ("checkbox", "signature")]
TEXT = "comment"
DOUBTS: dict[str, dict[str, Any]] = {
    "it lies elsewhere": {"astray": True},
    "it lies outside the photograph": {"outside": True},
    "its print is hidden": {"ink": replace(BARE, hidden=True)},
    "something stands beside it": {"beside": (Box(0, 0, 9, 9),)},
}


@pytest.mark.parametrize(("name", "doubt"), [*product([TEXT, *MARKS], DOUBTS)])
def test_ink_says_nothing_of_a_field_of_which_it_cannot_tell(
    name: str, doubt: str, layer: InkLayer, page: Page
) -> None:
    region = region_of(name, layer)
    sure = by_ink(region, layer, page)
    assert sure is not None
    assert sure.text == ("" if name == TEXT else "false")
    said = by_ink(replace(region, **DOUBTS[doubt]), layer, page)
    assert said is not None
    assert (said.text, said.confidence) == (None, None)


@pytest.mark.parametrize("name", [*MARKS, TEXT])
def test_a_field_in_which_others_writing_or_pale_strokes_lie_is_not_said_to_be_empty_by_ink_alone(
    name: str, layer: InkLayer, page: Page
) -> None:
    """A box to sign was "not signed", whatever of a neighbour's writing, or paler than ink, lay in it."""
    region = replace(region_of(name, layer), ink=replace(BARE, disputed=True))
    if name == TEXT:
        region = replace(region, stretches=None)  # where a detector looks too it is asked
    said = by_ink(region, layer, page)
    assert said is not None
    assert said.text is None


@pytest.mark.parametrize("name", MARKS)
def test_a_mark_is_not_told_where_all_writing_lies_beside_its_boxes_or_the_page_fits_badly(
    name: str, layer: InkLayer, page: Page
) -> None:
    region = region_of(name, layer)
    for said in (
        by_ink(replace(region, misplaced=True), layer, page),
        by_ink(region, layer, page, replace(HERE, fit=0.3)),
    ):
        assert said is not None
        assert said.text is None


@given(st.floats(0, 99), st.floats(0, 99), SHARES, SHARES)
def test_two_measures_and_a_shape_say_of_a_tick_what_all_of_them_say_or_nothing(
    seen: float, strokes: float, bare: float, ticked: float
) -> None:
    """At .5 a box was ticked that each measure held for empty."""
    told = mark_detection._both(seen, strokes, BARE)
    assert told is None or (told >= 0.5) == (seen >= 1) == (strokes >= 1)
    sheet = mock.Mock(folds=None, unit=1.0)
    sheet.share.return_value = seen * mark_detection.TICKED
    sheet.faint.return_value = 0.0
    with (
        mock.patch.object(mark_detection, "_off_streaks", return_value=1.0),
        mock.patch.object(mark_detection, "mark_shape", return_value=[]),
        mock.patch.object(mark_detection, "mark_shares", return_value=MarkShares(bare, ticked)),
    ):
        area = Box(0, 0, 10, 10)
        said = mark_detection.probability_ticked(sheet, BARE, area, strokes * mark_detection.TICKED * area.area)
    if said is not None:
        assert said != 0.5
        assert (said > 0.5) == (seen >= 1)
        assert (ticked if said > 0.5 else bare) > 0.5


def test_what_is_seen_of_a_comb_whose_letters_touch_a_divider_or_are_miscounted_is_said_to_be_so(
    layer: InkLayer,
) -> None:
    region = replace(region_of(TEXT, layer), stretches=(Box(0, 0, 99, 20),))
    said = EngineWords("one 1", [[Word(text="AB", box=Box(0, 0, 99, 20), confidence=0.9)]], plain=True)
    flags = [
        AskedRegion(region=region, barcode=None, words=(each,)).readings(layer, HERE)[0].flags
        for each in (replace(said, cut=True), replace(said, miscounted=True))
    ]
    assert Flag.PARTLY_READ in flags[0]
    assert Flag.MISCOUNTED in flags[1]


def test_an_engine_that_reads_nothing_where_text_is_seen_says_nothing(layer: InkLayer) -> None:
    region = replace(region_of(TEXT, layer), stretches=(Box(0, 0, 99, 20),), ink=replace(BARE, amount=300.0))
    (said,) = AskedRegion(region=region, barcode=None, words=(EngineWords("one 1", []),)).readings(layer, HERE)
    assert said.text is None
    assert Flag.ILLEGIBLE in said.flags


@given(SHARES, st.integers(1, 3))
def test_a_further_look_that_sees_nothing_takes_no_text_away_and_makes_none_surer(sure: float, blind: int) -> None:
    told = EngineWords("one 1", [[Word(text="8", box=Box(0, 0, 9, 9), confidence=0.01 + 0.98 * sure)]])
    both = over_all([told, *[EngineWords("one 1", [])] * blind])
    assert both.text == told.text
    assert (both.confidence or 0.0) <= told.probability


@pytest.mark.parametrize(
    ("kind", "pattern", "text"),
    [("date", None, "1O.1l.20Z"), ("integer", None, "lI"), ("code", "[A-Z][0-9]{2}|[0-9][A-Z][0-9]", "SO1")],
)
def test_a_date_or_number_that_may_be_read_in_more_than_one_way_stays_as_it_was_read(
    kind: str, pattern: str | None, text: str
) -> None:
    spot = Field(name="x", label={"en": "X"}, type=kind, pattern=pattern)
    assert as_type_allows(text, spot, FORM) == text


def test_strokes_too_pale_to_be_ink_leave_a_box_to_sign_in_doubt(page: Page) -> None:
    """It was "not signed": only boxes to tick were looked at for them."""
    shown, region = page.picture.copy(), region_of("signature", ink_layer(page.picture, str(FORM.blanks[0].path)))
    x, y = (round(each) for each in region.box.middle)
    way = [(x - 60 + 2 * n, y + round(20 * numpy.sin(n / 3))) for n in range(60)]
    cv2.polylines(shown, [numpy.array(way, numpy.int32)], False, 232, 2, cv2.LINE_AA)
    layer = ink_layer(shown, str(FORM.blanks[0].path))
    said = by_ink(region_of("signature", layer), layer, Page(number=1, picture=shown))
    assert said is not None
    assert said.text is None


@given(st.text(max_size=9), st.sampled_from(["text", "integer", "amount"]))
def test_a_text_of_which_an_engine_does_not_say_how_sure_it_is_counts_neither_way(text: str, kind: str) -> None:
    assert counted_confidence(text, None, facts_of(kind)) == (None if text else 0.0)


def test_what_an_engine_reads_without_a_claim_speaks_for_no_blank(layer: InkLayer, page: Page) -> None:
    """Its text was dropped, and counted as a look that saw nothing."""
    region = region_of("comment", layer)
    region, layer = replace(region, ink=replace(BARE, amount=30.0)), replace(layer, blank=None)
    for says in ("t", ""):
        engine = Claimless(says=says)
        plain = plain_page(page, layer.blank, [region], [], [engine], layer.unit)
        (asked,) = ask_engines(page, layer, plain, [engine], HERE)
        alone = filled_probability(plain.regions[0], None)
        assert asked.filled == alone if says else asked.filled < alone, says
        assert [each.text for each in asked.words] == [says]


class Claimless(Finder):
    """An engine of the plain view that says of no word how sure it is."""

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        return [[replace(word, confidence=None) for word in line] for line in super().words(page, boxes)]
