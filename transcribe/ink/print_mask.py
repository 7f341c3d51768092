"""What is printed on a blank: where a page of it has print, and where its paper is bare."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.forms import blank_grey
from transcribe.geometry import Box
from transcribe.imaging import Mask, flatten, grown_mask
from transcribe.ink.faint_strokes import strokes
from transcribe.model import Picture

STRONG = 110
"""Levels darker than paper from which a pixel of the blank is print whatever its shape: letters, lines, fields."""

FINE = 25
"""A pixel is fine print if it is so many levels darker than its surroundings. Tints are no print."""

FINE_WIDTH = 25
"""The side of these surroundings, in pixels at 200 dpi."""

NEAR = 3
"""Pixels around print that are not looked at: a registration is right within one, and blur widens lines."""

MAX_LEADER_HEIGHTS = 0.25
"""Height of dots or a line that lead through a box, in heights of the text for which a detector takes them: the
smallest letters have .4. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """The print of a blank, at one length of a pixel.

    `strong` are positions of dark pixels in the flattened page; `bare`, every seventh position of bare paper. `near` is
    print with a little around, `nearby` with twice as much. `tint` is how many levels tints are darker than paper.
    `strokes` is how much darker print is than what lies around it, half as large as the page.
    """

    strong: NDArray[numpy.intp]
    bare: NDArray[numpy.intp]
    near: Mask
    nearby: Mask
    tint: Picture
    strokes: Picture

    @staticmethod
    def none(shape: tuple[int, ...]) -> Print:
        """That of a page without a blank: none is known, and every pixel may be bare paper."""
        empty = numpy.zeros(shape, numpy.uint8)
        bare = numpy.arange(0, empty.size, 7)
        nowhere = numpy.zeros(0, numpy.intp)
        return Print(strong=nowhere, bare=bare, near=empty, nearby=empty, tint=empty, strokes=empty)


@lru_cache(maxsize=16)
def printed(path: str, unit: float) -> Print:
    """The print of a blank; `unit` is the length of a pixel at 200 dpi."""
    dark = 255 - flatten(blank_grey(path))
    side = 2 * round(FINE_WIDTH * unit / 2) + 1
    tint = cv2.morphologyEx(dark, cv2.MORPH_OPEN, numpy.ones((side, side), numpy.uint8))
    strong = (dark >= STRONG).astype(numpy.uint8)
    print_ = strong | (cv2.subtract(dark, tint) >= FINE).astype(numpy.uint8)
    near, fine = max(1, round(NEAR * unit)), strokes(dark, unit)
    nearby = grown_mask(print_, 2 * near + 1)
    return Print(
        strong=numpy.flatnonzero(strong),
        bare=numpy.flatnonzero(nearby == 0)[::7],
        near=grown_mask(print_, near),
        nearby=nearby,
        tint=numpy.asarray(cv2.blur(tint, (side // 4, side // 4)), dtype=numpy.uint8),
        strokes=numpy.where(fine >= FINE, fine, 0),
    )


def low_print(blank: Picture, place: Box) -> list[Box]:
    """The parts of a place in which print is dots or a line: wider than high, and without letters.

    `place` is where a detector takes the print of a grey blank for text."""
    cut = blank[place.slices].astype(numpy.float32)
    dark = numpy.percentile(cut, 90) - cut >= FINE
    heights = numpy.where(dark.any(0), dark.shape[0] - dark[::-1].argmax(0) - dark.argmax(0), 0)
    letters = [-1, *numpy.flatnonzero(heights > MAX_LEADER_HEIGHTS * place.height).tolist(), place.width]
    return [
        Box(place.x0 + before + 1, place.y0, place.x0 + after, place.y1)
        for before, after in pairwise(letters)
        if after - before > place.height and dark[:, before + 1 : after].any()
    ]


# Where a page was folded: the dark line of a fold is no writing, though it runs through boxes and letters.

DARK = 0.4
"""Share of the page's level of ink from which a long line may be a fold: it is darker here and paler there."""

LONG = 48
"""Pixels at 200 dpi of an unbroken piece of a fold; letters have no strokes as long, nor has the grain of paper."""

GAP = 160
"""Pixels at 200 dpi over which a fold is followed where it is too pale, or printed over."""

RIM = 0.03
"""Share of the page's width or height at both its ends that a fold reaches into: what people strike out, they strike
out on the form, and a frame keeps farther from the edge."""

FINER = 4
"""How many times smaller than the page folds are looked for."""


def folds(strokes: Picture, print_: Print, level: float, unit: float, shape: tuple[int, int]) -> Mask | None:
    """1 where a line runs across the page from rim to rim or down it, 0 elsewhere; None where none does. `strokes` are
    those of the page (half as large), `level` is that of ink, `shape` the page's."""
    smaller = cv2.resize(strokes, None, fx=2 / FINER, fy=2 / FINER, interpolation=cv2.INTER_AREA)
    printed = print_.near[FINER // 2 :: FINER, FINER // 2 :: FINER]
    smaller[: printed.shape[0], : printed.shape[1]] *= 1 - printed[: smaller.shape[0], : smaller.shape[1]]
    dark = (smaller > DARK * level).view(numpy.uint8)
    found = _across(dark, unit) | _across(numpy.ascontiguousarray(dark.T), unit).T
    if not found.any():
        return None
    return numpy.asarray(cv2.resize(found, shape[::-1], interpolation=cv2.INTER_NEAREST), numpy.uint8)


def without(found: Mask | None, ink: Mask, strokes: Picture) -> tuple[Mask, Picture]:
    """The ink of a page and its strokes (half as large) without the folds."""
    if found is None:
        return ink, strokes
    return ink & (1 - found), strokes * (1 - found[::2, ::2][: strokes.shape[0], : strokes.shape[1]])


def crosses(found: Mask | None, box: Box) -> bool:
    """Whether a fold runs through a box."""
    return found is not None and bool(found[box.clipped(found.shape[1], found.shape[0]).slices].any())


def _across(dark: Mask, unit: float) -> Mask:
    """1 where a line runs from the left rim to the right one."""
    piece, gap = (2 * round(pixels * unit / FINER / 2) + 1 for pixels in (LONG, GAP))
    long = cv2.morphologyEx(dark, cv2.MORPH_OPEN, numpy.ones((1, piece), numpy.uint8))
    reached = cv2.dilate(long, numpy.ones((3, 1), numpy.uint8))  # it may lean, or be a little bent
    whole = cv2.morphologyEx(reached, cv2.MORPH_CLOSE, numpy.ones((1, gap), numpy.uint8))
    rim = round(RIM * dark.shape[1])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
    left, width = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_WIDTH]
    is_fold = (left <= rim) & (left + width >= dark.shape[1] - rim)
    is_fold[0] = False
    return numpy.asarray(is_fold[labels], numpy.uint8)
