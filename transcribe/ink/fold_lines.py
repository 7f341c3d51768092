"""Where a page was folded: the dark line of a fold is no writing, though it runs through boxes and letters."""

from __future__ import annotations

from typing import Any

import cv2
import numpy
from numpy.typing import NDArray

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

STRAIGHT = 300
"""Pixels at 200 dpi over which a fold is straight: blurred words that touch it do not move its middle there."""

PALE = 0.75
"""Share of the level of ink from which a fold is ink, on the smaller picture; writing across a paler one is read."""

RIM = 0.03
"""Share of the page's width or height at both its ends that a fold reaches into: what people strike out, they strike
out on the form, and a frame keeps farther from the edge."""

BESIDE = 6
"""Pixels at 200 dpi beside a fold within which writing may be of it: a letter is cut by it, or it looks like a 1."""

FAINT, INKED = 1, 2
"""A fold that is no ink, so that nothing but a search for faint strokes would take it for one, and a fold that is."""

FINER = 4
"""How many times smaller than the page folds are looked for."""


def folds(strokes: Picture, print_: Print, level: float, unit: float, shape: tuple[int, int]) -> Mask | None:
    """INKED or FAINT where a line runs across the page from rim to rim or down it, 0 elsewhere; None where none does.
    `strokes` are those of the page (half as large), `level` is that of ink, `shape` the page's."""
    smaller = cv2.resize(strokes, None, fx=2 / FINER, fy=2 / FINER, interpolation=cv2.INTER_AREA)
    printed = print_.near[FINER // 2 :: FINER, FINER // 2 :: FINER]
    smaller[: printed.shape[0], : printed.shape[1]] *= 1 - printed[: smaller.shape[0], : smaller.shape[1]]
    across = _across(numpy.asarray(smaller, numpy.uint8), level, unit)
    found = numpy.maximum(across, _across(numpy.ascontiguousarray(smaller.T), level, unit).T)
    if not found.any():
        return None
    return numpy.asarray(cv2.resize(found, shape[::-1], interpolation=cv2.INTER_NEAREST), numpy.uint8)


def without(found: Mask | None, ink: Mask, strokes: Picture) -> tuple[Mask, Picture]:
    """The ink of a page and its strokes (half as large) without the folds."""
    if found is None:
        return ink, strokes
    half = found[::2, ::2][: strokes.shape[0], : strokes.shape[1]]
    return ink & (found < INKED).view(numpy.uint8), strokes * (half == 0).view(numpy.uint8)


def beside(found: Mask | None, box: Box, unit: float) -> bool:
    """Whether a fold as dark as ink runs through a box or close by."""
    if found is None:
        return False
    height, width = found.shape
    around = box.padded(round(BESIDE * unit)).clipped(width, height)
    return bool((found[around.slices] == INKED).any())


def _across(strokes: Picture, level: float, unit: float) -> Mask:
    """INKED or FAINT where a line runs from the left rim to the right one."""
    piece, gap = (2 * round(pixels * unit / FINER / 2) + 1 for pixels in (LONG, GAP))
    dark = (strokes > DARK * level).view(numpy.uint8)
    long = cv2.morphologyEx(dark, cv2.MORPH_OPEN, numpy.ones((1, piece), numpy.uint8))
    reached = cv2.dilate(long, numpy.ones((3, 1), numpy.uint8))  # it may lean, or be a little bent
    whole = cv2.morphologyEx(reached, cv2.MORPH_CLOSE, numpy.ones((1, gap), numpy.uint8))
    found, rim = numpy.zeros_like(dark), round(RIM * dark.shape[1])
    if not (whole[:, : rim + 1].any() and whole[:, -rim - 1 :].any()):
        return found
    _, labels, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
    for number, (left, top, width, height, _) in enumerate(stats.tolist()):
        if number and left <= rim and left + width >= dark.shape[1] - rim:
            place = numpy.s_[top : top + height, left : left + width]
            band = _band(labels[place] == number, strokes[place], PALE * level, round(STRAIGHT * unit / FINER))
            found[place] = numpy.maximum(found[place], band)
    return found


def _band(line: NDArray[numpy.bool_], strokes: Picture, level: float, window: int) -> Mask:
    """A line from side to side as thick as it mostly is, without words at it: INKED where it is mostly this dark."""
    rows = numpy.arange(len(line))[:, numpy.newaxis]
    thick = line.sum(axis=0)
    middle = _smooth((line * rows).sum(axis=0) / numpy.maximum(thick, 1), window)
    inside = numpy.abs(rows - middle) <= numpy.median(thick) / 2
    darkest = (strokes * inside).max(axis=0)
    seen = numpy.flatnonzero(darkest)  # elsewhere there is print
    along = numpy.interp(numpy.arange(len(darkest)), seen, darkest[seen]) if seen.size else darkest
    return numpy.where(inside, numpy.where(_smooth(along, window) >= level, INKED, FAINT), 0).astype(numpy.uint8)


def _smooth(values: NDArray[Any], window: int) -> NDArray[numpy.float64]:
    """The median of so many values around each one."""
    around = numpy.pad(values, window // 2, mode="edge")
    steps = numpy.lib.stride_tricks.sliding_window_view(around, 2 * (window // 2) + 1)[::FINER]
    smooth: NDArray[numpy.float64] = numpy.repeat(numpy.median(steps, axis=1), FINER)[: len(values)]
    return smooth
