"""A scan of free layout: whole pages read by every engine, its fields then located among the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import cv2
import numpy

from transcribe import align, ink
from transcribe.gathered import Gathered
from transcribe.layout import hocr
from transcribe.locate import locate
from transcribe.model import Box, Form, Page, Place, Reading, Scan, Word
from transcribe.ocr import Engine
from transcribe.quality import Quality, quality
from transcribe.snippet import snippet

MOST_PIXELS = 4_000_000
"""A page above is shrunk to it before anything else: engines read no better above, and every step is slower."""

LINE = 34.0
"""Pixels of height at which a line of print is shown to people: that of 10 points at 200 dpi, with its leading."""

Words = dict[str, dict[int, list[Word]]]
"""Source -> page number -> the words that the source saw there."""


def read_free(
    kept: Gathered, scan: Scan, pages: Sequence[Page], form: Form, engines: Sequence[Engine], now: datetime
) -> None:
    """Read whole pages, locate the form's fields among the words, keep places, readings and pictures."""
    straight: list[Page] = []
    words: Words = {}
    for laid, scale in laid_pages(pages):
        for engine in [*engines, *_beside(laid, scale)]:
            words.setdefault(engine.source, {})[laid.number] = engine.words(laid)[0]
        straight.append(laid)
        kept.qualities.append(_quality(laid))
        kept.picture(laid.number, laid.picture)
    found = locate(scan.id, straight, words, form, now)
    overall = min(each.measures["overall"] for each in kept.qualities)
    kept.readings += [_with_quality(each, overall) for each in found.readings]
    kept.places += [_with_snippet(kept, each, straight, words) for each in found.places]


def laid_pages(pages: Sequence[Page]) -> Iterator[tuple[Page, float]]:
    """Each page as its places lie on it: numbered from 1, not too large, level; and how many times longer its sides are
    than they came in (1 or less). A page with an hOCR file beside it lies as that file says."""
    for number, page in enumerate(pages, 1):
        small, scale = _shrunk(replace(page, number=number))
        yield (small if page.hocr else align.lay_straight(small)), scale


def _shrunk(page: Page) -> tuple[Page, float]:
    """The page with at most MOST_PIXELS pixels, and how many times longer its sides are than they were (1 or less)."""
    height, width = page.picture.shape[:2]
    scale = min(1.0, (MOST_PIXELS / (height * width)) ** 0.5)
    if scale == 1.0:
        return page, scale
    small = cv2.resize(page.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return replace(page, picture=numpy.asarray(small, dtype=numpy.uint8)), scale


def _beside(page: Page, scale: float) -> list[Engine]:
    def moved(box: Box) -> Box:
        return Box(*(round(side * scale) for side in box))

    found = hocr.beside(page, moved)
    return [found] if found else []


def _quality(page: Page) -> Quality:
    contrast, noise = ink.strength(page.picture)
    return quality(page.picture, ink_contrast=contrast, noise=noise, scale=1.0, inside=1.0)


def _with_quality(said: Reading, overall: float) -> Reading:
    return replace(said, conditions={**said.conditions, "quality": round(overall, 4)})


def _with_snippet(kept: Gathered, place: Place, pages: Sequence[Page], words: Words) -> Place:
    picture = pages[place.page - 1].picture
    if place.box.area >= 0.5 * picture.shape[0] * picture.shape[1]:
        return replace(place, snippet=kept.pictures[place.page - 1].sha256)
    scale = line_scale([word for by_page in words.values() for word in by_page.get(place.page, ())])
    return replace(place, snippet=kept.put(snippet(picture, place.box, scale=scale)))


def line_scale(words: Sequence[Word]) -> float:
    """What brings print of these words' height to LINE, within half and twice."""
    heights = sorted(word.box.height for word in words)
    if not heights:
        return 1.0
    return min(2.0, max(0.5, LINE / max(1, heights[len(heights) // 2])))
