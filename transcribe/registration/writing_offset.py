"""The offset of a page's writing beside its boxes, on a form that a printer filled in askew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from transcribe.geometry import Box

REACH_PX, STEP_PX, LEAST_PX = 88, 4, 16
"""The reach of the search for an offset each way at 200 dpi (11 mm), its steps, and the least that counts (2 mm)."""

MIN_INSIDE_SHARE = 0.75
"""Share of a stretch of text that lies in one box, moved by an offset, from which it lies in it. Chosen by hand."""

MIN_OWN_SHARE = 0.6
"""The same without an offset. A detector sees paper beside a letter: at .75 digits that touch the left frame of their
column lay outside, and on 3 of 94 photographs of other forms a column moved all writing and every field was asked."""

MIN_PIECES, MIN_GAIN, MIN_GAIN_SHARE = 5, 3, 0.15
"""Stretches of text on a page from which an offset is looked for; how many more, and as what share, must lie in boxes
with it: of 57 on a page with dirt at its edge four did, and every field was asked."""

MIN_WIDTH_HEIGHTS = 0.4
"""Width of a stretch in its heights from which it is text: less is what is left of a frame. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class Offset:
    """Pixels by which writing lies to the right of its boxes and below them; negative to the left and above."""

    across: int
    down: int


def writing_offset(pieces: Sequence[Box], boxes: Sequence[Box], unit: float) -> Offset | None:
    """The offset with which most of a page's text lies in boxes; None where as much of it does without any.

    `pieces` are stretches of text that are none of the form's print, `boxes` those of its fields of text, `unit` is the
    length of a pixel at 200 dpi. Of offsets that do as well it is the middle one."""
    shown = numpy.array([each for each in pieces if is_text(each)], numpy.float64).reshape(-1, 4)
    places = numpy.array(boxes, numpy.float64).reshape(-1, 4)
    if len(shown) < MIN_PIECES or not len(places):
        return None
    without = _count_inside(_overlaps(shown, places, 0, 0), _overlaps(shown, places, 0, 1), shown, MIN_OWN_SHARE)
    if len(shown) - without < MIN_GAIN:
        return None
    steps = [round(step * unit) for step in range(-REACH_PX, REACH_PX + 1, STEP_PX)]
    across, down = ([_overlaps(shown, places, step, axis) for step in steps] for axis in (0, 1))
    counts = numpy.array([[_count_inside(wide, high, shown, MIN_INSIDE_SHARE) for wide in across] for high in down])
    far = numpy.abs(numpy.array(steps)) >= LEAST_PX * unit
    most = int(counts[far[:, None] | far[None, :]].max())
    if most - without < max(MIN_GAIN, MIN_GAIN_SHARE * len(shown)):
        return None
    rows, columns = numpy.nonzero((counts == most) & (far[:, None] | far[None, :]))
    return Offset(*(round(float(numpy.mean([steps[each] for each in some]))) for some in (columns, rows)))


def is_text(piece: Box) -> bool:
    """Whether a stretch is wide enough to be text."""
    return piece.width >= MIN_WIDTH_HEIGHTS * piece.height


def _overlaps(
    pieces: NDArray[numpy.float64], boxes: NDArray[numpy.float64], step: int, axis: int
) -> NDArray[numpy.float64]:
    """How far each piece (rows) overlaps each box (columns) that is moved by a step, across (axis 0) or down (1)."""
    low = numpy.maximum(pieces[:, None, axis], boxes[None, :, axis] + step)
    high = numpy.minimum(pieces[:, None, axis + 2], boxes[None, :, axis + 2] + step)
    return numpy.asarray(numpy.maximum(high - low, 0.0), numpy.float64)


def _count_inside(
    wide: NDArray[numpy.float64], high: NDArray[numpy.float64], pieces: NDArray[numpy.float64], least_share: float
) -> int:
    """How many pieces lie in one box, by how far they overlap each across and down."""
    areas = (pieces[:, 2] - pieces[:, 0]) * (pieces[:, 3] - pieces[:, 1])
    return int(((wide * high).max(axis=1) >= least_share * areas).sum())
