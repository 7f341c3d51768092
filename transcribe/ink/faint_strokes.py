"""Strokes of a page however faint: folds are told by them, and ticks too pale to be ink."""

from __future__ import annotations

import cv2
import numpy

from transcribe.forms import blank_grey
from transcribe.geometry import Box
from transcribe.imaging import Mask, grown_mask
from transcribe.model import Picture

STROKE = 15
"""Pixels at 200 dpi: broader than a stroke. What is evenly dark over so much is a tint or the edge of light."""

HINT = 0.5
"""Share of the page's level of ink above which a stroke may be a tick, or writing, all the same."""


def strokes(dark: Picture, unit: float) -> Picture:
    """How much darker strokes are than what lies around them, half as large as the page: the grain of the paper is
    halved as well. `dark` is how much darker than its paper a page is, `unit` the length of a pixel at 200 dpi."""
    small = half(dark)
    side = max(3, 2 * round(STROKE * unit / 4) + 1)
    return numpy.asarray(cv2.morphologyEx(small, cv2.MORPH_TOPHAT, numpy.ones((side, side), numpy.uint8)), numpy.uint8)


def pale(found: Picture, near: Mask, box: Box, level: float, unit: float) -> float:
    """The pixels at 200 dpi of strokes in a box that may be too pale to be ink. The frame, which is `near`, is none,
    wherever it is printed. `found` is half as large as the page, as soft."""
    place = numpy.s_[box.y0 // 2 : box.y1 // 2, box.x0 // 2 : box.x1 // 2]
    inside = found[place]
    dark = (inside > HINT * level) & (near[::2, ::2][place][: len(inside)] == 0)
    return float(4 * dark.sum() / unit**2)


def half(picture: Picture) -> Picture:
    """A grey picture half as large."""
    return numpy.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), numpy.uint8)


# Strokes that a page has beyond its blank's: a second measure of marks, which knows nothing of the ink layer.
#
# A black-hat transform shows strokes and no edge of a shadow, however sharp, no tint and no stain.

STROKE_PX = 45
"""Side of the square that no stroke fills, at 200 dpi: a box to tick that is filled in is a stroke. Chosen by hand."""

AROUND_PX = 40
"""Pixels around a box whose print says where it lies and how dark print is, at 200 dpi. Chosen by hand."""

PRINT_LEVELS = 60
"""Levels darker than around it from which a stroke of the blank is print. Chosen by hand."""

REACH_PX, MIN_CORRELATION, NEARER = 8, 0.5, 0.003
"""How far print is looked for around its place, the correlation from which it is found, and the cost of a pixel."""

BESIDE_PX = 4
"""Pixels around print that are not looked at, at 200 dpi: blur widens it. Chosen by hand."""

CONTRAST_SHARE, MIN_LEVELS = 0.4, 18
"""Share of the darkness of the print around from which a pixel is of a stroke, and levels that it needs at least."""


MIN_STROKE_AREA_PX = 24
"""Pixels of a stroke at 200 dpi: less is grain. Without it boxes on worn paper had up to 0.9 % of it, with it none."""


def added_strokes(page: Picture, blank_path: str | None, box: Box, unit: float) -> float:
    """The pixels at 200 dpi of strokes in a box of a grey page that its blank has not; without a blank all count.

    On 45 photographs, flat to worn in a sharp shadow, all ticked boxes but one had 3 % of their pixels or more and no
    empty one any; 38 signatures had 2,062 pixels or more, and 7 empty boxes 963 at most."""
    height, width = page.shape
    wide = box.padded(round(AROUND_PX * unit)).clipped(width, height)
    side = 2 * round(STROKE_PX * unit / 2) + 1
    square = numpy.ones((side, side), numpy.uint8)
    soft = cv2.GaussianBlur(page[wide.slices], (0, 0), unit)
    own_print = blank_grey(blank_path)[wide.slices] if blank_path else numpy.full_like(soft, 255)
    seen, own = (
        numpy.asarray(cv2.morphologyEx(each, cv2.MORPH_BLACKHAT, square), numpy.uint8) for each in (soft, own_print)
    )
    print_ = _print(seen, own, unit)
    contrast = float(numpy.percentile(seen[print_ > 0], 75)) if print_.any() else 255.0 - PRINT_LEVELS
    bare = grown_mask(print_, round(BESIDE_PX * unit)) == 0
    paper = float(numpy.median(seen[bare])) if bare.any() else 0.0
    strokes = bare & (seen - paper > max(MIN_LEVELS, CONTRAST_SHARE * contrast))
    inside = strokes[box.clipped(width, height).shifted(-wide.x0, -wide.y0).slices].astype(numpy.uint8)
    areas = cv2.connectedComponentsWithStats(inside)[2][1:, cv2.CC_STAT_AREA]
    return float(areas[areas >= MIN_STROKE_AREA_PX * unit**2].sum()) / unit**2


def _print(seen: Picture, own: Picture, unit: float) -> Mask:
    """The blank's print where it stands on the page: on crumpled paper it lies some pixels beside its place."""
    print_ = (own >= PRINT_LEVELS).astype(numpy.uint8)
    reach = round(REACH_PX * unit)
    pattern = cv2.GaussianBlur(own, (0, 0), 1.5 * unit)[reach:-reach, reach:-reach]
    if pattern.size and pattern.std() > 0:
        across, down, correlation = find_shift(numpy.asarray(pattern, numpy.uint8), seen, reach, unit)
        if correlation >= MIN_CORRELATION:
            by = numpy.array([[1, 0, across], [0, 1, down]], numpy.float32)
            return numpy.asarray(cv2.warpAffine(print_, by, print_.shape[::-1]), numpy.uint8)
    return print_


def find_shift(pattern: Picture, picture: Picture, reach: int, unit: float) -> tuple[int, int, float]:
    """How far across and down from its place a pattern fits a picture best, and how well, -1 to 1.

    `picture` is the pattern's place with `reach` pixels around it. Along a line all places look the same, and the
    nearest is right: each pixel at 200 dpi costs NEARER."""
    correlations = numpy.asarray(cv2.matchTemplate(picture, pattern, cv2.TM_CCOEFF_NORMED), numpy.float32)
    off = numpy.abs(numpy.arange(-reach, reach + 1)) / unit
    worth = correlations - NEARER * numpy.hypot(off[:, numpy.newaxis], off[numpy.newaxis, :])
    row, column = numpy.unravel_index(int(worth.argmax()), worth.shape)
    return int(column) - reach, int(row) - reach, float(correlations[row, column])
