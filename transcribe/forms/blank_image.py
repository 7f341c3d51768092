"""The blank page of a form as a picture: its size and its grey pixels."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from transcribe.errors import FormError
from transcribe.forms.mistakes import mistake
from transcribe.i18n import worded

if TYPE_CHECKING:
    from transcribe.model import Picture


def blank_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels, from the file's header; FormError where it is no picture."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            return picture.size
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        said = worded("The picture of the page cannot be opened. Save it as PNG, and send it again.", error=error,
                      command="this blank is no picture that can be opened (%(error)s). Save it as PNG.")  # fmt: skip
        raise FormError(mistake(path.name, (), said)) from error


@lru_cache(maxsize=16)
def blank_grey(path: str) -> Picture:
    """The blank's grey pixels, rows x columns, 0 for black.

    They are kept for the life of the process and cannot be written to.
    """
    import numpy
    from PIL import Image

    with Image.open(path) as picture:
        pixels = numpy.asarray(picture.convert("L"), dtype=numpy.uint8)
    pixels.setflags(write=False)
    return pixels
