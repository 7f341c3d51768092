"""Strokes of a page however faint: folds are told by them, and ticks too pale to be ink."""

from __future__ import annotations

import cv2
import numpy

from transcribe.geometry import Box
from transcribe.ink.print_mask import Print
from transcribe.model import Picture

STROKE = 15
"""Pixels at 200 dpi: broader than a stroke. What is evenly dark over so much is a tint or the edge of light."""

HINT = 0.5
"""Share of the page's level of ink above which a stroke may be a tick all the same."""

HINTED = 24
"""Pixels of such a tick at 200 dpi: less is grain."""


def strokes(dark: Picture, unit: float) -> Picture:
    """How much darker strokes are than what lies around them, half as large as the page: the grain of the paper is
    halved as well. `dark` is how much darker than its paper a page is, `unit` the length of a pixel at 200 dpi."""
    small = cv2.resize(dark, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    side = max(3, 2 * round(STROKE * unit / 4) + 1)
    return numpy.asarray(cv2.morphologyEx(small, cv2.MORPH_TOPHAT, numpy.ones((side, side), numpy.uint8)), numpy.uint8)


def pale(found: Picture, print_: Print, box: Box, level: float, unit: float) -> bool:
    """Whether strokes in a box to tick may be a tick too pale to be ink: of 121 empty boxes one had such, of 4 ticks
    all. The frame is none, wherever in the box it is printed. `found` is half as large as the page, and as soft."""
    place = numpy.s_[box.y0 // 2 : box.y1 // 2, box.x0 // 2 : box.x1 // 2]
    inside = found[place]
    dark = (inside > HINT * level) & (print_.nearby[::2, ::2][place][: len(inside)] == 0)
    return bool(4 * dark.sum() >= HINTED * unit**2)
