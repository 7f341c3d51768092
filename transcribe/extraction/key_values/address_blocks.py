"""Blocks of print on a page of several columns, and which of them names who issued it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from transcribe.extraction.key_values import company_imprint
from transcribe.extraction.key_values.company_imprint import IMPRINT
from transcribe.extraction.key_values.company_names import CUSTOMER, LEGAL, OTHER, POSTCODE, REGISTERED, address_like
from transcribe.extraction.key_values.date_fields import DATE
from transcribe.extraction.page_text.field_candidates import Candidate, candidate
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import Line, around
from transcribe.geometry import Box

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
    r"\b(?:fournisseur|[ée]metteur|exp[ée]diteur|vendeur|vendu par|[ée]mise? par|prestataire|"
    r"supplier|seller|sold by|vendor|from|de la part de)\b|^\W*de\W*$",
    re.IGNORECASE,
)
RECEIVER = re.compile(
    r"\b(?:factur(?:[ée]e?s?|er) ?[àaáäâ]|factures? a|adresse d[eu]|adress[ée]e? [àa]|livr\w*|"
    r"destinataire|client|ship|deliver\w*|bill|invoice to|sold to|"
    r"customer|rechnung an|rechnungsadresse|lieferadresse|factuuradres|afleveradres|an:|payer|attention)\b|"
    r"^\W*(?:pour|to)\W*$",
    re.IGNORECASE,
)
PERSON = re.compile(r"^\W*(?:m\.|mr|mrs|ms|mme|mlle|monsieur|madame|herrn?|frau|sr|sra|srta)\W", re.IGNORECASE)
"""How a person is addressed: whoever issues an invoice is not."""

BANK = re.compile(r"^\W*(?:banque|coordonn[ée]es|r\.?i\.?b|iban|bank\w*)\b", re.IGNORECASE)

TITLE = re.compile(r"^\W*(?:facture|invoice|rechnung|avoir|devis|bon de commande|factuur|quote|page)\b", re.IGNORECASE)

FIRST, LOWER, NAMED, LEGAL_FORM, REACHED = 0.55, 0.2, 0.3, 0.1, 0.15
"""What an address block is worth as the issuer's: less the lower it stands (over the page's height), more under a
heading, with a legal form, or with a telephone, a mail address or a tax number. The first four were fitted by hand on
half of the shared invoices. One under the heading of who receives is none, be it the only one on the page."""

VOUCHED, UNVOUCHED, IMPRINTED = 0.3, 0.4, 0.7
"""What a name is worth more that the firm's imprint says too; what part the others then keep of their worth; what a
name is worth that only the imprint says."""

HEAD = 0.35
"""The part of the print's height in which a name without an address may be the issuer's, if its imprint says it."""


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


def blocks(sheet: PageText) -> list[Block]:
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


def issuer(sheet: PageText) -> list[Candidate]:
    """The names that may be the issuer's, likeliest first: over the addresses of a page of several columns, and where
    its imprint says who the firm is; none on a page of one column without an imprint."""
    every = blocks(sheet)
    bottom = max((block.box.y1 for block in every), default=1)
    imprints = [
        block.lines for block in every if company_imprint.is_imprint(block.lines) and not _receives(block, every)
    ]
    scored: dict[Line, tuple[float, Block | None]] = {}
    for block, name in _named(sheet, every):
        over = heading(block, name, every)
        score = FIRST - LOWER * block.box.y0 / bottom + (LEGAL_FORM if LEGAL.search(name.text) else 0.0)
        score += REACHED if any(OTHER.search(line.text) for line in block.lines) else 0.0
        scored[name] = (score + (NAMED if ISSUER.search(over) else 0.0), block)
    for name in _in_head(sheet, every, bottom):
        if name not in scored and company_imprint.vouches(imprints, name):
            scored[name] = (FIRST - LOWER * name.box.y0 / bottom, None)
    vouched = {
        name
        for name, (_, home) in scored.items()
        if company_imprint.vouches(imprints, name)
        or (home and home.lines[0] is name and company_imprint.is_imprint(home.lines))
    }
    if not vouched:
        scored |= {name: (IMPRINTED, None) for name in company_imprint.names(imprints) if name not in scored}
    elif len(vouched) < len(scored):
        scored = {
            name: (score if name in vouched else score * UNVOUCHED, home) for name, (score, home) in scored.items()
        }
    worth = {name: score + (VOUCHED if name in vouched else 0.0) for name, (score, _) in scored.items()}
    ranked = sorted(worth, key=lambda name: -worth[name])
    homes = [home for _, home in scored.values() if home is not None]
    if not vouched and ranked and scored[ranked[0]][1] and not any(_beside_others(home, every) for home in homes):
        return []
    return [candidate((_without_number(name),), worth[name]) for name in ranked]


def _named(sheet: PageText, every: Sequence[Block]) -> Iterator[tuple[Block, Line]]:
    """The address blocks that may be the issuer's, each with its name."""
    for block in every:
        name = name_of(block, every) if is_address(block) and not BANK.match(block.lines[0].text) else None
        if name is None or sheet.is_label(name) or PERSON.match(name.text):
            continue
        over = heading(block, name, every)
        if ISSUER.search(over) or not (RECEIVER.search(over) or CUSTOMER.search(over)):
            yield block, name


def _in_head(sheet: PageText, every: Sequence[Block], bottom: int) -> Iterator[Line]:
    """The pieces of print in the head of the page that may be a name."""
    for block in every:
        for line in block.lines:
            text = line.text
            other = any(pattern.search(text) for pattern in (TITLE, DATE, OTHER, IMPRINT)) or address_like(text)
            named = sum(c.isalpha() for c in text) >= 3 and not other and not sheet.is_label(line)
            if line.box.y0 < HEAD * bottom and named and not _receives(block, every):
                yield line


def _receives(block: Block, every: Sequence[Block]) -> bool:
    """Whether a block stands under the heading of who receives, or begins with it."""
    over = " ".join(line.text for line in [*_over(block, every), block.lines[0]])
    return not ISSUER.search(over) and (RECEIVER.search(over) or CUSTOMER.search(over)) is not None


def heading(block: Block, name: Line, every: Sequence[Block]) -> str:
    """The text over the name of a block, in the block and above it."""
    above = block.lines[: block.lines.index(name)] if name in block.lines else []
    return " ".join(line.text for line in [*_over(block, every), *above] if line is not name)


def _without_number(name: Line) -> Line:
    cut = REGISTERED.search(name.text)
    return name.span(0, cut.start() if cut and cut.start() else len(name.text))


def is_address(block: Block) -> bool:
    """Whether a postcode stands in one of the first lines under another line."""
    return any(
        POSTCODE.search(line.text)
        and re.search(r"[^\W\d_]{3}", line.text)
        and not DATE.search(line.text)
        and not OTHER.search(line.text)
        and len(line.text) < LONGEST
        for line in block.lines[1 : ADDRESS_LINES + 1]
    )


def name_of(block: Block, every: Sequence[Block]) -> Line | None:
    """The first line of a block that is no heading and no address, or one under it that names a legal form; where the
    block begins with its address, the line of larger print right over it."""
    lines = [line for line in block.lines if not _is_heading(line.text)]
    legal = next((line for line in lines if LEGAL.search(line.text) and line in block.lines[:3]), None)
    if legal is not None:
        return legal
    for line in lines:
        text = line.text
        if ":" in text or POSTCODE.search(text) or DATE.search(text) or (OTHER.search(text) and not LEGAL.search(text)):
            return None
        if sum(c.isalpha() for c in text) >= 3:
            numbered = re.match(r"^\W*\d+[\s,]", text) and address_like(text)
            return line if not numbered else _over_address(block, every) if line is block.lines[0] else None
    return None


def _is_heading(text: str) -> bool:
    """Whether a line names what stands behind or under it, or says how a firm is registered: it is no name."""
    return text.endswith(":") or any(pattern.search(text) for pattern in (TITLE, ISSUER, RECEIVER, BANK, IMPRINT))


def _over_address(block: Block, every: Sequence[Block]) -> Line | None:
    """The line right over a block that begins where it does, if it can be a name."""
    near = [line for line in _over(block, every) if abs(line.box.x0 - block.box.x0) <= ALIGNED * line.height]
    last = max(near, key=lambda line: line.box.y1, default=None)
    if last is None or _is_heading(last.text) or DATE.search(last.text) or OTHER.search(last.text):
        return None
    return last if sum(c.isalpha() for c in last.text) >= 3 and not address_like(last.text) else None


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
