"""Long lines of a blank page, drawn through or of dots and dashes, and the page's ink with and without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy

from transcribe.geometry import Box
from transcribe.imaging import flatten, grey

if TYPE_CHECKING:
    from transcribe.model import Picture

MAX_INK_LEVEL = 215
"""Grey below which a pixel is ink: ruling may be light grey, and paper divided out is 255. Chosen by hand."""

MIN_LINE_LENGTH_SHARE = 0.03
"""A line takes at least this share of the page's width: a stroke of a letter is shorter. Chosen by hand."""


def ink_of(picture: Picture) -> Picture:
    """The ink of a blank page (grey or RGB): 255 where it is dark and 0 elsewhere."""
    return ((flatten(grey(picture)) < MAX_INK_LEVEL) * 255).astype(numpy.uint8)


def without_lines(picture: Picture) -> Picture:
    """A blank page in grey without its ruling: engines would take lines for letters."""
    shown = grey(picture).copy()
    across, down, dotted = line_masks(ink_of(shown))
    shown[cv2.dilate(across | down | dotted, numpy.ones((3, 3), numpy.uint8)) > 0] = 255
    return shown


def line_masks(ink: Picture) -> tuple[Picture, Picture, Picture]:
    """The long lines across, those down, and those across of dots and dashes; 255 on a line and 0 elsewhere."""
    width = ink.shape[1]
    least = width * MIN_LINE_LENGTH_SHARE
    dotted = _strokes(_joined_dots(ink, width), round(least * 1.5), 1)
    return _strokes(ink, round(least), 1), _strokes(ink, 1, round(least * 0.8)), dotted


def _strokes(ink: Picture, width: int, height: int) -> Picture:
    """The ink that holds strokes of this size: shorter and thinner ones are gone."""
    return numpy.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, numpy.ones((height, width), numpy.uint8)), numpy.uint8)


def _joined_dots(ink: Picture, width: int) -> Picture:
    """Dots and dashes in a row, drawn through as a line: specks with neighbours at the same height."""
    gap = numpy.ones((1, max(7, width // 150)), numpy.uint8)
    return numpy.asarray(cv2.morphologyEx(specks(ink, width), cv2.MORPH_CLOSE, gap), numpy.uint8)


def lines_of(mask: Picture) -> list[Box]:
    """The straight pieces of a mask of lines; pieces of one line with a pixel's step between them are one."""
    joined = cv2.dilate(mask, numpy.ones((3, 3), numpy.uint8))
    count, _, sizes, _ = cv2.connectedComponentsWithStats(joined)
    boxes = [Box.sized(x, y, w, h) for x, y, w, h, _ in sizes[1:count].tolist()]
    return [box for box in boxes if box.height <= box.width / 4]


def specks(ink: Picture, width: int) -> Picture:
    """The specks among the ink of a page so wide, smaller than letters: dots, short dashes, grains of the paper."""
    largest = max(3, width // 240)
    _, labels, sizes, _ = cv2.connectedComponentsWithStats(ink)
    small = (sizes[:, cv2.CC_STAT_HEIGHT] <= largest) & (sizes[:, cv2.CC_STAT_WIDTH] <= 3 * largest)
    small[0] = False
    return numpy.asarray(small[labels] * 255, numpy.uint8)
