"""The print of one scan as one source sees it: lines, the labels in them, and what stands beside a label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from transcribe.extraction.page_text import table_headers
from transcribe.extraction.page_text.labels import LabelMatch, find_labels, form_labels
from transcribe.extraction.page_text.text_lines import Line
from transcribe.geometry import Box
from transcribe.model import Form

MAX_VALUE_DEPTH_HEIGHTS = 3.6
"""Line heights below a label in which its value may begin."""

MAX_COLUMN_OFFSET_HEIGHTS = 4.0
"""Line heights beside a label within which what stands below may begin or end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """The print of one scan as one source sees it: lines of all pages, top to bottom, and the labels in each."""

    lines: tuple[Line, ...]
    labels: tuple[tuple[LabelMatch, ...], ...]

    def labels_of(self, owner: str) -> list[LabelMatch]:
        """Every label of a field or role, top to bottom."""
        return [seen for line in self.labels for seen in line if seen.label.owner == owner]

    def labels_in_role(self, role: str) -> list[LabelMatch]:
        """Every label whose text plays a role, whoever owns it."""
        return [seen for line in self.labels for seen in line if seen.label.role == role]

    def is_label(self, line: Line) -> bool:
        """Whether a line, or a piece of one, is nothing but a label."""
        bare = re.sub(r"\W+", "", line.text)
        return any(
            seen.box.x0 >= line.box.x0 - 1 and seen.box.x1 <= line.box.x1 + 1 and _covers_piece(seen, own, bare)
            for own, labels in zip(self.lines, self.labels, strict=True)
            if own.page == line.page and own.box.y0 <= line.box.y0 and line.box.y1 <= own.box.y1
            for seen in labels
        )

    def all_labels(self) -> list[LabelMatch]:
        """Every label of the sheet."""
        return [seen for line in self.labels for seen in line]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSpan:
    """Where a value may stand: characters of a line from a label's end to the next label, or of a line below."""

    label: LabelMatch
    line: int
    start: int
    end: int
    where: Literal["right", "below"]


def page_text_of(lines: Sequence[Line], form: Form) -> PageText:
    """The lines with the labels of a form's fields and of the known roles in them; a table's header has none."""
    known = form_labels(form)
    headings = [(table, table_headers.header_labels(table)) for table in form.tables]
    taken = {
        part
        for number, line in enumerate(lines)
        for table, words in headings
        if table_headers.is_header(line, table, words)
        for part in range(number, table_headers.last_header_line(lines, number, table) + 1)
    }
    found = [() if number in taken else tuple(find_labels(number, line, known)) for number, line in enumerate(lines)]
    return PageText(lines=tuple(lines), labels=tuple(found))


def value_spans(sheet: PageText, seen: LabelMatch) -> list[ValueSpan]:
    """Where the value of a label may stand, nearest first: right of it up to the next label, then below it."""
    line, row = sheet.lines[seen.line], sheet.labels[seen.line]
    after = [other.start for other in row if other.start >= seen.end]
    end = min(after, default=len(line.text))
    places = []
    if re.search(r"[^\W_]", line.text[seen.end : end]):
        places.append(ValueSpan(label=seen, line=seen.line, start=seen.end, end=end, where="right"))
    places.extend(_spans_below(sheet, seen))
    return places


def horizontal_distance(sheet: PageText, line: int, start: int, end: int, seen: LabelMatch) -> float:
    """How far the middle of characters of a line stands from that of a label, in x."""
    box = sheet.lines[line].span(start, end).box
    return abs((box.x0 + box.x1) - (seen.box.x0 + seen.box.x1)) / 2


def _spans_below(sheet: PageText, seen: LabelMatch) -> Iterable[ValueSpan]:
    """Pieces of the lines under a label that stand under its column, cut where a neighbour's column begins."""
    line = sheet.lines[seen.line]
    left, right = _label_column(sheet, seen)
    room = MAX_COLUMN_OFFSET_HEIGHTS * line.height
    deepest = seen.box.y1 + MAX_VALUE_DEPTH_HEIGHTS * line.height
    for number in range(seen.line + 1, len(sheet.lines)):
        under = sheet.lines[number]
        if under.page != line.page or under.box.y0 > deepest:
            return
        for start, end, box in under.pieces:
            if box.x1 <= max(left, seen.box.x0 - room) or box.x0 >= min(right, seen.box.x1 + room):
                continue
            kept = [at for at in _word_spans(under, start, end) if left <= (at[2].x0 + at[2].x1) / 2 <= right]
            if not kept or box.y0 < seen.box.y0 + line.height / 2:
                continue
            start, end = kept[0][0], kept[-1][1]
            if not any(s.start < end and start < s.end for s in sheet.labels[number]):
                yield ValueSpan(label=seen, line=number, start=start, end=end, where="below")


def _word_spans(line: Line, start: int, end: int) -> list[tuple[int, int, Box]]:
    """The words between two characters of a line: start, end, box."""
    return [
        (hit.start(), hit.end(), line.span(hit.start(), hit.end()).box)
        for hit in re.finditer(r"\S+", line.text)
        if hit.start() >= start and hit.end() <= end
    ]


def _label_column(sheet: PageText, seen: LabelMatch) -> tuple[float, float]:
    """From where to where the column of a label reaches: to the middle of the gap to its neighbours on the line."""
    line = sheet.lines[seen.line]
    boxes = [box for _, _, box in line.pieces] + [other.box for other in sheet.labels[seen.line]]
    lefts = [box.x1 for box in boxes if box.x1 <= seen.box.x0]
    rights = [box.x0 for box in boxes if box.x0 >= seen.box.x1]
    left = (seen.box.x0 + max(lefts)) / 2 if lefts else 0.0
    right = (seen.box.x1 + min(rights)) / 2 if rights else float("inf")
    return left, right


def _covers_piece(seen: LabelMatch, line: Line, bare: str) -> bool:
    """Whether a label is as long as a piece of its line without its punctuation."""
    return len(re.sub(r"\W+", "", line.text[seen.start : seen.end])) >= len(bare) > 0
