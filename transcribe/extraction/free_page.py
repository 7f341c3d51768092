"""A scan of free layout: whole pages read by every engine, its fields then located among the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy

from transcribe.extraction.barcode_fields import with_barcodes
from transcribe.extraction.locate import locate
from transcribe.extraction.print_size import LETTER_HEIGHT_PX, printed_letter_height, share_inside, text_scale
from transcribe.geometry import Homography
from transcribe.imaging import Quality, grey, quality, shrinking, shrunk, straightened, way_up, with_geometry
from transcribe.ink import strength
from transcribe.model import Page, Picture, Place, SourceWords, Word
from transcribe.ocr import Engine, hocr
from transcribe.recognition import BegunReading, ReadResultBuilder, page_transform

LINE = 34.0
"""Pixels of height at which a line of print is shown to people: that of 10 points at 200 dpi, with its leading."""

Words = dict[str, dict[int, list[Word]]]
"""Source -> page number -> the words that the source saw there."""


def read(begun: BegunReading, pages: Sequence[Page]) -> None:
    """Read whole pages, locate the form's fields among the words, keep places, readings and pictures."""
    scan, form, now, kept = begun.scan, begun.form, begun.now, begun.kept
    straight: list[Page] = []
    words: Words = {}
    for number, page in enumerate(pages, 1):
        small, scale = _shrunk(page, number)
        laid, turns, homography = _upright(words, small, scale, begun.engines)
        before = scan.pages[number - 1].turn if number <= len(scan.pages) else 0
        kept.turns.append((before - 90 * turns) % 360)
        straight.append(laid)
        seen = [word for by_page in words.values() for word in by_page.get(number, ())]
        kept.qualities.append(_quality(small, laid, seen))
        kept.add_page_picture(laid.number, laid.picture)
        kept.transforms[laid.number] = page_transform(number, homography)
    for source, by_page in words.items():
        kept.source_words += [
            SourceWords(source=source, page=number, words=tuple(each)) for number, each in by_page.items()
        ]
    found = with_barcodes(scan.id, straight, form, locate(scan.id, straight, words, form, now), now)
    overall = min(each.measures["overall"] for each in kept.qualities)
    quality_of_all = {"quality": round(overall, 4)}
    kept.readings += [replace(each, conditions={**each.conditions, **quality_of_all}) for each in found.readings]
    for place in found.places:
        _keep_place(kept, place, straight[place.page - 1].picture, words)


def _upright(words: Words, page: Page, scale: float, engines: Sequence[Engine]) -> tuple[Page, int, Homography]:
    """A page that was shrunk to this scale, set upright, with its turns and its homography.

    The turns are quarters against the clock; the homography takes its pixels as it came to those upright. `words` keeps
    what every source sees on it.
    """
    tried: dict[int, tuple[Page, Homography, list[Word]]] = {}

    def turned(turns: int) -> Sequence[Word]:
        laid, moved = _laid(page, scale, turns)
        tried[turns] = (laid, moved, engines[0].words(laid)[0])
        return tried[turns][2]

    laid, moved = _laid(page, scale)
    beside = hocr.hocr_engine(page, lambda box: box.scaled(moved[0, 0]))
    seen = {engine.source: engine.words(laid)[0] for engine in (*engines, beside) if engine}
    turns = 0 if page.hocr else way_up(seen, turned)
    if turns:
        laid, moved, first = tried[turns]
        seen = {engine.source: first if engine is engines[0] else engine.words(laid)[0] for engine in engines}
    for source, each in seen.items():
        words.setdefault(source, {})[page.number] = each
    return laid, turns, moved


def laid_pages(pages: Sequence[Page]) -> Iterator[Page]:
    """Each page as its places lie on it: numbered from 1, not too large, level.

    Its way up was found when it was read first.
    """
    for number, page in enumerate(pages, 1):
        yield _laid(*_shrunk(page, number))[0]


def _laid(small: Page, scale: float, turns: int = 0) -> tuple[Page, Homography]:
    """A page that was shrunk to this scale turned by quarters against the clock, and level.

    With it comes the homography from its pixels as it came in. A page with an hOCR file lies as that file says.
    """
    shrunk = numpy.diag([scale, scale, 1.0])
    if small.hocr:
        return small, shrunk
    straight, moved = straightened(small, turns)
    return straight, moved @ shrunk


def _shrunk(page: Page, number: int) -> tuple[Page, float]:
    """A page by its number, no larger than engines read well, and its scale: 1, or less if it was shrunk.

    The hOCR file beside it stays if it shows anything.
    """
    scale = shrinking(page.picture)
    known = page.hocr if hocr.has_words(page) else None
    return replace(page, number=number, picture=shrunk(page.picture, scale), hocr=known), scale


def _quality(small: Page, laid: Page, words: Sequence[Word]) -> Quality:
    """The quality of a page by the print that is on it, as no blank says how large it should be. Overall it is as good
    as its light and its sharpness: with that sources' claims were calibrated on free layouts."""
    picture = grey(laid.picture)
    contrast, noise = strength(picture)
    light = quality(picture, ink_contrast=contrast, noise=noise, scale=1.0)
    size = text_scale(picture, words, contrast)
    inside = share_inside(small.picture, size * LETTER_HEIGHT_PX, contrast)
    return with_geometry(light, scale=size, inside=inside)


def _keep_place(kept: ReadResultBuilder, place: Place, picture: Picture, words: Words) -> None:
    """A place with its picture: that of its page where it is half of it or more."""
    box = place.box
    if box.area >= 0.5 * picture.shape[0] * picture.shape[1]:
        kept.places.append(replace(place, snippet=kept.pictures[place.page - 1].sha256))
        return
    scale = line_scale([word for by_page in words.values() for word in by_page.get(place.page, ())])
    kept.add_place(place, picture, box, scale=scale, writing=box, letter=printed_letter_height(picture, box))


def line_scale(words: Sequence[Word]) -> float:
    """The factor that brings print of these words' height to LINE, between a half and 2."""
    heights = sorted(word.box.height for word in words)
    if not heights:
        return 1.0
    return min(2.0, max(0.5, LINE / max(1, heights[len(heights) // 2])))
