"""The surroundings of a field: a piece of the page with the field framed and a ruler under its row."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from functools import lru_cache

from PIL import Image, ImageDraw, UnidentifiedImageError

from transcribe.errors import NotFound
from transcribe.geometry import Box
from transcribe.model import SnippetFrame

PICTURE_FORMATS = ("JPEG", "PNG", "WEBP")
"""The formats of page pictures in the archive."""

SEEN_ABOVE_HEIGHTS = 3.5
"""How much is seen above and below the field, in heights of its box.

It is about three rows of a table, or a label.
"""

SEEN_BESIDE_WIDTHS = 0.6
"""How much is seen on each side, in widths of the box. It is at least as much as above."""

FRAME_COLOUR = (11, 93, 91)
"""The colour of the frame around the field."""
RULER_COLOUR = (11, 93, 91, 70)
"""The colour of the ruler under the field's row, and its opacity of 255."""
MASK_COLOUR = (160, 160, 160)
"""The grey of boxes that are painted over."""
FRAME_PARTS = 10_000
"""Parts of a picture's side, as places keep them of a field's own picture."""
CROP_JPEG_QUALITY = 60
"""JPEG quality of the crop. Chosen by hand."""


def surroundings(page: bytes, size: tuple[int, int], box: Box | None, hidden: Iterable[Box], *, whole: bool) -> bytes:
    """A JPEG of the field's surroundings, or of the `whole` page. Without a `box` nothing is framed.

    `page` is the page's picture from the archive. `size` is the size in pixels of the page that the boxes lie on; its
    picture may be smaller. `hidden` boxes are painted over: other fields that this reader may not see.
    """
    with Image.open(io.BytesIO(page), formats=PICTURE_FORMATS) as opened:
        picture = opened.convert("RGB")
    scale = picture.width / size[0]
    pencil = ImageDraw.Draw(picture, "RGBA")
    for each in hidden:
        pencil.rectangle(each.scaled(scale), fill=MASK_COLOUR)
    if box is not None:
        x0, y0, x1, y1 = box.scaled(scale)
        pencil.rectangle((0, y1 + 2, picture.width, y1 + 4), fill=RULER_COLOUR)
        pencil.rectangle((x0 - 3, y0 - 3, x1 + 3, y1 + 3), outline=FRAME_COLOUR, width=2)
    shown = picture if whole or box is None else picture.crop(_around(box.scaled(scale), picture.size))
    content = io.BytesIO()
    shown.save(content, "JPEG", quality=CROP_JPEG_QUALITY)
    return content.getvalue()


def frame_of_view(size: tuple[int, int], box: Box, *, whole: bool) -> tuple[int, ...]:
    """Where a field stands in its surroundings, or on the `whole` page.

    It is its box, what is to be seen around it, and 0. Corners are in parts of FRAME_PARTS of the sides of the picture
    that `surroundings` gives. `size` is the page's.
    """
    near = _around(box, size)
    shown = Box(0, 0, *size) if whole else near
    parts = [
        round(FRAME_PARTS * (edge - start) / max(1, length))
        for each in (box, near)
        for edge, start, length in zip(each, shown[:2] * 2, (shown.width, shown.height) * 2, strict=True)
    ]
    return (*(min(FRAME_PARTS, max(0, part)) for part in parts), 0)


def _around(box: Box, size: tuple[int, int]) -> Box:
    high = round(SEEN_ABOVE_HEIGHTS * max(box.height, 1))
    wide = max(high, round(SEEN_BESIDE_WIDTHS * box.width))
    return box.padded(wide, high).clipped(*size)


# Pages made small: the first of a blank form, by which a person knows it again, and those of scans.

THUMBNAIL_WIDTH_PX = 320
"""Twice what a thumbnail has on the screen, for screens with two pixels a CSS pixel."""
THUMBNAIL_QUALITY = 60
"""JPEG quality. Chosen by hand: lines and headings are sharp, and a form takes about 15 kB."""


@lru_cache(maxsize=64)
def blank_thumbnail(path: str) -> bytes:
    """A small JPEG of a blank page. NotFound where there is no such picture."""
    try:
        with Image.open(path) as picture:
            return _small(picture)
    except (OSError, UnidentifiedImageError) as error:
        raise NotFound("This form has no picture of its blank.") from error


def small_picture(content: bytes) -> bytes:
    """A small JPEG of a page from the archive. NotFound where it is no picture."""
    try:
        with Image.open(io.BytesIO(content), formats=PICTURE_FORMATS) as picture:
            return _small(picture)
    except (OSError, UnidentifiedImageError) as error:
        raise NotFound("This page has no picture.") from error


def _small(picture: Image.Image) -> bytes:
    grey = picture.convert("L")
    height = max(1, round(grey.height * THUMBNAIL_WIDTH_PX / grey.width))
    content = io.BytesIO()
    grey.resize((THUMBNAIL_WIDTH_PX, height)).save(content, "JPEG", quality=THUMBNAIL_QUALITY)
    return content.getvalue()


# Pictures of the archive in the format that other programs take.


def as_png(content: bytes) -> bytes:
    """The picture as PNG, without anything but its pixels."""
    with Image.open(io.BytesIO(content)) as picture:
        stream = io.BytesIO()
        picture.convert("L" if picture.mode == "L" else "RGB").save(stream, format="PNG")
        return stream.getvalue()


LETTER_ROOM = 0.25
"""Room beside a box that fits its words closely, in heights of a small letter: ends lay outside. Chosen by hand."""


def field_alone(content: bytes, frame: SnippetFrame, *, close: bool) -> bytes:
    """A field's picture as PNG without its surroundings: its box, and what is written beyond it.

    A `close` box was found around words: a little more is shown beside it, as letters reach beyond it.
    """
    with Image.open(io.BytesIO(content)) as picture:
        width, height = picture.size
        parts = Box.enclosing([frame.field, frame.writing])
        across, down = width / FRAME_PARTS, height / FRAME_PARTS
        box = Box(round(parts.x0 * across), round(parts.y0 * down), round(parts.x1 * across), round(parts.y1 * down))
        box = box.padded(math.ceil(frame.letter * down * LETTER_ROOM), 0) if close else box
        stream = io.BytesIO()
        picture.convert("L" if picture.mode == "L" else "RGB").crop(box.clipped(width, height, least=1)).save(
            stream, format="PNG"
        )
        return stream.getvalue()
