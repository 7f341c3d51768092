"""Blocks of print on a page of several columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from transcribe.extraction.key_values.company_imprint import imprint_pattern
from transcribe.extraction.key_values.company_patterns import (
    is_address_like,
    legal_form_pattern,
    no_name_pattern,
    postcode_pattern,
)
from transcribe.extraction.key_values.date_fields import date_pattern
from transcribe.extraction.key_values.party_headings import (
    bank_heading_pattern,
    customer_heading_pattern,
    document_title_pattern,
    issuer_heading_pattern,
    recipient_heading_pattern,
)
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.geometry import Box

MAX_ALIGNMENT_OFFSET_HEIGHTS = 1.2
"""Lines of one block begin, end, or have their middles, at most so many line heights apart. Chosen by hand."""

MAX_BLOCK_GAP_HEIGHTS = 1.3
"""The widest gap between lines of one block. Chosen by hand."""

MAX_ADDRESS_LINES = 5
"""A postcode in one of this many lines under the first makes a block an address. Chosen by hand."""

MAX_ADDRESS_CHARACTERS = 60
"""Characters of the longest line of an address. Chosen by hand."""

MAX_HEADING_DISTANCE_HEIGHTS = 3.0
"""A heading stands at most so many line heights over its block. Chosen by hand."""


@dataclass(slots=True)
class TextBlock:
    """Pieces of lines under one another, and the numbers of their lines in the page's text."""

    lines: list[TextLine] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    _boxed: tuple[int, Box] | None = None

    @property
    def box(self) -> Box:
        """The box of all its lines, enclosed anew where lines were added."""
        if self._boxed is None or self._boxed[0] != len(self.lines):
            self._boxed = len(self.lines), Box.enclosing(line.box for line in self.lines)
        return self._boxed[1]

    def may_take(self, piece: TextLine) -> bool:
        """Whether a piece stands right under the block, aligned with it."""
        last, height = self.lines[-1].box, self.lines[-1].height
        gap = piece.box.y0 - last.y1
        if not -height / 2 <= gap <= MAX_BLOCK_GAP_HEIGHTS * height:
            return False
        left = abs(piece.box.x0 - last.x0)
        middle = abs(piece.box.x0 + piece.box.x1 - last.x0 - last.x1) / 2
        right = abs(piece.box.x1 - last.x1)
        is_aligned = min(left, middle, right) <= MAX_ALIGNMENT_OFFSET_HEIGHTS * height
        return is_aligned and 0.6 < piece.height / height < 1.7


def text_blocks(page_text: PageText) -> list[TextBlock]:
    """The first page's print as blocks, in the order of their first lines."""
    blocks: list[TextBlock] = []
    for number, line in enumerate(page_text.lines):
        if line.page != page_text.lines[0].page:
            break
        for piece in line.segments():
            near = [block for block in blocks if block.numbers[-1] < number and block.may_take(piece)]
            home = min(near, key=lambda block: abs(block.lines[-1].box.x0 - piece.box.x0), default=None)
            if home is None:
                home = TextBlock()
                blocks.append(home)
            home.lines.append(piece)
            home.numbers.append(number)
    return blocks


def is_address_block(block: TextBlock) -> bool:
    """Whether a postcode stands in one of the first lines under another line."""
    return any(
        postcode_pattern().search(line.text)
        and re.search(r"[^\W\d_]{3}", line.text)
        and not date_pattern().search(line.text)
        and not no_name_pattern().search(line.text)
        and len(line.text) < MAX_ADDRESS_CHARACTERS
        for line in block.lines[1 : MAX_ADDRESS_LINES + 1]
    )


def address_name(block: TextBlock, blocks: Sequence[TextBlock]) -> TextLine | None:
    """The name over an address; None where a block is no address, or a bank's."""
    if not is_address_block(block) or bank_heading_pattern().match(block.lines[0].text):
        return None
    return block_name(block, blocks)


def block_name(block: TextBlock, blocks: Sequence[TextBlock]) -> TextLine | None:
    """The name that a block begins with; None where it begins with something else.

    A line among the first three that names a legal form is preferred. Else the name is the first line that is no
    heading and no address. Where a block begins with its address, it is the line right over the block.
    """
    lines = [line for line in block.lines if not _is_heading(line.text)]
    with_legal_form = (line for line in lines if legal_form_pattern().search(line.text) and line in block.lines[:3])
    legal_name = next(with_legal_form, None)
    if legal_name is not None:
        return legal_name
    for line in lines:
        if ":" in line.text or _is_no_name(line.text):
            return None
        if _has_letters(line.text):
            is_numbered = re.match(r"^\W*\d+[\s,]", line.text) and is_address_like(line.text)
            if is_numbered:
                return _name_over_address(block, blocks) if line is block.lines[0] else None
            return line
    return None


def block_heading(block: TextBlock, name: TextLine, blocks: Sequence[TextBlock]) -> str:
    """The text over the name of a block, in the block and above it."""
    above = block.lines[: block.lines.index(name)] if name in block.lines else []
    return " ".join(line.text for line in [*lines_above(block, blocks), *above] if line is not name)


def is_recipient_block(block: TextBlock, blocks: Sequence[TextBlock]) -> bool:
    """Whether a block stands under the heading of a recipient, or begins with it."""
    return is_recipient_heading(" ".join(line.text for line in [*lines_above(block, blocks), block.lines[0]]))


def is_recipient_heading(text: str) -> bool:
    """Whether a heading speaks of a recipient, and not of an issuer."""
    if issuer_heading_pattern().search(text):
        return False
    return (recipient_heading_pattern().search(text) or customer_heading_pattern().search(text)) is not None


def has_print_beside(block: TextBlock, blocks: Sequence[TextBlock]) -> bool:
    """Whether other print stands beside the first lines of a block. At the head of a receipt none does."""
    first_lines = set(block.numbers[:MAX_ADDRESS_LINES])
    return any(other is not block and first_lines & set(other.numbers) for other in blocks)


def lines_above(block: TextBlock, blocks: Sequence[TextBlock]) -> list[TextLine]:
    """The lines that stand right over a block, in its column."""
    box, reach = block.box, MAX_HEADING_DISTANCE_HEIGHTS * block.lines[0].height
    return [
        line
        for other in blocks
        if other is not block and _may_have_lines_above(other.box, box, reach)
        for line in other.lines
        if 0 <= box.y0 - line.box.y1 <= reach and line.box.x0 < box.x1 and line.box.x1 > box.x0
    ]


def _may_have_lines_above(other: Box, box: Box, reach: float) -> bool:
    """Whether a line of a block with this box may stand over another box, at most so many pixels away."""
    return other.overlap_across(box) > 0 and other.y0 <= box.y0 <= other.y1 + reach


def _is_no_name(text: str) -> bool:
    """Whether a line holds a postcode or a date, or other words without a legal form."""
    if postcode_pattern().search(text) or date_pattern().search(text):
        return True
    return bool(no_name_pattern().search(text) and not legal_form_pattern().search(text))


def _has_letters(text: str) -> bool:
    """Whether a text has the three letters that a name has at least."""
    return sum(c.isalpha() for c in text) >= 3


def _is_heading(text: str) -> bool:
    """Whether a line announces what stands behind or under it, or is part of an imprint: it is no name."""
    patterns = (
        document_title_pattern(),
        issuer_heading_pattern(),
        recipient_heading_pattern(),
        bank_heading_pattern(),
        imprint_pattern(),
    )
    return text.endswith(":") or any(pattern.search(text) for pattern in patterns)


def _name_over_address(block: TextBlock, blocks: Sequence[TextBlock]) -> TextLine | None:
    """The line right over a block that begins where it does, if it can be a name."""
    left = block.box.x0
    aligned = [
        line
        for line in lines_above(block, blocks)
        if abs(line.box.x0 - left) <= MAX_ALIGNMENT_OFFSET_HEIGHTS * line.height
    ]
    nearest = max(aligned, key=lambda line: line.box.y1, default=None)
    if nearest is None or _is_heading(nearest.text):
        return None
    if date_pattern().search(nearest.text) or no_name_pattern().search(nearest.text):
        return None
    return nearest if _has_letters(nearest.text) and not is_address_like(nearest.text) else None
