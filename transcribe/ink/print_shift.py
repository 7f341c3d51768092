"""Print that lies beside its place: on crumpled paper a frame stands some pixels from where the blank has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import cv2
import numpy

from transcribe.forms import blank_grey
from transcribe.geometry import Box
from transcribe.imaging import find_shift

if TYPE_CHECKING:
    from transcribe.imaging import Mask
    from transcribe.ink.ink_layer import InkLayer
    from transcribe.model import Picture

MARGIN = 12
"""Pixels at 200 dpi around a box within which its own print is looked for: its frame, the first letters beside it."""

TILE = 64
"""Pixels at 200 dpi of a piece of print that is moved as one: a whole box to tick, a short piece of a long frame, as
paper bends along it."""

REACH = 12
"""How far print is looked for, pixels at 200 dpi; a page pressed flat lies nearer nearly everywhere."""

ALIKE = 0.5
"""Correlation from which a piece of print is found; one that is written over is not, and moves nothing."""

NEARER = 0.003
"""What a pixel of distance costs in correlation: along a line all places look the same, and the nearest is right."""

BLUR = 1.5
"""How much softer than a blank a photograph is, pixels at 200 dpi."""

PLAIN = 2.0
"""Standard deviation of a piece below which there is no print to find it by."""


def displaced(sheet: InkLayer, box: Box) -> Mask:
    """1 where the print of a box stands on this page, with a little around, and 0 elsewhere: as large as the box.

    Each piece of print in and around the box is looked for around its place. What the blank hides where it should
    stand is not in it.
    """
    found = numpy.zeros((box.height, box.width), numpy.uint8)
    if sheet.blank is None:
        return found
    grey, reach = blank_grey(sheet.blank), round(REACH * sheet.unit)
    for tile in _tiles(sheet, box, reach):
        print_ = sheet.print_.near[tile.slices]
        if not print_.any():
            continue
        moved = _moved(sheet, grey, tile, reach)
        if moved is not None:
            _paste(found, print_, tile.x0 + moved[0] - box.x0, tile.y0 + moved[1] - box.y0)
    return found


def _tiles(sheet: InkLayer, box: Box, reach: int) -> Iterator[Box]:
    """The pieces of a box and what is around it, as far as they can be looked for on the page."""
    margin, side = round(MARGIN * sheet.unit), round(TILE * sheet.unit)
    height, width = sheet.dark.shape
    left, top = max(reach, box.x0 - margin), max(reach, box.y0 - margin)
    right, bottom = min(width - reach, box.x1 + margin), min(height - reach, box.y1 + margin)
    for y in range(top, bottom, side):
        for x in range(left, right, side):
            yield Box(x, y, min(x + side, right), min(y + side, bottom))


def _moved(sheet: InkLayer, grey: Picture, tile: Box, reach: int) -> tuple[int, int] | None:
    """How far across and down from its place a piece of print lies; None where it is not found."""
    dark = cv2.GaussianBlur(255 - grey[tile.slices], (0, 0), BLUR * sheet.unit)
    if dark.std() < PLAIN:
        return None
    around = sheet.dark[tile.padded(reach).slices]
    shift = find_shift(numpy.asarray(dark, numpy.uint8), around, reach, NEARER, sheet.unit)
    return (shift.across, shift.down) if shift.correlation >= ALIKE else None


def _paste(into: Mask, piece: Mask, x: int, y: int) -> None:
    """Add a piece to a mask at a place, as far as it lies on it."""
    shown = Box.sized(x, y, piece.shape[1], piece.shape[0]).clipped(into.shape[1], into.shape[0])
    into[shown.slices] |= piece[shown.shifted(-x, -y).slices]
