"""The text that one source read inside a box: a place that another source found, or one that a person drew."""

from __future__ import annotations

from collections.abc import Sequence

from transcribe.extraction.key_values.date_fields import DATE
from transcribe.extraction.key_values.money_amounts import AMOUNT_PATTERN
from transcribe.extraction.page_text.consensus import FieldCandidate, field_candidate
from transcribe.extraction.page_text.labels import pattern_of
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.fields import facts_of
from transcribe.geometry import Box
from transcribe.model import Field, Form, Word

SIDE_MARGIN_HEIGHTS = 0.35
"""A word belongs to a place when its middle lies in it, or at most this far beside it. Chosen by hand."""


def read_in_box(page_text: PageText, other: FieldCandidate, field: Field, form: Form) -> FieldCandidate | None:
    """The print of a page inside another source's candidate; None where it has none there.

    Of a line in which the field's type can be told apart (a date, an amount) only that part is taken.
    """
    pieces = [piece for line in other.lines for piece in _lines_in(page_text, line.box, other.page)]
    if not pieces:
        return None
    if len(pieces) == 1:
        pieces = [_typed_part(pieces[0], field, form)]
    return field_candidate(pieces, other.score, separator="\n" if "\n" in other.text else " ")


def text_in_box(lines: Sequence[TextLine], box: Box, field: Field, form: Form) -> FieldCandidate | None:
    """The print whose middle lies in a box that a person drew around a field; None where there is none.

    Of a date or an amount with its label only that part is taken. Lines of print stay lines of the text.
    """
    pieces = [TextLine(page=line.page, words=tuple(words)) for line in lines if (words := _words_in(line, box))]
    if not pieces:
        return None
    if len(pieces) == 1:
        pieces = [_typed_part(pieces[0], field, form)]
    return field_candidate(pieces, 1.0, separator="\n")


def _words_in(line: TextLine, box: Box, side_margin: float = 0.0) -> list[Word]:
    """The words whose middle lies in a box, its edges too, or at most `side_margin` pixels beside it."""
    middles = [(*word.box.middle, word) for word in line.words]
    return [
        word for x, y, word in middles if box.x0 - side_margin <= x <= box.x1 + side_margin and box.y0 <= y <= box.y1
    ]


def _lines_in(page_text: PageText, box: Box, page: int) -> list[TextLine]:
    """The words of each line that lie in a box."""
    margin = SIDE_MARGIN_HEIGHTS * box.height
    lines = [line for line in page_text.lines if line.page == page and line.box.y1 >= box.y0 and line.box.y0 <= box.y1]
    pieces = [(line, _words_in(line, box, margin)) for line in lines]
    return [TextLine(page=page, words=tuple(words)) for line, words in pieces if words]


def _typed_part(piece: TextLine, field: Field, form: Form) -> TextLine:
    """The date or amount of a line, for a field of that type; else all of it."""
    facts = facts_of(field.type)
    pattern = pattern_of(DATE) if facts.is_day else AMOUNT_PATTERN if facts.is_money else None
    hit = pattern.search(piece.text) if pattern else None
    return piece.span(*hit.span()) if hit else piece
