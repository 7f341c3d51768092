"""Masks of pixels."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.geometry import Box
from transcribe.model import Picture

Mask = NDArray[numpy.uint8]
"""Rows x columns of 0 and 1."""


def grown_mask(mask: Mask, pixels: int) -> Mask:
    """A mask with so many pixels around."""
    side = 2 * pixels + 1
    return numpy.asarray(cv2.dilate(mask, numpy.ones((side, side), numpy.uint8)), dtype=numpy.uint8)


# Print painted away: what a blank shows in some places is taken out of a page that lies on it.

MIN_PRINT_LEVELS = 25
"""Grey levels by which print is darker than the paper of its place on the blank. Chosen by hand."""

AROUND_PX = 4
"""Pixels around print that are painted too: a page lies a pixel or two off, and blur widens its print."""


def painted_over(picture: Picture, blank: Picture, places: Iterable[Box]) -> Picture:
    """The grey page without the print that its blank, of the same size, has in these places. The page is not changed.

    The colour is that of what lies around (A. Telea, Journal of Graphics Tools 9, 2004): strokes that cross go on."""
    shown = picture.copy()
    height, width = picture.shape
    for place in places:
        wide = place.padded(2 * AROUND_PX).clipped(width, height)
        inside = place.clipped(width, height).shifted(-wide.x0, -wide.y0)
        print_ = numpy.zeros((wide.height, wide.width), numpy.uint8)
        cut = blank[place.clipped(width, height).slices]
        if not cut.size:
            continue
        print_[inside.slices] = numpy.percentile(cut, 90) - cut.astype(numpy.float32) >= MIN_PRINT_LEVELS
        shown[wide.slices] = cv2.inpaint(
            shown[wide.slices], grown_mask(print_, AROUND_PX), AROUND_PX, cv2.INPAINT_TELEA
        )
    return shown
