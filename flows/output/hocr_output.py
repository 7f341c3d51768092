"""hOCR of a scan that was read: the words of each page where they stand on its file, decided values first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version

from flows.home import Settings
from flows.output.json_result import ScanResult, source_label
from transcribe import ocr
from transcribe.fields import facts_of
from transcribe.geometry import Box, Homography, project
from transcribe.model import Decision, Flattened, Page, PagePicture, PageTransform, Place, SourceWords, Task, Word

MIN_LINE_OVERLAP_SHARE = 0.5
"""A field's word stands on a line of the page from this share of the lower one's height on. Chosen by hand."""

MAX_HOCR_CONFIDENCE = 0.99
"""A decided word is never written with more: hOCR has no more digits, and 100 would be certain."""

WHITE = (255, 255, 255)
"""The colour beyond the edges of a photo that is laid on its form."""


def hocr_pages(settings: Settings, result: ScanResult) -> Iterator[tuple[str, str]]:
    """For each page of a scan where it came from, and its hOCR in pixels of the file.

    A field's words are those of its decision with our probability, else of its likeliest reading with the engine's own
    confidence, where an engine saw them. The other words of a page are those that the first engine of the settings saw
    on it: on a free layout while it read the page, on a form in one pass more over the page as it was laid.
    """
    from transcribe.ocr import hocr

    sources = ", ".join(dict.fromkeys(words.source for words in result.reads.source_words))
    system = f"{hocr.OWN_SYSTEM} {version('fairhand')} ({sources})"
    for page in result.reads.pictures:
        transform = result.reads.transforms[page.number]
        path, number = result.page_sources[transform.page - 1]
        photo = result.pages[transform.page - 1]
        size, matrix = (photo.picture.shape[1], photo.picture.shape[0]), _matrix(transform)
        if photo.flattened:  # the masked copy of bent paper
            size, matrix = photo.flattened.size, matrix @ _matrix(photo.flattened)
        words = _on_file(_words(settings, result, page, photo, transform), matrix, size)
        yield source_label([str(path)], [number]), hocr.write(words, size=size, system=system, page=page.number)


def _words(
    settings: Settings, result: ScanResult, page: PagePicture, photo: Page, transform: PageTransform
) -> list[Word]:
    """The words of a page in pixels of its picture: those of fields, and the page's own where no field has any."""
    page_words = _whole_page(settings, result, page, photo, transform)
    field_words: list[Word] = []
    taken: list[Box] = []
    for place in result.reads.places:
        if place.page == page.number and place.confidence is not None:
            words = _of_field(result, place)
            field_words += words
            taken += [place.box] if words or _is_wordless(result, place) else []
    rest = [word for word in page_words if not any(box.contains_middle(word.box) for box in taken)]
    return _in_lines(rest, field_words)


def _whole_page(
    settings: Settings, result: ScanResult, page: PagePicture, photo: Page, transform: PageTransform
) -> Sequence[Word]:
    """The words that the first engine sees on the whole page. It has read a free layout already."""
    import cv2
    import numpy

    (engine,) = ocr.in_use(settings.engines[:1], result.form.languages, settings.engine_options)
    for words in result.reads.source_words:
        if words.key is None and words.page == page.number and words.source == engine.source:
            return words.words
    laid = cv2.warpPerspective(photo.picture, _matrix(transform), page.size, borderValue=WHITE)
    return engine.words(Page(number=page.number, picture=numpy.asarray(laid, numpy.uint8)))[0]


# --- the words of a field --------------------------------------------------------------------------------------------


def _of_field(result: ScanResult, place: Place) -> list[Word]:
    """The words of a field where they stand: decided, else likeliest; none of a mark or of an illegible field."""
    outcome = result.outcomes.get(place.key)
    if facts_of(result.form.field(place.key.name).type).is_mark or outcome is None:
        return []
    text = outcome.text if isinstance(outcome, Decision) else _likeliest(result, outcome)
    if not text.split():
        return []
    by_source = [words for words in (_inside(source, place) for source in result.reads.source_words) if words]
    equal = next((words for words in by_source if _text(words).split() == text.split()), None)
    words = equal or _spread_out(text, place)
    if isinstance(outcome, Decision):
        confidence = min(MAX_HOCR_CONFIDENCE, outcome.probability)
        return [replace(word, confidence=confidence) for word in words]
    return list(words)


def _likeliest(result: ScanResult, task: Task) -> str:
    """The likeliest text of a field that is asked for; "" where it has none."""
    posterior = result.posteriors.get(task.key)
    candidates = posterior.candidates if posterior else ()
    likeliest = next((candidate for candidate in candidates if candidate.origin == "read"), None)
    return "" if likeliest is None or likeliest.null else likeliest.text


def _inside(source: SourceWords, place: Place) -> tuple[Word, ...]:
    """The words that a source saw in a field."""
    if source.page != place.page or source.key not in (None, place.key):
        return ()
    return source.words if source.key else tuple(word for word in source.words if place.box.contains_middle(word.box))


def _text(words: Sequence[Word]) -> str:
    from transcribe.ocr import text_of

    numbers = dict.fromkeys(word.line for word in words)
    return text_of([[word for word in words if word.line == number] for number in numbers])


def _spread_out(text: str, place: Place) -> list[Word]:
    """The words of a text that no source saw as it is, spread_words over its field's box line by line."""
    from transcribe.ocr import spread_words

    lines = [line.split() for line in text.splitlines() if line.split()]
    height = place.box.height / len(lines)
    words: list[Word] = []
    for number, line in enumerate(lines):
        top, foot = place.box.y0 + round(number * height), place.box.y0 + round((number + 1) * height)
        box = Box(place.box.x0, top, place.box.x1, max(top + 1, foot))
        words += spread_words([Word(text=part, box=box, confidence=None, line=number) for part in line], box)
    return words


def _is_wordless(result: ScanResult, place: Place) -> bool:
    """Whether a field has no words, or none that may be told. Page words there would be frames and ticks."""
    outcome = result.outcomes.get(place.key)
    is_null = isinstance(outcome, Decision) and outcome.null is not None
    return is_null or facts_of(result.form.field(place.key.name).type).is_mark


# --- lines, and the way back to the file -----------------------------------------------------------------------------


def _in_lines(page_words: Sequence[Word], field_words: Sequence[Word]) -> list[Word]:
    """All words in lines from top to bottom. A field's word joins the page's line beside it, else has its own line."""
    lines: dict[int, list[Word]] = {}
    for word in page_words:
        lines.setdefault(word.line, []).append(word)
    for word in sorted(field_words, key=lambda word: (word.box.y0, word.box.x0)):
        nearest = max(lines, key=lambda number: _overlap_share(word, lines[number]), default=None)
        if nearest is None or _overlap_share(word, lines[nearest]) < MIN_LINE_OVERLAP_SHARE:
            nearest = max(lines, default=0) + 1
        lines.setdefault(nearest, []).append(word)
    ordered = sorted(lines.values(), key=lambda line: min(word.box.y0 for word in line))
    return [
        replace(word, line=number)
        for number, line in enumerate(ordered)
        for word in sorted(line, key=lambda word: word.box.x0)
    ]


def _overlap_share(word: Word, line: Sequence[Word]) -> float:
    """The largest overlap in height with a word of a line, as a share of the lower one's height."""
    return max(word.box.overlap_down(other.box) / max(1, min(word.box.height, other.box.height)) for other in line)


def _on_file(words: Sequence[Word], matrix: Homography, size: tuple[int, int]) -> list[Word]:
    """The words with the boxes around them on the page as it came in; what lies outside of it is left out."""
    import numpy

    back = numpy.linalg.inv(matrix)
    moved = [replace(word, box=Box.around(project(back, word.box.corners)).clipped(*size)) for word in words]
    return [word for word in moved if word.box.area]


def _matrix(transform: PageTransform | Flattened) -> Homography:
    import numpy

    return numpy.array(transform.homography, numpy.float64).reshape(3, 3)
