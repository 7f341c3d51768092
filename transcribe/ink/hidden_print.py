"""Where a page cannot be seen: under a scrap of paper, a pen or a finger, in glare, beyond the picture's edge.

Where print is known to be and is not seen, writing would not be seen either."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy

from transcribe.geometry import Box
from transcribe.imaging import Mask, grown_mask
from transcribe.ink.faint_strokes import half
from transcribe.ink.print_mask import NEAR, Print
from transcribe.model import Picture

WINDOW_PX, HIDDEN_PRINT = 18, 0.15
"""Side of the window, at 200 dpi, over which print is looked for, and the share of its darkness on the blank below
which it is hidden: a line of a frame is seen, or not. Chosen by hand."""

MIN_HIDDEN_PX = 40
"""Length, at 200 dpi, over which print is hidden where something lies on it, as on worn paper lines are rubbed off; so
far around a box without print of its own it is looked for. Of 28 texts that were decided without what lay under notes
and pens 17 had such print at their ends, of 1,444 that were rightly decided on other photographs two."""

HIDDEN_SHARE = 0.25
"""Share of a box's width in which all its print is hidden from which nobody can say whether something is written in it.
Of 454 blank boxes on those photographs one had as much."""

BURNT_OUT = 254
"""Brightness from which light has burnt out a pixel."""

BURNT_SHARE = 0.9
"""Share of such pixels in a box from which writing may be lost. Of 5,369 boxes on 110 photographs none had 0.7."""

MAX_BURNT_PAGE_SHARE = 0.25
"""Share of the page from which such pixels are paper: a clean scan is as bright everywhere. A scanner in black and
white drops pale print, so that only strong print tells there. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenPrint:
    """Where print is hidden, where it is over a `long` way, where any is known (1 or 0), and what light has burnt out
    (0 to 255), half as large as the page; `unit` is the length of the page's pixel at 200 dpi."""

    lost: Mask
    long: Mask
    known: Mask
    burnt: Picture
    unit: float

    def hides(self, box: Box) -> bool:
        """Whether the print of a box, or around it, is hidden, or light has burnt out some of it, or all of the box."""
        around = box.padded(round(2 * NEAR * self.unit))
        if not self._within(self.known, around).any():
            around = box.padded(round(MIN_HIDDEN_PX * self.unit))
        lost, known, burnt = (self._within(each, around) for each in (self.lost, self.known, self.burnt))
        hidden = known.any(0) & (lost == known).all(0)
        inside = self._within(self.burnt, box)
        is_burnt = (hidden & (burnt > 127).any(0)).any() or (inside.size and inside.mean() >= 255 * BURNT_SHARE)
        return bool(is_burnt or hidden.sum() >= HIDDEN_SHARE * max(1, int(known.any(0).sum())))

    def cuts(self, text: Box, box: Box) -> bool:
        """Whether a line of a box is hidden over a long way at the ends of its text, as something may lie on them; one
        that is not seen under the text itself is worn off, or was never printed."""
        near, reach = round(2 * NEAR * self.unit), box.height // 2
        left, right = max(box.x0, text.x0 - reach), min(box.x1, text.x1 + reach)
        lost = self._within(self.long, Box(left, box.y0, right, box.y1).padded(0, near))
        first, last = (text.x0 - left + near) // 2, (text.x1 - left - near) // 2
        under = lost[:, first:last].any(1)
        return bool(((lost[:, :first].any(1) | lost[:, max(first, last) :].any(1)) & ~under).any())

    def _within(self, mask: Mask, box: Box) -> Mask:
        return mask[max(0, box.y0) // 2 : box.y1 // 2 + 1, max(0, box.x0) // 2 : box.x1 // 2 + 1]


def hidden_print(strokes: Picture, picture: Picture, print_: Print, grain: float, unit: float) -> HiddenPrint:
    """What is hidden of a page that lies on its blank: `strokes` says how dark strokes of the page are, half as large,
    those up to `grain` are none; `picture` is the page in grey, `unit` the length of a pixel at 200 dpi."""
    size = 2 * (round(WINDOW_PX * unit / 2),)
    near = grown_mask((print_.strokes > 0).view(numpy.uint8), round((NEAR + 1) * unit / 2))
    told = print_.strokes * (print_.strokes > 2 * grain)  # of what is as pale on the blank blur leaves none to see
    seen, wanted = (cv2.blur(each.astype(numpy.float32), size) for each in (strokes * (near & (strokes > grain)), told))
    known = wanted >= 1  # of 255 levels
    white = (picture >= BURNT_OUT).view(numpy.uint8) * numpy.uint8(255)
    if cv2.countNonZero(white) >= MAX_BURNT_PAGE_SHARE * white.size:
        white, strong = numpy.zeros_like(white), numpy.zeros_like(white)
        strong.flat[print_.strong] = 255
        known &= cv2.blur(half(strong), size) > 0
    lost = (known & (seen < HIDDEN_PRINT * wanted)).view(numpy.uint8)
    least = numpy.ones((2 * size[1] // 3, round(MIN_HIDDEN_PX * unit / 2)), numpy.uint8)  # creases move a line so far
    long = numpy.asarray(cv2.morphologyEx(lost, cv2.MORPH_OPEN, least), numpy.uint8)
    return HiddenPrint(lost=lost, long=long, known=known.view(numpy.uint8), burnt=half(white), unit=unit)
