"""What two measures say of a mark: ticked or not, signed or not; nothing where they differ or it may be no mark."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.geometry import Box
from transcribe.imaging import Mask
from transcribe.ink.fold_lines import crosses
from transcribe.ink.ink_layer import ENOUGH, Ink, InkLayer, sure
from transcribe.ink.mark_shape import mark_shape, mark_shares

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
