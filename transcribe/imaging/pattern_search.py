"""A pattern looked for around its place."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import cv2
import numpy
from numpy.typing import NDArray

Shades: TypeAlias = NDArray[numpy.uint8] | NDArray[numpy.float32]
"""Rows x columns of shades of grey, as OpenCV compares them."""


class Shift(NamedTuple):
    """How far across and down from its place a pattern was found, in pixels, and how well it fits there, -1 to 1."""

    across: int
    down: int
    correlation: float


def find_shift(pattern: Shades, picture: Shades, reach: int, cost: float, unit: float = 1.0) -> Shift:
    """The shift at which a pattern fits a picture best, at most `reach` pixels in each direction.

    `picture` is the pattern's place with `reach` pixels around it. A shift costs so much correlation for each `unit`
    pixels of its length: along a line all places look the same, and the nearest is right."""
    correlations = numpy.asarray(cv2.matchTemplate(picture, pattern, cv2.TM_CCOEFF_NORMED), numpy.float32)
    off = numpy.abs(numpy.arange(-reach, reach + 1)) / unit
    worth = correlations - cost * numpy.hypot(off[:, numpy.newaxis], off[numpy.newaxis, :])
    row, column = numpy.unravel_index(int(worth.argmax()), worth.shape)
    return Shift(int(column) - reach, int(row) - reach, float(correlations[row, column]))
