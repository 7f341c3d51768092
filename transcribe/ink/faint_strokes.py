"""Strokes of a page however faint: folds are told by them, and ticks too pale to be ink."""

from __future__ import annotations

import cv2
import numpy

from transcribe.geometry import Box
from transcribe.imaging import Mask
from transcribe.model import Picture

STROKE = 15
"""Pixels at 200 dpi: broader than a stroke. What is evenly dark over so much is a tint or the edge of light."""

HINT = 0.5
"""Share of the page's level of ink above which a stroke may be a tick, or writing, all the same."""


def strokes(dark: Picture, unit: float) -> Picture:
    """How much darker strokes are than what lies around them, half as large as the page: the grain of the paper is
    halved as well. `dark` is how much darker than its paper a page is, `unit` the length of a pixel at 200 dpi."""
    small = half(dark)
    side = max(3, 2 * round(STROKE * unit / 4) + 1)
    return numpy.asarray(cv2.morphologyEx(small, cv2.MORPH_TOPHAT, numpy.ones((side, side), numpy.uint8)), numpy.uint8)


def pale(found: Picture, near: Mask, box: Box, level: float, unit: float) -> float:
    """The pixels at 200 dpi of strokes in a box that may be too pale to be ink. The frame, which is `near`, is none,
    wherever it is printed. `found` is half as large as the page, as soft."""
    place = numpy.s_[box.y0 // 2 : box.y1 // 2, box.x0 // 2 : box.x1 // 2]
    inside = found[place]
    dark = (inside > HINT * level) & (near[::2, ::2][place][: len(inside)] == 0)
    return float(4 * dark.sum() / unit**2)


def half(picture: Picture) -> Picture:
    """A grey picture half as large."""
    return numpy.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), numpy.uint8)
