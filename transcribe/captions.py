"""The print beside the places of a blank page that may be their labels, and which label is whose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import cv2
import numpy

from transcribe.model import Box, Page, Word
from transcribe.ocr import Engine
from transcribe.ruling import BELOW

WIDE = 1.6
"""Words of a label are closer than this many times their height; what is farther is another label."""
BESIDE = 0.2
"""How far from its place a label to the left may end, as a share of the page's width."""
ZOOM = 2
"""How many times larger labels are shown to the engine than they are printed."""


def read(engine: Engine, page: Page, regions: Sequence[Box], zoom: int = ZOOM) -> list[Word]:
    """The labels in some regions, read enlarged: they are often the smallest print of a page."""
    if not regions:
        return []
    larger = numpy.asarray(cv2.resize(page.picture, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC), numpy.uint8)
    shown = Page(number=page.number, picture=larger)
    seen = engine.words(shown, [Box(*(zoom * side for side in region)) for region in regions])
    smaller = [[replace(word, box=Box(*(round(side / zoom) for side in word.box))) for word in words] for words in seen]
    return [label for words in smaller for label in _labels(words)]


def beside(asked: Sequence[Box], places: Sequence[Box], page: Page) -> list[Box]:
    """Where the labels of places to write in may stand: to the left as far as the next place, above, inside at the top
    of a high one, and below."""
    height, width = page.picture.shape[:2]
    high = round(width * 0.024)
    regions = []
    for box in asked:
        level = [other.x1 for other in places if other.x1 <= box.x0 and other.y0 < box.y1 and other.y1 > box.y0]
        left = max([0, round(box.x0 - width * BESIDE), *level])
        regions.append(Box(left + 3, box.y0, box.x0 - 3, box.y1))
        regions.append(Box(box.x0 - 4, box.y0 - high, box.x1, box.y0 - 1))
        if box.height > 1.8 * high:
            regions.append(Box(box.x0 + 3, box.y0 + 3, box.x1 - 3, box.y0 + high))
        regions.append(Box(box.x0, box.y1 - round(width * BELOW) + 2, box.x1, min(height, box.y1 + high)))
    return [each for each in regions if each.y0 >= 0 and each.width > high and each.height > high / 2]


def right_of(ticks: Sequence[Box], page: Page) -> list[Box]:
    """Where the labels of boxes to tick stand: as far as the next box on the same level."""
    width = page.picture.shape[1]
    regions = []
    for box in ticks:
        level = [other.x0 for other in ticks if other.x0 > box.x1 and other.y0 < box.y1 and other.y1 > box.y0]
        regions.append(Box(box.x1 + 3, box.y0 - 4, min([*level, width, round(box.x1 + width * 0.3)]) - 4, box.y1 + 4))
    return regions


def _labels(words: Iterable[Word]) -> list[Word]:
    """Words that stand together, as one."""
    said = [word for word in words if re.search(r"\w{2}|°", word.text) and word.box.height > 6]
    joined: list[Word] = []
    for word in sorted(said, key=lambda each: (each.line, each.box.x0)):
        last = joined[-1] if joined else None
        if last and last.line == word.line and 0 <= word.box.x0 - last.box.x1 + 3 <= WIDE * word.box.height:
            joined[-1] = _together(last, word)
        else:
            joined.append(word)
    return joined


def _together(one: Word, other: Word) -> Word:
    box = Box(one.box.x0, min(one.box.y0, other.box.y0), other.box.x1, max(one.box.y1, other.box.y1))
    return Word(text=f"{one.text} {other.text}", box=box, confidence=one.confidence, line=one.line)


def label(box: Box, labels: Sequence[Word], width: int, *, right: bool) -> str | None:
    """The print that belongs to a place: right of a box to tick; else inside at the top, above, left, or below."""
    near = [
        (distance, word.text)
        for word in labels
        if (distance := _distance(box, word.box, width, right=right)) is not None
    ]
    return min(near)[1] if near else None


def _distance(box: Box, word: Box, width: int, *, right: bool) -> float | None:
    """How far a label stands from its place, in pixels with a penalty for unusual sides; None if it cannot be its."""
    middle = (word.y0 + word.y1) / 2
    level = box.y0 - 4 <= middle <= box.y1 + 4
    over = min(box.x1, word.x1) - max(box.x0, word.x0)
    if right:
        gap = word.x0 - box.x1
        return gap if level and -4 <= gap <= width * BESIDE / 3 else None
    left_gap, above_gap, below_gap = box.x0 - word.x1, box.y0 - word.y1, word.y0 - box.y1
    starts = -12 <= word.x0 - box.x0 <= box.width / 2
    if level and -6 <= left_gap <= width * BESIDE:
        return float(left_gap)
    if starts and over > 0 and -6 <= above_gap <= word.height * 1.3:
        return max(0.0, above_gap) + 2
    if starts and box.y0 - 2 <= word.y0 and word.y1 <= box.y1 and over > 0:
        return 20.0
    if starts and over > 0 and -width * BELOW <= below_gap <= word.height:
        return below_gap + 60.0
    return None
