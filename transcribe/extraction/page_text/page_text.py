"""The text of one scan as one source sees it: lines, the labels in them, and what stands beside a label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from transcribe.extraction.page_text import table_headers
from transcribe.extraction.page_text.labels import LabelMatch, find_labels, form_labels
from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.model import Form

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
