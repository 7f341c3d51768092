"""Connected patches of ink: where they are, which box each belongs to, and which others it reaches into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy
from numpy.typing import NDArray

from transcribe.geometry import Box

ASTRIDE = 0.4
"""Share of a patch that reaches into a box from which it may be that box's writing: a g's tail has less of the g."""


NEAREST = 0.25
"""The same for a patch whose middle lies in no box: nobody else claims it."""


LOWEST = 12
"""Pixels at 200 dpi of the lowest letters there are: print of 5 points. Points and dashes are lower."""

MIN_SHARE_ACROSS, MIN_ACROSS_PX = 0.25, 3
"""The share of a letter's width, and the pixels at 200 dpi, that lie on either side of what it stands across."""

MAX_WIDTH_ACROSS_HEIGHTS = 3.0
"""The greatest width of what stands across a side, in its heights: what is wider is a line, and no letter."""

MAX_LETTER_GAP_HEIGHTS = 0.25
"""The most paper between two letters of one word, in heights of the higher one: a space has more.

On 34 photographs of two other forms writing went on so across the side of 2 of 1,253 fields that were decided rightly.
On 12 whose writing ran over it did at 8 of 365 decided rightly, and at all 7 decided wrongly for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A connected patch of ink: its box on the page, its pixels, its middle."""

    box: Box
    area: int
    middle: tuple[float, float]


class Owned(NamedTuple):
    """For each patch and box whether the patch is of the box, and whether it reaches into it, being another's."""

    own: NDArray[numpy.bool_]
    reaching: NDArray[numpy.bool_]


def owned(patches: NDArray[numpy.float64], middles: NDArray[numpy.float64], boxes: Sequence[Box]) -> Owned:
    """Who owns patches, given their boxes (x0, y0, x1, y1) and middles (x, y).

    A patch belongs to the smallest box that its middle lies in; where that is none, to the box that most of it reaches
    into, if it is enough. A patch that stands astride the side of a box reaches into the other one."""
    sides = numpy.array([tuple(box) for box in boxes], numpy.float64).reshape(-1, 4)
    shares = _shares(patches, sides)
    x, y = middles[:, None, 0], middles[:, None, 1]
    inside = (sides[:, 0] <= x) & (x < sides[:, 2]) & (sides[:, 1] <= y) & (y < sides[:, 3])
    areas = (sides[:, 2] - sides[:, 0]) * (sides[:, 3] - sides[:, 1])
    smallest = numpy.where(inside, areas, numpy.inf)
    owners = numpy.where(inside.any(axis=1), smallest.argmin(axis=1), shares.argmax(axis=1))
    owners[~inside.any(axis=1) & (shares.max(axis=1) < NEAREST)] = -1
    own = owners[:, None] == numpy.arange(len(boxes))
    return Owned(own, (shares >= ASTRIDE) & ~inside & ~own)


def going_on(
    patches: NDArray[numpy.float64], middles: NDArray[numpy.float64], boxes: Sequence[Box], unit: float
) -> list[bool]:
    """Whether writing goes on across the left or right side of each box, given patches (x0, y0, x1, y1) and middles: a
    letter stands across the side, or two stand on either side of it as near as those of a word."""
    is_letter = patches[:, 3] - patches[:, 1] >= LOWEST * unit
    letters, x, y = patches[is_letter], middles[is_letter, 0], middles[is_letter, 1]
    found = []
    for box in boxes:
        row = (box.y0 <= y) & (y < box.y1)
        found.append(any(_goes_across(letters[row], x[row], side, unit) for side in (box.x0, box.x1)))
    return found


def _goes_across(letters: NDArray[numpy.float64], x: NDArray[numpy.float64], side: int, unit: float) -> bool:
    """Whether writing goes on across an upright side, given the letters of its row and the x of their middles."""
    widths, heights = letters[:, 2] - letters[:, 0], letters[:, 3] - letters[:, 1]
    on_both = numpy.minimum(side - letters[:, 0], letters[:, 2] - side)
    least = numpy.maximum(MIN_SHARE_ACROSS * widths, MIN_ACROSS_PX * unit)
    if ((on_both >= least) & (widths <= MAX_WIDTH_ACROSS_HEIGHTS * heights)).any():
        return True
    before, after = letters[x < side], letters[x >= side]
    if not len(before) or not len(after):
        return False
    last, first = before[before[:, 2].argmax()], after[after[:, 0].argmin()]
    high, low = sorted((last[3] - last[1], first[3] - first[1]), reverse=True)
    beside = min(last[3], first[3]) - max(last[1], first[1]) >= low / 2
    return bool(beside and first[0] - last[2] <= MAX_LETTER_GAP_HEIGHTS * high)


def _shares(patches: NDArray[numpy.float64], sides: NDArray[numpy.float64]) -> NDArray[numpy.float64]:
    """The share of each patch's rectangle that lies in each box."""
    wide = numpy.minimum(patches[:, None, 2], sides[:, 2]) - numpy.maximum(patches[:, None, 0], sides[:, 0])
    high = numpy.minimum(patches[:, None, 3], sides[:, 3]) - numpy.maximum(patches[:, None, 1], sides[:, 1])
    areas = (patches[:, 2] - patches[:, 0]) * (patches[:, 3] - patches[:, 1])
    common: NDArray[numpy.float64] = wide.clip(0) * high.clip(0) / areas[:, None]
    return common


def at_rim(boxes: NDArray[numpy.intp], shape: tuple[int, ...]) -> NDArray[numpy.bool_]:
    """Whether a patch touches the rim of the page: the table that it lay on, seen beside it."""
    height, width = shape
    rim: NDArray[numpy.bool_] = (boxes[:, :2] <= 0).any(axis=1) | (boxes[:, 2] >= width) | (boxes[:, 3] >= height)
    return rim
