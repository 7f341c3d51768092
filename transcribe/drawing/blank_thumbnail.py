"""Pages made small: the first of a blank form, by which a person knows it again, and those of scans."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, UnidentifiedImageError

from transcribe.drawing.context_crop import PICTURE_FORMATS
from transcribe.errors import NotFound

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
