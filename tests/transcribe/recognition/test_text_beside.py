"""Writing that stands beside its boxes: they are no blanks, people are asked, and the page says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
from PIL import Image

from tests.fakes import ScriptedEngine
from tests.transcribe.recognition.test_plain_page import Finder, box_of
from tests.transcribe.recognition.test_read import FLAT, by_field, picture, read_picture, truth
from transcribe import ocr
from transcribe.archive_names import opened
from transcribe.codes import BESIDE_BOXES
from transcribe.fields import facts_of
from transcribe.forms import blank_grey
from transcribe.forms import definition as forms
from transcribe.geometry import Box
from transcribe.ink import ink_layer
from transcribe.model import FieldKey, Form, Page, ReadResult, Word
from transcribe.ocr import Engine
from transcribe.ocr.engine import View
from transcribe.registration.align import align

if TYPE_CHECKING:
    from transcribe.model import Picture

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


@pytest.fixture(scope="module")
def form() -> Form:
    return forms.load("bon-de-commande")


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
