"""Pages turned upright and laid straight."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy

from transcribe.geometry import Homography
from transcribe.imaging.skew import LEVEL, skew
from transcribe.model import Page

if TYPE_CHECKING:
    pass


def straightened(page: Page, turns: int) -> tuple[Page, Homography]:
    """The page turned so many quarters against the clock and made level, and the homography from the pixels that came
    in to those of the page."""
    turned, quarters = numpy.rot90(page.picture, turns % 4), _quarters(page.picture.shape, turns % 4)
    angle = skew(turned)
    if abs(angle) < LEVEL:
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
    """The homography of turning a picture of this shape so many quarters against the clock; sides stand between pixels,
    so that a box's x1 is outside of it."""
    height, width = shape[:2]
    made = {
        0: ((1, 0, 0), (0, 1, 0)),
        1: ((0, 1, 0), (-1, 0, width)),
        2: ((-1, 0, width), (0, -1, height)),
        3: ((0, -1, height), (1, 0, 0)),
    }
    return numpy.array((*made[turns], (0, 0, 1)), numpy.float64)
