"""Pages turned upright and laid straight."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.geometry import Homography
from transcribe.imaging.resizing import shrunk
from transcribe.imaging.tiling import grey, is_strip
from transcribe.model import Page, Picture


def straightened(page: Page, turns: int) -> tuple[Page, Homography]:
    """The page turned so many quarters against the clock and made level, and the homography that does it.

    It takes pixels of the page as it came in to pixels of the page that is given back."""
    turned, quarters = numpy.rot90(page.picture, turns % 4), _quarters(page.picture.shape, turns % 4)
    angle = skew(turned)
    if abs(angle) < MIN_SKEW_DEGREES:
        return replace(page, picture=numpy.ascontiguousarray(turned)), quarters
    height, width = turned.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    white = (255, 255, 255)
    level = cv2.warpAffine(
        turned, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=white
    )
    levelled = numpy.vstack((turn, (0.0, 0.0, 1.0)))
    return replace(page, picture=numpy.asarray(level, numpy.uint8)), levelled @ quarters


def _quarters(shape: tuple[int, ...], turns: int) -> Homography:
    """The homography that turns a picture of this shape so many quarters against the clock.

    Sides stand between pixels, so that a box's x1 is outside of it."""
    height, width = shape[:2]
    turned = numpy.eye(3)
    for _ in range(turns):
        turned = numpy.array([(0, 1, 0), (-1, 0, width), (0, 0, 1)]) @ turned
        height, width = width, height
    return turned


# How much a page leans: the angle at which its lines of text stand out most.

MIN_SKEW_DEGREES = 0.2
"""A page that leans less is level: Tesseract lost nothing up to 2 degrees, and turning costs a little sharpness."""


MAX_SKEW_DEGREES = 8.0
"""The largest lean, in degrees, that is looked for. A page that leans more is no scan but a photo. Chosen by hand."""


SIDE_PX = 800
"""Longer side of the copy on which the angle is looked for, first to a degree, then to a seventh. Chosen by hand."""


def skew(picture: Picture) -> float:
    """Degrees by which the picture must be turned against the clock to be level.

    The variance of the ink's projection on the vertical axis is highest then (Postl 1986). A strip gives 0: turned, its
    ends would lie outside the picture."""
    if is_strip(picture):
        return 0.0
    whole = grey(picture)
    small = shrunk(whole, SIDE_PX / max(whole.shape))
    ink = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 12)
    if ink.mean() < 1e-4:
        return 0.0
    angle = 0.0
    for reach, step in ((MAX_SKEW_DEGREES, 1.0), (0.9, 0.15)):
        angles = numpy.arange(angle - reach, angle + reach + step / 2, step)
        angle = float(max(angles, key=lambda each: _row_contrast(ink, each)))
    return angle


def _row_contrast(ink: NDArray[Any], angle: float) -> float:
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(angle), 1.0)
    turned = cv2.warpAffine(ink, turn, (width, height), flags=cv2.INTER_NEAREST)
    rows = cv2.reduce(turned, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel()
    return float(numpy.square(numpy.diff(rows.astype(numpy.float64))).sum())
