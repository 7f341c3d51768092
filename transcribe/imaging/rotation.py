"""Pages turned upright and laid straight."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy

from transcribe.geometry import Homography
from transcribe.imaging.skew import MIN_SKEW_DEGREES, skew
from transcribe.model import Page


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
