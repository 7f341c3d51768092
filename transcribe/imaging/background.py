"""The paper under the ink: its brightness over the page, and the page with that divided out."""

from __future__ import annotations

import cv2
import numpy

from transcribe.imaging.resizing import shrunk_to
from transcribe.model import Picture

PAPER_SHRINK_FACTOR = 4
"""The paper is looked for in a picture so many times smaller. That is 16 times quicker, and paper has no detail."""

MAX_STROKE_PX = 15
"""Side of the square that no stroke fills, in pixels of the smaller picture: what is broader is paper in a shadow.

At 13, 15, 17 and 21 px Tesseract read 83, 85, 81 and 78 % of typed fields on worn paper, and ink alone was in doubt
about 67, 60, 34 and 22 % of blank boxes there."""

SMOOTHING_PX = 5
"""Side of the median that follows, in pixels of the smaller picture. Chosen by hand."""

MIN_SHADOW_WIDTH_PX = 40
"""An evenly dark place this wide is a shadow. A marker's stroke is narrower, a finger's shadow broader."""

SMOOTHED_PX = 3
"""Side of the median that takes specks off."""

EVENED_PX = 21
"""Side of the square that no stroke of a letter fills, in pixels at 200 dpi. Of 307 typed values of which engines
differed, at sharp edges and in dirt, Tesseract read 40 as RapidOCR did on a smoothed page and 84 on an evened one."""


def grey(picture: Picture) -> Picture:
    """The picture in grey, rows x columns; itself where it is grey already."""
    if picture.ndim == 2:
        return picture
    return numpy.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=numpy.uint8)


def background(picture: Picture) -> Picture:
    """How bright the bare paper is at each pixel of a grey picture: light, and shadows with their edges."""
    square = numpy.ones((MAX_STROKE_PX, MAX_STROKE_PX), numpy.uint8)
    closed = cv2.morphologyEx(cv2.medianBlur(_small(picture), 3), cv2.MORPH_CLOSE, square)
    bright = cv2.medianBlur(closed, SMOOTHING_PX)
    return numpy.asarray(cv2.resize(bright, picture.shape[::-1]), dtype=numpy.uint8)


def flatten(picture: Picture, under: Picture | None = None) -> Picture:
    """A grey picture with its paper divided out: bare paper is 255 everywhere, ink keeps its contrast.

    `under` is the background, where the caller has it already."""
    under = background(picture) if under is None else under
    return numpy.asarray(cv2.divide(picture, under, scale=255), dtype=numpy.uint8)


def shadow(dark: Picture, most: float, unit: float) -> Picture:
    """The part of a flattened page's darkness that is shadow: broader than any stroke, not darker than `most`.

    At the edges of shadows paper is darker than `background` says. `unit` is the length of a pixel at 200 dpi."""
    side = max(3, round(MIN_SHADOW_WIDTH_PX * unit / PAPER_SHRINK_FACTOR))
    broad = cv2.morphologyEx(_small(dark), cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    broad[broad > most] = 0
    return numpy.asarray(cv2.resize(cv2.blur(broad, (3, 3)), dark.shape[::-1]), dtype=numpy.uint8)


def _small(picture: Picture) -> Picture:
    """A grey picture PAPER_SHRINK_FACTOR times smaller, a pixel wide and high at least."""
    height, width = picture.shape
    return shrunk_to(picture, max(1, width // PAPER_SHRINK_FACTOR), max(1, height // PAPER_SHRINK_FACTOR))


def smoothed(picture: Picture) -> Picture:
    """A grey picture with each pixel the median of a square around it: specks go, edges stay."""
    return numpy.asarray(cv2.medianBlur(picture, SMOOTHED_PX), numpy.uint8)


def evened(picture: Picture) -> Picture:
    """A grey picture with its light divided out as closely as strokes allow, and smoothed: `flatten` leaves edges."""
    square = numpy.ones((EVENED_PX, EVENED_PX), numpy.uint8)
    closed = cv2.morphologyEx(cv2.GaussianBlur(picture, (0, 0), 1), cv2.MORPH_CLOSE, square)
    return smoothed(flatten(picture, numpy.asarray(closed, numpy.uint8)))
