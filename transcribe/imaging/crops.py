"""Pictures for people: one field cut out of its page, and the whole page, small enough for a telephone's network."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy

from transcribe.geometry import Box
from transcribe.imaging.glyphs import whole_glyphs
from transcribe.imaging.tiling import grey
from transcribe.model import Picture

CROP_MARGIN_HEIGHTS = 0.35
"""Context shown around a field, in heights of its box: a letter's tail, the label's foot. Chosen by hand."""

MAX_CROP_MARGIN_PX = 28
"""The most context shown around a field, at the size in which tasks are shown. Chosen by hand."""

MAX_SNIPPET_BYTES = 8_000
"""A snippet of a line is at most this large, so that the next ones are on the screen before they are needed."""

BYTES_A_SQUARE = 40
"""A snippet of more writing has so many for each square of a small letter's height that the writing covers:
`python -m tests.bench pages pictures` reads comments of four lines from such pictures as well as from the page."""

MOST_SNIPPET_BYTES = 60_000
"""The most of a field full of writing: 8 s on the slowest line that is looked at, 64 kbit/s, while others are read."""

MAX_PAGE_PICTURE_BYTES = 150_000
"""About the size of a page's picture; its small print can still be read."""

MAX_PAGE_SIDE_PX = 2400
"""Longer side of a page's picture: A4 at 200 dpi, so that boxes mostly lie on it as they are."""

JPEG_QUALITIES = (72, 45, 28, 18)
"""JPEG qualities tried, best first; typed text at 28 is still easy to read.

WebP is a third smaller and takes six to ten times as long: for a hundred fields, as long as Tesseract reads."""

SHRINK_FACTORS = (1.0, 0.6, 0.35)
"""Sizes tried after the qualities: only large boxes full of writing come to that. Chosen by hand."""

MASK_GREY_LEVEL = 160
"""Grey level painted over what readers may not see."""


def crop(
    picture: Picture,
    box: Box,
    *,
    scale: float = 1.0,
    strict: bool = False,
    writing: Box | None = None,
    letter: float = 0.0,
) -> tuple[bytes, Box]:
    """A field's picture as a grey JPEG without metadata, and the part of the page shown.

    The part is the box with some context; its edges cut no glyph and no word. `scale` is one over the page's `unit`:
    writing is equally large from task to task. Under `strict` the context is masked, for fields whose neighbours the
    reader may not see. `writing` is where something is written, `letter` how high its small letters are, in pixels of
    the page. The JPEG is progressive: a slow line shows all of it coarsely at first."""
    around = round(min(MAX_CROP_MARGIN_PX / scale, CROP_MARGIN_HEIGHTS * max(box.height, 1)))
    box = box.clipped(*picture.shape[1::-1], least=1)
    if strict:
        wide = box.padded(around).clipped(*picture.shape[1::-1])
        inside = box.shifted(-wide.x0, -wide.y0)
        cut = numpy.full((wide.height, wide.width), MASK_GREY_LEVEL, numpy.uint8)
        cut[inside.slices] = grey(picture[box.slices])
    else:
        cut, wide = whole_glyphs(picture, box, around, scale, letter)
    squares = writing.area / letter**2 if writing and letter else 0.0
    most = min(MOST_SNIPPET_BYTES, max(MAX_SNIPPET_BYTES, round(BYTES_A_SQUARE * squares)))
    return _smallest(cut, scale, most), wide


def page_picture(picture: Picture) -> bytes:
    """A whole page as a grey JPEG of about MAX_PAGE_PICTURE_BYTES, at most MAX_PAGE_SIDE_PX pixels long."""
    cut = grey(picture)
    return _smallest(cut, min(1.0, MAX_PAGE_SIDE_PX / max(cut.shape)), MAX_PAGE_PICTURE_BYTES)


def cover(picture: Picture, boxes: Iterable[Box]) -> Picture:
    """The page with these boxes painted over; the picture itself is not changed."""
    shown = picture.copy()
    height, width = picture.shape[:2]
    for box in boxes:
        shown[box.clipped(width, height).slices] = MASK_GREY_LEVEL
    return shown


def _smallest(cut: Picture, scale: float, most: int) -> bytes:
    """The picture as a JPEG of so many bytes at most, as far as that can be: first coarser, then smaller."""
    content = b""
    for shrink in SHRINK_FACTORS:
        sized = _resized(cut, scale * shrink)
        for quality in JPEG_QUALITIES:
            options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
            content = cv2.imencode(".jpg", sized, options)[1].tobytes()
            if len(content) <= most:
                return content
    return content


def _resized(cut: Picture, scale: float) -> Picture:
    if abs(scale - 1.0) < 0.02:
        return cut
    size = (max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return numpy.asarray(cv2.resize(cut, size, interpolation=method), dtype=numpy.uint8)
