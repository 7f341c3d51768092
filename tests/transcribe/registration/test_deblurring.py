"""Blur is measured by the form's own print, and taken back; a page without is left as it is."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy
import pytest

from transcribe.geometry import Box
from transcribe.model import Picture
from transcribe.registration.deblurring import deblurred

PLACE = Box(300, 420, 760, 480)
SHAPE = (701, 1121)
"""Rows and columns that no fast transform takes as they are, and an odd number of columns that it takes instead."""


def blank(words: Sequence[str] = ("Order form", "Name of the customer", "Address", "Quantity and price")) -> Picture:
    page = numpy.full(SHAPE, 255, numpy.uint8)
    for number, word in enumerate(words):
        cv2.putText(page, word, (60, 80 + 90 * number), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 30, 2)
        cv2.putText(page, word[::-1], (620, 60 + 90 * number), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 30, 2)
        cv2.putText(page, word, (80 + 250 * number, 600 + 20 * number), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 30, 2)
    if words:
        cv2.rectangle(page, (PLACE.x0, PLACE.y0), (PLACE.x1, PLACE.y1), 90, 2)
        cv2.rectangle(page, (60, 520), (900, 660), 90, 2)
    return page


def filled(page: Picture, text: str = "Clerkenwell 17") -> Picture:
    return numpy.asarray(cv2.putText(page.copy(), text, (310, 465), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 60, 2))


def photographed(page: Picture, kernel: numpy.ndarray, noise: float = 2.0) -> Picture:
    """A page in dim light that gets darker to the right, seen through this kernel."""
    light = 0.85 - 0.3 * numpy.linspace(0, 1, page.shape[1])[numpy.newaxis]
    moved = cv2.filter2D(page.astype(numpy.float32), -1, kernel) * light
    off = numpy.random.default_rng(7).normal(0, noise, page.shape)
    return numpy.asarray((moved + off).clip(0, 255), numpy.uint8)


def streak(length: float, degrees: float) -> numpy.ndarray:
    """The kernel of a camera that moves so far in this direction."""
    kernel = numpy.zeros((61, 61), numpy.float32)
    across, down = numpy.cos(numpy.radians(degrees)), numpy.sin(numpy.radians(degrees))
    for at in numpy.linspace(-length / 2, length / 2, 200):
        kernel[round(30 + at * down), round(30 + at * across)] += 1
    soft = cv2.GaussianBlur(kernel, (0, 0), 0.7)
    return numpy.asarray(soft / soft.sum())


def unlike(one: Picture, other: Picture) -> float:
    """How differently two pages show the text in its place, as a share of what there is to see."""
    a, b = (each[PLACE.padded(-6).slices].astype(float).ravel() for each in (one, other))
    return 1.0 - float(numpy.corrcoef(a, b)[0, 1])


@pytest.mark.parametrize("degrees", [0, 35, 90, 140])
@pytest.mark.parametrize("length", [6, 9])
def test_a_text_in_motion_becomes_sharp_though_only_the_forms_print_is_known(length: float, degrees: float) -> None:
    page = filled(blank())
    seen = photographed(page, streak(length, degrees))
    sharp = deblurred(seen, blank(), [PLACE])
    assert unlike(sharp, page) < 0.85 * unlike(seen, page)
    assert sharp.shape == page.shape


def test_a_page_out_of_focus_becomes_sharper() -> None:
    page = filled(blank())
    seen = photographed(page, cv2.getGaussianKernel(31, 2.0) @ cv2.getGaussianKernel(31, 2.0).T, noise=1.0)
    assert unlike(deblurred(seen, blank(), [PLACE]), page) < 0.7 * unlike(seen, page)


@pytest.mark.parametrize("spread", [0.3, 0.8, 1.1])
def test_a_sharp_page_is_left_as_it_is(spread: float) -> None:
    gauss = cv2.getGaussianKernel(31, spread)
    seen = photographed(filled(blank()), gauss @ gauss.T)
    assert deblurred(seen, blank(), [PLACE]) is seen


@pytest.mark.parametrize(("left", "right"), [((9, 35), (4, 35)), ((10, 90), (5, 90)), ((9, 0), (9, 90))])
def test_a_page_whose_blur_differs_from_place_to_place_is_left_as_it_is(
    left: tuple[float, float], right: tuple[float, float]
) -> None:
    """As where the camera was rolled: one kernel that is taken back for all of it makes some places worse."""
    seen, other = (photographed(filled(blank()), streak(*each)) for each in (left, right))
    seen[:, SHAPE[1] // 2 :] = other[:, SHAPE[1] // 2 :]
    assert deblurred(seen, blank(), [PLACE]) is seen


@pytest.mark.parametrize(("length", "degrees"), [(34, 20), (40, 90), (44, 0)])
def test_blur_that_reaches_farther_than_is_looked_at_is_left(length: float, degrees: float) -> None:
    seen = photographed(filled(blank()), streak(length, degrees))
    assert deblurred(seen, blank(), [PLACE]) is seen


def test_where_the_forms_print_tells_nothing_a_page_is_left_as_it_is() -> None:
    """A blank without print, a page without the blank's print, and one that is black."""
    seen = photographed(filled(blank()), streak(9, 35))
    assert deblurred(seen, blank(()), [PLACE]) is seen
    other = photographed(filled(numpy.full(SHAPE, 255, numpy.uint8)), streak(9, 35))
    assert deblurred(other, blank(), [PLACE]) is other
    black = numpy.zeros(SHAPE, numpy.uint8)
    assert deblurred(black, blank(), [PLACE]) is black
