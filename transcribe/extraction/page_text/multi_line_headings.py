"""Headings of more than one line, as in "Prix unitaire" over "(HT)", taken as the one line that they are read as."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from transcribe.extraction.page_text.text_lines import Line

MAX_HEADING_LINES = 3
"""Headings have no more lines than this; one that stands in the middle beside two lines is one between them."""

MAX_HEADING_GAP_HEIGHTS = 1.0
"""The gap between two lines of a heading is at most so many line heights."""

MAX_HEADING_CHARACTERS = 30
"""A piece of more characters is no part of a heading."""

MIN_HEADING_OVERLAP_SHARE = 0.5
"""A piece belongs to the heading that it shares this part of the narrower one's width with."""

Heading = list[Line]


def merged_headings(lines: Sequence[Line], number: int) -> Iterator[tuple[int, Line]]:
    """The lines from `number` to one below as a single line of their headings, with the number of that line."""
    groups = [[segment] for segment in lines[number].segments()]
    for last in range(number + 1, min(number + MAX_HEADING_LINES, len(lines))):
        if not _continues_headings(lines[last - 1], lines[last]):
            return
        groups = _with_pieces(groups, lines[last].segments())
        if any(len(group) > 1 for group in groups):
            words = [word for group in groups for piece in group for word in piece.words]
            yield last, Line(page=lines[number].page, words=tuple(words))


def _continues_headings(above: Line, line: Line) -> bool:
    """Whether a line is such that it may be a part of the headings above it: close, short pieces, no number."""
    if (
        line.page != above.page
        or line.box.y0 - above.box.y1 > MAX_HEADING_GAP_HEIGHTS * line.height
        or re.search(r"\d", line.text)
    ):
        return False
    return all(len(piece.text) <= MAX_HEADING_CHARACTERS for piece in line.segments())


def _with_pieces(groups: Sequence[Heading], pieces: Sequence[Line]) -> list[Heading]:
    """The headings with more pieces, each under the heading that it shares most with, or as one of its own."""
    found = [list(group) for group in groups]
    for piece in pieces:
        home = max(found, key=lambda group: _overlap_share(group, piece))
        if _overlap_share(home, piece) >= MIN_HEADING_OVERLAP_SHARE:
            home.append(piece)
        else:
            found.append([piece])
    found.sort(key=lambda group: min(piece.box.x0 for piece in group))
    return found if all(_right(one) <= _left(other) for one, other in pairwise(found)) else list(groups)


def _overlap_share(group: Heading, piece: Line) -> float:
    width = min(_right(group), piece.box.x1) - max(_left(group), piece.box.x0)
    return width / max(1, min(_right(group) - _left(group), piece.box.width))


def _left(group: Heading) -> int:
    return min(piece.box.x0 for piece in group)


def _right(group: Heading) -> int:
    return max(piece.box.x1 for piece in group)
