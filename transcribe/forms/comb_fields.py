"""Combs on a blank form: boxes for one character each, or teeth between characters, and which field has one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.forms import blank_image
from transcribe.geometry import Box

if TYPE_CHECKING:
    from transcribe.model import Picture

NARROW = 13
"""Pixels at 200 dpi: what is darker than the paper beside it and narrower than this may be a tooth; tints, rules along
the box and paper are not."""

FAINT = 25
"""Grey levels by which a tooth is darker than the paper beside it."""

TOOTH = 0.15
"""Share of the box's height that a tooth has at least: low ones have a quarter, dotted ones a third of their pixels."""

THICK = 7
"""Pixels at 200 dpi of the thickest tooth; a letter of a label is wider."""

CELLS = (14, 110)
"""Width of the narrowest and of the widest cell at 200 dpi, 2 and 14 mm."""

FEWEST, FEWEST_WIDE = 3, 4
"""Cells of a comb at least; four where cells are wider than high, as three may be for day, month and year."""

WIDEST = 1.3
"""Width of a cell over its height: what is wider is written in as a word is."""

EVEN = 0.12
"""How far cells of one comb differ, as a share of their width."""

COVERS = 0.75
"""Share of the field's box that the cells of its comb cover."""

GROUP = 0.3
"""Room between two cells, as a share of a cell, beyond what lies between all: there one group of characters ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comb:
    """The cells of a field, from left to right: x0 and x1 of each, and the numbers of those that end a group. `y0` and
    `y1` are the field's."""

    cells: tuple[tuple[int, int], ...]
    group_ends: frozenset[int]
    y0: int
    y1: int

    @property
    def dividers(self) -> list[int]:
        """Where the teeth stand."""
        return sorted({side for cell in self.cells for side in cell})

    @property
    def pitch(self) -> float:
        """The usual width of a cell."""
        return float(numpy.median([x1 - x0 for x0, x1 in self.cells]))

    def cell_of(self, x: float) -> int:
        """The number of the cell in which a place lies, or to which it is nearest."""
        return min(range(len(self.cells)), key=lambda cell: max(self.cells[cell][0] - x, x - self.cells[cell][1]))

    def from_tooth(self, x: float) -> float:
        """How far a place is from the nearest tooth."""
        return min(abs(x - side) for cell in self.cells for side in cell)

    def from_frame(self, y: float) -> float:
        """How far a place is from the field's upper or lower side."""
        return min(abs(y - self.y0), abs(y - self.y1))


@lru_cache(maxsize=64)
def combs(path: str, boxes: tuple[Box, ...], unit: float) -> tuple[Comb | None, ...]:
    """The comb in each box of a blank, None where it has none. Looked for once a form: its blank alone says it."""
    return tuple(comb(blank_image.blank_grey(path), box, unit) for box in boxes)


def comb(picture: Picture, box: Box, unit: float) -> Comb | None:
    """The comb in a box of a grey blank page, None where there is none: narrow upright strokes at even distances."""
    around = round(4 * unit)
    left = max(0, box.x0 - around)
    cut = picture[max(0, box.y0) : box.y1, left : box.x1 + around]
    if cut.shape[0] < CELLS[0] * unit / WIDEST or cut.shape[1] < FEWEST * CELLS[0] * unit:
        return None
    side = 2 * round(NARROW * unit / 2) + 1
    upright = cv2.morphologyEx(cut, cv2.MORPH_BLACKHAT, numpy.ones((1, side), numpy.uint8)) >= FAINT
    teeth = [left + x for x in _teeth(upright.mean(axis=0), THICK * unit)]
    return _comb(_with_ends(teeth, box), box, unit)


def _teeth(profile: NDArray[numpy.float64], thick: float) -> list[float]:
    """The middles of narrow strokes in the profile of upright print; two pixels of paper part two strokes."""
    columns = numpy.flatnonzero(profile >= TOOTH)
    runs = numpy.split(columns, numpy.flatnonzero(numpy.diff(columns) > 2) + 1)
    return [float(run[0] + run[-1]) / 2 for run in runs if run.size and run[-1] - run[0] < thick]


def _with_ends(teeth: Sequence[float], box: Box) -> list[float]:
    """The teeth with the sides of the box where a cell ends at one that has no tooth of its own."""
    if len(teeth) < FEWEST - 1:
        return list(teeth)
    pitch = float(numpy.median(numpy.diff(teeth)))
    first, last = teeth[0] - box.x0, box.x1 - teeth[-1]
    before = [teeth[0] - pitch] if abs(first - pitch) < pitch / 4 else []
    after = [teeth[-1] + pitch] if abs(last - pitch) < pitch / 4 else []
    return [*before, *teeth, *after]


def _comb(teeth: Sequence[float], box: Box, unit: float) -> Comb | None:
    gaps = [(x0, x1) for x0, x1 in pairwise(teeth) if CELLS[0] * unit <= x1 - x0 <= CELLS[1] * unit]
    if len(gaps) < FEWEST:
        return None
    pitch = float(numpy.median([x1 - x0 for x0, x1 in gaps]))
    cells = [(x0, x1) for x0, x1 in gaps if abs(x1 - x0 - pitch) <= max(2 * unit, EVEN * pitch)]
    fewest = FEWEST if pitch <= box.height else FEWEST_WIDE
    if len(cells) < fewest or pitch > WIDEST * box.height:
        return None
    between = [right[0] - left[1] for left, right in pairwise(cells)]
    usual = float(numpy.median(between))
    covered = sum(x1 - x0 for x0, x1 in cells) + sum(between)
    if covered < COVERS * box.width or len(cells) * (pitch + usual) < COVERS * COVERS * box.width:
        return None
    return Comb(
        cells=tuple((round(x0), round(x1)) for x0, x1 in cells),
        group_ends=frozenset(cell for cell, gap in enumerate(between) if gap - usual > GROUP * pitch),
        y0=box.y0,
        y1=box.y1,
    )
