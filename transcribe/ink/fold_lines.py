"""Where a page was folded: the dark line of a fold is no writing, though it runs through boxes and letters."""

from __future__ import annotations

import cv2
import numpy

from transcribe.geometry import Box
from transcribe.imaging import Mask
from transcribe.ink.print_mask import Print
from transcribe.model import Picture

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
