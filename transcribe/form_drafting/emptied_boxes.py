"""A filled form made into its blank: what stands in the boxes is painted away, and their frames stay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import cv2
import numpy

from transcribe.forms import comb
from transcribe.geometry import Box
from transcribe.imaging import Mask, grey, grown_mask
from transcribe.ink import A4_HEIGHT

if TYPE_CHECKING:
    from transcribe.model import Picture

MIN_INK_LEVELS = 18
"""Grey levels by which ink is darker than the paper of its box. Chosen by hand: the rim of a stroke is ink too."""

MIN_FRAME_SHARE = 0.85
"""Share of a box's width or height from which a straight stroke is its frame or a divider. Chosen by hand."""

MIN_DIVIDER_SHARE = 0.2
"""Share of a box's height from which an upright stroke may be a divider: low ones cover a quarter of it."""

BOTTOM_PX = 4
"""How far above the bottom of its box a divider may end, at 200 dpi. Chosen by hand."""

DIVIDER_HALF_WIDTH_PX = 4
"""Pixels to the left and right of a comb's divider that stay, at 200 dpi. Chosen by hand."""


def emptied(picture: Picture, boxes: Iterable[Box]) -> Picture:
    """The page in grey with bare paper in these boxes, but for frames and the dividers of combs."""
    page = grey(picture).copy()
    unit = max(page.shape) / A4_HEIGHT
    height, width = page.shape
    for box in boxes:
        here = box.clipped(width, height)
        if here.area:
            _empty(page, here, unit)
    return page


def _empty(page: Picture, box: Box, unit: float) -> None:
    cut = page[box.slices]
    paper = numpy.percentile(cut, 80)
    ink = numpy.asarray(cut < paper - MIN_INK_LEVELS, numpy.uint8)
    across = _straight(ink, round(box.width * MIN_FRAME_SHARE), 1)
    down = _straight(ink, 1, round(box.height * MIN_FRAME_SHARE))
    kept = grown_mask(across | down, 1)
    teeth = grown_mask(_teeth(ink, unit), 1)
    cut[(grown_mask(ink, 1) > 0) & (kept == 0) & (teeth == 0)] = round(float(paper))


def _teeth(ink: Mask, unit: float) -> Mask:
    """The dividers of a comb in a box: upright strokes that stand on its bottom, at even distances.

    They are looked for without what else is in the box, which is writing.
    """
    height, width = ink.shape
    upright = _straight(ink, 1, max(3, round(height * MIN_DIVIDER_SHARE)))
    _, numbered = cv2.connectedComponents(upright)
    standing = numpy.unique(numbered[-max(2, round(BOTTOM_PX * unit)) :])
    strokes = numpy.asarray(numpy.isin(numbered, standing[standing > 0]), numpy.uint8)
    found = comb(numpy.asarray(255 - 255 * strokes, numpy.uint8), Box(0, 0, width, height), unit)
    near = numpy.zeros_like(strokes)
    half = max(1, round(DIVIDER_HALF_WIDTH_PX * unit))
    for x in found.dividers if found else ():
        near[:, max(0, x - half) : x + half] = 1
    return numpy.asarray(strokes & near, numpy.uint8)


def _straight(ink: Mask, width: int, height: int) -> Mask:
    """The strokes of ink as long as this, without what is not straight."""
    line = numpy.ones((max(1, height), max(1, width)), numpy.uint8)
    return numpy.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, line), numpy.uint8)
