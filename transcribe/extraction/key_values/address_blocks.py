"""Blocks of print on a page of several columns, and which of them names who issued it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from transcribe.extraction.key_values import company_imprint
from transcribe.extraction.key_values.company_imprint import IMPRINT
from transcribe.extraction.key_values.company_names import CUSTOMER, LEGAL, OTHER, POSTCODE, REGISTERED, is_address_like
from transcribe.extraction.key_values.date_fields import DATE
from transcribe.extraction.page_text.field_candidates import Candidate, candidate
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import Line
from transcribe.geometry import Box

MAX_ALIGNMENT_OFFSET_HEIGHTS = 1.2
"""Lines of one block begin, end, or have their middles, within so many line heights of one another."""

MAX_BLOCK_GAP_HEIGHTS = 1.3
"""The gap between lines of one block, in line heights."""

MAX_ADDRESS_LINES = 5
MAX_ADDRESS_CHARACTERS = 60
"""Characters of the longest line of an address."""

MAX_HEADING_DISTANCE_HEIGHTS = 3.0
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

ISSUER_BASE_SCORE, FOOT_PENALTY, ISSUER_HEADING_SCORE, LEGAL_FORM_SCORE, CONTACT_SCORE = 0.55, 0.2, 0.3, 0.1, 0.15
"""What an address block is worth as the issuer's: less the lower it stands (over the page's height), more under a
heading, with a legal form, or with a telephone, a mail address or a tax number. The first four were fitted by hand on
half of the shared invoices. One under the heading of who receives is none, be it the only one on the page."""

IMPRINT_MATCH_SCORE, NO_IMPRINT_MATCH_SHARE, IMPRINT_ONLY_SCORE = 0.3, 0.4, 0.7
"""What a name is worth more that the firm's imprint says too; what part the others then keep of their worth; what a
name is worth that only the imprint says."""

HEAD_HEIGHT_SHARE = 0.35
"""The part of the print's height in which a name without an address may be the issuer's, if its imprint says it."""


@dataclass(slots=True)
class TextBlock:
    """Pieces of lines under one another, and the numbers of their lines in the sheet."""

    lines: list[Line] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    @property
    def box(self) -> Box:
        return Box.enclosing(line.box for line in self.lines)

    def may_take(self, piece: Line) -> bool:
        """Whether a piece stands right under the block, aligned with it."""
        last, height = self.lines[-1].box, self.lines[-1].height
        gap = piece.box.y0 - last.y1
        left = abs(piece.box.x0 - last.x0)
        middle = abs(piece.box.x0 + piece.box.x1 - last.x0 - last.x1) / 2
        right = abs(piece.box.x1 - last.x1)
        alike = 0.6 < piece.height / height < 1.7
        return (
            -height / 2 <= gap <= MAX_BLOCK_GAP_HEIGHTS * height
            and min(left, middle, right) <= MAX_ALIGNMENT_OFFSET_HEIGHTS * height
            and alike
        )


def text_blocks(sheet: PageText) -> list[TextBlock]:
    """The first page's print as blocks, in the order of their first lines."""
    found: list[TextBlock] = []
    for number, line in enumerate(sheet.lines):
        if line.page != sheet.lines[0].page:
            break
        for piece in line.segments():
            near = [block for block in found if block.numbers[-1] < number and block.may_take(piece)]
            home = min(near, key=lambda block: abs(block.lines[-1].box.x0 - piece.box.x0), default=None)
            if home is None:
                home = TextBlock()
                found.append(home)
            home.lines.append(piece)
            home.numbers.append(number)
    return found


def issuer_candidates(sheet: PageText) -> list[Candidate]:
    """The names that may be the issuer's, likeliest first: over the addresses of a page of several columns, and where
    its imprint says who the firm is; none on a page of one column without an imprint."""
    every = text_blocks(sheet)
    bottom = max((block.box.y1 for block in every), default=1)
    imprints = [
        block.lines
        for block in every
        if company_imprint.is_imprint(block.lines) and not _is_recipient_block(block, every)
    ]
    scored: dict[Line, tuple[float, TextBlock | None]] = {}
    for block, name in _issuer_blocks(sheet, every):
        over = block_heading(block, name, every)
        score = (
            ISSUER_BASE_SCORE
            - FOOT_PENALTY * block.box.y0 / bottom
            + (LEGAL_FORM_SCORE if LEGAL.search(name.text) else 0.0)
        )
        score += CONTACT_SCORE if any(OTHER.search(line.text) for line in block.lines) else 0.0
        scored[name] = (score + (ISSUER_HEADING_SCORE if ISSUER.search(over) else 0.0), block)
    for name in _head_names(sheet, every, bottom):
        if name not in scored and company_imprint.is_in_imprint(imprints, name):
            scored[name] = (ISSUER_BASE_SCORE - FOOT_PENALTY * name.box.y0 / bottom, None)
    vouched = {
        name
        for name, (_, home) in scored.items()
        if company_imprint.is_in_imprint(imprints, name)
        or (home and home.lines[0] is name and company_imprint.is_imprint(home.lines))
    }
    if not vouched:
        scored |= {
            name: (IMPRINT_ONLY_SCORE, None) for name in company_imprint.imprint_names(imprints) if name not in scored
        }
    elif len(vouched) < len(scored):
        scored = {
            name: (score if name in vouched else score * NO_IMPRINT_MATCH_SHARE, home)
            for name, (score, home) in scored.items()
        }
    worth = {name: score + (IMPRINT_MATCH_SCORE if name in vouched else 0.0) for name, (score, _) in scored.items()}
    ranked = sorted(worth, key=lambda name: -worth[name])
    homes = [home for _, home in scored.values() if home is not None]
    if not vouched and ranked and scored[ranked[0]][1] and not any(_has_print_beside(home, every) for home in homes):
        return []
    return [candidate((_without_register_number(name),), worth[name]) for name in ranked]


def _issuer_blocks(sheet: PageText, every: Sequence[TextBlock]) -> Iterator[tuple[TextBlock, Line]]:
    """The address blocks that may be the issuer's, each with its name."""
    for block in every:
        name = block_name(block, every) if is_address_block(block) and not BANK.match(block.lines[0].text) else None
        if name is None or sheet.is_label(name) or PERSON.match(name.text):
            continue
        over = block_heading(block, name, every)
        if ISSUER.search(over) or not (RECEIVER.search(over) or CUSTOMER.search(over)):
            yield block, name


def _head_names(sheet: PageText, every: Sequence[TextBlock], bottom: int) -> Iterator[Line]:
    """The pieces of print in the head of the page that may be a name."""
    for block in every:
        for line in block.lines:
            text = line.text
            other = any(pattern.search(text) for pattern in (TITLE, DATE, OTHER, IMPRINT)) or is_address_like(text)
            named = sum(c.isalpha() for c in text) >= 3 and not other and not sheet.is_label(line)
            if line.box.y0 < HEAD_HEIGHT_SHARE * bottom and named and not _is_recipient_block(block, every):
                yield line


def _is_recipient_block(block: TextBlock, every: Sequence[TextBlock]) -> bool:
    """Whether a block stands under the heading of who receives, or begins with it."""
    over = " ".join(line.text for line in [*_lines_above(block, every), block.lines[0]])
    return not ISSUER.search(over) and (RECEIVER.search(over) or CUSTOMER.search(over)) is not None


def block_heading(block: TextBlock, name: Line, every: Sequence[TextBlock]) -> str:
    """The text over the name of a block, in the block and above it."""
    above = block.lines[: block.lines.index(name)] if name in block.lines else []
    return " ".join(line.text for line in [*_lines_above(block, every), *above] if line is not name)


def _without_register_number(name: Line) -> Line:
    cut = REGISTERED.search(name.text)
    return name.span(0, cut.start() if cut and cut.start() else len(name.text))


def is_address_block(block: TextBlock) -> bool:
    """Whether a postcode stands in one of the first lines under another line."""
    return any(
        POSTCODE.search(line.text)
        and re.search(r"[^\W\d_]{3}", line.text)
        and not DATE.search(line.text)
        and not OTHER.search(line.text)
        and len(line.text) < MAX_ADDRESS_CHARACTERS
        for line in block.lines[1 : MAX_ADDRESS_LINES + 1]
    )


def block_name(block: TextBlock, every: Sequence[TextBlock]) -> Line | None:
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
            numbered = re.match(r"^\W*\d+[\s,]", text) and is_address_like(text)
            return line if not numbered else _name_over_address(block, every) if line is block.lines[0] else None
    return None


def _is_heading(text: str) -> bool:
    """Whether a line names what stands behind or under it, or says how a firm is registered: it is no name."""
    return text.endswith(":") or any(pattern.search(text) for pattern in (TITLE, ISSUER, RECEIVER, BANK, IMPRINT))


def _name_over_address(block: TextBlock, every: Sequence[TextBlock]) -> Line | None:
    """The line right over a block that begins where it does, if it can be a name."""
    near = [
        line
        for line in _lines_above(block, every)
        if abs(line.box.x0 - block.box.x0) <= MAX_ALIGNMENT_OFFSET_HEIGHTS * line.height
    ]
    last = max(near, key=lambda line: line.box.y1, default=None)
    if last is None or _is_heading(last.text) or DATE.search(last.text) or OTHER.search(last.text):
        return None
    return last if sum(c.isalpha() for c in last.text) >= 3 and not is_address_like(last.text) else None


def _has_print_beside(block: TextBlock, every: Sequence[TextBlock]) -> bool:
    """Whether other print stands beside the first lines of a block, as it does not at the head of a receipt."""
    own = set(block.numbers[:MAX_ADDRESS_LINES])
    return any(other is not block and own & set(other.numbers) for other in every)


def _lines_above(block: TextBlock, every: Sequence[TextBlock]) -> list[Line]:
    """The lines that stand right over a block, in its column."""
    box, height = block.box, block.lines[0].height
    return [
        line
        for other in every
        if other is not block
        for line in other.lines
        if 0 <= box.y0 - line.box.y1 <= MAX_HEADING_DISTANCE_HEIGHTS * height
        and line.box.x0 < box.x1
        and line.box.x1 > box.x0
    ]
