"""Pictures for people are small, at one scale, and show nothing that must not be seen."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
from PIL import Image

from transcribe.geometry import Box
from transcribe.imaging.crops import MASK_GREY_LEVEL, MAX_SNIPPET_BYTES, cover, crop, page_picture

if TYPE_CHECKING:
    from transcribe.model import Picture


def page(noise: float = 14.0) -> Picture:
    grain = numpy.random.default_rng(3).normal(215, noise, (2339, 1654))
    return numpy.clip(grain, 0, 255).astype(numpy.uint8)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("box", [Box(100, 100, 300, 160), Box(100, 400, 1554, 900), Box(0, 0, 1654, 2339)])
def test_a_snippet_is_at_most_8_kilobytes_even_of_a_grainy_page(box: Box) -> None:
    assert len(crop(page(), box)) <= MAX_SNIPPET_BYTES


def test_snippets_have_one_scale_and_a_little_context() -> None:
    small, large = (opened(crop(page(2), box)) for box in (Box(100, 100, 300, 160), Box(100, 400, 700, 460)))
    assert large.width - small.width == 400
    assert small.height == large.height
    assert 60 < small.height <= 60 + 2 * 28


def test_a_finer_page_is_brought_to_the_same_scale() -> None:
    fine = numpy.repeat(numpy.repeat(page(2), 2, axis=0), 2, axis=1)
    once = opened(crop(page(2), Box(100, 100, 300, 160)))
    twice = opened(crop(fine, Box(200, 200, 600, 320), scale=0.5))
    assert abs(once.width - twice.width) <= 2
    assert abs(once.height - twice.height) <= 2


@pytest.mark.promise("Other personal fields are")
def test_a_strict_snippet_masks_what_lies_around() -> None:
    shown = page(0)
    cv2.putText(shown, "NEIGHBOUR", (110, 95), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 0, 2)
    box = Box(100, 100, 300, 160)
    strict = numpy.asarray(opened(crop(shown, box, strict=True)))
    assert abs(int(numpy.median(strict[:15])) - MASK_GREY_LEVEL) < 8
    assert strict[:15].min() > 120


def test_no_metadata_travels_with_a_picture() -> None:
    for content in (crop(page(2), Box(100, 100, 300, 160)), page_picture(page(2))):
        assert not opened(content).getexif()
        assert b"Exif" not in content


def test_a_page_is_shown_whole_in_about_150_kilobytes() -> None:
    content = page_picture(page(8))
    assert len(content) <= 150_000
    assert opened(content).size[0] / opened(content).size[1] == pytest.approx(1654 / 2339, abs=0.01)


def test_masking_changes_a_copy_only() -> None:
    shown = page(2)
    before = shown.copy()
    hidden = cover(shown, [Box(100, 100, 300, 160)])
    assert (shown == before).all()
    assert (hidden[100:160, 100:300] == MASK_GREY_LEVEL).all()
