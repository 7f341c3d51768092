"""Comb fields of a blank form: a box for each character, or dividers between characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from transcribe.forms import definition
from transcribe.geometry import Box

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from transcribe.model import Picture

MAX_NARROW_PRINT_PX = 13
"""Print narrower than this, and darker than the paper beside it, may be a divider: tints and rules along the box are
not. Chosen by hand."""

MIN_DIVIDER_LEVELS = 25
"""Grey levels by which a divider is darker than the paper beside it. Chosen by hand."""

MIN_DIVIDER_HEIGHT_SHARE = 0.15
"""Share of the box's height that a divider covers at least: low ones cover a quarter, dotted ones a third."""

TALL_DIVIDER_HEIGHT_SHARE = 0.35
"""The same where a label stands in the box: its letters are lower than this, and low dividers would be lost among
them. Chosen by hand."""

MAX_DIVIDER_WIDTH_PX = 7
"""A thicker stroke is no divider: a letter of a label is wider. Chosen by hand."""

CELL_WIDTHS_PX = (14, 110)
"""Width of the narrowest and of the widest cell, 2 and 14 mm."""

MIN_CELL_COUNT = 3
"""The fewest cells of a comb. Chosen by hand."""

MIN_WIDE_CELL_COUNT = 4
"""The fewest cells of a comb whose cells are wider than high: three may be day, month and year."""

MAX_CELL_ASPECT = 1.3
"""Width of a cell over its height, at most: people write a word in what is wider. Chosen by hand."""

MAX_CELL_WIDTH_DIFFERENCE_SHARE = 0.12
"""The largest difference between the cell widths of one comb, as a share of the usual width. Chosen by hand."""

MIN_COVERED_SHARE = 0.75
"""Share of the field's box that the cells of its comb cover. Chosen by hand."""

MIN_GROUP_GAP_SHARE = 0.3
"""A group of characters ends where two cells are farther apart than others by this share of a cell. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comb:
    """The cells of a field, from left to right: x0 and x1 of each.

    `group_ends` holds the numbers of the cells that end a group of characters.
    """

    cells: tuple[tuple[int, int], ...]
    group_ends: frozenset[int]

    @property
    def dividers(self) -> list[int]:
        """The places of the dividers."""
        return sorted({side for cell in self.cells for side in cell})

    @property
    def pitch(self) -> float:
        """The usual width of a cell."""
        import numpy

        return float(numpy.median([x1 - x0 for x0, x1 in self.cells]))

    def cell_of(self, x: float) -> int:
        """The number of the cell that holds a place, or is nearest to it."""
        return min(range(len(self.cells)), key=lambda cell: max(self.cells[cell][0] - x, x - self.cells[cell][1]))


@lru_cache(maxsize=64)
def combs(path: str, boxes: tuple[Box, ...], unit: float) -> tuple[Comb | None, ...]:
    """The comb in each box of a blank, None where a box has none; looked for once a form."""
    return tuple(comb(definition.blank_grey(path), box, unit) for box in boxes)


def comb(picture: Picture, box: Box, unit: float) -> Comb | None:
    """The comb in a box of a grey blank page, None where there is none.

    A comb is narrow upright strokes at even distances. `unit` is how many pixels make one pixel at 200 dpi.
    """
    import cv2
    import numpy

    height, width = picture.shape
    searched = box.padded(round(4 * unit), 0).clipped(width, height)
    cut = picture[searched.slices]
    if (
        cut.shape[0] < CELL_WIDTHS_PX[0] * unit / MAX_CELL_ASPECT
        or cut.shape[1] < MIN_CELL_COUNT * CELL_WIDTHS_PX[0] * unit
    ):
        return None
    side = 2 * round(MAX_NARROW_PRINT_PX * unit / 2) + 1
    upright = cv2.morphologyEx(cut, cv2.MORPH_BLACKHAT, numpy.ones((1, side), numpy.uint8)) >= MIN_DIVIDER_LEVELS
    profile = upright.mean(axis=0)
    found = None
    for high in (MIN_DIVIDER_HEIGHT_SHARE, TALL_DIVIDER_HEIGHT_SHARE):
        dividers = [searched.x0 + x for x in _dividers(profile, high, MAX_DIVIDER_WIDTH_PX * unit)]
        other = _comb(_with_ends(dividers, box), box, unit)
        if other and (found is None or len(other.cells) > len(found.cells)):
            found = other
    return found


def _dividers(profile: NDArray[numpy.float64], high: float, thick: float) -> list[float]:
    """The middles of narrow strokes in the profile of upright print; two pixels of paper separate two strokes.

    `high` is the share of the height that a stroke covers at least.
    """
    import numpy

    columns = numpy.flatnonzero(profile >= high)
    runs = numpy.split(columns, numpy.flatnonzero(numpy.diff(columns) > 2) + 1)
    return [float(run[0] + run[-1]) / 2 for run in runs if run.size and run[-1] - run[0] < thick]


def _with_ends(dividers: Sequence[float], box: Box) -> list[float]:
    """The dividers, and the sides of the box at which a cell ends without a divider."""
    import numpy

    if len(dividers) < MIN_CELL_COUNT - 1:
        return list(dividers)
    pitch = float(numpy.median(numpy.diff(dividers)))
    first, last = dividers[0] - box.x0, box.x1 - dividers[-1]
    before = [dividers[0] - pitch] if abs(first - pitch) < pitch / 4 else []
    after = [dividers[-1] + pitch] if abs(last - pitch) < pitch / 4 else []
    return [*before, *dividers, *after]


def _comb(dividers: Sequence[float], box: Box, unit: float) -> Comb | None:
    import numpy

    gaps = [
        (x0, x1) for x0, x1 in pairwise(dividers) if CELL_WIDTHS_PX[0] * unit <= x1 - x0 <= CELL_WIDTHS_PX[1] * unit
    ]
    if len(gaps) < MIN_CELL_COUNT:
        return None
    pitch = float(numpy.median([x1 - x0 for x0, x1 in gaps]))
    cells = [
        (x0, x1) for x0, x1 in gaps if abs(x1 - x0 - pitch) <= max(2 * unit, MAX_CELL_WIDTH_DIFFERENCE_SHARE * pitch)
    ]
    fewest = MIN_CELL_COUNT if pitch <= box.height else MIN_WIDE_CELL_COUNT
    if len(cells) < fewest or pitch > MAX_CELL_ASPECT * box.height:
        return None
    between = [right[0] - left[1] for left, right in pairwise(cells)]
    usual = float(numpy.median(between))
    covered = sum(x1 - x0 for x0, x1 in cells) + sum(between)
    if (
        covered < MIN_COVERED_SHARE * box.width
        or len(cells) * (pitch + usual) < MIN_COVERED_SHARE * MIN_COVERED_SHARE * box.width
    ):
        return None
    return Comb(
        cells=tuple((round(x0), round(x1)) for x0, x1 in cells),
        group_ends=frozenset(cell for cell, gap in enumerate(between) if gap - usual > MIN_GROUP_GAP_SHARE * pitch),
    )
