"""Where somebody wrote on a filled form: in its frames, in the rows of its tables, and in its boxes to tick."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy

from transcribe.form_drafting.enclosed_boxes import TICK_SIDE_SHARES, enclosed, ruled_boxes
from transcribe.form_drafting.grids import Grid, grid_cells, grids, is_head_row
from transcribe.form_drafting.line_masks import ink_of
from transcribe.form_drafting.rulings import is_heading
from transcribe.geometry import Box

if TYPE_CHECKING:
    from transcribe.model import Picture

MIN_SIDE_SHARE = 0.7
"""Share of the least side of a box to tick from which a straight stroke may be a side of one. Chosen by hand."""

MAX_TICK_ASPECT = 1.25
"""Longer side of a box to tick over its shorter one, at most. Chosen by hand."""

BESIDE_PX = 4
"""Pixels by which print above a table's column stays away from its rulings. Chosen by hand."""


def filled_places(picture: Picture) -> list[Box]:
    """The boxes of a page (grey or RGB) in which writing may stand, in its pixels.

    Headings of tables are none: boxes on top of the rows, else the first row where no print stands above the table.
    """
    ink = ink_of(picture)
    boxes, _ = ruled_boxes(ink)
    tables, frames = grids(boxes)
    cells = [cell for grid in tables for cell in _rows_to_fill(grid, frames, ink)]
    headings = [box for box in frames if any(is_heading(box, grid) or is_head_row(box, grid, ink) for grid in tables)]
    return [*(box for box in frames if box not in headings), *cells, *_ticks(ink, boxes)]


def _rows_to_fill(grid: Grid, frames: Sequence[Box], ink: Picture) -> list[Box]:
    """The cells of a table below its heading."""
    cells = grid_cells(grid)
    is_headed = any(is_heading(box, grid) for box in frames) or _has_print_above(grid, ink)
    return cells if is_headed else cells[len(grid.spans) :]


def _has_print_above(grid: Grid, ink: Picture) -> bool:
    """Whether print stands right above most columns of a table."""
    height = grid.box.height // grid.rows
    strips = [
        ink[max(0, grid.box.y0 - height) : max(0, grid.box.y0 - BESIDE_PX), x0 + BESIDE_PX : x1 - BESIDE_PX]
        for x0, x1 in grid.spans
    ]
    return 2 * sum(bool(strip.any()) for strip in strips) > len(strips)


def _ticks(ink: Picture, boxes: Sequence[Box]) -> Iterator[Box]:
    """Small squares of four straight sides, whatever stands in them, outside of all boxes."""
    width = ink.shape[1]
    least, most = (round(share * width) for share in TICK_SIDE_SHARES)
    side = max(3, round(MIN_SIDE_SHARE * least))
    lines = [cv2.morphologyEx(ink, cv2.MORPH_OPEN, numpy.ones(shape, numpy.uint8)) for shape in ((1, side), (side, 1))]
    either = cv2.bitwise_or(*lines)
    sides = numpy.asarray(cv2.dilate(either, numpy.ones((3, 3), numpy.uint8)), numpy.uint8)
    for box in enclosed(sides, width, TICK_SIDE_SHARES[0]):
        is_square = max(box.width, box.height) <= min(most, MAX_TICK_ASPECT * min(box.width, box.height))
        if is_square and not any(other.intersects(box) for other in boxes):
            yield box
