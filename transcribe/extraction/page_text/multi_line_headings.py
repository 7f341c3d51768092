"""Headings of more than one line, as in "Prix unitaire" over "(HT)", merged into one line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from transcribe.extraction.page_text.text_lines import TextLine

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
