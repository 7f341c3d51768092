"""What two measures say of a mark: ticked or not, signed or not; nothing where they differ or it may be no mark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.geometry import Box
from transcribe.imaging import Mask
from transcribe.ink.ink_layer import ENOUGH, SPECK, Ink, InkLayer, sure
from transcribe.ink.mark_weights import HIDDEN, HIDDEN_BIAS, SHOWN, SHOWN_BIAS
from transcribe.ink.print_mask import crosses

TICKED = 0.02
"""Share of a checkbox's pixels that is ink from which it is ticked: a thin tick of a ball pen covers 6 %."""


SIGNED = 160.0
"""Pixels of ink (at 200 dpi) from which a box is signed: initials of a ball pen have 500, dust and a dot 20."""


STRAIGHT = 14
"""Pixels at 200 dpi that all ink of a signature keeps within where it is one line: a fold, or the box is struck out."""


MIN_SIGNATURE_PX = 150
"""The longest stroke of a signature at least, in pixels at 200 dpi: those of 58 had 273 and more. A box full of specks,
joined to at most 135, was signed with 0.99998."""


STREAK_LENGTH, STREAK_SHARE = 0.5, 0.35
"""Share of a box's width that a streak covers in it, and share of as much on either side, where print hides it."""


STREAK_GAP_PX, STREAK_LEAN_PX = 24, 4
"""Pixels at 200 dpi over which a streak is followed where print interrupts it, and by which it may lean. Chosen by
hand, on pages with the marks of a dirty roller: on 2 of 4 an empty box was signed with 0.9995 and more."""


def probability_ticked(sheet: InkLayer, ink: Ink, box: Box, strokes: float, others: Iterable[Box] = ()) -> float | None:
    """How sure it is that a box is ticked, 0 to 1; `strokes` are those that the page has there beyond its blank's,
    `others` the patches of ink of other fields.

    None where the measures cannot tell. It is no surer than what ink of this shape is."""
    if crosses(sheet.folds, box):
        return None
    seen = sheet.share(box) * _off_streaks(sheet, box)
    if seen < TICKED and sheet.faint(box) >= ENOUGH:  # none of 121 empty boxes but one, of 4 pale ticks all
        return None
    told = _both(seen / TICKED, strokes * sheet.unit**2 / max(1, box.area) / TICKED, ink)
    if told is None:
        return None
    shares = mark_shares(mark_shape(sheet, box, strokes, others))
    sure = min(told, shares.ticked) if told >= 0.5 else min(1 - told, shares.bare)
    if sure <= 0.5:
        return None
    return sure if told >= 0.5 else 1 - sure


def probability_signed(sheet: InkLayer, ink: Ink, box: Box, strokes: float) -> float | None:
    """How sure it is that a box is signed, 0 to 1; `strokes` are those that the page has there beyond its blank's.

    None where the measures cannot tell."""
    if ink.box and ink.amount >= SIGNED:
        longest = max(max(each.box.width, each.box.height) for each in ink.patches)
        straight = min(ink.box.width, ink.box.height) <= STRAIGHT * sheet.unit
        if straight or longest < MIN_SIGNATURE_PX * sheet.unit:
            return None
    amount = ink.amount * _off_streaks(sheet, box) if ink.amount >= SIGNED else ink.amount
    return _both(amount / SIGNED, strokes / SIGNED, ink)


def _off_streaks(sheet: InkLayer, box: Box) -> float:
    """The share of the ink in a box that is no streak which runs through it from far beyond two opposite sides."""
    inside = sheet.ink[box.slices]
    streaks = _level_streaks(sheet.ink, box, sheet.unit)
    upright = _level_streaks(sheet.ink.T, Box(box.y0, box.x0, box.y1, box.x1), sheet.unit).T
    return float((inside & ~(streaks | upright)).sum()) / max(1, int(inside.sum()))


def _level_streaks(ink: Mask, box: Box, unit: float) -> NDArray[numpy.bool_]:
    """Where thin strokes of ink run through a box from side to side, and on beyond its left and its right one."""
    gap = numpy.ones((1, 2 * round(STREAK_GAP_PX * unit / 2) + 1), numpy.uint8)
    inside = numpy.ascontiguousarray(ink[box.slices])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(inside, cv2.MORPH_CLOSE, gap))
    found = numpy.zeros(inside.shape, numpy.bool_)
    for number, (_, top, wide, high, _) in enumerate(stats.tolist()):
        if number and wide >= STREAK_LENGTH * box.width and high <= STRAIGHT * unit:
            band = Box(0, box.y0 + top, ink.shape[1], box.y0 + top + high).padded(0, round(STREAK_LEAN_PX * unit))
            if _runs_beyond(ink[max(0, band.y0) : band.y1], box.x0, box.x1, round(STREAK_LENGTH * box.width)):
                found |= labels == number
    return found


def _runs_beyond(rows: Mask, left: int, right: int, reach: int) -> bool:
    """Whether these rows have ink beside a box too, left and right of it."""
    sides = rows[:, max(0, left - reach) : left], rows[:, right : right + reach]
    return all(side.shape[1] == 0 or side.any(axis=0).mean() >= STREAK_SHARE for side in sides)


def _both(seen: float, strokes: float, ink: Ink) -> float | None:
    """How sure a mark is by two measures, each over what is as likely as not. In a box in doubt neither may see one."""
    if (seen >= 1) != (strokes >= 1) or (seen < 1 and ink.doubtful):
        return None
    return sure(min(seen, strokes)) if seen >= 1 else sure(max(seen, strokes))


# The shape of the ink in and around a box to tick, and how probable it is of a bare box, a ticked one, or another.
#
# The other one is a tick that was taken back, a ring, or a mark beside its box. `tests/bench/fit_marks.py` learns it.

AROUND_SIDES, AROUND_PX = 0.75, 16
"""How far around a box ink may be of its mark: sides of it, and pixels at 200 dpi (2 mm) more. Chosen by hand."""


class MarkShares(NamedTuple):
    """How probable it is that a box is bare, and that it is ticked and the tick stands; neither, for what is left."""

    bare: float
    ticked: float


def mark_shares(shape: Sequence[float]) -> MarkShares:
    """What the shape of the ink tells of a box: one layer of tanh, and softmax."""
    inner = numpy.tanh(numpy.asarray(shape) @ numpy.array(HIDDEN) + HIDDEN_BIAS)
    scores = inner @ numpy.array(SHOWN) + SHOWN_BIAS
    parts = numpy.exp(scores - scores.max())
    bare, ticked, _ = (parts / parts.sum()).tolist()
    return MarkShares(bare, ticked)


def mark_shape(sheet: InkLayer, box: Box, strokes: float, others: Iterable[Box]) -> list[float]:
    """The shape of the ink in and around a box, as numbers that do not depend on the box's size nor on the pen's.

    `strokes` are those that the page has there beyond its blank's, `others` the patches of ink of other fields."""
    unit, side = sheet.unit, min(box.width, box.height)
    height, width = sheet.ink.shape
    wide = box.padded(round(AROUND_SIDES * side + AROUND_PX * unit)).clipped(width, height)
    around = _written(sheet, box, wide, others)
    place = box.clipped(width, height).shifted(-wide.x0, -wide.y0)
    inside, every = around[place.slices], _without_specks(sheet.ink[wide.slices], sheet.unit)
    ink, near = sheet.ink[box.slices], sheet.print_.near[box.slices]
    rows, columns = numpy.flatnonzero(around.any(1)), numpy.flatnonzero(around.any(0))
    darkness = float(sheet.dark[box.slices][ink > 0].mean()) if ink.any() else 0.0
    closed = cv2.morphologyEx(around, cv2.MORPH_CLOSE, numpy.ones((3, 3), numpy.uint8))
    _, tree = cv2.findContours(closed, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    holes = 0 if tree is None else int((tree[0][:, 3] >= 0).sum())
    return [
        float(numpy.log(ink.mean() + 0.003)),
        float(numpy.log(strokes * unit**2 / box.area + 0.003)),
        _outside(around, place, side * unit),
        float(numpy.log(_length(inside) / side + 0.1)),
        float(numpy.log(_length(around) / side + 0.1)),
        _extent(columns) / side,
        _extent(rows) / side,
        _runs(around),
        _runs(around.T),
        float(numpy.log1p(holes)),
        float(numpy.log(side / unit / 30)),
        float(numpy.log(sheet.level / max(1.0, sheet.contrast))),
        float(numpy.log1p(20 * sheet.faint(box) * unit**2 / box.area)),
        1.0 - float(near.mean()),
        darkness / max(1.0, sheet.contrast),
        _outside(every, place, side * unit),
    ]


def _written(sheet: InkLayer, box: Box, wide: Box, others: Iterable[Box]) -> Mask:
    """The writing in a part of the page around a box; none of other fields that does not reach into the box."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(numpy.ascontiguousarray(sheet.written[wide.slices]))
    near = [each for each in others if each.intersects(wide)]
    inside = numpy.unique(labels[box.shifted(-wide.x0, -wide.y0).slices])
    kept = stats[:, cv2.CC_STAT_AREA] >= SPECK * sheet.unit**2
    for number, (x, y, across, down, _) in enumerate(stats.tolist()):
        place = Box(x, y, x + across, y + down).shifted(wide.x0, wide.y0)
        if number not in inside and any(each.padded(1).contains(place) for each in near):
            kept[number] = False
    kept[0] = False
    return numpy.asarray(kept[labels], numpy.uint8)


def _without_specks(ink: Mask, unit: float) -> Mask:
    """All ink of a part of the page but specks: of other fields too, and what lies too close to print for a patch."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(numpy.ascontiguousarray(ink))
    kept = stats[:, cv2.CC_STAT_AREA] >= SPECK * unit**2
    kept[0] = False
    return numpy.asarray(kept[labels], numpy.uint8)


def _outside(ink: Mask, place: Box, length: float) -> float:
    """How much ink lies outside a place, as the logarithm of its width along a line of this length."""
    return float(numpy.log((int(ink.sum()) - int(ink[place.slices].sum())) / (length * AROUND_PX) + 0.02))


def _length(mask: Mask) -> float:
    """The length of strokes in pixels: half of the way around them."""
    found, _ = cv2.findContours(mask.copy(), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    return sum(cv2.arcLength(each, True) for each in found) / 2


def _extent(places: NDArray[numpy.intp]) -> float:
    """The pixels from the first to the last of some rows or columns."""
    return float(places[-1] - places[0] + 1) if len(places) else 0.0


def _runs(mask: Mask) -> float:
    """How many strokes a row crosses, where that is most: the sixth of rows with the most has as many or more."""
    begun = numpy.diff(numpy.pad(mask, ((0, 0), (1, 0))).astype(numpy.int8), axis=1) > 0
    counts = numpy.sort(begun.sum(1))
    return float(counts[-max(1, len(counts) // 6)])
