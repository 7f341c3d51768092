"""What bright light leaves of ink: where paper is as white as a picture can be, it is hardly darker."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy

if TYPE_CHECKING:
    from transcribe.geometry import Box
    from transcribe.imaging import Mask
    from transcribe.ink.print_mask import Print
    from transcribe.model import Picture

BRIGHT, WHITE = 241, 253
"""Brightness of the paper from which ink is looked for below the page's level, and at which it is looked for lowest. A
camera cuts off what is brighter than 255: of paper its grain, of a pen most of its darkness."""

SQUEEZED = 0.4
"""Share of the page's level of ink that is enough where the paper is white: of a pen half as dark as print a third of
its darkness was left there."""

LOWEST = 7
"""Levels under the paper below which nothing is ink even there: what JPEG leaves beside letters."""

HINT, GRAIN = 0.5, 4.0
"""Share of the page's level of ink, and times the grain of the box's own paper, above which a stroke may be writing all
the same."""

HINTED, HIGH = 24, 7
"""Pixels of such a stroke at 200 dpi, all and from top to bottom: less is grain."""

LINE = 8
"""Pixels at 200 dpi up to which what begins at the box's side is a line of its frame, some pixels beside its place."""

INNER = 2
"""Pixels of the half page at each side of a box that are not looked at for such strokes: its frame."""

STROKE = 15
"""Pixels at 200 dpi: broader than a stroke. What is evenly dark over so much is a tint or the edge of light, no
writing; the lower level would take both for ink."""


def strokes(dark: Picture, unit: float) -> Picture:
    """How much darker strokes are than what lies around them, half as large as the page: the grain of the paper is
    halved as well. `dark` is how much darker than its paper a page is, `unit` the length of a pixel at 200 dpi."""
    small = cv2.resize(dark, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    side = max(3, 2 * round(STROKE * unit / 4) + 1)
    return numpy.asarray(cv2.morphologyEx(small, cv2.MORPH_TOPHAT, numpy.ones((side, side), numpy.uint8)), numpy.uint8)


def squeezed(found: Picture, under: Picture, level: float) -> Mask:
    """1 where there is a stroke, 0 elsewhere, looked for where the paper is brighter than BRIGHT alone. `found` are the
    page's strokes, `under` is the paper's brightness, `level` what is ink where light is good."""
    if cv2.minMaxLoc(under)[1] <= BRIGHT:
        return numpy.zeros_like(under)
    above = numpy.asarray(cv2.resize(found, under.shape[::-1]), dtype=numpy.uint8) > cv2.LUT(under, _levels(level))
    return above.view(numpy.uint8)


def hinted(found: Picture, print_: Print, box: Box, level: float, unit: float) -> float:
    """The pixels (at 200 dpi) of strokes in a box that may be too faint to be ink, and are too dark and long to be the
    grain of its paper: a pale pen on a grainy photograph."""
    place = numpy.s_[box.y0 // 2 + INNER : box.y1 // 2 - INNER, box.x0 // 2 + INNER : box.x1 // 2 - INNER]
    inside, least = found[place], HINT * level
    if not inside.size or inside.max() <= least:
        return 0.0
    bare = print_.nearby[::2, ::2][place] == 0
    grain = float(numpy.median(inside[bare])) if bare.any() else 0.0
    dark = ((inside > max(least, GRAIN * grain)) & bare).astype(numpy.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    across, down, wide, high, area = stats[1:].T
    at_edge = (across == 0) | (down == 0) | (across + wide == dark.shape[1]) | (down + high == dark.shape[0])
    line = at_edge & (numpy.minimum(wide, high) * 2 <= LINE * unit)
    written = area[(area * 4 >= HINTED * unit**2) & (high * 2 >= HIGH * unit) & ~line]
    return float(written.sum()) * 4 / unit**2


def pale(found: Picture, print_: Print, box: Box, level: float, unit: float) -> bool:
    """Whether strokes in a box to tick may be a tick too pale to be ink. As it is small it is looked at closer to its
    frame than others: of 121 empty boxes on generated photographs one had such strokes, of 4 ticks all."""
    edge = INNER + 1
    place = numpy.s_[box.y0 // 2 + edge : box.y1 // 2 - edge, box.x0 // 2 + edge : box.x1 // 2 - edge]
    inside = found[place]
    dark = (inside > HINT * level) & (print_.near[::2, ::2][place][: len(inside)] == 0)
    return bool(4 * dark.sum() >= HINTED * unit**2)


@lru_cache(maxsize=64)
def _levels(level: float) -> Picture:
    """The level of ink by the brightness of the paper; 255, which nothing exceeds, where it is not bright."""
    brightness = numpy.arange(256)
    white = numpy.clip((brightness - BRIGHT) / (WHITE - BRIGHT), 0, 1)
    levels = numpy.maximum(level * (1 - (1 - SQUEEZED) * white), LOWEST)
    return numpy.where(white > 0, numpy.rint(levels), 255).astype(numpy.uint8)
