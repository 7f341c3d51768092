"""Combs on a blank: boxes for one character each are found from the blank alone, and nothing else is taken for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest

from transcribe.forms import definition
from transcribe.forms.comb_fields import comb, combs
from transcribe.forms.field_boxes import field_boxes
from transcribe.geometry import Box

if TYPE_CHECKING:
    from transcribe.model import Picture

BOX = Box(100, 100, 496, 156)
WIDTH = 44


def framed(
    teeth: Sequence[int], box: Box = BOX, level: int = 60, top: int | None = None, dotted: bool = False
) -> Picture:
    """A box with upright strokes in it, from `top` down, as a grey page."""
    page = numpy.full((300, 800), 255, numpy.uint8)
    cv2.rectangle(page, (box.x0, box.y0), (box.x1, box.y1), level, 2)
    for x in teeth:
        for y in range(box.y0 if top is None else top, box.y1, 8):
            cv2.line(page, (x, y), (x, min(box.y1, y + (3 if dotted else 8))), level, 2)
    return page


EVERY = range(BOX.x0 + WIDTH, BOX.x1, WIDTH)


@pytest.mark.parametrize(
    "page",
    [framed(EVERY), framed(EVERY, dotted=True), framed(EVERY, top=138), framed(EVERY, level=200)],
    ids=["ruled", "dotted", "low teeth", "light"],
)
def test_a_box_with_teeth_at_even_distances_is_a_comb(page: Picture) -> None:
    found = comb(page, BOX, 1.0)
    assert found is not None
    assert len(found.cells) == 9
    assert abs(found.pitch - WIDTH) <= 1
    assert [found.cell_of(BOX.x0 + WIDTH * cell + 20) for cell in range(9)] == list(range(9))
    assert not found.group_ends


def test_teeth_below_a_label_in_the_box_are_a_comb() -> None:
    box = Box(100, 100, 496, 188)
    page = framed(EVERY, box, top=box.y0 + 34)
    cv2.putText(page, "Fill in: lift, till (hh mm)", (box.x0 + 8, box.y0 + 24), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 30, 1)
    found = comb(page, box, 1.0)
    assert found is not None
    assert len(found.cells) == 9


def test_boxes_beside_one_another_are_a_comb_and_a_wider_gap_ends_a_group() -> None:
    page = numpy.full((300, 800), 255, numpy.uint8)
    lefts = [100, 146, 212, 258, 324, 370, 416, 462]  # DD MM YYYY
    for x in lefts:
        cv2.rectangle(page, (x, 100), (x + 40, 150), 60, 2)
    found = comb(page, Box(96, 96, 506, 154), 1.0)
    assert found is not None
    assert [x0 for x0, _ in found.cells] == pytest.approx(lefts, abs=2)
    assert found.group_ends == {1, 3}


def test_a_frame_columns_uneven_strokes_and_print_are_no_comb() -> None:
    label = framed([])
    cv2.putText(label, "Name and address", (BOX.x0 + 6, BOX.y0 + 26), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 30, 2)
    tinted = framed([])
    tinted[BOX.y0 : BOX.y1, BOX.x0 : BOX.x1] = 215
    compartments = framed([BOX.x0 + 132, BOX.x0 + 264])  # three wide ones: day, month and year
    for page in (framed([]), framed([300]), framed([130, 210, 330, 400]), label, tinted, compartments):
        assert comb(page, BOX, 1.0) is None


@pytest.mark.parametrize("name", ["bon-de-commande", "order-form"])
def test_no_field_of_a_shipped_form_has_a_comb(name: str) -> None:
    shipped = definition.load(name)
    page = shipped.blanks[0]
    places = tuple(box for _, _, box in field_boxes(shipped, 1))
    assert set(combs(str(page.path), places, max(page.size) / 2339)) == {None}
