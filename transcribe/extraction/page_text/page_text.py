"""The text of one scan as one source sees it: lines, the labels in them, and what stands beside a label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from transcribe.errors import ScanError
from transcribe.extraction.page_text import table_headers
from transcribe.extraction.page_text.labels import LabelMatch, find_labels, form_labels
from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.fields import facts_of
from transcribe.geometry import Box
from transcribe.model import Field, Form, Page, Word
from transcribe.ocr import is_hocr_source

MAX_VALUE_DEPTH_HEIGHTS = 3.6
"""A value begins at most so many line heights below its label. Chosen by hand."""

MAX_COLUMN_OFFSET_HEIGHTS = 4.0
"""What stands below a label begins or ends at most so many line heights beside it. Chosen by hand."""


@dataclass(frozen=True, kw_only=True)
class PageText:  # without slots: the lines with labels are looked for once
    """The lines of a scan as one source sees them, top to bottom, and the labels in each."""

    lines: tuple[TextLine, ...]
    labels: tuple[tuple[LabelMatch, ...], ...]

    def labels_of(self, owner: str) -> list[LabelMatch]:
        """Every label of a field or role, top to bottom."""
        return [match for match in self.all_labels() if match.label.owner == owner]

    def labels_in_role(self, role: str) -> list[LabelMatch]:
        """Every label whose text plays a role, also where a field owns it."""
        return [match for match in self.all_labels() if match.label.role == role]

    def is_label(self, line: TextLine) -> bool:
        """Whether a line, or a piece of one, is nothing but a label."""
        bare = re.sub(r"\W+", "", line.text)
        return any(
            match.box.x0 >= line.box.x0 - 1 and match.box.x1 <= line.box.x1 + 1 and _covers_piece(match, own, bare)
            for own, matches in self._labelled_lines
            if own.page == line.page and own.box.y0 <= line.box.y0 and line.box.y1 <= own.box.y1
            for match in matches
        )

    @cached_property
    def _labelled_lines(self) -> tuple[tuple[TextLine, tuple[LabelMatch, ...]], ...]:
        both = zip(self.lines, self.labels, strict=True)
        return tuple((line, matches) for line, matches in both if matches)

    def all_labels(self) -> list[LabelMatch]:
        """Every label of the scan, top to bottom."""
        return [match for matches in self.labels for match in matches]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSpan:
    """Where a value may stand: right of a label up to the next one, or on a line below.

    `start` and `end` are characters of the line.
    """

    match: LabelMatch
    line: int
    start: int
    end: int
    where: Literal["right", "below"]


def page_text_of(lines: Sequence[TextLine], form: Form) -> PageText:
    """The lines with the labels of a form's fields and of the known roles. A table's header has none."""
    known = form_labels(form)
    headings = [(table, table_headers.header_labels(table)) for table in form.tables]
    header_lines = {
        part
        for number, line in enumerate(lines)
        for table, words in headings
        if table_headers.is_header(line, table, words)
        for part in range(number, table_headers.last_header_line(lines, number, table) + 1)
    }
    labels = [
        () if number in header_lines else tuple(find_labels(number, line, known)) for number, line in enumerate(lines)
    ]
    return PageText(lines=tuple(lines), labels=tuple(labels))


def value_spans(page_text: PageText, match: LabelMatch) -> list[ValueSpan]:
    """Where the value of a label may stand, nearest first: right of it, then below it."""
    line = page_text.lines[match.line]
    labels_after = [other.start for other in page_text.labels[match.line] if other.start >= match.end]
    end = min(labels_after, default=len(line.text))
    spans = []
    if re.search(r"[^\W_]", line.text[match.end : end]):
        spans.append(ValueSpan(match=match, line=match.line, start=match.end, end=end, where="right"))
    spans.extend(_spans_below(page_text, match))
    return spans


def horizontal_distance(page_text: PageText, line: int, start: int, end: int, match: LabelMatch) -> float:
    """Pixels in x from the middle of characters of a line to the middle of a label."""
    box = page_text.lines[line].span(start, end).box
    return abs((box.x0 + box.x1) - (match.box.x0 + match.box.x1)) / 2


def _spans_below(page_text: PageText, match: LabelMatch) -> Iterable[ValueSpan]:
    """Pieces of the lines under a label that stand in its column, cut where a neighbour's column begins."""
    line = page_text.lines[match.line]
    left, right = _label_column(page_text, match)
    reach = MAX_COLUMN_OFFSET_HEIGHTS * line.height
    deepest = match.box.y1 + MAX_VALUE_DEPTH_HEIGHTS * line.height
    for number in range(match.line + 1, len(page_text.lines)):
        under = page_text.lines[number]
        if under.page != line.page or under.box.y0 > deepest:
            return
        for start, end, box in under.pieces:
            if box.x1 <= max(left, match.box.x0 - reach) or box.x0 >= min(right, match.box.x1 + reach):
                continue
            in_column = [span for span in under.word_spans(start, end) if left <= span[2].middle[0] <= right]
            if not in_column or box.y0 < match.box.y0 + line.height / 2:
                continue
            start, end = in_column[0][0], in_column[-1][1]
            if not any(other.start < end and start < other.end for other in page_text.labels[number]):
                yield ValueSpan(match=match, line=number, start=start, end=end, where="below")


def _label_column(page_text: PageText, match: LabelMatch) -> tuple[float, float]:
    """Left and right end of a label's column: the middle of the gap to its neighbours on the line."""
    line = page_text.lines[match.line]
    boxes = [box for _, _, box in line.pieces] + [other.box for other in page_text.labels[match.line]]
    lefts = [box.x1 for box in boxes if box.x1 <= match.box.x0]
    rights = [box.x0 for box in boxes if box.x0 >= match.box.x1]
    left = (match.box.x0 + max(lefts)) / 2 if lefts else 0.0
    right = (match.box.x1 + min(rights)) / 2 if rights else float("inf")
    return left, right


def _covers_piece(match: LabelMatch, line: TextLine, bare: str) -> bool:
    """Whether a label is as long as the letters and digits of a piece of its line."""
    return len(re.sub(r"\W+", "", line.text[match.start : match.end])) >= len(bare) > 0


# Where a field that no source found is likely to be: the region that people are shown to look for it.

HEAD_HEIGHT_SHARE = 0.35
"""The share of the first page's height in which names, addresses and dates of issue stand. Chosen by hand."""

LABEL_MARGIN_HEIGHTS = 4
"""Line heights above and below a label that are shown with it, over the whole width of the page. Chosen by hand."""


def search_region(field: Field, pages: Sequence[Page], page_texts: Sequence[PageText]) -> tuple[int, Box]:
    """Page number and box in which a field is likely.

    It is around the field's label where a source saw one. Else it is the head of the first page for names and
    addresses, and the whole first page for others.
    """
    for page_text in page_texts:
        match = max(page_text.labels_of(field.name), key=lambda match: match.similarity, default=None)
        if match is not None:
            line = page_text.lines[match.line]
            page = next(page for page in pages if page.number == line.page)
            height, width = page.picture.shape[:2]
            margin = round(LABEL_MARGIN_HEIGHTS * line.height)
            return line.page, Box(0, max(0, match.box.y0 - margin), width, min(height, match.box.y1 + margin))
    height, width = pages[0].picture.shape[:2]
    if facts_of(field.type).in_head:
        return pages[0].number, Box(0, 0, width, max(1, round(height * HEAD_HEIGHT_SHARE)))
    return pages[0].number, Box(0, 0, width, height)


# Limits of words and characters on a page and in a scan: looking through them takes longer than their number grows.

MAX_PAGE_WORDS_COUNT = 5000
"""A page with more words is refused: a full page has about a thousand, and 5,000 strewn over a page took 27 s."""

MAX_PAGE_CHARACTERS_COUNT = 50_000
"""A page with more characters is refused: a full page has about 5,000, and one of a newspaper 30,000."""

MAX_SCAN_WORDS_COUNT = 40_000
"""A scan with more words is refused: 20,000 words on 40 pages took 11 s."""


def require_bounded(words: Mapping[str, Mapping[int, Sequence[Word]]]) -> None:
    """ScanError where a source sees more words than a page or a scan of print has."""
    for source, by_page in words.items():
        beside = is_hocr_source(source)
        says = "the hOCR file beside it says" if beside else f"{source} reads"
        advice = "Take that file away" if beside else "Take a picture of each part"
        for number, page_words in by_page.items():
            if len(page_words) > MAX_PAGE_WORDS_COUNT:
                most = f"and the limit is {MAX_PAGE_WORDS_COUNT:,}"
                raise ScanError(f"{says} {len(page_words):,} words on page {number}, {most}.", advice)
            characters = sum(len(word.text) for word in page_words)
            if characters > MAX_PAGE_CHARACTERS_COUNT:
                most = f"and the limit is {MAX_PAGE_CHARACTERS_COUNT:,}"
                raise ScanError(f"{says} {characters:,} characters on page {number}, {most}.", advice)
        total = sum(map(len, by_page.values()))
        if total > MAX_SCAN_WORDS_COUNT:
            raise ScanError(f"{says} {total:,} words on its pages, and the limit is {MAX_SCAN_WORDS_COUNT:,}.", advice)
