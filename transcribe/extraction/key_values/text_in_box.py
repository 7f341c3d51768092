"""What one source's print says inside a place that another source found."""

from __future__ import annotations

from collections.abc import Sequence

from transcribe.extraction.key_values import date_fields, money_amounts
from transcribe.extraction.page_text.field_candidates import Candidate, candidate
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import Line
from transcribe.geometry import Box
from transcribe.model import Field, Form, Word

SIDE_MARGIN_HEIGHTS = 0.35
"""A word belongs to a place when its middle lies in it, widened by this part of the line's height on either side."""


def read_in_box(sheet: PageText, found: Candidate, field: Field, form: Form) -> Candidate | None:
    """The print of a sheet inside another source's candidate; None where it has none there.

    Of a line in which the field's type can be told apart (a date, an amount) only that part is taken.
    """
    pieces = [piece for line in found.lines for piece in _lines_in(sheet, line.box, found.page)]
    if not pieces:
        return None
    if len(pieces) == 1:
        pieces = [_typed_part(pieces[0], field, form)]
    parted = "\n" if "\n" in found.text else " "
    return candidate(pieces, found.score, separator=parted)


def text_in_box(lines: Sequence[Line], box: Box, field: Field, form: Form) -> Candidate | None:
    """The print whose middle lies in a box that a person drew around a field; None where there is none.

    Of a date or an amount with its label only that part is taken; lines of print stay lines of the text.
    """
    pieces = [Line(page=line.page, words=tuple(words)) for line in lines if (words := _words_in(line, box))]
    if not pieces:
        return None
    if len(pieces) == 1:
        pieces = [_typed_part(pieces[0], field, form)]
    return candidate(pieces, 1.0, separator="\n")


def _words_in(line: Line, box: Box) -> list[Word]:
    middles = [(*word.box.middle, word) for word in line.words]
    return [word for x, y, word in middles if box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1]


def _lines_in(sheet: PageText, box: Box, page: int) -> list[Line]:
    """The words of each line that lie in a box."""
    pieces = []
    room = SIDE_MARGIN_HEIGHTS * box.height
    for line in sheet.lines:
        if line.page != page or line.box.y1 < box.y0 or line.box.y0 > box.y1:
            continue
        words = []
        for word in line.words:
            x, y = word.box.middle
            if box.x0 - room <= x <= box.x1 + room and box.y0 <= y <= box.y1:
                words.append(word)
        if words:
            pieces.append(Line(page=page, words=tuple(words)))
    return pieces


def _typed_part(piece: Line, field: Field, form: Form) -> Line:
    pattern = {"date": date_fields.DATE, "amount": money_amounts.AMOUNT}.get(field.type)
    hit = pattern.search(piece.text) if pattern else None
    return piece.span(*hit.span()) if hit else piece
