"""The issuer of a page of several columns: the name over an address, vouched for by the firm's imprint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from transcribe.extraction.key_values.address_blocks import (
    TextBlock,
    address_name,
    block_heading,
    has_print_beside,
    is_recipient_block,
    is_recipient_heading,
    text_blocks,
)
from transcribe.extraction.key_values.company_imprint import (
    imprint_names,
    imprint_pattern,
    is_imprint,
    is_in_imprint,
)
from transcribe.extraction.key_values.company_patterns import (
    is_address_like,
    legal_form_pattern,
    no_name_pattern,
    without_register_number,
)
from transcribe.extraction.key_values.date_fields import date_pattern
from transcribe.extraction.key_values.party_headings import (
    document_title_pattern,
    issuer_heading_pattern,
    person_title_pattern,
)
from transcribe.extraction.page_text.field_candidates import FieldCandidate, field_candidate
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import TextLine

BASE_SCORE = 0.55
"""The score of an address block at the top of the page as the issuer's. Fitted by hand on half of the invoices."""

FOOT_PENALTY = 0.2
"""What a block at the foot of the page loses, one half way down half of it. Fitted by hand on half of the invoices."""

ISSUER_HEADING_SCORE = 0.3
"""What a block gains under the heading of an issuer. Fitted by hand on half of the invoices. A block under the heading
of a recipient is no issuer's, even if no other stands on the page."""

LEGAL_FORM_SCORE = 0.1
"""What a block gains whose name has a legal form. Fitted by hand on half of the invoices."""

CONTACT_SCORE = 0.15
"""What a block gains with a telephone, a mail address or a tax number. Chosen by hand."""

IMPRINT_MATCH_SCORE = 0.3
"""What a name gains that the firm's imprint says too. Chosen by hand."""

NO_IMPRINT_MATCH_SHARE = 0.4
"""The share of their score that the other names keep where an imprint says one. Chosen by hand."""

IMPRINT_ONLY_SCORE = 0.7
"""The score of a name that only the imprint says. Chosen by hand."""

HEAD_HEIGHT_SHARE = 0.35
"""The share of the print's height in which a name without an address may be the issuer's, if its imprint says it.
Chosen by hand."""

ScoredNames = Mapping[TextLine, tuple[float, TextBlock | None]]
"""Names with their scores, and the address blocks that they head; None for a name without an address."""


def issuer_candidates(page_text: PageText) -> list[FieldCandidate]:
    """The names that may be the issuer's, likeliest first.

    They stand over the addresses of a page of several columns, or its imprint says them. There are none on a page of
    one column without an imprint.
    """
    blocks = text_blocks(page_text)
    imprints = [block.lines for block in blocks if is_imprint(block.lines) and not is_recipient_block(block, blocks)]
    names = _scored_names(page_text, blocks, imprints)
    vouched = {
        name
        for name, (_, block) in names.items()
        if is_in_imprint(imprints, name) or (block and block.lines[0] is name and is_imprint(block.lines))
    }
    names = _weighed_by_imprints(names, vouched, imprints)
    scores = {name: score + (IMPRINT_MATCH_SCORE if name in vouched else 0.0) for name, (score, _) in names.items()}
    ranked = sorted(scores, key=lambda name: -scores[name])
    with_address = [block for _, block in names.values() if block is not None]
    is_single_column = not any(has_print_beside(block, blocks) for block in with_address)
    if not vouched and ranked and names[ranked[0]][1] and is_single_column:
        return []
    return [field_candidate((without_register_number(name),), scores[name]) for name in ranked]


def _scored_names(
    page_text: PageText, blocks: Sequence[TextBlock], imprints: Sequence[Sequence[TextLine]]
) -> ScoredNames:
    """The names over addresses, and those in the head of the page that an imprint says, with their scores."""
    bottom = max((block.box.y1 for block in blocks), default=1)
    scored: dict[TextLine, tuple[float, TextBlock | None]] = {}
    for block, name in _issuer_blocks(page_text, blocks):
        score = BASE_SCORE - FOOT_PENALTY * block.box.y0 / bottom
        score += LEGAL_FORM_SCORE if legal_form_pattern().search(name.text) else 0.0
        score += CONTACT_SCORE if any(no_name_pattern().search(line.text) for line in block.lines) else 0.0
        is_headed = issuer_heading_pattern().search(block_heading(block, name, blocks))
        scored[name] = (score + (ISSUER_HEADING_SCORE if is_headed else 0.0), block)
    for name in _head_names(page_text, blocks, bottom):
        if name not in scored and is_in_imprint(imprints, name):
            scored[name] = (BASE_SCORE - FOOT_PENALTY * name.box.y0 / bottom, None)
    return scored


def _weighed_by_imprints(
    names: ScoredNames, vouched: set[TextLine], imprints: Sequence[Sequence[TextLine]]
) -> ScoredNames:
    """The names with new scores: where imprints vouch for some, the others lose; else the imprints' own names join."""
    if not vouched:
        return {**names, **{name: (IMPRINT_ONLY_SCORE, None) for name in imprint_names(imprints) if name not in names}}
    return {
        name: (score if name in vouched else score * NO_IMPRINT_MATCH_SHARE, block)
        for name, (score, block) in names.items()
    }


def _issuer_blocks(page_text: PageText, blocks: Sequence[TextBlock]) -> Iterator[tuple[TextBlock, TextLine]]:
    """The address blocks that may be the issuer's, each with its name."""
    for block in blocks:
        name = address_name(block, blocks)
        if name is None or page_text.is_label(name) or person_title_pattern().match(name.text):
            continue
        if not is_recipient_heading(block_heading(block, name, blocks)):
            yield block, name


def _head_names(page_text: PageText, blocks: Sequence[TextBlock], bottom: int) -> Iterator[TextLine]:
    """The pieces of print in the head of the page that may be a name."""
    no_name = (document_title_pattern(), date_pattern(), no_name_pattern(), imprint_pattern())
    for block in blocks:
        if block.box.y0 >= HEAD_HEIGHT_SHARE * bottom or is_recipient_block(block, blocks):
            continue
        for line in block.lines:
            text = line.text
            is_other = any(pattern.search(text) for pattern in no_name) or is_address_like(text)
            may_be_name = sum(c.isalpha() for c in text) >= 3 and not is_other and not page_text.is_label(line)
            if line.box.y0 < HEAD_HEIGHT_SHARE * bottom and may_be_name:
                yield line
