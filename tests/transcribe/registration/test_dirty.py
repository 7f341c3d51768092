"""A page in hard shadow, strewn with dirt: most of its features are specks, and it is laid right all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy
import pytest

from transcribe.forms import blank_grey, definition, field_boxes
from transcribe.model import Form, Page
from transcribe.registration.align import align
from transcribe.registration.matching import Match, features, match, stepwise_match, weak_matches

if TYPE_CHECKING:
    from transcribe.model import Picture


def dirty_photo(form: Form, specks: int) -> tuple[Picture, numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.float64]]]:
    """A photo of a blank with specks and bars of shadow on it, and what takes pixels of the blank to the photo."""
    chance = numpy.random.default_rng(1)
    pale = (255 - (255 - blank_grey(str(form.blanks[0].path)).astype(numpy.float32)) * 0.6).astype(numpy.uint8)
    height, width = pale.shape
    for across, down, radius, level in zip(
        chance.integers(0, width, specks),
        chance.integers(0, height, specks),
        chance.integers(2, 6, specks),
        chance.integers(90, 200, specks),
        strict=True,
    ):
        cv2.circle(pale, (int(across), int(down)), int(radius), int(level), -1)
    down, across = numpy.mgrid[:height, :width]
    lit = pale * numpy.where((across + 1.6 * down) % 700 < 180, 0.45, 1.0) * (0.75 + 0.25 * across / width)
    corners = numpy.array([[0, 0], [width, 0], [width, height], [0, height]], numpy.float32)
    seen = numpy.array([[150, 120], [width + 60, 170], [width + 20, height + 90], [110, height + 40]], numpy.float32)
    lens = cv2.getPerspectiveTransform(corners, seen).astype(numpy.float64)
    taken = cv2.warpPerspective(lit.astype(numpy.float32), lens, (width + 250, height + 250), borderValue=(60,))
    grainy = numpy.clip(taken + chance.normal(0, 4, taken.shape), 0, 255).astype(numpy.uint8)
    return numpy.asarray(cv2.cvtColor(grainy, cv2.COLOR_GRAY2RGB), numpy.uint8), lens


@pytest.mark.parametrize(("name", "specks"), [("bon-de-commande", 6500), ("order-form", 5000)])
def test_where_too_few_features_agree_a_page_is_laid_where_it_is_like_its_blank(name: str, specks: int) -> None:
    form = definition.load(name)
    taken, lens = dirty_photo(form, specks)
    assert stepwise_match(taken, form).homography is None
    laid = align(Page(number=1, picture=taken), form)
    assert laid.fits
    assert laid.homography is not None
    boxes = [box for _, _, box in field_boxes(form, 1)]
    centres = numpy.array([[box.middle] for box in boxes], numpy.float64)
    back = cv2.perspectiveTransform(cv2.perspectiveTransform(centres, lens), laid.homography)
    assert numpy.abs(back - centres).max() < 4
    assert laid.similarity is not None
    assert sum(laid.similarity.astray(boxes)) <= len(boxes) // 20


def test_specks_that_are_like_one_letter_of_a_form_are_no_features_that_agree() -> None:
    taken, _ = dirty_photo(definition.load("order-form"), 3000)
    other = definition.load("bon-de-commande")
    assert match(features(taken), other, 1) == Match(number=1, inliers=0, homography=None)


def test_a_foreign_page_is_laid_nowhere_by_few_features() -> None:
    taken, _ = dirty_photo(definition.load("bon-de-commande"), 3000)
    assert not align(Page(number=1, picture=taken), definition.load("order-form")).fits
    flat = numpy.full((1200, 900, 3), 200, numpy.uint8)
    assert list(weak_matches(flat, definition.load("order-form"))) == []
