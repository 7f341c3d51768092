"""Fields with a barcode in their box: bars are no text, and what is printed beside them is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy

from transcribe.ink.components import around

if TYPE_CHECKING:
    from transcribe.imaging import Barcode
    from transcribe.ink.ink_layer import Ink
    from transcribe.model import Picture


def without_bars(ink: Ink, code: Barcode, unit: float) -> Ink:
    """A field's ink without the patches that are bars of a code."""
    kept = tuple(patch for patch in ink.patches if not _meets(patch.box, code.box))
    amount = sum(patch.area for patch in kept) / unit**2
    return replace(ink, patches=kept, amount=amount, box=around([patch.box for patch in kept]))


def unbarred(clean: Picture, inks: Mapping[int, Ink], codes: Mapping[int, Barcode]) -> Picture:
    """A page's writing with the bars of codes painted over: engines read ones and letters in them."""
    if not codes:
        return clean
    shown = clean.copy()
    for number, code in codes.items():
        for patch in inks[number].patches:
            if _meets(patch.box, code.box):
                x0, y0, x1, y1 = patch.box
                shown[y0:y1, x0:x1] = shown[y0:y1, x0:x1].max()
    return numpy.asarray(shown, numpy.uint8)


def _meets(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
