"""Blocks of print on a page of several columns, and which of them names who issued it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from transcribe.layout.candidate import Candidate, candidate
from transcribe.layout.dates import DATE
from transcribe.layout.lines import Line, around
from transcribe.layout.names import CUSTOMER, LEGAL, OTHER, POSTCODE, REGISTERED, address_like
from transcribe.layout.sheet import Sheet
from transcribe.model import Box

ALIGNED = 1.2
"""Lines of one block begin, end, or have their middles, within so many line heights of one another."""

CLOSE = 1.3
"""The gap between lines of one block, in line heights."""

ADDRESS_LINES = 5
LONGEST = 60
"""Characters of the longest line of an address."""

ABOVE = 3.0
"""A heading stands within so many line heights over its block."""

ISSUER = re.compile(
    r"\b(?:fournisseur|[ée]metteur|vendeur|prestataire|supplier|seller|vendor|from|de la part de)\b", re.I
)
RECEIVER = re.compile(
    r"\b(?:factur[ée]e?s? ?[àaáäâ]|factures? a|adresse de|livr\w*|"
    r"destinataire|client|ship|deliver\w*|bill|invoice to|sold to|"
    r"customer|rechnung an|an:|payer|attention)\b",
    re.IGNORECASE,
)
PERSON = re.compile(r"^\W*(?:m\.|mr|mrs|ms|mme|mlle|monsieur|madame|herrn?|frau|sr|sra|srta)\W", re.IGNORECASE)
"""How a person is addressed: whoever issues an invoice is not."""

TITLE = re.compile(r"^\W*(?:facture|invoice|rechnung|avoir|devis|bon de commande|factuur|quote|page)\b", re.IGNORECASE)

FIRST, LOWER, NAMED, LEGAL_FORM = 0.55, 0.2, 0.3, 0.1
"""What an address block is worth as the issuer's: less the lower it stands (over the page's height), more under a
heading or with a legal form. Fitted by hand on half of the shared invoices. One under the heading of who receives is
none, be it the only one on the page."""


@dataclass(slots=True)
class Block:
    """Pieces of lines under one another, and the numbers of their lines in the sheet."""

    lines: list[Line] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    @property
    def box(self) -> Box:
        return around(line.box for line in self.lines)

    def takes(self, piece: Line) -> bool:
        """Whether a piece stands right under the block, aligned with it."""
        last, height = self.lines[-1].box, self.lines[-1].height
        gap = piece.box.y0 - last.y1
        left = abs(piece.box.x0 - last.x0)
        middle = abs(piece.box.x0 + piece.box.x1 - last.x0 - last.x1) / 2
        right = abs(piece.box.x1 - last.x1)
        alike = 0.6 < piece.height / height < 1.7
        return -height / 2 <= gap <= CLOSE * height and min(left, middle, right) <= ALIGNED * height and alike


def blocks(sheet: Sheet) -> list[Block]:
    """The first page's print as blocks, in the order of their first lines."""
    found: list[Block] = []
    for number, line in enumerate(sheet.lines):
        if line.page != sheet.lines[0].page:
            break
        for piece in line.segments():
            near = [block for block in found if block.numbers[-1] < number and block.takes(piece)]
            home = min(near, key=lambda block: abs(block.lines[-1].box.x0 - piece.box.x0), default=None)
            if home is None:
                home = Block()
                found.append(home)
            home.lines.append(piece)
            home.numbers.append(number)
    return found


def issuer(sheet: Sheet) -> list[Candidate]:
    """The name over each address of a page of several columns, the issuer's first; none on a page of one column."""
    every = blocks(sheet)
    addresses = [block for block in every if _is_address(block)]
    bottom = max((block.box.y1 for block in every), default=1)
    scored = []
    for block in addresses:
        name = _name(block)
        if name is None or sheet.is_label(name) or PERSON.match(name.text):
            continue
        over = " ".join(line.text for line in [*_over(block, every), *block.lines[: block.lines.index(name)]])
        score = FIRST - LOWER * block.box.y0 / bottom + (LEGAL_FORM if LEGAL.search(name.text) else 0.0)
        if not ISSUER.search(over) and (RECEIVER.search(over) or CUSTOMER.search(over)):
            continue
        score += NAMED if ISSUER.search(over) else 0.0
        cut = REGISTERED.search(name.text)
        end = cut.start() if cut and cut.start() else len(name.text)
        scored.append((candidate((name.span(0, end),), score), block))
    scored.sort(key=lambda pair: -pair[0].score)
    if not scored or not _beside_others(scored[0][1], every):
        return []
    return [name for name, _ in scored]


def _is_address(block: Block) -> bool:
    """Whether a postcode stands in one of the first lines under another line."""
    return any(
        POSTCODE.search(line.text)
        and re.search(r"[^\W\d_]{3}", line.text)
        and not DATE.search(line.text)
        and not OTHER.search(line.text)
        and len(line.text) < LONGEST
        for line in block.lines[1 : ADDRESS_LINES + 1]
    )


def _name(block: Block) -> Line | None:
    """The first line of a block that is no heading and no address, or one under it that names a legal form."""
    legal = next((line for line in block.lines[:3] if LEGAL.search(line.text)), None)
    if legal is not None:
        return legal
    for line in block.lines:
        text = line.text
        if TITLE.search(text) or ISSUER.search(text) or RECEIVER.search(text):
            continue
        if POSTCODE.search(text) or DATE.search(text) or (OTHER.search(text) and not LEGAL.search(text)):
            return None
        if sum(c.isalpha() for c in text) >= 3:
            return line if not re.match(r"^\W*\d+[\s,]", text) or not address_like(text) else None
    return None


def _beside_others(block: Block, every: Sequence[Block]) -> bool:
    """Whether other print stands beside the first lines of a block, as it does not at the head of a receipt."""
    own = set(block.numbers[:ADDRESS_LINES])
    return any(other is not block and own & set(other.numbers) for other in every)


def _over(block: Block, every: Sequence[Block]) -> list[Line]:
    """The lines that stand right over a block, in its column."""
    box, height = block.box, block.lines[0].height
    return [
        line
        for other in every
        if other is not block
        for line in other.lines
        if 0 <= box.y0 - line.box.y1 <= ABOVE * height and line.box.x0 < box.x1 and line.box.x1 > box.x0
    ]
