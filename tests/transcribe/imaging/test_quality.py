"""What is wrong with a photo is measured, and said in codes of what to do better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcribe.geometry import Box
from transcribe.imaging.outside_photo import OutsidePhoto
from transcribe.imaging.quality import Quality, photo_scale, quality, with_geometry

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from transcribe.model import Picture


def print_(paper: int = 235, ink: int = 30) -> Picture:
    page = numpy.full((1200, 900), paper, numpy.uint8)
    for row in range(60, 1150, 40):
        cv2.putText(page, "Bon de commande 4711 Total 12,50", (40, row), cv2.FONT_HERSHEY_SIMPLEX, 1.0, ink, 2)
    return page


def measured(page: Picture, outside: OutsidePhoto | None = None, **changed: float) -> Quality:
    asked = {"ink_contrast": 200.0, "noise": 2.0, "scale": 1.0, **changed}
    return quality(page, outside=outside, **asked)


def without_columns(count: int) -> OutsidePhoto:
    """What a page of 1,200 x 900 pixels lacks whose last columns are not on the photo."""
    return OutsidePhoto.beyond(numpy.eye(3), (1200, 900 - count), (1200, 900))


def test_a_good_scan_has_nothing_to_be_taken_again() -> None:
    found = measured(print_())
    assert found.advice == ()
    assert found.measures["overall"] > 0.9


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"ink_contrast": 20.0}, "faint"), ({"scale": 0.3}, "too small")],
)
def test_what_is_bad_is_named(changed: dict[str, float], code: str) -> None:
    found = measured(print_(), None, **changed)
    assert code in found.advice
    assert found.measures["overall"] < measured(print_()).measures["overall"]


def test_a_blurred_page_is_named_and_is_worse_the_more_it_is_blurred() -> None:
    sharp = [
        measured(numpy.asarray(cv2.GaussianBlur(print_(), (0, 0), s), numpy.uint8)).measures["blur"]
        for s in (0.5, 2, 6)
    ]
    assert sharp == sorted(sharp, reverse=True)
    assert "blurred" in measured(numpy.asarray(cv2.GaussianBlur(print_(), (0, 0), 6), numpy.uint8)).advice


def test_a_burnt_out_patch_is_glare_and_a_white_scan_is_not() -> None:
    burnt = print_(paper=150)
    cv2.circle(burnt, (450, 600), 200, 255, -1)
    assert "glare" in measured(burnt).advice
    assert "glare" not in measured(print_(paper=250)).advice


def test_a_pale_page_that_is_blurred_is_called_blurred_and_not_faint() -> None:
    blurred = numpy.asarray(cv2.GaussianBlur(print_(ink=150), (0, 0), 4), numpy.uint8)
    assert measured(blurred, ink_contrast=45.0).advice == ("blurred",)
    assert measured(print_(ink=190), ink_contrast=35.0).advice == ("faint",)


def dimmed(page: Picture, light: float) -> Picture:
    return numpy.asarray(page * light, numpy.uint8)


@pytest.mark.parametrize("light", [0.25, 0.15, 0.1])
def test_a_page_in_too_little_light_is_called_dark_and_blurred_only_where_it_is_that_too(light: float) -> None:
    dark = dimmed(numpy.asarray(cv2.GaussianBlur(print_(), (0, 0), 1.5), numpy.uint8), light)
    assert measured(dark).advice == ("dark",)
    assert measured(dark, ink_contrast=200.0, noise=20.0).advice == ("dark",), "its print is pale for want of light"
    blurred = numpy.asarray(cv2.GaussianBlur(print_(), (0, 0), 6), numpy.uint8)
    assert measured(dimmed(blurred, light)).advice == ("dark", "blurred")
    assert measured(blurred).advice == ("blurred",)


def test_the_light_of_a_page_is_that_of_what_the_photo_shows() -> None:
    page = dimmed(numpy.asarray(cv2.GaussianBlur(print_(), (0, 0), 1.5), numpy.uint8), 0.15)
    page[:, 600:] = 255  # where the photo ends the laid page is white
    assert measured(page, without_columns(300)).advice == ("dark", "cut off")


def test_a_page_told_to_be_small_is_dark_still() -> None:
    dark = measured(dimmed(numpy.asarray(cv2.GaussianBlur(print_(), (0, 0), 1.5), numpy.uint8), 0.15))
    assert with_geometry(dark, scale=0.3, inside=1.0).advice == ("dark", "too small")


def test_paper_in_full_light_beside_a_shadow_is_no_glare_as_its_print_is_seen() -> None:
    """Four of four photographs with a hard edge of shadow were to be taken again without flash."""
    shadowed = (0.57 * print_(paper=255, ink=40).astype(numpy.float32)).astype(numpy.uint8)
    lit = print_(paper=255, ink=40)
    shadowed[:, :300] = lit[:, :300]
    assert measured(shadowed).advice == ()
    lamp = shadowed.copy()
    cv2.circle(lamp, (600, 600), 160, 255, -1)
    assert measured(lamp).advice == ("glare",), "print is hidden there"


def test_what_is_beyond_the_photo_is_cut_off_and_no_glare() -> None:
    page = print_(paper=150)
    page[:, 700:] = 255  # where the photo ends the laid page is white
    found = measured(page, without_columns(200))
    assert found.advice == ("cut off",)
    assert (found.measures["glare"], found.measures["overall"]) == (1.0, 0.0), "white counts, as it was calibrated with"
    cv2.circle(page, (350, 600), 150, 255, -1)
    assert "glare" in measured(page, without_columns(200)).advice


def test_a_page_told_to_be_small_keeps_what_it_is_overall() -> None:
    good = measured(print_())
    small = with_geometry(good, scale=0.3, inside=0.9)
    assert small.advice == ("too small", "cut off")
    assert small.measures["overall"] == good.measures["overall"]


def share_outside(homography: NDArray[numpy.float64], photo: tuple[int, int], size: tuple[int, int]) -> float:
    return OutsidePhoto.beyond(homography, photo, size[::-1]).share(Box(0, 0, *size))


@given(st.lists(st.floats(-1e-5, 1e-5), min_size=6, max_size=6), st.sampled_from([1e-12, 1e-8, 1e-4, 0.3]))
def test_a_page_that_fills_its_picture_is_all_there(noise: list[float], scale: float) -> None:
    """A scan of a whole page: both rims nearly coincide, of which OpenCV's intersection of the two made half a page."""
    homography = numpy.eye(3)
    homography[:2] += scale * numpy.reshape(noise, (2, 3)) * (1.0, 1.0, 1000.0)
    assert share_outside(homography, (3509, 2482), (2482, 3509)) == pytest.approx(0.0, abs=0.001)


def test_the_scale_and_what_is_off_the_photo_are_told() -> None:
    half = numpy.diag([0.5, 0.5, 1.0])  # the photo has two pixels for each of the page
    assert photo_scale(half, (500, 1000)) == pytest.approx(2.0)
    assert share_outside(half, (2000, 1000), (500, 1000)) == pytest.approx(0.0, abs=0.001)
    assert share_outside(half, (2000, 500), (500, 1000)) == pytest.approx(0.5, abs=0.01)
