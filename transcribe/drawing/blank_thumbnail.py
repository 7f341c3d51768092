"""The first page of a blank form, small: by it a person knows a form again."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, UnidentifiedImageError

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
            grey = picture.convert("L")
    except (OSError, UnidentifiedImageError) as error:
        raise NotFound("This form has no picture of its blank.") from error
    height = max(1, round(grey.height * THUMBNAIL_WIDTH_PX / grey.width))
    content = io.BytesIO()
    grey.resize((THUMBNAIL_WIDTH_PX, height)).save(content, "JPEG", quality=THUMBNAIL_QUALITY)
    return content.getvalue()
