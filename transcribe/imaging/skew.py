"""How much a page leans: the angle at which its lines of text stand out most."""

from __future__ import annotations

from typing import Any

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.imaging.background import grey
from transcribe.imaging.resizing import shrunk
from transcribe.imaging.tiling import is_strip
from transcribe.model import Picture

MIN_SKEW_DEGREES = 0.2
"""A page that leans less is level: Tesseract lost nothing up to 2 degrees, and turning costs a little sharpness."""

MAX_SKEW_DEGREES = 8.0
"""Degrees up to which lines of text are looked for; a page that leans more is no scan but a photo. Chosen by hand."""

FINE_SIDE_PX = 800
"""Longer side of the copy on which the angle is looked for to a seventh of a degree. Chosen by hand."""

ROUGH_SIDE_PX = 400
"""Longer side of the copy on which the angle is looked for to a degree. Chosen by hand."""


def skew(picture: Picture) -> float:
    """Degrees by which the picture must be turned against the clock to be level.

    The variance of the ink's projection on the vertical axis is highest then (Postl 1986). A strip gives 0: turned, its
    ends would lie outside the picture."""
    if is_strip(picture):
        return 0.0
    whole = grey(picture)
    small = shrunk(whole, FINE_SIDE_PX / max(whole.shape))
    ink = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 12)
    if ink.mean() < 1e-4:
        return 0.0
    rough = shrunk(numpy.asarray(255 * ink, numpy.uint8), ROUGH_SIDE_PX / max(ink.shape))
    coarse = max(
        numpy.arange(-MAX_SKEW_DEGREES, MAX_SKEW_DEGREES + 0.1, 1.0), key=lambda angle: _row_contrast(rough, angle)
    )
    return float(max(numpy.arange(coarse - 0.9, coarse + 0.91, 0.15), key=lambda angle: _row_contrast(ink, angle)))


def _row_contrast(ink: NDArray[Any], angle: float) -> float:
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(angle), 1.0)
    turned = cv2.warpAffine(ink, turn, (width, height), flags=cv2.INTER_NEAREST)
    rows = cv2.reduce(turned, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel()
    return float(numpy.square(numpy.diff(rows.astype(numpy.float64))).sum())
