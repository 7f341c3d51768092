"""Fields with a barcode in their box: bars are no text, and what is printed beside them is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

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


def unbarred(clean: Picture, barred: Iterable[tuple[Ink, Barcode]]) -> Picture:
    """A page's writing with the bars of codes, given with the ink they stand in, painted over: they read as letters."""
    shown = clean.copy()
    for ink, code in barred:
        for patch in ink.patches:
            if patch.box.intersects(code.box):
                shown[patch.box.slices] = shown[patch.box.slices].max()
    return shown
