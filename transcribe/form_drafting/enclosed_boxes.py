"""The rectangles that ruling encloses, on a blank page or a filled one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy

from transcribe.form_drafting.grids import parted
from transcribe.form_drafting.line_masks import MIN_LINE_LENGTH_SHARE, line_masks
from transcribe.geometry import Box

if TYPE_CHECKING:
    from transcribe.model import Picture

TICK_SIDE_SHARES = (0.011, 0.035)
"""Least and most side of a box to tick, as shares of the page's width: 2.3 to 7 mm of A4."""

MIN_FILLED_SHARE = 0.85
"""Share of its upright rectangle that a frame's inside covers at least. Chosen by hand."""


def ruled_boxes(ink: Picture) -> tuple[list[Box], Picture]:
    """The boxes of long lines and of the finer ones of a table's rows. Second, the mask of the long lines."""
    width = ink.shape[1]
    across, down, dotted = line_masks(ink)
    lines, finer = (_thickened(across | each) for each in (down, _joined_to_sides(dotted, down)))
    return parted(enclosed(lines, width), enclosed(finer, width)), lines


def enclosed(lines: Picture, width: int, least: float = MIN_LINE_LENGTH_SHARE) -> list[Box]:
    """The rectangles of paper that lines enclose, at least as wide as this share of the page."""
    contours, levels = cv2.findContours(lines, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if levels is None:
        return []
    found = []
    for contour, level in zip(contours, levels[0], strict=True):
        x, y, w, h = cv2.boundingRect(contour)
        is_hole, large = level[3] >= 0, w > width * least and h > width * TICK_SIDE_SHARES[0] * 1.4
        if is_hole and large and h < width and cv2.contourArea(contour) > MIN_FILLED_SHARE * w * h:
            found.append(Box.sized(x, y, w, h).padded(2))
    return in_order(found)


def with_more(boxes: Sequence[Box], more: Iterable[Box]) -> list[Box]:
    """The boxes, and those of some more that overlap none."""
    found = list(boxes)
    for box in more:
        if not any(box.intersects(other) for other in found):
            found.append(box)
    return in_order(found)


def in_order(boxes: Iterable[Box]) -> list[Box]:
    """The boxes from the top to the bottom of the page, and from left to right."""
    return sorted(boxes, key=lambda box: (box.y0, box.x0))


def _thickened(lines: Picture) -> Picture:
    """A mask of lines, each a pixel wider at every side, so that they meet."""
    return numpy.asarray(cv2.dilate(lines, numpy.ones((3, 3), numpy.uint8)), numpy.uint8)


def _joined_to_sides(dotted: Picture, down: Picture) -> Picture:
    """Dotted lines and lines down, joined where the dots end before a line: the last of them touches it."""
    gap = numpy.ones((1, dotted.shape[1] // 60), numpy.uint8)
    return numpy.asarray(cv2.morphologyEx(dotted | down, cv2.MORPH_CLOSE, gap), numpy.uint8)
