"""The second view of a page: what a detector and an engine see of it as it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any
from unittest import mock

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.bench.world.forms import written
from tests.examples import examples
from tests.fakes import ScriptedEngine
from tests.transcribe.recognition.test_read import FLAT, PHOTO, by_field, picture, read_picture, truth
from transcribe import ocr
from transcribe.archive_names import opened
from transcribe.codes import BESIDE_BOXES, TEXT_OUTSIDE, Flag
from transcribe.fields import as_type_allows, facts_of
from transcribe.forms import blank_grey, field_boxes
from transcribe.forms import definition as forms
from transcribe.geometry import Box
from transcribe.ink import Ink, InkLayer, Patch, ink_layer, mark_detection
from transcribe.ink.mark_detection import MarkShares
from transcribe.model import Field, FieldKey, Form, Page, Picture, Reading, ReadResult, Word
from transcribe.ocr import Engine
from transcribe.ocr.engine import View
from transcribe.recognition.asked_regions import AskedRegion, EngineWords, ask_engines, engine_readings, over_all
from transcribe.recognition.form_fields import Circumstances, FieldRegion, field_regions
from transcribe.recognition.form_page import ink_readings
from transcribe.recognition.plain_page import PlainPage, dirt, letters_beside, plain_page, text_ink, uncovered_heights
from transcribe.recognition.presence import (
    MIN_ASKED_PROBABILITY,
    NOTHING_WRITTEN,
    counted_confidence,
    filled_probability,
    may_be_filled,
)
from transcribe.registration.align import align

NOW = datetime(2025, 3, 14, tzinfo=UTC)
HERE = Circumstances(scan="s" * 64, at=NOW, fit=0.9, quality=0.9)
BARE = Ink(patches=(), amount=0.0, box=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """An engine of the plain view that finds text where it is told, reads `says` there, and keeps what it was shown."""

    found: Sequence[Box] = ()
    says: str = ""
    share: float = 1.0
    shown: list[Picture] = field(default_factory=list)
    name: str = "finder"
    source: str = "finder 1"
    view: View = "page"

    def __hash__(self) -> int:
        return id(self)

    def stretches(self, page: Page) -> list[Box]:
        """What it is told; nothing on the blank."""
        self.shown.append(page.picture)
        return list(self.found) if len(self.shown) == 1 else []

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        self.shown.append(page.picture)
        seen = [replace_width(box, self.share) for box in boxes or ()]
        return [[Word(text=self.says, box=box, confidence=0.9)] if self.says else [] for box in seen]


def replace_width(box: Box, share: float) -> Box:
    return Box(box.x1 - round(share * box.width), box.y0, box.x1, box.y1)


@pytest.fixture(scope="module")
def form() -> Form:
    return forms.load("bon-de-commande")


def box_of(form: Form, name: str) -> Box:
    box = form.field(name).box
    assert box is not None
    return box


def with_edge(shown: Picture, box: Box, x: int) -> Picture:
    """A page with a shadow that ends sharply in a box, right of x."""
    dark = shown.copy()
    dark[max(0, box.y0 - 150) : box.y1 + 150, x:] = (dark[max(0, box.y0 - 150) : box.y1 + 150, x:] * 0.5).astype(
        numpy.uint8
    )
    return dark


@pytest.fixture(scope="module")
def flat(form: Form) -> dict[str, dict[str, Reading]]:
    """What is read of the page without a shadow."""
    return by_field(read_picture(picture(FLAT), form, [ocr.load("rapidocr", form.languages)]))


@pytest.mark.parametrize("share", [0.1, 0.25])
def test_a_value_across_the_edge_of_a_shadow_is_read_whole_and_blank_boxes_there_are_blank(
    form: Form, flat: dict[str, dict[str, Reading]], share: float
) -> None:
    number, blank = box_of(form, "order_number"), box_of(form, "comment")
    shown = with_edge(picture(FLAT), number, number.x0 + round(share * number.width))
    shown = with_edge(shown, blank, blank.x0 + round(0.5 * blank.width))
    said = by_field(read_picture(shown, form, [ocr.load("rapidocr", form.languages)]))
    assert said["order_number"]["rapidocr"].text == flat["order_number"]["rapidocr"].text
    assert "partly read" not in said["order_number"]["rapidocr"].flags
    for key, readings in flat.items():
        if "ink" in readings and readings["ink"].text == "" and form.field(key.partition("[")[0]).personal != "payment":
            assert said[key]["ink"].text == "", key
            assert (said[key]["ink"].confidence or 0.0) > 0.95, key


def test_each_engine_is_shown_its_own_view_and_no_payment_data(form: Form) -> None:
    card, finders = box_of(form, "card_number"), []
    for number in ("4970 1012 3456 7890", "5555 0000 1111 2222"):
        shown, finder = picture(FLAT).copy(), Finder()
        cv2.putText(shown, number, (card.x0 + 20, card.y1 - 15), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (0, 0, 0), 2)
        read_picture(shown, form, [ScriptedEngine(form=form), finder])
        assert finder.shown, "it was asked"
        finders.append(finder)
    header = numpy.s_[: box_of(form, "order_number").y0]
    for seen, other in zip(*(each.shown for each in finders), strict=True):
        inside = [shown[card.padded(-2).slices].astype(int) for shown in (seen, other)]
        assert numpy.abs(inside[0] - inside[1]).max() <= 2, "payment data are covered before anything looks"
        assert (seen[header] < 100).any(), "the form's print stands on the plain page"
    assert numpy.ptp(finders[0].shown[-1][card.padded(-2).slices]) == 0


def test_text_that_a_detector_sees_and_no_word_covers_is_partly_read(form: Form) -> None:
    box = box_of(form, "order_number").padded(-8)
    whole = by_field(read_picture(picture(FLAT), form, [Finder(found=[box], says="BC-2025")]))
    assert not whole["order_number"]["finder"].flags
    part = by_field(read_picture(picture(FLAT), form, [Finder(found=[box], says="2025", share=0.6)]))
    assert part["order_number"]["finder"].flags == {"partly read"}


def test_where_a_detector_misses_letters_that_ink_sees_a_reading_of_the_rest_is_partly_read(form: Form) -> None:
    """Both engines read 23 of 156523, as nothing but 23 had been found."""
    box = box_of(form, "order_number").padded(-8)
    rest = box._replace(x0=box.x0 + 200)
    said = by_field(read_picture(picture(FLAT), form, [Finder(found=[rest], says="25")]))
    assert said["order_number"]["finder"].flags == {"partly read"}


def test_text_that_runs_into_a_place_where_the_form_s_own_print_is_hidden_is_partly_read(form: Form) -> None:
    box = box_of(form, "order_number")
    shown = picture(FLAT).copy()
    shown[box.y0 - 40 : box.y1 + 40, round(box.middle[0]) : box.x1 + 40] = 255
    said = by_field(read_picture(shown, form, [Finder(found=[box.padded(-8)], says="BC-2025")]))
    assert said["order_number"]["finder"].flags == {"partly read"}


def test_people_see_text_that_runs_beyond_its_box(form: Form) -> None:
    box = box_of(form, "city")
    across = Box(box.x0 + 10, box.y0 + 10, box.x1 + 60, box.y1 - 10)

    def right_edge(found: Sequence[Box]) -> float:
        """Where the picture that people see ends on the page."""
        reads = read_picture(picture(FLAT), form, [Finder(found=found, says="Lyon")])
        place = next(place for place in reads.places if place.key.name == "city")
        assert place.frame is not None
        start, end = place.frame.field.x0, place.frame.field.x1
        return place.box.x0 + (10_000 - start) / (end - start) * place.box.width

    assert right_edge([]) < across.x1 < right_edge([across])


def test_text_seen_where_ink_sees_none_is_asked_for_and_no_blank(form: Form) -> None:
    page = numpy.stack([blank_grey(str(form.blanks[0].path))] * 3, axis=-1)
    box = box_of(form, "city").padded(-8)
    seen = by_field(read_picture(page, form, [Finder(found=[box], says="Lyon")]))["city"]
    assert seen["finder"].text == "Lyon"
    assert "ink" not in seen or (seen["ink"].confidence or 0.0) < 0.9
    silent = by_field(read_picture(page, form, [Finder()]))["city"]
    assert (silent["ink"].text, set(silent)) == ("", {"ink"})


def test_letters_in_a_number_are_read_as_the_digits_that_they_look_like(form: Form) -> None:
    page = numpy.stack([blank_grey(str(form.blanks[0].path))] * 3, axis=-1)
    for name, says in (("order_date", "13/O8/2026"), ("city", "SOS")):
        box = box_of(form, name).padded(-8)
        seen = by_field(read_picture(page, form, [Finder(found=[box], says=says)]))[name]
        assert seen["finder"].text == says.replace("/O8/", "/08/")


def test_text_printed_inside_a_box_is_painted_away_and_a_frame_is_not(form: Form) -> None:
    blank, page = blank_grey(str(form.blanks[0].path)), blank_grey(str(form.blanks[0].path)).copy()
    box = Box.sized(300, 60, 900, 120)  # the form's title as if a box were around it
    own = [Box(330, 70, 1100, 160)]

    @dataclass(frozen=True)
    class Printed:
        name: str = "printed"
        source: str = "printed 1"
        view: View = "page"

        def stretches(self, page: Page) -> list[Box]:
            return own

        def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
            return [[] for _ in boxes or ()]

    region = FieldRegion(key=FieldKey("city"), field=form.field("city"), box=box, ink=BARE)
    made = plain_page(Page(number=1, picture=page), str(form.blanks[0].path), [region], [], [Printed()], 1.0)
    inside = own[0].padded(-8)
    assert made.page.picture[inside.slices].min() > blank[inside.slices].min() + 60
    assert made.regions[0].stretches == (), "print is no writing"
    assert made.lines(made.regions[0]) == [box]


@pytest.mark.usefixtures("listed_print")
def test_what_is_written_on_dots_between_two_printed_words_is_seen_and_dots_are_not_at_either_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The detector takes "nombre .... réf." for one text. As print that text hid what was written on its dots."""
    dotted = forms.load(str(written("bulletin-jardin", tmp_path)))
    path, box = str(dotted.blanks[0].path), box_of(dotted, "nombre_3")
    region = FieldRegion(key=FieldKey("nombre_3"), field=dotted.field("nombre_3"), box=box, ink=BARE)
    engines = [ocr.load("rapidocr", dotted.languages)]
    blank, filled = blank_grey(path).copy(), blank_grey(path).copy()
    cv2.putText(filled, "21", (box.x0 + 25, box.y1 - 14), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1.2, (40,), 2)
    for missed in (1.0, 0.0):  # the second time halves of the page are looked at too
        monkeypatch.setattr("transcribe.recognition.plain_page.MOST_MISSED_SHARE", missed)
        seen = [
            plain_page(Page(number=1, picture=shown), path, [region], [], engines, 1.0).regions[0].stretches
            for shown in (blank, filled)
        ]
        assert seen[0] == ()
        assert seen[1]
        assert seen[1][0].overlap_across(Box(box.x0 + 25, 0, box.x0 + 65, 1)) > 30


def test_the_beginning_of_a_text_in_the_next_box_is_no_text_of_this_one(form: Form) -> None:
    sides = [Box(100, 100, 300, 160), Box(300, 100, 500, 160)]
    regions = [
        FieldRegion(key=FieldKey("city", row), field=form.field("city"), box=box, ink=BARE)
        for row, box in enumerate(sides)
    ]

    def seen(x0: int) -> list[bool]:
        finder = Finder(found=[Box(x0, 105, 450, 155)])
        page = Page(number=1, picture=numpy.full((300, 600), 255, numpy.uint8))
        return [bool(each.stretches) for each in plain_page(page, None, regions, [], [finder], 1.0).regions]

    assert seen(291) == [False, True]
    assert seen(250) == [True, True]


def test_where_ink_misses_what_a_detector_sees_its_silence_says_less_and_engines_are_asked(form: Form) -> None:
    """Under stripes of shadow ink saw nothing in 7 of 25 written boxes, and two others were decided to be blank."""
    inked = replace(BARE, amount=900.0)
    sides = [Box.sized(20, 20 + 50 * row, 200, 40) for row in range(21)]

    def last(blind: int) -> FieldRegion:
        regions = [
            FieldRegion(
                key=FieldKey("city", row), field=form.field("city"), box=box, ink=BARE if row < blind else inked
            )
            for row, box in enumerate(sides)
        ]
        regions[-1] = replace(regions[-1], ink=BARE)
        finder = Finder(found=[each.padded(-4) for each in sides[:-1]])
        page = Page(number=1, picture=numpy.full((1100, 300), 255, numpy.uint8))
        return plain_page(page, None, regions, [], [finder], 1.0).regions[-1]

    told = [filled_probability(last(blind), None) for blind in (0, 2, 7, 15)]
    assert told == sorted(told)
    assert told[0] < MIN_ASKED_PROBABILITY < told[2]
    assert [may_be_filled(last(blind)) for blind in (0, 7)] == [False, True]


def test_unsure_words_in_a_box_where_no_text_is_seen_are_no_reading(form: Form) -> None:
    path = str(form.blanks[0].path)
    shown = Page(number=1, picture=blank_grey(path).copy())
    layer = ink_layer(shown.picture, path)

    @dataclass(frozen=True, kw_only=True)
    class Unsure(Finder):
        sure: float
        text: str

        def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
            read = page.picture is not blank_grey(path)
            return [[Word(text=self.text, box=each, confidence=self.sure)] if read else [] for each in boxes or ()]

        def __hash__(self) -> int:
            return id(self)

    def says(
        sure: float, *stretches: Box, text: str = "A", name: str = "city", amount: float = 900.0
    ) -> list[str | None]:
        box, ink = box_of(form, name), replace(BARE, amount=amount)
        region = FieldRegion(key=FieldKey(name), field=form.field(name), box=box, ink=ink)
        region = replace(region, stretches=stretches, missed_share=0.2)
        asked = ask_engines(
            shown, layer, PlainPage(page=shown, regions=(region,)), [Unsure(sure=sure, text=text)], HERE
        )
        return [each.text for each in engine_readings(asked, layer, HERE)]

    assert says(0.001) == [""]
    assert says(0.9) == ["A"]
    assert says(0.0007, text="joel saunders") == ["joel saunders"], "no paper reads like a name"
    assert says(0.0007, text="joel saunders", amount=0.0) == ["joel saunders"], "strokes may be too pale to be ink"
    assert says(0.001, box_of(form, "city").padded(-8)) == ["A"]
    assert says(0.0007, text="47000", name="subtotal") == ["47000"]
    assert says(0.0007, text="RAXSP", name="subtotal") == [""], "no amount has letters"


def test_what_an_engine_reads_on_the_blank_too_is_no_reading_where_no_text_is_seen(form: Form) -> None:
    """A watermark is too pale for the detector, and RapidOCR read X or N in it with up to .83."""
    path = str(form.blanks[0].path)
    blank, box = blank_grey(path), box_of(form, "city")
    page = Page(number=1, picture=blank.copy())
    layer = ink_layer(page.picture, path)
    region = FieldRegion(key=FieldKey("city"), field=form.field("city"), box=box, ink=replace(BARE, amount=900.0))

    @dataclass(frozen=True, kw_only=True)
    class Marked(Finder):
        here: str
        sure: float
        on_blank: str

        def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
            text = self.on_blank if page.picture is blank else self.here
            return [[Word(text=text, box=each, confidence=self.sure)] if text else [] for each in boxes or ()]

        def __hash__(self) -> int:
            return id(self)

    def says(here: str, sure: float, on_blank: str, *stretches: Box) -> list[str | None]:
        told = PlainPage(page=page, regions=(replace(region, stretches=stretches, missed_share=0.2),))
        asked = ask_engines(page, layer, told, [Marked(here=here, sure=sure, on_blank=on_blank)], HERE)
        return [each.text for each in engine_readings(asked, layer, HERE)]

    assert says("N", 0.83, "NE") == [""]
    assert says("Lyon", 0.2, "NE") == [""]
    assert says("Lyon", 0.2, "__") == ["Lyon"], "that is a rule of the box"
    assert says("Lyon", 0.9, "LYON 12") == [""]
    assert says("Lyon", 0.9, "NE") == ["Lyon"]
    assert says("N", 0.83, "") == ["N"]
    assert says("N", 0.83, "NE", box.padded(-8)) == ["N"]


def test_of_a_signature_that_ink_and_detector_do_not_both_see_nothing_is_said(form: Form) -> None:
    box, paper = box_of(form, "signature"), numpy.stack([blank_grey(str(form.blanks[0].path))] * 3, axis=-1)
    signed, strewn = paper.copy(), paper.copy()
    middle = box.x0 + box.width // 2, box.y0 + box.height // 2
    cv2.ellipse(signed, middle, (100, 25), 0, 0, 300, (40, 40, 40), 4)
    for at in range(24):
        cv2.circle(strewn, (box.x0 + 60 + 20 * (at % 12), box.y0 + 60 + 40 * (at // 12)), 4, (40, 40, 40), -1)

    def says(page: Picture, *seen: Box) -> str | None:
        return by_field(read_picture(page, form, [Finder(found=list(seen), says="x")]))["signature"]["ink"].text

    drawn = Box(middle[0] - 102, middle[1] - 27, middle[0] + 102, middle[1] + 27)
    assert says(signed, drawn) == "true"
    assert says(strewn, drawn) is None
    assert says(signed) is None, "stripes of shade have as much ink, and the detector sees nothing there"
    assert says(paper) == "false"
    assert says(paper, drawn) is None, "who writes so palely has written"


def test_a_detector_that_fails_leaves_ink_alone_to_say_it(form: Form) -> None:
    engines: list[Engine] = [ScriptedEngine(form=form)]
    said = by_field(read_picture(picture(FLAT), form, engines))
    assert "illegible" in said["order_number"]["scripted"].flags


BOXES = st.builds(Box.sized, st.integers(0, 300), st.integers(0, 20), st.integers(1, 200), st.integers(5, 40))


@given(st.lists(BOXES, max_size=4), st.lists(BOXES, max_size=5), BOXES)
def test_one_more_word_never_bares_a_text(stretches: list[Box], words: list[Box], more: Box) -> None:
    assert uncovered_heights(stretches, [*words, more]) <= uncovered_heights(stretches, words)
    assert uncovered_heights(stretches, stretches) == 0.0


@pytest.mark.parametrize(("space", "bare"), [(16, 0.2), (30, 0.9)])
def test_the_space_between_two_words_is_no_text_without_a_word(space: int, bare: float) -> None:
    words = [Box(0, 0, 50, 20), Box(50 + space, 0, 120, 20)]
    assert uncovered_heights([Box(0, 0, 120, 20)], words) == pytest.approx(bare)
    assert uncovered_heights([Box(0, 0, 120 + space, 20)], words) == pytest.approx(max(bare, space / 20)), (
        "at an end it is"
    )


@given(st.integers(0, 1000), st.booleans(), st.booleans(), st.one_of(st.none(), st.floats(0, 1)))
def test_each_witness_of_writing_makes_a_blank_less_probable(
    amount: int, disputed: bool, paid: bool, sure: float | None
) -> None:
    form = forms.load("bon-de-commande")
    ink = replace(BARE, amount=0.1 * amount, disputed=disputed)
    field_ = form.field("card_number" if paid else "city")
    region = FieldRegion(key=FieldKey(field_.name), field=field_, box=Box(0, 0, 9, 9), ink=ink)
    unseen, seen = replace(region, stretches=()), replace(region, stretches=(Box(0, 0, 9, 9),))
    if paid:
        assert filled_probability(unseen, sure) == filled_probability(seen, sure) == ink.filled
        return
    assert filled_probability(unseen, sure) < filled_probability(seen, sure)
    assert filled_probability(unseen, 0.0) <= filled_probability(unseen, sure)
    more = replace(unseen, ink=replace(ink, amount=ink.amount + 50))
    assert filled_probability(unseen, sure) <= filled_probability(more, sure)
    assert filled_probability(replace(unseen, in_filled_row=True), sure) > filled_probability(unseen, sure)


@pytest.mark.parametrize("name", ["lines.designation", "lines.quantity"])
def test_a_lone_sign_in_a_filled_row_that_the_detector_misses_is_asked_of_engines_and_heard(
    form: Form, name: str
) -> None:
    """A t, for tonnes, was blank with .9997: text cells had no share in what is known of rows."""
    box = Box(0, 0, 250, 40)
    region = FieldRegion(key=FieldKey(name, 0), field=form.field(name), box=box, ink=BARE, stretches=())
    assert not may_be_filled(region)
    region = replace(region, in_filled_row=True)
    assert may_be_filled(region)
    assert filled_probability(region, 0.2) >= NOTHING_WRITTEN > filled_probability(region, 0.0)


def test_a_detector_that_misses_print_of_the_form_says_less_by_its_silence(form: Form) -> None:
    region = FieldRegion(key=FieldKey("total"), field=form.fields[0], box=Box(0, 0, 250, 40), ink=BARE, stretches=())
    told = [filled_probability(replace(region, missed_share=missed), 0.05) for missed in (0.001, 0.01, 0.1, 0.5)]
    assert told[0] == told[1] < told[2] < told[3]
    inked = replace(region, ink=replace(BARE, amount=0.05 * region.box.area))
    assert filled_probability(replace(inked, missed_share=0.25), 0.0) > NOTHING_WRITTEN > filled_probability(inked, 0.0)


def test_a_box_full_of_ink_is_never_blank_whatever_else_sees_nothing(form: Form) -> None:
    """Values that were scribbled out, or lay under dirt, are no text for detectors and engines: they were blank."""
    box = Box(700, 820, 1130, 940)
    full, dirty, light = (replace(BARE, amount=share * box.area) for share in (0.43, 0.12, 0.01))
    region = FieldRegion(key=FieldKey("total"), field=form.fields[0], box=box, ink=full, stretches=())
    assert filled_probability(region, 0.0) > 0.5
    assert filled_probability(replace(region, ink=dirty), 0.0) > 0.5
    assert filled_probability(replace(region, ink=light), 0.0) < NOTHING_WRITTEN


def test_ink_that_hardly_another_blank_box_of_a_page_has_is_not_overruled(form: Form) -> None:
    """1.266,00 stood under a slanting stamp, on a clean scan: detector and engine saw no text, and it was blank."""
    box = Box(700, 820, 1000, 892)
    inked = FieldRegion(
        key=FieldKey("total"), field=form.fields[0], box=box, ink=replace(BARE, amount=0.09 * box.area), stretches=()
    )
    told = [filled_probability(replace(inked, inked_share=share), 0.0) for share in (0.001, 0.03, 0.5, 1.0)]
    assert told[0] > 0.4
    assert NOTHING_WRITTEN > told[1] > told[2] == told[3]


def test_the_share_of_blank_boxes_with_ink_is_counted_without_the_one_that_is_asked_about(form: Form) -> None:
    page = Page(number=1, picture=numpy.full((600, 800), 255, numpy.uint8))
    boxes = [Box(50, 50 + 50 * row, 250, 90 + 50 * row) for row in range(10)]

    def share(inked: int) -> float:
        regions = [
            FieldRegion(
                key=FieldKey("lines.quantity", row),
                field=form.field("lines.quantity"),
                box=box,
                ink=replace(BARE, amount=900.0 * (row < inked)),
            )
            for row, box in enumerate(boxes)
        ]
        return plain_page(page, None, regions, [], [Finder()], 1.0).regions[0].inked_share

    assert share(0) == share(1) == pytest.approx(0.02 / 19)
    assert share(3) == pytest.approx(2.02 / 19)


def test_dirt_that_lies_on_a_small_part_of_a_page_tells_that_the_detector_may_miss_text_there(form: Form) -> None:
    """A band of dirt hid a row from the detector, which saw all of the form's print: three fields were blank."""
    blank = blank_grey(str(form.blanks[0].path))
    box = box_of(form, "customer_name")
    rng = numpy.random.default_rng(4)

    def missed(place: Box, count: int) -> float:
        page = blank.copy()
        for x, y in rng.integers((place.x0, place.y0), (place.x1, place.y1), (count, 2)):
            page[y, x] = 0
        layer = ink_layer(page, str(form.blanks[0].path))
        return next(each.missed_share for each in field_regions(form, 1, layer) if each.key.name == "customer_name")

    whole = Box(0, 0, blank.shape[1], blank.shape[0])
    assert missed(box, 0) == 0.0
    assert missed(box, box.area // 25) == 0.08
    assert missed(whole, whole.area // 25) == 0.0


PRINTED = [Box(100, 100 + 60 * row, 400, 130 + 60 * row) for row in range(30)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinderOfHalves(Finder):
    """A finder that finds some text on the page, all of `PRINTED` on its blank, and some text on each half of it."""

    upper: Sequence[Box] = ()
    lower: Sequence[Box] = ()

    def __hash__(self) -> int:
        return id(self)

    def stretches(self, page: Page) -> list[Box]:
        self.shown.append(page.picture)
        return list((self.found, PRINTED, self.upper, self.lower)[len(self.shown) - 1])


def test_how_much_a_detector_misses_is_told_by_the_print_it_misses_and_the_fields_in_which_it_sees_text(
    form: Form,
) -> None:
    path = str(form.blanks[0].path)
    page = Page(number=1, picture=blank_grey(path))
    region = FieldRegion(key=FieldKey("total"), field=form.fields[0], box=Box(500, 500, 600, 540), ink=BARE)

    def missed(*found: Box) -> float:
        return plain_page(page, path, [region], [], [FinderOfHalves(found=found)], 1.0).regions[0].missed_share

    assert missed(*PRINTED) < 0.01
    assert missed(*PRINTED[:15]) == pytest.approx(15.1 / 40)
    assert missed(*PRINTED[:15], region.box.padded(-4)) == pytest.approx(15.1 / 41)


def test_where_a_detector_misses_print_it_looks_at_each_half_of_the_page(form: Form) -> None:
    path = str(form.blanks[0].path)
    page = Page(number=1, picture=blank_grey(path))
    height = page.picture.shape[0]
    half = round(0.55 * height)
    low, high = Box(500, height - 600, 700, height - 570), Box(500, 500, 700, 530)
    beside = Box(100, 1000, 400, 1030)  # a label that both looks find, the second one with the value beside it
    value = Box(beside.x1 + 20, beside.y0, beside.x1 + 500, beside.y1)
    regions = [
        FieldRegion(key=FieldKey(name), field=form.fields[0], box=box.padded(8), ink=BARE)
        for name, box in (("low", low), ("high", high), ("beside", value))
    ]
    upper = [*PRINTED[16:], high, Box.enclosing((beside, value))]
    lower = [low.shifted(0, half - height)]
    finder = FinderOfHalves(found=[high.padded(-2), beside], upper=upper, lower=lower)
    seen = plain_page(page, path, regions, [], [finder], 1.0).regions
    assert [shown.shape[0] for shown in finder.shown] == [height, height, half, half], "they overlap"
    assert seen[0].stretches == (low,)
    assert seen[1].stretches == (high.padded(-2),), "what both looks see is one text"
    assert [each.x1 for each in seen[2].stretches or ()] == [value.x1]
    assert seen[0].missed_share == pytest.approx(15.1 / 43)
    content = FinderOfHalves(found=PRINTED, upper=upper, lower=lower)
    assert [each.stretches for each in plain_page(page, path, regions, [], [content], 1.0).regions] == [(), (), ()]
    assert len(content.shown) == 2, "no second look where all print is seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class FinderOfBlank(Finder):
    """A finder that finds print on the blank, which it is shown second."""

    printed: Sequence[Box] = ()

    def __hash__(self) -> int:
        return id(self)

    def stretches(self, page: Page) -> list[Box]:
        self.shown.append(page.picture)
        return list(self.found if len(self.shown) == 1 else self.printed)


def test_a_label_above_a_box_or_in_its_corner_takes_nothing_from_what_is_written_below_it(form: Form) -> None:
    """Of 156523, written at the top of its box below the word Mileage, 23 alone was read, by two engines."""
    path = str(form.blanks[0].path)
    page = Page(number=1, picture=blank_grey(path))
    written = Box(139, 115, 329, 200)
    label, corner, caption = Box(134, 79, 274, 137), Box(145, 118, 240, 162), Box(150, 130, 200, 190)

    region = FieldRegion(key=FieldKey("total"), field=form.fields[0], box=Box(147, 130, 648, 222), ink=BARE)
    for print_, seen in (
        (label, written),
        (corner, Box(139, 153, 329, 200)),
        (caption, Box(197, 115, 329, 200)),
    ):
        finder = FinderOfBlank(found=[written], printed=[print_])
        made = plain_page(page, path, [region], [], [finder], 1.0).regions[0]
        assert made.stretches == (seen,)


@pytest.mark.parametrize("off", [-23, 0, 19])
def test_a_label_that_is_found_with_what_stands_beside_it_takes_nothing_of_it_on_a_page_that_lies_off(
    form: Form, off: int
) -> None:
    """Of 5,419.40 beside a label 419.40 was decided: the label was cut off where the blank has it, 3 mm away."""
    path = str(form.blanks[0].path)
    page = Page(number=1, picture=blank_grey(path))
    label, value = Box(300, 400, 380, 430), Box(405, 400, 520, 430)
    finder = FinderOfBlank(found=[Box.enclosing((label, value)).shifted(off, 0)], printed=[label])
    box = Box(396, 390, 600, 440)
    region = FieldRegion(key=FieldKey("total"), field=form.fields[0], box=box, ink=BARE)
    (seen,) = plain_page(page, path, [region], [], [finder], 1.0).regions[0].stretches or ()
    assert seen.x0 <= value.x0 + off
    assert seen.x0 > label.x1 + off
    assert seen.x1 == value.x1 + off


def test_what_only_ink_sees_is_no_blank_where_the_rest_of_its_row_is_filled(form: Form) -> None:
    """The detector misses single digits: seven quantities of filled rows were decided to be blank."""
    names = ("lines.reference", "lines.quantity", "lines.unit_price", "lines.amount")
    sides = {name: Box.sized(100 + 200 * at, 100, 180, 40) for at, name in enumerate(names)}
    marked = replace(BARE, amount=80.0)
    regions = [
        FieldRegion(key=FieldKey(name, row), field=form.field(name), box=box.shifted(0, 60 * row), ink=marked)
        for row in (0, 1)
        for name, box in sides.items()
    ]
    seen = [each.box.padded(-4) for each in regions[:4] if each.key.name != "lines.quantity"]

    @dataclass(frozen=True)
    class Finder:
        name: str = "finder"
        source: str = "finder 1"
        view: View = "page"

        def stretches(self, page: Page) -> list[Box]:
            return seen

        def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
            return [[] for _ in boxes or ()]

    page = Page(number=1, picture=blank_grey(str(form.blanks[0].path)))
    made = plain_page(page, None, regions, [], [Finder()], 1.0)
    quantity = {each.key.row: each for each in made.regions if each.key.name == "lines.quantity"}
    assert filled_probability(quantity[0], 0.0) >= NOTHING_WRITTEN > filled_probability(quantity[1], 0.0)
    thin, none = (replace(quantity[0], ink=replace(BARE, amount=amount)) for amount in (43.0, 4.0))
    assert filled_probability(thin, 0.0) >= NOTHING_WRITTEN > filled_probability(none, 0.0), "a pale 1 was blank"


@pytest.mark.parametrize("is_joined", [False, True])
def test_a_digit_that_a_hair_touches_which_runs_to_the_rim_is_in_doubt(form: Form, is_joined: bool) -> None:
    """Quantities under a hair were decided to be blank: it touched the rim, and was taken for the table."""
    path = str(form.blanks[0].path)
    shown = blank_grey(path).copy()
    key, box = next((key, box) for key, field, box in field_boxes(form, 1) if facts_of(field.type).is_plain_number)
    x, y = (round(each) for each in box.middle)
    cv2.line(shown, (x, y - 14), (x, y + 14), 0, 3)
    cv2.line(shown, (x if is_joined else x + 200, y), (shown.shape[1] - 1, y + 300), 0, 6)
    (region,) = [each for each in field_regions(form, 1, ink_layer(shown, path)) if each.key == key]
    assert region.ink.doubtful is is_joined
    assert (region.ink.filled > 0.5) is not is_joined


PX_PER_MM = 200 / 25.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """RapidOCR's network that finds text, and nothing that reads it."""

    engine: Engine
    name: str = "detector"
    source: str = "detector 1"
    view: View = "page"

    def stretches(self, page: Page) -> list[Box] | None:
        return self.engine.stretches(page)

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        return [[] for _ in boxes or ()]


def with_writing_moved(form: Form, across_mm: float, down_mm: float) -> Picture:
    """A page of which all that was filled in lies so far to the right of its boxes and below them."""
    blank = form.blanks[0].path
    assert blank is not None
    written = ink_layer(align(Page(number=1, picture=picture(FLAT)), form).page.picture, blank).written
    moved = numpy.roll(written, (round(down_mm * PX_PER_MM), round(across_mm * PX_PER_MM)), (0, 1))
    shown = blank_grey(blank).copy()
    shown[moved > 0] = 30
    return numpy.repeat(shown[..., None], 3, 2)


@pytest.mark.parametrize(("across_mm", "down_mm"), [(0.0, -4.5), (9.0, 3.0)])
def test_no_box_is_surely_blank_or_marked_where_all_writing_lies_beside_its_boxes(
    form: Form, across_mm: float, down_mm: float
) -> None:
    engine = Detector(engine=ocr.load("rapidocr", form.languages))
    reads = read_picture(with_writing_moved(form, across_mm, down_mm), form, [engine])
    assert BESIDE_BOXES in reads.advice
    said, written = by_field(reads), truth(FLAT)["fields"]
    for key in tuple(form.keys()):
        field = form.field(key.name)
        if facts_of(field.type).is_mark:
            assert (said[str(key)]["ink"].confidence or 0.0) < 0.95, key
        elif written.get(str(key)):
            assert all(each.flags for each in said[str(key)].values()), key


def test_a_page_whose_writing_stands_in_its_boxes_says_nothing(form: Form) -> None:
    reads = read_picture(
        with_writing_moved(form, 0.0, 0.0), form, [Detector(engine=ocr.load("rapidocr", form.languages))]
    )
    assert BESIDE_BOXES not in reads.advice
    said, written = by_field(reads), truth(FLAT)["fields"]
    blank = [
        str(key)
        for key in tuple(form.keys())
        if not facts_of(form.field(key.name).type).is_mark and not written.get(str(key))
    ]
    assert blank
    assert all((said[key]["ink"].text, said[key]["ink"].flags) == ("", frozenset()) for key in blank)


@pytest.mark.parametrize(
    ("file", "note", "corner"),
    [(FLAT, "", (0, 0)), (FLAT, "cancel line 4", (480, 2040)), (PHOTO, "", (0, 0)), (PHOTO, "2 de plus", (900, 70))],
)
def test_what_is_written_in_no_field_is_said(form: Form, file: str, note: str, corner: tuple[int, int]) -> None:
    """A note below the table left no trace: its record was that of the order without it."""
    page = align(Page(number=1, picture=picture(file)), form).page.picture.copy()
    cv2.putText(page, note, corner, cv2.FONT_HERSHEY_SIMPLEX, 1.1, (40, 40, 90), 2)
    reads = read_picture(page, form, [Detector(engine=ocr.load("rapidocr", form.languages))])
    assert (TEXT_OUTSIDE in reads.advice) is bool(note)


def of_comment(form: Form, reads: ReadResult) -> tuple[str | None, frozenset[str], int]:
    """What the ink says of the field for remarks, which is blank, and how high the picture is that people see of it."""
    said = by_field(reads)["comment"]["ink"]
    place = next(each for each in reads.places if each.key == FieldKey("comment"))
    assert place.snippet is not None
    pack, first, last = opened(place.snippet)
    with Image.open(BytesIO(reads.files[pack][first:last])) as shown:
        return said.text, frozenset(said.flags), shown.height


def test_text_of_no_field_just_above_a_blank_box_may_be_its_own_and_text_farther_away_is_not(form: Form) -> None:
    box = box_of(form, "comment")
    engine = ScriptedEngine(form=form)
    near, far = (Box(box.x0 + 20, box.y0 - gap - 36, box.x0 + 300, box.y0 - gap) for gap in (10, 60))
    shown = picture(FLAT).copy()
    for each in (near, far):
        cv2.putText(shown, "Sonner", (each.x0, each.y1 - 8), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (0, 0, 0), 3)
    blank = of_comment(form, read_picture(shown, form, [engine, Finder(found=[far])]))
    asked = of_comment(form, read_picture(shown, form, [engine, Finder(found=[near])]))
    assert blank[:2] == ("", frozenset())
    assert asked[:2] == (None, frozenset({"illegible"}))
    assert asked[2] > blank[2], "people see the text beside the box too"


def cross(shown: Picture, x: int, y: int) -> None:
    for dy in (-13, 13):
        cv2.line(shown, (x - 13, y - dy), (x + 13, y + dy), (20, 20, 60), 4)


@pytest.mark.parametrize("where", ["left", "above", "far", "ring"])
def test_a_tick_beside_its_box_or_a_ring_around_its_label_leaves_it_in_doubt(form: Form, where: str) -> None:
    written = truth(FLAT)["fields"]
    boxes = {each.name: each.box for each in form.fields if each.type == "checkbox" and each.box}
    name = next(each for each in boxes if written.get(each, "false") == "false")
    box = boxes[name]
    x, y = round(box.middle[0]), round(box.middle[1])
    shown = picture(FLAT).copy()
    if where == "ring":
        cv2.ellipse(shown, (box.x1 + 70, y), (64, 26), 0, 0, 360, (20, 20, 60), 4)
    else:
        places = {"left": (box.x0 - 26, y), "above": (x, box.y0 - 24), "far": (box.x0 - 26, y - 90)}
        cross(shown, *places[where])
    said = by_field(read_picture(shown, form, [ScriptedEngine(form=form)]))
    assert said[name]["ink"].text == ("false" if where == "far" else None)


def test_a_tick_that_reaches_out_of_its_box_ticks_no_other(form: Form) -> None:
    shown = picture(FLAT).copy()
    box, other = (next(each.box for each in form.fields if each.name == name) for name in ("payment_card", "express"))
    assert box
    assert other
    for each in (box, other):
        shown[each.padded(-5).slices] = 255
    x, y = round(box.middle[0]), round(box.middle[1])
    for dy in (-42, 42):
        cv2.line(shown, (x - 42, y - dy), (x + 42, y + dy), (20, 20, 60), 4)
    said = by_field(read_picture(shown, form, [ScriptedEngine(form=form)]))
    assert said["payment_card"]["ink"].text != "false"
    assert said["express"]["ink"].text != "true"


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


KEY = "order_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """An engine of the writing alone. It says one text at the first look and another one at the second, and keeps what
    it was shown."""

    first: str
    second: str
    shown: list[Picture] = field(default_factory=list)
    name: str = "writer"
    source: str = "writer 1"
    view: View = "writing"

    def __hash__(self) -> int:
        return id(self)

    def stretches(self, page: Page) -> None:
        return None

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        self.shown.append(page.picture)
        look = len(self.shown)
        says = (self.first, self.second)[min(look, 2) - 1]
        return [[Word(text=says, box=box, confidence=0.7)] if says else [] for box in boxes or ()]


def told(form: Form, writer: Writer, page_says: str = "BC-2025") -> Reading:
    box = box_of(form, KEY).padded(-8)
    return by_field(read_picture(picture(FLAT), form, [writer, Finder(found=[box], says=page_says)]))[KEY]["writer"]


def test_what_it_says_then_is_its_reading_where_it_is_what_the_other_engine_says(form: Form) -> None:
    writer = Writer(first="8C-2O25", second="bc-2025")
    said = told(form, writer)
    assert (said.text, said.confidence) == ("bc-2025", 0.7)
    assert said.conditions["again"] == 1.0
    assert "plain" not in said.conditions
    writing, page = writer.shown
    assert not numpy.array_equal(writing, page), "it is shown the page itself the second time"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterOfDirt(Writer):
    """It reads something far to the right of the detector's text too, as surely as it is told."""

    sure: float = 0.0

    def __hash__(self) -> int:
        return id(self)

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        dirt = [Word(text="6,", box=box.shifted(box.width + 80, 0), confidence=self.sure) for box in boxes or ()]
        text = [Word(text=self.first, box=replace_end(box, 0.3), confidence=0.7) for box in boxes or ()]
        return [[word, speck] for word, speck in zip(text, dirt, strict=True)]


def replace_end(box: Box, share: float) -> Box:
    return box._replace(x1=box.x0 + round(share * box.width))


@pytest.mark.parametrize(("sure", "text"), [(0.0, "BC-2025"), (0.45, "BC-2025"), (0.8, "BC-2025 6,")])
def test_what_it_reads_unsurely_where_no_detector_sees_text_is_dirt(form: Form, sure: float, text: str) -> None:
    writer = WriterOfDirt(first="BC-2025", second="", sure=sure)
    box = replace_end(box_of(form, KEY).padded(-8), 0.3)
    said = by_field(read_picture(picture(FLAT), form, [writer, Finder(found=[box], says="BC-2024")]))
    assert said[KEY]["writer"].text == text


@pytest.mark.parametrize("second", ["8C-2O25", "BC-2026", ""])
def test_else_its_first_reading_stays(form: Form, second: str) -> None:
    said = told(form, Writer(first="8C-2O25", second=second))
    assert said.text == "8C-2O25"
    assert "again" not in said.conditions


def test_where_both_say_the_same_at_once_nobody_is_asked_again(form: Form) -> None:
    writer = Writer(first="bc - 2025", second="BC-2025")
    said = told(form, writer)
    assert (said.text, said.conditions.get("again")) == ("bc - 2025", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """An engine of the page that says at each look what it is told, so sure, and keeps the boxes of its looks."""

    found: Box
    says: Sequence[tuple[str, float]]
    boxes: list[Box] = field(default_factory=list)
    name: str = "looker"
    source: str = "looker 1"
    view: View = "page"

    def __hash__(self) -> int:
        return id(self)

    def stretches(self, page: Page) -> list[Box]:
        return [self.found]

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        """Of its own field what it is told, of others nothing, and nothing on the blank."""
        if page.picture is blank_grey(str(forms.load("bon-de-commande").blanks[0].path)):
            return [[] for _ in boxes or ()]
        text, sure = self.says[min(len(self.boxes), len(self.says) - 1)]
        own = [box.overlap_share(self.found) > 0.5 for box in boxes or ()]
        self.boxes.extend(box for box, is_own in zip(boxes or (), own, strict=True) if is_own)
        return [
            [Word(text=text, box=box, confidence=sure)] if is_own and text else []
            for box, is_own in zip(boxes or (), own, strict=True)
        ]


def seen(form: Form, says: Sequence[tuple[str, float]], other: str = "80-Z025") -> tuple[Reading | None, Looker]:
    """What a looker reads of a field beside an engine that says something else, and the looker."""
    looker = Looker(found=box_of(form, KEY).padded(-8), says=says)
    writer = Writer(first=other, second=other)
    return by_field(read_picture(picture(FLAT), form, [writer, looker]))[KEY].get("looker"), looker


def test_in_doubt_it_looks_at_other_crops_and_says_what_is_the_most_probable_over_all(form: Form) -> None:
    said, looker = seen(form, [("BC-2O25", 0.7), ("BC-2025", 0.6), ("BC-2025", 0.8), ("", 0.0)])
    row, trimmed, widened, whole = looker.boxes
    assert trimmed.height < row.height < widened.height
    assert whole == box_of(form, KEY).padded(-8)
    assert said is not None
    assert said.text == "BC-2025"
    assert said.confidence == pytest.approx(1 - (0.4 * 0.2) ** 0.5, abs=1e-4)


@pytest.mark.parametrize(
    ("says", "other"), [(("BC-2025", 0.96), "8C"), (("BC-2025", 0.5), "BC - 2025"), (("", 0.0), "8C")]
)
def test_sure_or_borne_out_or_silent_it_looks_at_no_other_crop(form: Form, says: tuple[str, float], other: str) -> None:
    said, looker = seen(form, [says, ("XX-2025", 0.94)], other)
    assert len(looker.boxes) == 1
    assert ((said.text or "", said.confidence) if said else ("", 0.0)) == says


def look(text: str, sure: float) -> EngineWords:
    words = [Word(text=each, box=Box(0, 0, 9, 9), confidence=sure) for each in text.split()]
    return EngineWords("looker 1", [words] if words else [])


looks = st.lists(st.builds(look, st.sampled_from(["a", "b", "a b", ""]), st.floats(0.001, 1.0)), min_size=1, max_size=5)


@given(looks, st.data())
def test_a_look_that_says_the_same_makes_it_surer_and_the_order_of_looks_is_nothing(
    all_looks: list[EngineWords], data: st.DataObject
) -> None:
    all_looks = [look("a", 0.5), *all_looks]
    said = over_all(all_looks)
    assert said.text in {each.text for each in all_looks if each.text}
    assert 0.0 <= (said.confidence or 0.0) <= 1.0
    again = over_all([*all_looks, look(said.text, data.draw(st.floats(0.001, 1.0)))])
    assert again.text == said.text
    assert (again.confidence or 0.0) >= (said.confidence or 0.0) - 1e-12
    turned = over_all(data.draw(st.permutations(all_looks)))
    support = {
        text: sum(each.probability for each in all_looks if each.text == text) for text in (said.text, turned.text)
    }
    assert support[turned.text] == pytest.approx(support[said.text])


HERE_OF_DOUBT = Circumstances(scan="s" * 64, at=datetime(2025, 3, 14, tzinfo=UTC), fit=0.9, quality=0.9)
FORM = forms.load("bon-de-commande")
SHARES = st.floats(0, 1)


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(number=1, picture=blank_grey(str(FORM.blanks[0].path)))


@pytest.fixture(scope="module")
def layer(page: Page) -> InkLayer:
    return ink_layer(page.picture, str(FORM.blanks[0].path))


def region_of_fields(name: str, layer: InkLayer) -> FieldRegion:
    """A field of the blank in which a detector sees no text."""
    found = next(each for each in field_regions(FORM, 1, layer) if each.key.name == name)
    return replace(found, stretches=())


def by_ink(region: FieldRegion, layer: InkLayer, page: Page, here: Circumstances = HERE_OF_DOUBT) -> Reading | None:
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
    region = region_of_fields(name, layer)
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
    region = replace(region_of_fields(name, layer), ink=replace(BARE, disputed=True))
    if name == TEXT:
        region = replace(region, stretches=None)  # where a detector looks too it is asked
    said = by_ink(region, layer, page)
    assert said is not None
    assert said.text is None


@pytest.mark.parametrize("name", MARKS)
def test_a_mark_is_not_told_where_all_writing_lies_beside_its_boxes_or_the_page_fits_badly(
    name: str, layer: InkLayer, page: Page
) -> None:
    region = region_of_fields(name, layer)
    for said in (
        by_ink(replace(region, misplaced=True), layer, page),
        by_ink(region, layer, page, replace(HERE_OF_DOUBT, fit=0.3)),
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
    region = replace(region_of_fields(TEXT, layer), stretches=(Box(0, 0, 99, 20),))
    said = EngineWords("one 1", [[Word(text="AB", box=Box(0, 0, 99, 20), confidence=0.9)]], plain=True)
    flags = [
        AskedRegion(region=region, barcode=None, words=(each,)).readings(layer, HERE_OF_DOUBT)[0].flags
        for each in (replace(said, cut=True), replace(said, miscounted=True))
    ]
    assert Flag.PARTLY_READ in flags[0]
    assert Flag.MISCOUNTED in flags[1]


def test_an_engine_that_reads_nothing_where_text_is_seen_says_nothing(layer: InkLayer) -> None:
    region = replace(region_of_fields(TEXT, layer), stretches=(Box(0, 0, 99, 20),), ink=replace(BARE, amount=300.0))
    (said,) = AskedRegion(region=region, barcode=None, words=(EngineWords("one 1", []),)).readings(layer, HERE_OF_DOUBT)
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
    shown, region = (
        page.picture.copy(),
        region_of_fields("signature", ink_layer(page.picture, str(FORM.blanks[0].path))),
    )
    x, y = (round(each) for each in region.box.middle)
    way = [(x - 60 + 2 * n, y + round(20 * numpy.sin(n / 3))) for n in range(60)]
    cv2.polylines(shown, [numpy.array(way, numpy.int32)], False, 232, 2, cv2.LINE_AA)
    layer = ink_layer(shown, str(FORM.blanks[0].path))
    said = by_ink(region_of_fields("signature", layer), layer, Page(number=1, picture=shown))
    assert said is not None
    assert said.text is None


@given(st.text(max_size=9), st.sampled_from(["text", "integer", "amount"]))
def test_a_text_of_which_an_engine_does_not_say_how_sure_it_is_counts_neither_way(text: str, kind: str) -> None:
    assert counted_confidence(text, None, facts_of(kind)) == (None if text else 0.0)


def test_what_an_engine_reads_without_a_claim_speaks_for_no_blank(layer: InkLayer, page: Page) -> None:
    """Its text was dropped, and counted as a look that saw nothing."""
    region = region_of_fields("comment", layer)
    region, layer = replace(region, ink=replace(BARE, amount=30.0)), replace(layer, blank=None)
    for says in ("t", ""):
        engine = Claimless(says=says)
        plain = plain_page(page, layer.blank, [region], [], [engine], layer.unit)
        (asked,) = ask_engines(page, layer, plain, [engine], HERE_OF_DOUBT)
        alone = filled_probability(plain.regions[0], None)
        assert asked.filled == alone if says else asked.filled < alone, says
        assert [each.text for each in asked.words] == [says]


class Claimless(Finder):
    """An engine of the plain view that says of no word how sure it is."""

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        return [[replace(word, confidence=None) for word in line] for line in super().words(page, boxes)]
