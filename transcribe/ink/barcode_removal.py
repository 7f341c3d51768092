"""Fields with a barcode in their box: bars are no text, and what is printed beside them is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy

from transcribe.geometry import Box
from transcribe.imaging import Barcode
from transcribe.ink.ink_layer import Ink
from transcribe.model import Picture


def without_bars(ink: Ink, code: Barcode, unit: float) -> Ink:
    """A field's ink without the patches that are bars of a code."""
    kept = tuple(patch for patch in ink.patches if not patch.box.intersects(code.box))
    amount = sum(patch.area for patch in kept) / unit**2
    box = Box.enclosing(patch.box for patch in kept) if kept else None
    return replace(ink, patches=kept, amount=amount, box=box)


def unbarred(clean: Picture, inks: Mapping[int, Ink], codes: Mapping[int, Barcode]) -> Picture:
    """A page's writing with the bars of codes painted over: engines read ones and letters in them."""
    if not codes:
        return clean
    shown = clean.copy()
    for number, code in codes.items():
        for patch in inks[number].patches:
            if patch.box.intersects(code.box):
                shown[patch.box.slices] = shown[patch.box.slices].max()
    return numpy.asarray(shown, numpy.uint8)
