"""Laying photos onto their blank: how exact, which page, what does not fit, and level pages of free layout."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.orders import make
from transcribe.forms import definition
from transcribe.imaging.rotation import skew, straightened
from transcribe.model import Page
from transcribe.registration.align import FITS, Aligned, align, identify, lay, sure_guess
from transcribe.registration.matching import features, match
from transcribe.sandbox import decoding
from transcribe.sandbox.limits import Limits

if TYPE_CHECKING:
    from transcribe.model import Picture

CASES = Path(__file__).parents[2] / "cases"
LIMITS = Limits()
FORMS = ("bon-de-commande", "order-form")


def photo(name: str) -> Page:
    picture, _ = decoding.decode((CASES / name).read_bytes(), 1, LIMITS)
    return Page(number=1, picture=picture)


def worst_error(aligned: Aligned, lens: numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.float64]], name: str) -> float:
    """Pixels of the blank by which the worst field's centre is laid beside its place; `lens` took blank to photo."""
    assert aligned.homography is not None
    boxes = [field.box for field in definition.load(name).fields if field.box]
    centres = numpy.array([[[(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2] for box in boxes]])
    back = cv2.perspectiveTransform(cv2.perspectiveTransform(centres, lens), aligned.homography)
    return float(numpy.abs(back - centres).max())


@pytest.mark.parametrize(("turns", "name"), enumerate(FORMS * 2))
def test_a_photo_is_laid_within_two_pixels_whatever_way_up(name: str, turns: int) -> None:
    ordered = definition.load(name)
    sheet = definition.blank_grey(str(ordered.blanks[0].path))
    corners = numpy.array([[0, 0], [1654, 0], [1654, 2339], [0, 2339]], numpy.float32)
    seen = numpy.array([[260, 190], [1900, 300], [2000, 2700], [150, 2600]], numpy.float32)
    lens = cv2.getPerspectiveTransform(corners, seen).astype(numpy.float64)
    taken = numpy.asarray(cv2.warpPerspective(sheet, lens, (2200, 2900), borderValue=(90,)), numpy.uint8)
    for _ in range(turns):  # a quarter against the clock takes (x, y) to (y, width - 1 - x)
        lens = numpy.array([[0, 1, 0], [-1, 0, taken.shape[1] - 1], [0, 0, 1]]) @ lens
        taken = numpy.ascontiguousarray(numpy.rot90(taken))
    aligned = align(Page(number=1, picture=taken), ordered)
    assert aligned.page.picture.shape == sheet.shape
    assert aligned.fits
    assert aligned.fit > 0.95
    assert worst_error(aligned, lens, name) < 2.0


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("level", ["phone", "hard"])
def test_generated_photos_fit_their_form(name: str, level: str) -> None:
    made = make(3, 11, name, level, "block")  # type: ignore[arg-type]  # a literal of the camera
    picture, _ = decoding.decode(made.content, 1, LIMITS)
    assert align(Page(number=1, picture=picture), definition.load(name)).fit > 0.8


def test_a_foreign_page_does_not_fit_and_is_given_back_as_it_came() -> None:
    page = photo("receipt-554.jpg")
    aligned = align(page, definition.load("order-form"))
    assert not aligned.fits
    assert aligned.page.picture is page.picture


def test_a_mirrored_page_does_not_fit() -> None:
    page = photo("order-form-flat-typed-0001.png")
    mirrored = Page(number=1, picture=numpy.ascontiguousarray(page.picture[:, ::-1]))
    assert not align(mirrored, definition.load("order-form")).fits


@pytest.mark.parametrize("level", [0, 255])
def test_an_empty_picture_does_not_fit(level: int) -> None:
    empty: Picture = numpy.full((400, 300), level, numpy.uint8)
    assert align(Page(number=1, picture=empty), definition.load("order-form")).fit == 0.0


def test_a_page_laid_a_little_beside_its_place_is_moved_there_and_far_beside_it_does_not_fit() -> None:
    ordered = definition.load("bon-de-commande")
    page = Page(number=1, picture=definition.blank_grey(str(ordered.blanks[0].path)))
    found = match(features(page.picture), ordered, 1)
    assert found.homography is not None
    fits = []
    for beside in (0, 8, 20, 300):
        moved = numpy.array([[1, 0, beside], [0, 1, beside], [0, 0, 1]]) @ found.homography
        fits.append(lay(page, ordered, replace(found, homography=moved)).fit)
    assert min(fits[:3]) > 0.95
    assert fits[3] < FITS


def test_a_bent_page_is_pressed_flat() -> None:
    ordered = definition.load("order-form")
    flat = definition.blank_grey(str(ordered.blanks[0].path))
    height, width = flat.shape
    down, across = numpy.mgrid[0:height, 0:width].astype(numpy.float32)
    columns = across + 7 * numpy.sin(2 * numpy.pi * down / height)
    rows = down + 7 * numpy.sin(2 * numpy.pi * across / width)
    bent = cv2.remap(flat, columns.astype(numpy.float32), rows.astype(numpy.float32), cv2.INTER_LINEAR)
    assert align(Page(number=1, picture=numpy.asarray(bent, numpy.uint8)), ordered).fit > 0.95


# --- which form ------------------------------------------------------------------------------------------------------


def test_the_form_is_identified_with_its_way_up() -> None:
    forms = [definition.load(name) for name in FORMS]
    page = photo("order-form-phone-typed-0003.jpg")
    turned = Page(number=1, picture=numpy.ascontiguousarray(numpy.rot90(page.picture, 2)))
    guesses = identify([turned], forms)
    best = sure_guess(guesses)
    assert best is not None
    assert best.form.name == "order-form"
    assert best.order == (1,)
    upright = identify([page], forms)[0].turned[0]
    assert (best.turned[0] - upright) % 360 == 180
    assert best.inliers > 3 * guesses[1].inliers


def test_in_doubt_there_is_no_guess() -> None:
    ordered = definition.load("order-form")
    page = photo("order-form-flat-typed-0001.png")
    assert sure_guess(identify([page], [ordered, ordered])) is None  # two forms that look the same
    assert sure_guess(identify([photo("receipt-217.jpg")], [ordered])) is None
    assert sure_guess(()) is None


# --- level -----------------------------------------------------------------------------------------------------------


@examples(12)
@given(st.floats(-5, 5))
def test_the_skew_of_a_leaning_page_is_found(angle: float) -> None:
    sheet = definition.blank_grey(str(definition.load("order-form").blanks[0].path))
    small = cv2.resize(sheet, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    turn = cv2.getRotationMatrix2D((small.shape[1] / 2, small.shape[0] / 2), -angle, 1.0)
    leaning = cv2.warpAffine(small, turn, small.shape[::-1], borderValue=(255,))
    assert skew(numpy.asarray(leaning, numpy.uint8)) == pytest.approx(angle, abs=0.3)


def test_a_page_of_free_layout_is_turned_as_it_is_told_and_levelled() -> None:
    page = photo("receipt-554.jpg")
    upside_down = Page(number=1, picture=numpy.ascontiguousarray(numpy.rot90(page.picture, 2)))
    righted = straightened(upside_down, 2)[0]
    assert righted.picture.shape == page.picture.shape
    assert abs(skew(righted.picture)) < 0.5
