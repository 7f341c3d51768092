"""The paper under the ink: its brightness over the page, and the page with that divided out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy

if TYPE_CHECKING:
    from transcribe.model import Picture

SHRINK = 4
"""The paper is looked at in a picture this many times smaller: it has no detail, and it is 16 times quicker."""

STROKE = 5
"""Side of the square (shrunken pixels) whose brightest point is paper: wider than a stroke at 200 to 300 dpi."""

SMOOTH = 21
"""Side of the median that follows (shrunken pixels): smaller than a shadow, larger than a letter."""

SHADE = 40
"""Pixels across from which what is evenly dark is a shadow and no stroke: broader than a marker's, narrower than a
finger's shadow."""


def grey(picture: Picture) -> Picture:
    """Rows x columns, whether the picture was grey or RGB."""
    if picture.ndim == 2:
        return picture
    return numpy.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=numpy.uint8)


def background(picture: Picture) -> Picture:
    """How bright the bare paper is at each pixel of a grey picture (rows x columns): lamp light and shadows, no ink."""
    height, width = picture.shape
    small = cv2.resize(picture, (max(1, width // SHRINK), max(1, height // SHRINK)), interpolation=cv2.INTER_AREA)
    bright = cv2.medianBlur(cv2.dilate(small, numpy.ones((STROKE, STROKE), numpy.uint8)), SMOOTH)
    return numpy.asarray(cv2.resize(bright, (width, height)), dtype=numpy.uint8)


def flatten(picture: Picture, under: Picture | None = None) -> Picture:
    """A grey picture with its paper divided out: bare paper is 255 everywhere, ink keeps its contrast."""
    return numpy.asarray(
        cv2.divide(picture, background(picture) if under is None else under, scale=255), dtype=numpy.uint8
    )


def shadow(dark: Picture, most: float, unit: float) -> Picture:
    """How dark the edges of shadows leave the paper, which is brighter than `paper` says there: of a flattened page's
    darkness what is broader than any stroke and not darker than `most`. `unit` is a pixel's length at 200 dpi."""
    height, width = dark.shape
    small = cv2.resize(dark, (max(1, width // SHRINK), max(1, height // SHRINK)), interpolation=cv2.INTER_AREA)
    side = max(3, round(SHADE * unit / SHRINK))
    broad = cv2.morphologyEx(small, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    broad[broad > most] = 0
    return numpy.asarray(cv2.resize(cv2.blur(broad, (3, 3)), (width, height)), dtype=numpy.uint8)
