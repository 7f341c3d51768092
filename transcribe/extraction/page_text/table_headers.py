"""The header of a table without a grid, and where its columns begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from transcribe.extraction.page_text.labels import Label, LabelMatch, find_labels
from transcribe.extraction.page_text.multi_line_headings import merged_headings
from transcribe.extraction.page_text.text_lines import Line
from transcribe.model import Table, Word

MIN_HEADER_COLUMNS = 2
"""So many columns of the table must be named in one line for it to be its header."""

MAX_HEADER_READINGS = 24
"""Ways of taking a header that are tried where its words may name several columns."""

MIN_MULTI_LINE_SCORE_GAIN = 0.2
"""So much better named headings of several lines must be than their first line alone: about a quarter of a column."""

LAST_LABEL_DISCOUNT_SHARE = 0.35
"""How much less the last of a column's header words counts than the first."""

HeadingSpan = tuple[int, int, list[LabelMatch]]
"""Left and right end of a heading, and the labels that it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHeader:
    """The words over each column, left to right: (column's field name or None for a foreign one, x0, x1); `lines` are
    the numbers of the first and last line of the header."""

    columns: tuple[tuple[str | None, int, int], ...]
    first: int
    last: int
    score: float


def header_labels(table: Table) -> tuple[Label, ...]:
    """The header words of a table's columns: those that the form names, else the column's labels."""
    found = []
    for column in table.columns:
        texts = column.field.find.labels if column.field.find else tuple(column.field.label.values())
        found += [Label(owner=column.field.name, text=text, rank=rank) for rank, text in enumerate(texts)]
    return tuple(found)


def is_header(line: Line, table: Table, known: Sequence[Label]) -> bool:
    """Whether a line is the header of a table: it names three of its columns, the first of them among these."""
    owners = {seen.label.owner for seen in find_labels(0, line, known)}
    return len(owners) >= 3 and table.columns[0].field.name in owners


def last_header_line(lines: Sequence[Line], number: int, table: Table) -> int:
    """The last line of the header that begins on a line."""
    return next((ways[0].last for ways in _readings_from(lines, [number], table)), number)


def header_readings(lines: Sequence[Line], table: Table) -> Iterator[list[TableHeader]]:
    """For each header of the table on these lines the ways to take it, likeliest first; the best named header first,
    of those alike the one of the fewest lines."""
    found = list(_readings_from(lines, range(len(lines)), table))
    found.sort(key=lambda ways: (-ways[0].score, ways[0].last - ways[0].first))
    yield from found


def _readings_from(lines: Sequence[Line], numbers: Iterable[int], table: Table) -> Iterator[list[TableHeader]]:
    """The ways to take the header that begins on each of these lines, where one does."""
    known = header_labels(table)
    for number in numbers:
        ways = _line_readings(number, number, lines[number], known, table)
        for last, whole in merged_headings(lines, number):
            more = _line_readings(number, last, whole, known, table)
            if more and (not ways or more[0].score >= ways[0].score + MIN_MULTI_LINE_SCORE_GAIN):
                ways = more
        if ways:
            yield ways


def _line_readings(first: int, last: int, line: Line, known: Sequence[Label], table: Table) -> list[TableHeader]:
    """Each segment or label of a line as a column: whose may it be, in all ways that use no column twice. The line is
    that of the headings on the lines `first` to `last`."""
    spots = _heading_spans(first, line, known)
    choices = [[None, *sorted({seen.label.owner for seen in options})] for _, _, options in spots]
    sizes = 1
    for choice in choices:
        sizes *= len(choice)
    if sizes > 5000:
        return []
    rank = {name: max(label.rank for label in known if label.owner == name) + 1 for name in {k.owner for k in known}}
    ways = []
    for taken in product(*choices):
        own = [name for name in taken if name]
        if len(own) < MIN_HEADER_COLUMNS or len(set(own)) != len(own):
            continue
        score = sum(
            _column_score(options, name, rank) for (_, _, options), name in zip(spots, taken, strict=True) if name
        )
        columns = tuple((name, x0, x1) for (x0, x1, _), name in zip(spots, taken, strict=True))
        ways.append(TableHeader(columns=columns, first=first, last=last, score=score))
    return sorted(ways, key=lambda way: -way.score)[:MAX_HEADER_READINGS]


def _column_score(options: Sequence[LabelMatch], name: str, rank: Mapping[str, int]) -> float:
    return max(
        seen.similarity * (1 - LAST_LABEL_DISCOUNT_SHARE * seen.label.rank / rank[name])
        for seen in options
        if seen.label.owner == name
    )


def _heading_spans(number: int, line: Line, known: Sequence[Label]) -> list[HeadingSpan]:
    """Left and right end of each heading of a line, with the labels that it may be."""
    best = find_labels(number, line, known)
    owners = {label.owner for label in known}
    spots: list[HeadingSpan] = []
    for seen in best:
        text = line.span(seen.start, seen.end)
        options = [
            other
            for owner in owners
            for other in find_labels(number, text, [label for label in known if label.owner == owner])
            if other.end - other.start >= 0.8 * (seen.end - seen.start)
        ]
        spots.append((seen.box.x0, seen.box.x1, options))
    spots = [_with_qualifier(line, spot, seen, best) for spot, seen in zip(spots, best, strict=True)]
    for start, end, _ in line.pieces:
        at = start
        inner = [(seen.start, _qualifier_end(line, seen, best)) for seen in best if start <= seen.start < end]
        for stop, after in [*inner, (end, end)]:
            for rest in re.finditer(r"\S+(?: \S+)*", line.text[at:stop]):
                if re.search(r"[^\W_]|[#%]", rest[0]):
                    box = line.span(at + rest.start(), at + rest.end()).box
                    spots.append((box.x0, box.x1, []))
            at = max(at, after)
    return _merged_spans(sorted(spots, key=lambda spot: spot[0]))


def _merged_spans(spots: Sequence[HeadingSpan]) -> list[HeadingSpan]:
    """The headings, those that stand under one another as one that may be either."""
    found: list[HeadingSpan] = []
    for x0, x1, options in spots:
        if found and found[-1][1] - x0 > min(x1 - x0, found[-1][1] - found[-1][0]) / 2:
            left, right, before = found.pop()
            x0, x1, options = left, max(right, x1), [*before, *options]
        found.append((x0, x1, options))
    return found


def _with_qualifier(line: Line, spot: HeadingSpan, seen: LabelMatch, best: Sequence[LabelMatch]) -> HeadingSpan:
    """A heading with the words that stand a blank behind it, as in "P.U. brut" or "Désignation des travaux"."""
    x0, _, options = spot
    return x0, line.span(seen.start, _qualifier_end(line, seen, best)).box.x1, options


def _qualifier_end(line: Line, seen: LabelMatch, best: Sequence[LabelMatch]) -> int:
    """Where the words end that say more of a heading: what no wide gap and no other heading parts from it."""
    end = min((other.start for other in best if other.start >= seen.end), default=len(line.text))
    behind = re.match(r"(?: ?\S+)*", line.text[seen.end : end])
    assert behind is not None
    return seen.end + len(behind[0])


def column_bounds(header: TableHeader, body: Sequence[Word]) -> list[float]:
    """The x between each two neighbouring columns: where the fewest words of the body are cut, in the widest gap."""
    found = []
    for (_, a0, a1), (_, b0, b1) in pairwise(header.columns):
        left, right = (a0 + a1) // 2, (b0 + b1) // 2
        found.append(_gap_middle(left, right, body, (a1, b0)))
    return found


def _gap_middle(left: int, right: int, body: Sequence[Word], between: tuple[int, int]) -> float:
    """The middle of a stretch between two x that the fewest words cross: the one that lies the most between the two
    headings, then the widest. Numbers end under the end of their heading, so that left of them is room as well."""
    likely = sum(between) / 2
    width = max(1, right - left)
    crossed = [0] * (width + 1)
    for word in body:
        for x in range(max(left, word.box.x0), min(right, word.box.x1)):
            crossed[x - left] += 1
    fewest = min(crossed)
    runs: list[tuple[int, int]] = []
    for at, count in enumerate(crossed):
        if count != fewest:
            continue
        if runs and runs[-1][1] == at - 1:
            runs[-1] = (runs[-1][0], at)
        else:
            runs.append((at, at))
    start, end = max(
        ((left + first, left + last) for first, last in runs),
        key=lambda run: (
            max(0, min(run[1], between[1]) - max(run[0], between[0])),
            run[1] - run[0],
            -abs((run[0] + run[1]) / 2 - likely),
        ),
    )
    return (start + end) / 2
