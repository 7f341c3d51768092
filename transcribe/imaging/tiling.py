"""Pages many times longer than wide, as tills print them and scanners make them of pages: cut between their lines.

Engines bring a page to one size before they look for print, and of a strip nothing is left then, or they fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.imaging.background import grey

if TYPE_CHECKING:
    from transcribe.model import Picture

RATIO = 8.0
"""A page whose longer side is more than so many times the shorter one is a strip. Receipts up to 13 were read well as
pages, one of 36 was not, and one of 70 failed."""
PART = 4.0
"""A part of a strip is about so many times as long as it is wide, ..."""
LEAST = 1000
"""... and so many pixels at least."""
MARGIN = 0.4
"""The last share of a part in which the place to cut is looked for: the middle of its widest gap."""
EMPTY = 0.1
"""Rows are empty that have no more of the print that the fullest has, beyond what the emptiest has."""

MOST_PATIENCE = 4.0
"""The longest strip takes four times as long as a page, measured; an engine that hangs is not waited for for hours."""
MOST_PIXELS = 4_000_000
"""A page above is shrunk to it: a scan of 35 megapixels costs 2 s and 0.8 GB and is read no better."""


def ratio(picture: Picture) -> float:
    """How many times longer the longer side of a picture is."""
    height, width = picture.shape[:2]
    return float(max(height, width) / max(1, min(height, width)))


def is_strip(picture: Picture) -> bool:
    """Whether a page is so long that it is not to be looked at as one."""
    return ratio(picture) > RATIO


def shrinking(picture: Picture) -> float:
    """What the sides of a page are multiplied with (1 or less) so that it is not too large. A strip may have as many
    pixels a part as another page: else its print would become too small to read."""
    height, width = picture.shape[:2]
    most = MOST_PIXELS * patience(picture)
    return float(min(1.0, (most / (height * width)) ** 0.5))


def patience(picture: Picture) -> float:
    """How many times longer than over another page an engine may be over this one, and how many times larger it is."""
    return min(MOST_PATIENCE, max(1.0, ratio(picture) / RATIO))


def tiles(picture: Picture) -> Iterator[tuple[int, int, Picture]]:
    """The parts of a page from top to bottom, or from left to right: x and y of its corner, and its pixels; a page that
    is no strip is one part. Each is cut where there is least print."""
    if not is_strip(picture):
        yield 0, 0, picture
        return
    height, width = picture.shape[:2]
    upright = height >= width
    shades = grey(picture) if upright else grey(picture).T
    for start, end in _cuts(numpy.asarray(shades.std(axis=1), dtype=numpy.float64), min(height, width)):
        yield (0, start, picture[start:end]) if upright else (start, 0, picture[:, start:end])


def widened_tile(part: Picture) -> tuple[int, int, Picture]:
    """A part of a very narrow strip with paper beside it, so that it is no strip itself; and how far to the right and
    down the part then lies."""
    height, width = part.shape[:2]
    beside = (round(max(height, width) / PART) - min(height, width)) // 2
    if beside <= 0 or not is_strip(part):
        return 0, 0, part
    x, y = (beside, 0) if height >= width else (0, beside)
    paper = numpy.median(part.reshape(height * width, -1), axis=0).tolist()
    return x, y, numpy.asarray(cv2.copyMakeBorder(part, y, y, x, x, cv2.BORDER_CONSTANT, value=paper), numpy.uint8)


def _cuts(print_in: NDArray[numpy.float64], width: int) -> Iterator[tuple[int, int]]:
    """Where parts begin and end, from how much print each row holds."""
    length, start = max(LEAST, round(PART * width)), 0
    while len(print_in) - start > length:
        window = print_in[start + round((1 - MARGIN) * length) : start + length]
        end = start + length - len(window) + _middle(window <= window.min() + EMPTY * numpy.ptp(window))
        yield start, end
        start = end
    yield start, len(print_in)


def _middle(empty: NDArray[numpy.bool_]) -> int:
    """The middle of the longest stretch of empty rows: the gap between two lines, not one between letters."""
    sides = numpy.flatnonzero(numpy.diff(numpy.concatenate(([False], empty, [False]))))
    begins, ends = sides[::2], sides[1::2]
    longest = int(numpy.argmax(ends - begins))
    return int(begins[longest] + ends[longest]) // 2
