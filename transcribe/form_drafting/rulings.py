"""What is ruled on a blank page: frames, lines to write on, small boxes to tick, and grids of equal rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy

from transcribe.form_drafting.borderless_tables import Print, striped
from transcribe.form_drafting.grids import NEAR, Grid, below_header, cells, combs, grids, has_print_between, is_combs
from transcribe.form_drafting.paper_tint import tinted
from transcribe.geometry import Box
from transcribe.imaging import flatten, grey

if TYPE_CHECKING:
    from transcribe.model import Picture

DARK = 215
"""Ruling may be light grey; paper divided out is 255."""
LENGTH = 0.03
"""A line is at least this share of the page's width; a stroke of a letter is shorter."""
TICK = (0.011, 0.035)
"""Sides of a box to tick as shares of the page's width: 2.3 to 7 mm of A4."""
HOLLOW = 0.45
"""Share of a tick box that is paper inside its outline; of a printed O or 0 it is less."""
CHARACTER = 0.01
"""Width of the narrowest box for a single character, as a share of the page's width: 2 mm of A4."""
ROOM = 0.038
"""Height of the room to write above a line, as a share of the page's width: 8 mm of A4."""
SEPARATOR = 0.85
"""A line as wide as this share of the page parts the page; nobody writes on it."""
BELOW = 0.006
"""How far writing hangs below its line."""
HIGHEST = 0.15
"""Height of a tinted box to write in, at most, as a share of the page's width: what is higher is a panel."""
BARE = 0.985
"""Share of a tinted box that is tint: a heading's band has print on it."""
FILLED = 0.85
"""Share of a frame's upright rectangle that its inside covers; what is less is no rectangle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What was found, from the top: frames to write in, room above lines, boxes to tick, grids."""

    frames: tuple[Box, ...]
    lines: tuple[Box, ...]
    ticks: tuple[Box, ...]
    grids: tuple[Grid, ...]


def ruling(picture: Picture) -> Ruling:
    """Frames, lines, tick boxes and grids of a blank page (grey or RGB), in pixels of the page."""
    ink = ((flatten(grey(picture)) < DARK) * 255).astype(numpy.uint8)
    width = picture.shape[1]
    across, down = _long(ink, round(width * LENGTH), 1), _long(ink, 1, round(width * LENGTH * 0.8))
    dotted = _long(_joined_dots(ink, width), round(width * LENGTH * 1.5), 1)
    lines = numpy.asarray(cv2.dilate(across | down, numpy.ones((3, 3), numpy.uint8)), numpy.uint8)
    boxes = _insides(lines, width)
    boxes = _with(boxes, [*_insides(ink, width), *_tinted(grey(picture), width)])
    framed, frames = grids(boxes)
    teeth = [grid.box for grid in framed if is_combs(grid)]
    toothed, frames = combs([*frames, *(box for box in boxes if any(grid.contains(box) for grid in teeth))])
    small = _with(_insides(lines, width, CHARACTER), _insides(ink, width, CHARACTER))
    toothed += combs([box for box in small if box.width <= width * LENGTH])[0]
    frames += toothed
    boxes += toothed
    tables = {grid: below_header(grid, ink) for grid in framed if not is_combs(grid)}
    apart = [grid.box.padded(NEAR) for grid, table in tables.items() if table is None]
    frames += [box for box in boxes if any(grid.contains(box) for grid in apart)]
    framed = [table for table in tables.values() if table]
    rules = _lines(across) + _lines(dotted)
    framed += (bare := striped(Print(grey=grey(picture), ink=ink, across=rules, down=down), framed))
    frames = [box for box in frames if not any(_heads(box, g) or (g in bare and g.box.contains(box)) for g in framed)]
    alone = [
        line
        for line in rules
        if not _edges_any(line, boxes)
        and line.width < width * SEPARATOR
        and not any(grid.box.padded(NEAR).contains(line) for grid in bare)
    ]
    lined, rooms = grids([_room(line, width) for line in _longest_first(alone)])
    labelled = [grid for grid in lined if has_print_between(grid, ink)]
    rooms += [box for grid in labelled for box in cells(grid)]
    lined = [grid for grid in lined if grid not in labelled]
    return Ruling(
        frames=tuple(_sorted(frames)),
        lines=tuple(_sorted(rooms)),
        ticks=tuple(_sorted(_ticks(ink, boxes, width))),
        grids=tuple(sorted((*framed, *lined), key=lambda grid: grid.box.y0)),
    )


def without_lines(picture: Picture) -> Picture:
    """A grey blank page without its ruling: its print alone, which an engine would take lines for letters of."""
    shown = grey(picture).copy()
    ink = ((flatten(shown) < DARK) * 255).astype(numpy.uint8)
    width = shown.shape[1]
    lines = _long(ink, round(width * LENGTH), 1) | _long(ink, 1, round(width * LENGTH * 0.8))
    lines |= _long(_joined_dots(ink, width), round(width * LENGTH * 1.5), 1)
    shown[cv2.dilate(lines, numpy.ones((3, 3), numpy.uint8)) > 0] = 255
    return shown


# --- lines -----------------------------------------------------------------------------------------------------------


def _long(ink: Picture, width: int, height: int) -> Picture:
    """What is left of the ink where only strokes of this size stay."""
    return numpy.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, numpy.ones((height, width), numpy.uint8)), numpy.uint8)


def _joined_dots(ink: Picture, width: int) -> Picture:
    """Dots and dashes in a row, drawn through: small specks whose neighbours stand at the same height."""
    largest = max(3, width // 240)
    _, labels, sizes, _ = cv2.connectedComponentsWithStats(ink)
    small = (sizes[:, cv2.CC_STAT_HEIGHT] <= largest) & (sizes[:, cv2.CC_STAT_WIDTH] <= 3 * largest)
    small[0] = False
    dots = (small[labels] * 255).astype(numpy.uint8)
    gap = max(7, width // 150)
    return numpy.asarray(cv2.morphologyEx(dots, cv2.MORPH_CLOSE, numpy.ones((1, gap), numpy.uint8)), numpy.uint8)


def _lines(mask: Picture) -> list[Box]:
    """The straight pieces of a mask of lines; parts of one line that a pixel's step divides are one."""
    joined = cv2.dilate(mask, numpy.ones((3, 3), numpy.uint8))
    count, _, sizes, _ = cv2.connectedComponentsWithStats(joined)
    boxes = [Box.sized(x, y, w, h) for x, y, w, h, _ in sizes[1:count].tolist()]
    return [box for box in boxes if box.height <= box.width / 4]


def _longest_first(lines: Iterable[Box]) -> list[Box]:
    """Of lines close above one another, as double rules are, the longest."""
    kept: list[Box] = []
    for line in sorted(lines, key=lambda each: -each.width):
        if not any(abs(line.y0 - each.y0) < 14 and _common_width(line, each) > 0.5 for each in kept):
            kept.append(line)
    return kept


def _room(line: Box, page_width: int) -> Box:
    below = line.y1 + round(page_width * BELOW)
    return Box(line.x0, max(0, below - round(page_width * ROOM)), line.x1, below)


def _edges_any(line: Box, cells: Sequence[Box]) -> bool:
    """Whether a line is the upper or lower side of a frame."""
    return any(
        min(abs(line.y0 - cell.y0), abs(line.y1 - cell.y1)) < 12 and _common_width(line, cell) > 0.5 for cell in cells
    )


def _common_width(one: Box, other: Box) -> float:
    """Share of the shorter's width that both cover."""
    return one.overlap_across(other) / max(1, min(one.width, other.width))


# --- frames ----------------------------------------------------------------------------------------------------------


def _insides(lines: Picture, width: int, least: float = LENGTH) -> list[Box]:
    """The rectangles of paper that lines enclose, as wide as this share of the page at least."""
    contours, levels = cv2.findContours(lines, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if levels is None:
        return []
    found = []
    for contour, level in zip(contours, levels[0], strict=True):
        x, y, w, h = cv2.boundingRect(contour)
        is_hole, large = level[3] >= 0, w > width * least and h > width * TICK[0] * 1.4
        if is_hole and large and h < width and cv2.contourArea(contour) > FILLED * w * h:
            found.append(Box.sized(x, y, w, h).padded(2))
    return _sorted(found)


def _with(boxes: Sequence[Box], more: Iterable[Box]) -> list[Box]:
    """The boxes, and those more that lie on none of them."""
    found = list(boxes)
    for box in more:
        if not any(box.intersects(other) for other in found):
            found.append(box)
    return _sorted(found)


def _tinted(picture: Picture, width: int) -> list[Box]:
    """Bare rectangles of another tint than the paper, without a frame, as wide as something to write in."""
    solid = cv2.morphologyEx(tinted(picture).astype(numpy.uint8), cv2.MORPH_OPEN, numpy.ones((15, 15), numpy.uint8))
    count, _, sizes, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
    found = []
    for x, y, w, h, area in sizes[1:count].tolist():
        large = width * LENGTH < w < width * SEPARATOR and width * TICK[0] * 1.4 < h < width * HIGHEST
        if large and area > BARE * w * h:
            found.append(Box.sized(x, y, w, h))
    return found


def _ticks(ink: Picture, cells: Sequence[Box], width: int) -> list[Box]:
    """Small hollow squares and circles that stand alone, in no frame."""
    least, most = width * TICK[0], width * TICK[1]
    contours, levels = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour, level in zip(contours, () if levels is None else levels[0], strict=True):
        x, y, w, h = cv2.boundingRect(contour)
        if level[3] >= 0 or level[2] < 0 or not (least <= w <= most and least <= h <= most and 0.8 < w / h < 1.25):
            continue
        hollow = cv2.contourArea(contours[level[2]]) / (w * h)
        if (
            hollow > HOLLOW
            and _stands_alone(ink, x, y, w, h)
            and not any(cell.contains(Box.sized(x, y, w, h)) for cell in cells)
        ):
            found.append(Box.sized(x, y, w, h))
    return found


def _stands_alone(ink: Picture, x: int, y: int, w: int, h: int) -> bool:
    """Whether there is paper at both sides, a fifth of its width: letters of a word stand closer."""
    gap = max(4, w // 5)
    left, right = ink[y : y + h, max(0, x - gap) : x], ink[y : y + h, x + w : x + w + gap]
    return not left.any() and not right.any()


def _heads(box: Box, grid: Grid) -> bool:
    """Whether a box stands on a column of a table: it is the column's heading."""
    on_top = abs(box.y1 - grid.box.y0) < NEAR
    return on_top and any(abs(box.x0 - x0) < NEAR and abs(box.x1 - x1) < NEAR for x0, x1 in grid.spans)


def _sorted(boxes: Iterable[Box]) -> list[Box]:
    return sorted(boxes, key=lambda box: (box.y0, box.x0))
