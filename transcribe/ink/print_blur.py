"""Print as soft as a page shows it: out of focus or shaken, the frame of a box runs into the paper within it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.forms import blank_grey
from transcribe.imaging import find_shift

if TYPE_CHECKING:
    from transcribe.geometry import Box
    from transcribe.ink.ink_layer import InkLayer

Grey = NDArray[numpy.float32]

MARGIN = 80
"""Pixels at 200 dpi around a box whose print says how soft the page is there: its frame, its label."""

SOFT = (0.7, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)
"""How soft a lens out of focus leaves print: standard deviations that are tried, pixels at 100 dpi."""

SHARP = 0.7
"""That of a sharp page, on which no shaken camera is looked for."""

BLURRED = 1.2
"""That from which it runs into the paper beside it farther than is left out around it anyway."""

WAYS, DIRECTIONS, ACROSS = (5, 7, 9, 11, 13), 8, (0.7, 1.2)
"""How far a shaken camera moved (pixels at 100 dpi), in how many directions, and how soft it is across its way."""

SIDE = 25
"""Pixels across that the softest print is spread over."""

REACH = 6
"""How far beside its place print is looked for, pixels at 100 dpi."""

NEARER = 0.006
"""What a pixel of distance costs in likeness: along a line all places look the same, and the nearest is right."""

PLAIN = 1.0
"""Standard deviation below which there is no print to compare."""


class Softened(NamedTuple):
    """How dark the form's own print makes each pixel of a box, as soft as it is there; how alike the page is to that
    print in and around the box, 0 to 1: what is written lowers it; and whether print is `blurred` there, so that it
    runs into the paper beside it."""

    dark: Grey
    alike: float
    blurred: bool


def softened(sheet: InkLayer, box: Box) -> Softened | None:
    """The print in a box as the page shows it; None where there is none, or the box is at the rim of the page."""
    margin = round(MARGIN * sheet.unit)
    height, width = sheet.dark.shape
    around = box.padded(margin).clipped(width, height)
    if sheet.blank is None:
        return None
    seen = _halved(sheet.dark[around.slices], sheet.unit)
    print_ = _halved(255 - blank_grey(sheet.blank)[around.slices], sheet.unit)
    if min(seen.shape) <= 4 * REACH or seen.std() < PLAIN or print_.std() < PLAIN:
        return None
    soft, blurred = _softest(print_, seen)
    best = _moved(soft, seen)
    slope = float(((best - best.mean()) * (seen - seen.mean())).mean() / best.var())
    dark = numpy.maximum(0, slope * (best - best.mean()) + seen.mean()).astype(numpy.float32)
    whole = cv2.resize(dark, (around.width, around.height))[box.shifted(-around.x0, -around.y0).slices]
    return Softened(numpy.asarray(whole, numpy.float32), _alike(best, seen), blurred)


def _halved(dark: NDArray[numpy.uint8], unit: float) -> Grey:
    """At 100 dpi: print so soft that it matters has no detail."""
    small = cv2.resize(dark, None, fx=0.5 / unit, fy=0.5 / unit, interpolation=cv2.INTER_AREA)
    return small.astype(numpy.float32)


def _softest(print_: Grey, seen: Grey) -> tuple[Grey, bool]:
    """The print as soft as makes it most like what is seen, and whether that is blurred."""
    across, down = _off(_blurred(print_, SOFT[2]), seen)
    there = _shifted(print_, across, down)
    stills = [(_alike(_blurred(there, sigma), seen), sigma) for sigma in SOFT]
    alike, sigma = max(stills)
    if sigma > SHARP:
        shaken = [(_alike(cv2.filter2D(there, -1, kernel), seen), number) for number, kernel in enumerate(_shaken())]
        if max(shaken)[0] > alike:
            return numpy.asarray(cv2.filter2D(print_, -1, _shaken()[max(shaken)[1]]), numpy.float32), True
    return _blurred(print_, sigma), sigma >= BLURRED


def _blurred(print_: Grey, sigma: float) -> Grey:
    return numpy.asarray(cv2.GaussianBlur(print_, (0, 0), sigma), numpy.float32)


@lru_cache(maxsize=1)
def _shaken() -> tuple[Grey, ...]:
    """What a camera that moved makes of a point, for each way, direction and softness."""
    found, middle, fine = [], SIDE // 2, 16
    for way in WAYS:
        for number in range(DIRECTIONS):
            angle = numpy.pi * number / DIRECTIONS
            x, y = round(fine * way / 2 * numpy.cos(angle)), round(fine * way / 2 * numpy.sin(angle))
            line, centre = numpy.zeros((SIDE, SIDE), numpy.uint8), fine * middle
            cv2.line(line, (centre - x, centre - y), (centre + x, centre + y), 255, 1, cv2.LINE_AA, 4)
            even = line.astype(numpy.float32) / float(line.sum())
            found += [numpy.asarray(cv2.GaussianBlur(even, (0, 0), each), numpy.float32) for each in ACROSS]
    return tuple(found)


def _moved(print_: Grey, seen: Grey) -> Grey:
    return _shifted(print_, *_off(print_, seen))


def _off(print_: Grey, seen: Grey) -> tuple[int, int]:
    """How far across and down from its place print is seen."""
    shift = find_shift(print_[REACH:-REACH, REACH:-REACH], seen, REACH, NEARER)
    return shift.across, shift.down


def _shifted(print_: Grey, across: int, down: int) -> Grey:
    shift = numpy.array([[1, 0, across], [0, 1, down]], numpy.float32)
    moved = cv2.warpAffine(print_, shift, print_.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return numpy.asarray(moved, numpy.float32)


def _alike(one: NDArray[numpy.generic], other: Grey) -> float:
    return float(cv2.matchTemplate(numpy.asarray(one, numpy.float32), other, cv2.TM_CCOEFF_NORMED)[0, 0])
