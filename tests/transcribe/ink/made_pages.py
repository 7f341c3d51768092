"""Blanks that tests draw, and the grain of drawn photographs: the same numbers for many, drawn once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy
from numpy.typing import NDArray
from PIL import Image

from transcribe.geometry import Box


@lru_cache(maxsize=2)
def grain(noise: float, shape: tuple[int, ...]) -> NDArray[numpy.float64]:
    """How much each pixel is off."""
    drawn = numpy.random.default_rng(7).normal(0, noise, shape)
    drawn.flags.writeable = False
    return drawn


def framed_blank(folder: Path, *boxes: Box, title_y: int = 120, tint: int = 255, line: int = 2) -> Path:
    """The file of a blank: frames under a printed title, the second of them tinted."""
    page = numpy.full((2339, 1654), 255, numpy.uint8)
    page[boxes[1].padded(-2).slices] = tint
    cv2.putText(page, "ORDER FORM", (200, title_y), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 4)
    for box in boxes:
        cv2.rectangle(page, (box.x0, box.y0), (box.x1, box.y1), 60, line)
    Image.fromarray(page).save(folder / "blank.png")
    return folder / "blank.png"
