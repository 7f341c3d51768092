"""A piece of a page whose edge cuts no glyph: it is widened for the field's own, and others are painted over."""

from __future__ import annotations

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.geometry import Box
from transcribe.imaging.tiling import EVENED_PX, flatten, grey
from transcribe.model import Picture

REACH_PX = (320, 80)
"""How far beside and above its context a piece is widened, at the size in which tasks are shown. Chosen by hand."""

RULE_PX = 60
"""A straight run of ink this long is a rule or a frame, no part of a glyph. At the size in which tasks are shown."""

MAX_RULE_PX = 9
"""A rule up to so thick parts no glyph that crosses it. At the size in which tasks are shown."""

WORD_GAP_LETTERS = 0.5
"""What stands nearer than this to a glyph of the box is of the same word, in heights of a small letter: "50.0" is not
shown of 50.00. Between letters of one width, as of receipts, up to .4 is white. Chosen by hand."""

OWN_SHARE = 0.3
"""A glyph with this share of its height between the box's top and foot is the field's. Chosen by hand."""

MAX_DASH_HEIGHT_PX = 7
"""Pieces of ink as low as this may be a dashed or dotted rule. At the size in which tasks are shown. By hand."""

MIN_DASHES = 6
"""So many of them, one beside the other, are one. Chosen by hand."""

CONTRAST = 24
"""Grey levels under its paper, in even light, from which a pixel is of a glyph, as `FAINTEST` of `transcribe.ink`."""

MIN_GLYPH_PX = 12
"""Pixels of the smallest glyph, a full stop, at the size in which tasks are shown; smaller is dust."""

MIN_WORD_GAP_PX = 9
"""The same at the size in which tasks are shown, for print whose letters nobody measured: a space of 10 points."""

Boxes = NDArray[numpy.intp]
"""A row each: x0, y0, x1, y1."""
Chosen = NDArray[numpy.bool_]
"""Which of them."""


def whole_glyphs(picture: Picture, box: Box, around: int, scale: float, letter: float) -> tuple[Picture, Box]:
    """A box of a page in grey with so much around it, and which part that is.

    It holds all glyphs of the box and those that go on with a word of it; other words that its edge would cut are
    painted over with paper. `scale` is one over the page's `unit`, `letter` the height of small letters in its pixels.
    """
    size = picture.shape[1::-1]
    beside, above = (around + round(reach / scale) for reach in REACH_PX)
    near = box.padded(beside, above).clipped(*size, least=1)
    shown = grey(picture[near.slices]).copy()
    paper, labels, boxes = _glyphs(shown, scale)
    rim = numpy.array([near.x0 > 0, near.y0 > 0, near.x1 < size[0], near.y1 < size[1]])
    is_longer = ((boxes == [0, 0, near.width, near.height]) & rim).any(axis=1)  # than is looked at
    field = box.shifted(-near.x0, -near.y0)
    gap, rows = WORD_GAP_LETTERS * letter, _in_rows(boxes, field)
    own = _words(boxes, rows & (boxes[:, 0] < field.x1) & (boxes[:, 2] > field.x0), rows, gap)
    whole = Box.enclosing((field, *(Box(*each) for each in boxes[own & ~is_longer].tolist())))
    wide = whole.padded(around).clipped(near.width, near.height)
    cut = _words(boxes, _cuts(boxes, wide) & ~own, ~own, max(gap, MIN_WORD_GAP_PX / scale))
    hidden = numpy.isin(labels, numpy.flatnonzero(cut) + 1)
    shown[hidden] = paper[hidden]
    return numpy.ascontiguousarray(shown[wide.slices]), wide.shifted(near.x0, near.y0)


def _words(boxes: Boxes, chosen: Chosen, allowed: Chosen, gap: float) -> Chosen:
    """The chosen glyphs and those allowed that go on with their words: in their row, no `gap` between."""
    while True:
        words = chosen.copy()
        for x0, y0, x1, y1 in boxes[chosen].tolist():
            overlap = numpy.minimum(boxes[:, 3], y1) - numpy.maximum(boxes[:, 1], y0)
            beside = (boxes[:, 0] < x1 + gap) & (boxes[:, 2] > x0 - gap)
            words |= allowed & beside & (2 * overlap >= numpy.minimum(boxes[:, 3] - boxes[:, 1], y1 - y0))
        if (words == chosen).all():
            return chosen
        chosen = words


def _in_rows(boxes: Boxes, field: Box) -> Chosen:
    """Whether so much of the height of each lies between the top and the foot of a box that it is the box's."""
    inside = numpy.minimum(boxes[:, 3], field.y1) - numpy.maximum(boxes[:, 1], field.y0)
    return numpy.asarray(inside >= OWN_SHARE * (boxes[:, 3] - boxes[:, 1]))


def _cuts(boxes: Boxes, wide: Box) -> Chosen:
    """Whether the edge of a box lies in each."""
    meets = (boxes[:, :2] < [wide.x1, wide.y1]).all(axis=1) & (boxes[:, 2:] > [wide.x0, wide.y0]).all(axis=1)
    beyond = (boxes[:, :2] < [wide.x0, wide.y0]).any(axis=1) | (boxes[:, 2:] > [wide.x1, wide.y1]).any(axis=1)
    return numpy.asarray(meets & beyond)


def _glyphs(picture: Picture, scale: float) -> tuple[Picture, NDArray[numpy.int32], Boxes]:
    """The paper under a grey picture, the number of the glyph of each pixel (0: none), and the glyphs' boxes.

    A glyph is a piece of ink with its soft edge, no rule or frame.
    """
    side, stroke = (max(3, round(length / scale)) for length in (RULE_PX, EVENED_PX))
    closed = cv2.morphologyEx(picture, cv2.MORPH_CLOSE, numpy.ones((stroke, stroke), numpy.uint8))
    paper = numpy.asarray(closed, numpy.uint8)
    dark = cv2.threshold(flatten(picture, paper), 255 - CONTRAST, 255, cv2.THRESH_BINARY_INV)[1]
    across = max(3, round(MAX_RULE_PX / scale))
    for size, crossed in (((side, 1), (1, across)), ((1, side), (across, 1))):
        rules = cv2.morphologyEx(dark, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, size))
        ink, stroke_over = cv2.subtract(dark, rules), cv2.getStructuringElement(cv2.MORPH_RECT, crossed)
        both = [cv2.dilate(ink, stroke_over, anchor=end) for end in ((0, 0), (crossed[0] - 1, crossed[1] - 1))]
        dark = cv2.bitwise_or(ink, cv2.bitwise_and(rules, cv2.bitwise_and(*both)))  # a glyph on a rule is one glyph
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    high, most = stats[:, cv2.CC_STAT_HEIGHT], int(MAX_DASH_HEIGHT_PX / scale)
    low, middle = high <= most, 2 * stats[:, cv2.CC_STAT_TOP] + high  # in half pixels
    ends = numpy.sort(middle[low])
    in_row = ends.searchsorted(middle + most, "right") - ends.searchsorted(middle - most)
    kept = (stats[:, cv2.CC_STAT_AREA] >= MIN_GLYPH_PX / scale**2) & ~(low & (in_row >= MIN_DASHES))
    kept[0] = False  # the paper
    numbers = numpy.where(kept, numpy.cumsum(kept), 0).astype(numpy.uint16)
    soft = cv2.dilate(numbers[labels], numpy.ones((3, 3), numpy.uint8))
    start, length = stats[kept, :2], stats[kept, 2:4]
    boxes = numpy.concatenate((start - 1, start + length + 1), axis=1)
    return paper, soft.astype(numpy.int32), boxes.clip(0, [*picture.shape[::-1]] * 2).astype(numpy.intp)
