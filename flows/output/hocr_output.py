"""hOCR out of a read: the words of each page where they stand on the file that came in, decided values first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version

import cv2
import numpy

from flows.home import Settings
from flows.output.json_result import ScanResult, source_label
from transcribe import ocr
from transcribe.geometry import Box, Homography, project
from transcribe.model import Decision, Flattened, Page, PagePicture, PageTransform, Place, SourceWords, Task, Word
from transcribe.ocr import hocr, spread, text_of

MARK_TYPES = frozenset({"checkbox", "signature"})
"""Fields that are no words."""

MIN_LINE_OVERLAP_SHARE = 0.5
"""The share of the lower one's height from which a field's word stands on a line of the page."""

MAX_HOCR_CONFIDENCE = 0.99
"""The most that a decided word is written with: hOCR has no more digits, and 100 would be certain."""


def hocr_pages(settings: Settings, it: ScanResult) -> Iterator[tuple[str, str]]:
    """Of each page of a scan where it came from, and its hOCR in pixels of the file.

    A field's words are those of its decision with our probability, else of its likeliest reading with the engine's own
    confidence, where an engine saw them. The other words of a page are those that the first engine of the settings saw
    on it: of a free layout while it read the page, of a form in one pass more over the page as it was laid.
    """
    system = (
        f"{hocr.OWN} {version('fairhand')} ({', '.join(dict.fromkeys(each.source for each in it.reads.source_words))})"
    )
    for shown in it.reads.pictures:
        lying = it.reads.transforms[shown.number]
        path, number = it.page_sources[lying.page - 1]
        photo = it.pages[lying.page - 1]
        size, matrix = (photo.picture.shape[1], photo.picture.shape[0]), _matrix(lying)
        if photo.flattened:  # the masked copy of bent paper
            size, matrix = photo.flattened.size, matrix @ _matrix(photo.flattened)
        words = _back(_words(settings, it, shown, photo, lying), matrix, size)
        yield source_label([str(path)], [number]), hocr.write(words, size=size, system=system, page=shown.number)


def _words(settings: Settings, it: ScanResult, shown: PagePicture, photo: Page, lying: PageTransform) -> list[Word]:
    """The words of a page in pixels of its picture: those of fields, and of the page where no field has any."""
    page = _whole_page(settings, it, shown, photo, lying)
    said: list[Word] = []
    held: list[Box] = []
    for place in it.reads.places:
        if place.page == shown.number and place.confidence is not None:
            words = _of_field(it, place)
            said += words
            held += [place.box] if words or _is_wordless(it, place) else []
    rest = [word for word in page if not any(box.contains_middle(word.box) for box in held)]
    return _in_lines(rest, said)


def _whole_page(
    settings: Settings, it: ScanResult, shown: PagePicture, photo: Page, lying: PageTransform
) -> Sequence[Word]:
    """What the first engine sees on the whole page, which it has read already where the layout is free."""
    engine = ocr.load(settings.engines[0], it.form.languages)
    for each in it.reads.source_words:
        if each.key is None and each.page == shown.number and each.source == engine.source:
            return each.words
    white = (255, 255, 255)
    laid = cv2.warpPerspective(photo.picture, _matrix(lying), shown.size, borderValue=white)
    return engine.words(Page(number=shown.number, picture=numpy.asarray(laid, numpy.uint8)))[0]


# --- the words of a field --------------------------------------------------------------------------------------------


def _of_field(it: ScanResult, place: Place) -> list[Word]:
    """The words of a field where they stand: decided, else likeliest; none of a mark, or of what nobody could read."""
    outcome = it.outcomes.get(place.key)
    if it.form.field(place.key.name).type in MARK_TYPES or outcome is None:
        return []
    text = outcome.text if isinstance(outcome, Decision) else _likeliest(it, outcome)
    if not text.split():
        return []
    seen = [each for each in (_inside(one, place) for one in it.reads.source_words) if each]
    found = next((each for each in seen if _text(each).split() == text.split()), None) or _laid_out(text, place)
    if isinstance(outcome, Decision):
        sure = min(MAX_HOCR_CONFIDENCE, outcome.probability)
        return [replace(word, confidence=sure) for word in found]
    return list(found)


def _likeliest(it: ScanResult, task: Task) -> str:
    posterior = it.posteriors.get(task.key)
    best = next((each for each in posterior.candidates if each.origin == "read"), None) if posterior else None
    return "" if best is None or best.null else best.text


def _inside(seen: SourceWords, place: Place) -> tuple[Word, ...]:
    """What a source saw in a field."""
    if seen.page != place.page or seen.key not in (None, place.key):
        return ()
    return seen.words if seen.key else tuple(word for word in seen.words if place.box.contains_middle(word.box))


def _text(words: Sequence[Word]) -> str:
    numbers = dict.fromkeys(word.line for word in words)
    return text_of([[word for word in words if word.line == number] for number in numbers])


def _laid_out(text: str, place: Place) -> list[Word]:
    """A text that no source saw as it is, spread over its field's box."""
    lines = [line.split() for line in text.splitlines() if line.split()]
    height = place.box.height / len(lines)
    found: list[Word] = []
    for number, line in enumerate(lines):
        top, foot = place.box.y0 + round(number * height), place.box.y0 + round((number + 1) * height)
        box = Box(place.box.x0, top, place.box.x1, max(top + 1, foot))
        found += spread([Word(text=each, box=box, confidence=None, line=number) for each in line], box)
    return found


def _is_wordless(it: ScanResult, place: Place) -> bool:
    """Whether no words are written there, or none that may be told: a page's words there would be frames and ticks."""
    outcome = it.outcomes.get(place.key)
    blank = isinstance(outcome, Decision) and outcome.null is not None
    return blank or it.form.field(place.key.name).type in MARK_TYPES


# --- lines, and the way back to the file -----------------------------------------------------------------------------


def _in_lines(page: Sequence[Word], said: Sequence[Word]) -> list[Word]:
    """The words of fields put into the lines of the page beside them, else into lines of their own; top to bottom."""
    lines: dict[int, list[Word]] = {}
    for word in page:
        lines.setdefault(word.line, []).append(word)
    for word in sorted(said, key=lambda each: (each.box.y0, each.box.x0)):
        found = max(lines, key=lambda number: _shared(word, lines[number]), default=None)
        if found is None or _shared(word, lines[found]) < MIN_LINE_OVERLAP_SHARE:
            found = max(lines, default=0) + 1
        lines.setdefault(found, []).append(word)
    ordered = sorted(lines.values(), key=lambda line: min(word.box.y0 for word in line))
    return [
        replace(word, line=number)
        for number, line in enumerate(ordered)
        for word in sorted(line, key=lambda each: each.box.x0)
    ]


def _shared(word: Word, line: Sequence[Word]) -> float:
    """The most of its height, or of theirs, that a word shares with a word of a line."""
    return max(word.box.overlap_down(each.box) / max(1, min(word.box.height, each.box.height)) for each in line)


def _back(words: Sequence[Word], matrix: Homography, size: tuple[int, int]) -> list[Word]:
    """The words with the boxes around them on the page as it came in; what lies outside of it is left out."""
    back = numpy.linalg.inv(matrix)
    moved = [replace(word, box=Box.around(project(back, word.box.corners)).clipped(*size)) for word in words]
    return [word for word in moved if word.box.area]


def _matrix(lying: PageTransform | Flattened) -> Homography:
    return numpy.array(lying.homography, numpy.float64).reshape(3, 3)
