"""The header of a table without a grid, and where its columns begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod

from transcribe.extraction.page_text.labels import Label, LabelMatch, find_labels
from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.model import Table, Word

MIN_HEADER_COLUMNS = 2
"""The least columns that a line must name to be the table's header. Chosen by hand."""


MAX_HEADER_READINGS = 24
"""Ways of taking a header that are tried where its words may name several columns. Chosen by hand."""


MAX_COMBINATIONS = 5000
"""A line whose headings may be taken in more ways is no header. Chosen by hand."""


MIN_MULTI_LINE_SCORE_GAIN = 0.2
"""So much better named headings of several lines must be than their first line alone: about a quarter of a column.
Chosen by hand."""


LAST_LABEL_DISCOUNT_SHARE = 0.35
"""How much less the last of a column's header words counts than the first. Chosen by hand."""


HeadingSpan = tuple[int, int, list[LabelMatch]]
"""Left and right end of a heading, and the labels that it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHeader:
    """The headings over the columns of a table, left to right, as one way of taking them.

    `columns`: (column's field name or None for a foreign one, x0, x1). `first`, `last`: numbers of the first and last
    line of the header. `score`: how well its columns are named, up to 1 for each.
    """

    columns: tuple[tuple[str | None, int, int], ...]
    first: int
    last: int
    score: float


def header_labels(table: Table) -> tuple[Label, ...]:
    """The header words of a table's columns: those that the form names, else the column's labels."""
    labels = []
    for column in table.columns:
        texts = column.field.find.labels if column.field.find else tuple(column.field.label.values())
        labels += [Label(owner=column.field.name, text=text, rank=rank) for rank, text in enumerate(texts)]
    return tuple(labels)


def is_header(line: TextLine, table: Table, known: Sequence[Label]) -> bool:
    """Whether a line is the header of a table: it names three of its columns, the first included."""
    owners = {match.label.owner for match in find_labels(0, line, known)}
    return len(owners) >= 3 and table.columns[0].field.name in owners


def last_header_line(lines: Sequence[TextLine], number: int, table: Table) -> int:
    """The last line of the header that begins on a line."""
    return next((readings[0].last for readings in _readings_from(lines, [number], table)), number)


def header_readings(lines: Sequence[TextLine], table: Table) -> Iterator[list[TableHeader]]:
    """For each header of the table on these lines the ways to take it, likeliest first.

    The best named header comes first; of headers named alike, the one of the fewest lines.
    """
    by_header = list(_readings_from(lines, range(len(lines)), table))
    by_header.sort(key=lambda readings: (-readings[0].score, readings[0].last - readings[0].first))
    yield from by_header


def _readings_from(lines: Sequence[TextLine], numbers: Iterable[int], table: Table) -> Iterator[list[TableHeader]]:
    """The ways to take the header that begins on each of these lines, where one does."""
    known = header_labels(table)
    for number in numbers:
        readings = _line_readings(number, number, lines[number], known)
        for last, merged in merged_headings(lines, number):
            more = _line_readings(number, last, merged, known)
            if more and (not readings or more[0].score >= readings[0].score + MIN_MULTI_LINE_SCORE_GAIN):
                readings = more
        if readings:
            yield readings


def _line_readings(first: int, last: int, line: TextLine, known: Sequence[Label]) -> list[TableHeader]:
    """The ways to take the headings of a line as columns that use no column twice, likeliest first.

    The line is that of the headings on the lines `first` to `last`.
    """
    spans = _heading_spans(first, line, known)
    choices = [[None, *sorted({match.label.owner for match in options})] for _, _, options in spans]
    if prod(len(choice) for choice in choices) > MAX_COMBINATIONS:
        return []
    owners = {label.owner for label in known}
    label_counts = {name: max(label.rank for label in known if label.owner == name) + 1 for name in owners}
    readings = []
    for taken in product(*choices):
        named = [name for name in taken if name]
        if len(named) < MIN_HEADER_COLUMNS or len(set(named)) != len(named):
            continue
        headings = list(zip(spans, taken, strict=True))
        score = sum(_column_score(options, name, label_counts) for (_, _, options), name in headings if name)
        columns = tuple((name, x0, x1) for (x0, x1, _), name in headings)
        readings.append(TableHeader(columns=columns, first=first, last=last, score=score))
    return sorted(readings, key=lambda reading: -reading.score)[:MAX_HEADER_READINGS]


def _column_score(options: Sequence[LabelMatch], name: str, label_counts: Mapping[str, int]) -> float:
    """How well a heading names a column, 0 to 1."""
    return max(
        match.similarity * (1 - LAST_LABEL_DISCOUNT_SHARE * match.label.rank / label_counts[name])
        for match in options
        if match.label.owner == name
    )


def _heading_spans(number: int, line: TextLine, known: Sequence[Label]) -> list[HeadingSpan]:
    """Left and right end of each heading of a line, with the labels that it may be, left to right."""
    matches = find_labels(number, line, known)
    spans = [
        (match.box.x0, _right_end(line, match, matches), _options(number, line, match, known)) for match in matches
    ]
    for start, end, _ in line.pieces:
        at = start
        inner = [(match.start, _qualifier_end(line, match, matches)) for match in matches if start <= match.start < end]
        for stop, after in [*inner, (end, end)]:
            for rest in re.finditer(r"\S+(?: \S+)*", line.text[at:stop]):
                if re.search(r"[^\W_]|[#%]", rest[0]):
                    box = line.span(at + rest.start(), at + rest.end()).box
                    spans.append((box.x0, box.x1, []))
            at = max(at, after)
    return _merged_spans(sorted(spans, key=lambda span: span[0]))


def _options(number: int, line: TextLine, match: LabelMatch, known: Sequence[Label]) -> list[LabelMatch]:
    """The labels that a heading may be: the best of each column that covers most of it."""
    text = line.span(match.start, match.end)
    return [
        other
        for owner in {label.owner for label in known}
        for other in find_labels(number, text, [label for label in known if label.owner == owner])
        if other.end - other.start >= 0.8 * (match.end - match.start)
    ]


def _merged_spans(spans: Sequence[HeadingSpan]) -> list[HeadingSpan]:
    """The headings, those that stand under one another as one that may be either."""
    merged: list[HeadingSpan] = []
    for x0, x1, options in spans:
        if merged and merged[-1][1] - x0 > min(x1 - x0, merged[-1][1] - merged[-1][0]) / 2:
            left, right, before = merged.pop()
            x0, x1, options = left, max(right, x1), [*before, *options]
        merged.append((x0, x1, options))
    return merged


def _right_end(line: TextLine, match: LabelMatch, matches: Sequence[LabelMatch]) -> int:
    """The right end of a heading with the words a blank behind it: "P.U. brut", "Désignation des travaux"."""
    return line.span(match.start, _qualifier_end(line, match, matches)).box.x1


def _qualifier_end(line: TextLine, match: LabelMatch, matches: Sequence[LabelMatch]) -> int:
    """The end of the words that qualify a heading: a wide gap or another heading."""
    end = min((other.start for other in matches if other.start >= match.end), default=len(line.text))
    behind = re.match(r"(?: ?\S+)*", line.text[match.end : end])
    assert behind is not None
    return match.end + len(behind[0])


def column_bounds(header: TableHeader, body: Sequence[Word]) -> list[float]:
    """The x between each two neighbouring columns, where the fewest words of the body are cut."""
    edges = []
    for (_, a0, a1), (_, b0, b1) in pairwise(header.columns):
        left, right = (a0 + a1) // 2, (b0 + b1) // 2
        edges.append(_gap_middle(left, right, body, (a1, b0)))
    return edges


def _gap_middle(left: int, right: int, body: Sequence[Word], between: tuple[int, int]) -> float:
    """The middle of a stretch between two x that the fewest words cross.

    Of several stretches it is the one that lies the most between the two headings, then the widest. Numbers end under
    the end of their heading, so that left of them is room as well.
    """
    middle = sum(between) / 2
    start, end = max(
        _least_crossed(left, right, body),
        key=lambda run: (
            max(0, min(run[1], between[1]) - max(run[0], between[0])),
            run[1] - run[0],
            -abs((run[0] + run[1]) / 2 - middle),
        ),
    )
    return (start + end) / 2


def _least_crossed(left: int, right: int, body: Sequence[Word]) -> list[tuple[int, int]]:
    """First and last x of each stretch between two x that the fewest words cross."""
    width = max(1, right - left)
    crossed = [0] * (width + 1)
    for word in body:
        for x in range(max(left, word.box.x0), min(right, word.box.x1)):
            crossed[x - left] += 1
    fewest = min(crossed)
    runs: list[tuple[int, int]] = []
    for x in (left + at for at, count in enumerate(crossed) if count == fewest):
        if runs and runs[-1][1] == x - 1:
            runs[-1] = (runs[-1][0], x)
        else:
            runs.append((x, x))
    return runs


# Headings of more than one line, as in "Prix unitaire" over "(HT)", merged into one line.

MAX_HEADING_LINES = 3
"""Headings have no more lines than this. A heading in the middle beside two lines is one between them. Chosen by
hand."""


MAX_HEADING_GAP_HEIGHTS = 1.0
"""The widest gap between two lines of a heading. Chosen by hand."""


MAX_HEADING_CHARACTERS = 30
"""A piece of more characters is no part of a heading. Chosen by hand."""


MIN_HEADING_OVERLAP_SHARE = 0.5
"""A piece belongs to the heading with which it shares this part of the narrower one's width. Chosen by hand."""


Heading = list[TextLine]
"""The pieces of one heading, top to bottom."""


def merged_headings(lines: Sequence[TextLine], number: int) -> Iterator[tuple[int, TextLine]]:
    """The lines from `number` to one below as a single line of their headings, with the number of that line."""
    headings = [[segment] for segment in lines[number].segments()]
    for last in range(number + 1, min(number + MAX_HEADING_LINES, len(lines))):
        if not _continues_headings(lines[last - 1], lines[last]):
            return
        headings = _with_pieces(headings, lines[last].segments())
        if any(len(heading) > 1 for heading in headings):
            words = [word for heading in headings for piece in heading for word in piece.words]
            yield last, TextLine(page=lines[number].page, words=tuple(words))


def _continues_headings(above: TextLine, line: TextLine) -> bool:
    """Whether a line may be a part of the headings above it: close, of short pieces, without a number."""
    is_far = line.box.y0 - above.box.y1 > MAX_HEADING_GAP_HEIGHTS * line.height
    if line.page != above.page or is_far or re.search(r"\d", line.text):
        return False
    return all(len(piece.text) <= MAX_HEADING_CHARACTERS for piece in line.segments())


def _with_pieces(headings: Sequence[Heading], pieces: Sequence[TextLine]) -> list[Heading]:
    """The headings with more pieces, each under the heading that it shares most with, or as one of its own.

    The headings as they were, where the new ones would overlap.
    """
    merged = [list(heading) for heading in headings]
    for piece in pieces:
        home = max(merged, key=lambda heading: _overlap_share(heading, piece))
        if _overlap_share(home, piece) >= MIN_HEADING_OVERLAP_SHARE:
            home.append(piece)
        else:
            merged.append([piece])
    merged.sort(key=_left)
    return merged if all(_right(one) <= _left(other) for one, other in pairwise(merged)) else list(headings)


def _overlap_share(heading: Heading, piece: TextLine) -> float:
    """The part of the narrower one's width that a heading and a piece share; below 0 where they stand apart."""
    width = min(_right(heading), piece.box.x1) - max(_left(heading), piece.box.x0)
    return width / max(1, min(_right(heading) - _left(heading), piece.box.width))


def _left(heading: Heading) -> int:
    return min(piece.box.x0 for piece in heading)


def _right(heading: Heading) -> int:
    return max(piece.box.x1 for piece in heading)
