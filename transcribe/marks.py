"""What ink alone says of a mark: ticked or not, signed or not; unsure where the ink may be the form's own print."""

from __future__ import annotations

import cv2
import numpy

from transcribe import faint
from transcribe.displaced import displaced
from transcribe.folds import beside
from transcribe.ink import Ink, Sheet, sure
from transcribe.model import Box
from transcribe.printed import Mask

TICKED = 0.02
"""Share of a checkbox's pixels that is ink from which it is ticked: a thin tick of a ball pen covers 6 %."""

SIGNED = 160.0
"""Pixels of ink (at 200 dpi) from which a box is signed: initials of a ball pen have 500, dust and a dot 20."""

LITTLE = 0.3
"""Share of these limits below which print is not looked for: there is no mark, whatever the ink is."""

LEVEL, ACROSS = 0.4, 0.5
"""Share of a box's height that a level stroke is lower than, and of the paper beside the box that it covers too, which
the box's frame hides in part; share of the box's width that it covers and that is looked at beside it."""

STRAIGHT = 14
"""Pixels at 200 dpi that all ink of a signature keeps within where it is one upright or level line: of a fold, or drawn
to strike the box out."""

UNSURE = 0.3
"""How sure a mark is that is gone once the print is taken away where it stands: on photographs of crumpled paper one in
five was a faint tick, and four were the box's own frame."""


def ticked(sheet: Sheet, ink: Ink, box: Box) -> float:
    """How sure it is that a box is ticked, 0 to 1."""
    seen = sheet.share(box)
    if seen < TICKED and faint.pale(sheet.strokes, sheet.print_, box, sheet.level, sheet.unit):
        return UNSURE
    if seen < LITTLE * TICKED:  # a fold is half as broad as a box to tick, and hides a small tick
        return UNSURE if beside(sheet.folds, box, 0) else _none(seen / TICKED, ink)
    inside = sheet.ink[box.y0 : box.y1, box.x0 : box.x1]
    if _runs_on(sheet.ink, box) or _runs_on(sheet.ink.T, Box(box.y0, box.x0, box.y1, box.x1)):
        return UNSURE
    return _both(seen / TICKED, float((inside & (1 - displaced(sheet, box))).mean()) / TICKED)


def _runs_on(ink: Mask, box: Box) -> bool:
    """Whether all ink in a box is one level stroke that runs on beyond its left and right side: a piece of a fold, or
    of what is struck out. A tick leans, or ends in its box."""
    inside = ink[box.y0 : box.y1, box.x0 : box.x1]
    rows, columns = numpy.flatnonzero(inside.any(axis=1)), numpy.flatnonzero(inside.any(axis=0))
    if not rows.size or rows[-1] - rows[0] >= LEVEL * box.height or len(columns) < ACROSS * box.width:
        return False
    reach = round(ACROSS * box.width)
    level = ink[box.y0 + int(rows[0]) : box.y0 + int(rows[-1]) + 1]
    left, right = level[:, max(0, box.x0 - reach) : box.x0], level[:, box.x1 : box.x1 + reach]
    return all(bool(len(side.T)) and side.any(axis=0).mean() >= LEVEL for side in (left, right))


def signed(sheet: Sheet, ink: Ink, box: Box) -> float:
    """How sure it is that a box is signed, 0 to 1."""
    if ink.amount < LITTLE * SIGNED:
        return _none(ink.amount / SIGNED, ink)
    assert ink.box is not None, "what is looked at has ink"
    if min(ink.box.width, ink.box.height) <= STRAIGHT * sheet.unit:
        return UNSURE
    return _both(ink.amount / SIGNED, _beside_print(sheet, ink, box) / SIGNED)


def _none(seen: float, ink: Ink) -> float:
    """How sure a mark is of which nearly nothing is seen: where light has bleached the page, there may be one all the
    same."""
    return UNSURE if ink.bleached else sure(seen)


def _both(seen: float, beside: float) -> float:
    """How sure a mark is by its ink and by its ink beside the displaced print, each over what is as likely as not."""
    return UNSURE if beside < 1 <= seen else sure(min(seen, beside))


def _beside_print(sheet: Sheet, ink: Ink, box: Box) -> float:
    """The pixels of a box's ink that are not its print, at 200 dpi. Of a frame that lies askew single pixels are left
    along it, which are no strokes."""
    assert ink.box is not None, "what is looked at has ink"
    whole = Box(min(box.x0, ink.box.x0), min(box.y0, ink.box.y0), max(box.x1, ink.box.x1), max(box.y1, ink.box.y1))
    print_ = displaced(sheet, whole)
    strokes = 0
    for patch in ink.patches:
        x0, y0, x1, y1 = patch.box
        rest = sheet.ink[y0:y1, x0:x1] & (1 - print_[y0 - whole.y0 : y1 - whole.y0, x0 - whole.x0 : x1 - whole.x0])
        strokes += int(cv2.morphologyEx(rest, cv2.MORPH_OPEN, numpy.ones((2, 2), numpy.uint8)).sum())
    return strokes / sheet.unit**2
