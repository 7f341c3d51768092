"""What ink alone says of a mark: ticked or not, signed or not; unsure where the ink may be the form's own print."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy

from transcribe.geometry import Box
from transcribe.imaging import Mask, grown_mask
from transcribe.ink import faint_strokes
from transcribe.ink.fold_lines import beside
from transcribe.ink.ink_layer import Ink, InkLayer, sure
from transcribe.ink.print_blur import Softened, softened
from transcribe.ink.print_shift import displaced

TICKED = 0.02
"""Share of a checkbox's pixels that is ink from which it is ticked: a thin tick of a ball pen covers 6 %."""

SIGNED = 160.0
"""Pixels of ink (at 200 dpi) from which a box is signed: initials of a ball pen have 500, dust and a dot 20."""

LITTLE = 0.3
"""Share of these limits below which print is not looked for: there is no mark, whatever the ink is."""

LEVEL, ACROSS = 0.4, 0.5
"""Share of a box's height that a level stroke is lower than, and of the paper beside the box that it covers too, which
the box's frame hides in part; share of the box's width that it covers and that is looked at beside it."""

BLOT, PLENTY = 12, 4.0
"""Pixels at 200 dpi around print that blur may make ink of, and times SIGNED from which ink farther off is a signature,
whatever is nearer."""

STRAIGHT = 14
"""Pixels at 200 dpi that all ink of a signature keeps within where it is one upright or level line: of a fold, or drawn
to strike the box out."""

UNSURE = 0.3
"""How sure a mark is that is gone once the print is taken away where it stands: on photographs of crumpled paper one in
five was a faint tick, and four were the box's own frame."""

HINT = 0.5
"""Share of the page's level of ink by which a pixel that may be of a tick is darker than the form's print, as soft as
that is on the page."""

TOLD = 0.5
"""What ink counts where the form's print is blurred: a camera's way is no straight line, as is taken
here. Of 26 empty boxes on photographs shaken along crooked ways none had more than 2.9 times TICKED left, and half of
the ticks there more than 8 times."""

ALIKE = 0.85
"""How alike a page and the softened print must be around a box for the print to say that there is no tick: around 330
empty boxes they were 0.89 and more."""

COVERED, SCRIBBLED = 0.85, 0.4
"""Share of a box off its print that ink covers where it is filled in, and shares of its width and height that the ink
reaches beyond all its sides where it is scribbled over: who fills a box in keeps nearer to its frame."""


def probability_ticked(sheet: InkLayer, ink: Ink, box: Box) -> float:
    """How sure it is that a box is ticked, 0 to 1."""
    seen = sheet.share(box)
    if seen < TICKED and faint_strokes.pale(sheet.strokes, sheet.print_, box, sheet.level, sheet.unit):
        beyond = _beyond(sheet, box)
        return sure(beyond.hinted) if beyond and beyond.empty else UNSURE
    if seen < LITTLE * TICKED:  # a fold is half as broad as a box to tick, and hides a small tick
        return UNSURE if beside(sheet.folds, box, 0) else _none(seen / TICKED, ink)
    inside = sheet.ink[box.slices]
    if _runs_on(sheet.ink, box) or _runs_on(sheet.ink.T, Box(box.y0, box.x0, box.y1, box.x1)):
        return UNSURE
    if _scribbled(sheet, ink, box):
        return UNSURE
    moved = float((inside & (1 - displaced(sheet, box))).mean())
    return UNSURE if moved < TICKED <= seen else _over_print(min(seen, moved) / TICKED, _beyond(sheet, box))


class Beyond(NamedTuple):
    """What of a box is darker than the form's own print, as soft as that is on the page, over TICKED: what may be of a
    tick, and what is, None where print is not blurred; and how alike the page and such print are."""

    hinted: float
    plain: float | None
    alike: float

    @property
    def empty(self) -> bool:
        """Whether all that is dark in the box is the form's blurred print."""
        return self.plain is not None and self.hinted < LITTLE and self.alike >= ALIKE


def _beyond(sheet: InkLayer, box: Box) -> Beyond | None:
    """None where there is no print to tell by. Out of focus or shaken, the frame runs into the box, as dark as ink."""
    print_ = softened(sheet, box)
    if print_ is None:
        return None
    place = box.slices
    rest = sheet.dark[place] - print_.dark
    off, level = sheet.print_.near[place] == 0, sheet.level
    hinted = float(((rest > HINT * level) & off).mean())
    plain = float(((rest > level) & (sheet.ink[place] > 0)).mean())
    return Beyond(hinted / TICKED, plain * TOLD / TICKED if print_.blurred else None, print_.alike)


def _over_print(seen: float, beyond: Beyond | None) -> float:
    """How sure it is that a box is ticked with so much ink (over TICKED), by what of it is not the softened print."""
    if beyond is None:
        return sure(seen)
    if beyond.hinted < LITTLE:
        return sure(beyond.hinted) if beyond.empty else UNSURE
    return sure(seen) if seen < 1 or beyond.plain is None else _both(seen, beyond.plain)


def _scribbled(sheet: InkLayer, ink: Ink, box: Box) -> bool:
    """Whether a box is scribbled over, far beyond its frame: that may cancel a tick. A box that is filled in is
    ticked."""
    if ink.box is None or sheet.ink[box.slices].mean() < COVERED * _open(sheet, box):
        return False
    across, down = SCRIBBLED * box.width, SCRIBBLED * box.height
    wide = box.x0 - ink.box.x0 >= across and ink.box.x1 - box.x1 >= across
    return wide and box.y0 - ink.box.y0 >= down and ink.box.y1 - box.y1 >= down


def _open(sheet: InkLayer, box: Box) -> float:
    """The share of a box that is not its print."""
    return 1.0 - float(sheet.print_.near[box.slices].mean())


def _runs_on(ink: Mask, box: Box) -> bool:
    """Whether all ink in a box is one level stroke that runs on beyond its left and right side: a piece of a fold, or
    of what is struck out. A tick leans, or ends in its box."""
    inside = ink[box.slices]
    rows, columns = numpy.flatnonzero(inside.any(axis=1)), numpy.flatnonzero(inside.any(axis=0))
    if not rows.size or rows[-1] - rows[0] >= LEVEL * box.height or len(columns) < ACROSS * box.width:
        return False
    reach = round(ACROSS * box.width)
    level = ink[box.y0 + int(rows[0]) : box.y0 + int(rows[-1]) + 1]
    left, right = level[:, max(0, box.x0 - reach) : box.x0], level[:, box.x1 : box.x1 + reach]
    return all(bool(len(side.T)) and side.any(axis=0).mean() >= LEVEL for side in (left, right))


def probability_signed(sheet: InkLayer, ink: Ink, box: Box) -> float:
    """How sure it is that a box is signed, 0 to 1."""
    if ink.amount < LITTLE * SIGNED:
        return _none(ink.amount / SIGNED, ink)
    assert ink.box is not None, "what is looked at has ink"
    if min(ink.box.width, ink.box.height) <= STRAIGHT * sheet.unit:
        return UNSURE
    if ink.amount - _by_print(sheet, ink) >= PLENTY * SIGNED:
        return _both(ink.amount / SIGNED, _beside_print(sheet, ink, box) / SIGNED)
    print_ = softened(sheet, ink.box)
    seen = min(ink.amount, _plain(sheet, ink.box, print_) if print_ and print_.blurred else ink.amount)
    return _both(ink.amount / SIGNED, min(seen, _beside_print(sheet, ink, box)) / SIGNED)


def _by_print(sheet: InkLayer, ink: Ink) -> float:
    """The pixels at 200 dpi of what is written that stand so near to print that blur may have made them of it."""
    around, found = round(BLOT * sheet.unit), 0
    height, width = sheet.written.shape
    for patch in ink.patches:
        place = patch.box.padded(around).clipped(width, height).slices
        found += int((grown_mask(sheet.print_.near[place], around) & sheet.written[place]).sum())
    return found / sheet.unit**2


def _plain(sheet: InkLayer, box: Box, print_: Softened) -> float:
    """The pixels at 200 dpi of a box's ink that are plainly darker than its softened print."""
    place = box.slices
    return float((sheet.written[place][sheet.dark[place] - print_.dark > sheet.level] > 0).sum()) / sheet.unit**2


def _none(seen: float, ink: Ink) -> float:
    """How sure a mark is of which nearly nothing is seen: where light has bleached the page, there may be one all the
    same."""
    return UNSURE if ink.bleached else sure(seen)


def _both(seen: float, beside: float) -> float:
    """How sure a mark is by its ink and by its ink beside the displaced print, each over what is as likely as not."""
    return UNSURE if beside < 1 <= seen else sure(min(seen, beside))


def _beside_print(sheet: InkLayer, ink: Ink, box: Box) -> float:
    """The pixels of a box's ink that are not its print, at 200 dpi. Of a frame that lies askew single pixels are left
    along it, which are no strokes."""
    assert ink.box is not None, "what is looked at has ink"
    whole = Box.enclosing((box, ink.box))
    print_ = displaced(sheet, whole)
    strokes = 0
    for patch in ink.patches:
        rest = sheet.ink[patch.box.slices] & (1 - print_[patch.box.shifted(-whole.x0, -whole.y0).slices])
        strokes += int(cv2.morphologyEx(rest, cv2.MORPH_OPEN, numpy.ones((2, 2), numpy.uint8)).sum())
    return strokes / sheet.unit**2
