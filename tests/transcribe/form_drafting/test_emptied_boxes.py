"""A filled form made into its blank: writing goes, frames and dividers and what stands beside the boxes stay."""

from __future__ import annotations

import numpy
import pytest
from PIL import Image, ImageDraw

from tests.flows.drafting.own_form import FIELDS, blank_page, filled_page
from transcribe.form_drafting.emptied_boxes import emptied
from transcribe.geometry import Box
from transcribe.imaging import grey

BLANK, FILLED = (grey(numpy.asarray(page)) for page in (blank_page(), filled_page()))
BOXES = [Box(x0 + 1, y0 + 1, x1, y1) for x0, y0, x1, y1 in FIELDS.values()]


@pytest.mark.promise("What is written in", "If the only page")
def test_writing_is_taken_from_the_boxes_and_their_frames_stay() -> None:
    done = emptied(FILLED, BOXES)
    for box in BOXES:
        inside = box.padded(-6)
        assert done[inside.slices].min() > 240, box
        around = box.padded(2)
        frame = BLANK[around.slices] < 128
        assert float((done[around.slices][frame] < 160).mean()) > 0.9, box


def test_nothing_outside_the_boxes_changes() -> None:
    done = emptied(FILLED, BOXES)
    outside = numpy.ones(FILLED.shape, bool)
    for box in BOXES:
        outside[box.slices] = False
    assert (done[outside] == FILLED[outside]).all()
    assert emptied(FILLED, []) is not FILLED
    assert (emptied(FILLED, []) == FILLED).all()


def test_dividers_of_a_comb_stay() -> None:
    page = Image.new("L", (1654, 2339), 255)
    pencil = ImageDraw.Draw(page)
    pencil.rectangle((100, 100, 580, 160), outline=60, width=3)
    edges = range(160, 580, 60)
    for x in edges:
        pencil.line((x, 138, x, 160), fill=60, width=3)  # low dividers
    printed = numpy.asarray(page).copy()
    for x in range(115, 560, 60):
        pencil.line((x, 110, x + 25, 150), fill=30, width=6)
    done = emptied(numpy.asarray(page), [Box(102, 102, 579, 159)])
    assert (done[104:134, 106:574] > 240).all()
    for x in edges:
        assert printed[150, x] < 100
        assert done[150, x] < 100, x


def test_a_box_outside_the_page_does_nothing() -> None:
    assert (emptied(FILLED, [Box(5000, 5000, 5100, 5100)]) == FILLED).all()
