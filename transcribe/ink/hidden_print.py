"""Where a page cannot be seen: under a scrap of paper or a finger, in glare, beyond the picture's edge.

Where print is known to be and is not seen, writing would not be seen either."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.geometry import Box
from transcribe.imaging import Mask
from transcribe.ink.print_mask import MASS, Print, mass
from transcribe.model import Picture

HIDDEN_AROUND = 40
"""Pixels at 200 dpi around a place in which the form's own print is looked for, to see whether something hides it."""

MIN_PRINT_LEVELS = 0.5
"""Mean darkness of the blank around a place below which there is no print to judge by."""

HIDDEN_PRINT = 0.1
"""Share of the blank's darkness below which its print is hidden: under paper or in glare it was below 0.02."""

HIDDEN_SHARE = 0.25
"""Share of the print in and around a box that is hidden from which nobody can say what is written in the box. Of 5,369
boxes on 110 photographs of other forms in fourteen conditions none had so much, and all of nine that were covered."""

BURNT_OUT = 254
"""Brightness from which light has burnt out a pixel."""

BURNT_SHARE = 0.9
"""Share of such pixels in a box from which writing may be lost. No box of those photographs had 0.7."""

MAX_BURNT_PAGE_SHARE = 0.25
"""Share of the page from which such pixels are paper: a clean scan is as bright everywhere. A scanner in black and
white drops pale print, so that only strong print tells there. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenPrint:
    """Where print is hidden, where any is known (1 or 0), and what light has burnt out (0 to 255), MASS times
    smaller."""

    lost: Mask
    known: Mask
    burnt: Picture

    def hides(self, box: Box) -> bool:
        """Whether the print in and around a box is hidden, or light has burnt out some of it, or all of the box."""
        columns, rows = (slice(low // MASS, -(-high // MASS)) for low, high in ((box.x0, box.x1), (box.y0, box.y1)))
        lost, known, burnt = (each[rows, columns] for each in (self.lost, self.known, self.burnt))
        is_covered = bool(known.any()) and bool(lost.sum() >= HIDDEN_SHARE * known.size)
        is_covered |= bool((lost & (burnt > 127)).any())
        return is_covered or bool(burnt.size and burnt.mean() >= 255 * BURNT_SHARE)


def hidden_print(dark: Picture, picture: Picture, print_: Print, unit: float) -> HiddenPrint:
    """What is hidden of a page that lies on its blank: `dark` is how much darker than its paper the page is, `picture`
    the page in grey, `unit` the length of a pixel at 200 dpi."""
    shape = print_.mass.shape
    side = 2 * round(HIDDEN_AROUND * unit / MASS) + 1
    seen = mass(numpy.asarray(cv2.multiply(dark, print_.nearby), dtype=numpy.uint8))
    there, wanted = (cv2.blur(each, (side, side)) for each in (seen, print_.mass))
    known = wanted >= MIN_PRINT_LEVELS
    white = (picture >= BURNT_OUT).view(numpy.uint8) * numpy.uint8(255)
    if cv2.countNonZero(white) >= MAX_BURNT_PAGE_SHARE * white.size:
        white = numpy.zeros_like(white)
        known &= _near_strong_print(print_, dark.shape, side)
    burnt = numpy.asarray(cv2.resize(white, shape[::-1], interpolation=cv2.INTER_AREA), dtype=numpy.uint8)
    lost = known & (there < HIDDEN_PRINT * wanted)
    return HiddenPrint(lost=lost.view(numpy.uint8), known=known.view(numpy.uint8), burnt=burnt)


def _near_strong_print(print_: Print, shape: tuple[int, ...], side: int) -> NDArray[numpy.bool_]:
    """Where strong print stands within a square of this side, as on `HiddenPrint`."""
    strong = numpy.zeros(shape, numpy.uint8)
    strong.flat[print_.strong] = 255
    return numpy.asarray(cv2.blur(mass(strong), (side, side)) > 0, numpy.bool_)
