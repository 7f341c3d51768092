"""The recipient of a page: a name beside or under a label that says so, or over the other address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from transcribe.extraction.key_values.address_blocks import (
    MAX_ADDRESS_CHARACTERS,
    TextBlock,
    address_name,
    block_heading,
    is_address_block,
    text_blocks,
)
from transcribe.extraction.key_values.company_imprint import imprint_pattern
from transcribe.extraction.key_values.company_patterns import (
    is_address_like,
    legal_form_pattern,
    no_name_pattern,
    postcode_pattern,
)
from transcribe.extraction.key_values.date_fields import date_pattern
from transcribe.extraction.key_values.issuers import issuer_candidates
from transcribe.extraction.key_values.party_headings import (
    delivery_heading_pattern,
    document_title_pattern,
    issuer_heading_pattern,
    person_title_pattern,
    recipient_heading_pattern,
)
from transcribe.extraction.page_text.field_candidates import FieldCandidate, field_candidate
from transcribe.extraction.page_text.labels import LabelMatch
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.fields import facts_of
from transcribe.model import Field

MAX_NAME_DEPTH_HEIGHTS = 2.5
"""A name begins at most so many line heights under its label. Chosen by hand."""

MAX_NAME_OFFSET_HEIGHTS = 4.0
"""A name under its label begins at most so many line heights to its side. Chosen by hand."""

MIN_SIMILARITY_WITHOUT_COLON = 0.95
"""A label of less similarity needs a colon before the name behind it: "Adresse IP" is no "Adressée à". Chosen by
hand."""

MAX_NAME_SEARCH_LINES = 3
"""Lines under a label among which its name is. Chosen by hand."""

LABELLED_SCORE = 0.75
"""The score of a name with the first label of its field. Chosen by hand."""

BEHIND_LABEL_SCORE = 0.05
"""What a name gains that stands behind its label. Chosen by hand."""

OVER_ADDRESS_SCORE = 0.15
"""What a name under its label gains that stands over an address. Chosen by hand."""

LAST_LABEL_DISCOUNT_SHARE = 0.3
"""How much less the last label of a field counts than the first. Chosen by hand."""

UNLABELLED_SCORE = 0.5
"""The score of the name over another address than the issuer's. Chosen by hand."""

PERSON_SCORE = 0.1
"""What such a name gains if it is a person's. Chosen by hand."""

CONTACT_PENALTY = 0.2
"""What such a name loses with a telephone in its block. Chosen by hand."""

DELIVERY_PENALTY = 0.3
"""What such a name loses under the heading of a delivery. Chosen by hand."""


def is_recipient_field(field: Field) -> bool:
    """Whether a name is the recipient's: most of its labels say so, and none speaks of a delivery."""
    texts = field.find.labels if facts_of(field.type).in_head == "party" and field.find else ()
    of_recipient = sum(recipient_heading_pattern().search(text) is not None for text in texts)
    return 2 * of_recipient > len(texts) and not any(delivery_heading_pattern().search(text) for text in texts)


def recipient_candidates(page_text: PageText, field: Field) -> list[FieldCandidate]:
    """The names that may be the recipient's, likeliest first."""
    blocks = text_blocks(page_text) if page_text.lines else []
    best: dict[TextLine, float] = {}
    for name, score in [*_labelled_names(page_text, field, blocks), *_unlabelled_names(page_text, blocks)]:
        best[name] = max(score, best.get(name, 0.0))
    return [field_candidate((name,), score) for name, score in sorted(best.items(), key=lambda item: -item[1])]


def _labelled_names(page_text: PageText, field: Field, blocks: Sequence[TextBlock]) -> Iterator[tuple[TextLine, float]]:
    """For each label of the field the name behind it, else that of the block under it, with scores."""
    assert field.find is not None
    for match in page_text.labels_of(field.name):
        line = page_text.lines[match.line]
        start, end = next((first, last) for first, last, _ in line.pieces if first <= match.start < last)
        before, whole = line.text[start : match.start], line.text[start:end]
        if re.search(r"[^\W_]", before) or delivery_heading_pattern().search(whole):
            continue
        rank_share = match.label.rank / max(1, len(field.find.labels))
        score = LABELLED_SCORE * match.similarity * (1 - LAST_LABEL_DISCOUNT_SHARE * rank_share)
        name_behind = _name_behind(page_text, match, end)
        name_under = _name_under(page_text, match, blocks)
        if name_behind is not None:
            yield name_behind, score + BEHIND_LABEL_SCORE
        elif name_under is not None:
            name, block = name_under
            yield name, score + (OVER_ADDRESS_SCORE if is_address_block(block) else 0.0)


def _name_behind(page_text: PageText, match: LabelMatch, end: int) -> TextLine | None:
    """The name that follows a label on its piece of the line, up to the next label."""
    line = page_text.lines[match.line]
    next_label = min((other.start for other in page_text.labels[match.line] if other.start >= match.end), default=end)
    text = line.text[match.end : min(next_label, end)]
    bare = text.strip(" :;.,-–|")
    has_colon = text.lstrip().startswith(":")
    if not may_be_name(bare) or (match.similarity < MIN_SIMILARITY_WITHOUT_COLON and not has_colon):
        return None
    start = match.end + text.index(bare)
    return line.span(start, start + len(bare))


def _name_under(
    page_text: PageText, match: LabelMatch, blocks: Sequence[TextBlock]
) -> tuple[TextLine, TextBlock] | None:
    """The first name of the block that begins under a label, or goes on under it, and the block."""
    height = page_text.lines[match.line].height
    below: list[tuple[bool, float, list[TextLine], TextBlock]] = []
    for block in blocks:
        lines = [line for line in block.lines if line.box.y0 >= match.box.y0 + height / 2]
        if not lines or lines[0].box.y0 - match.box.y1 > MAX_NAME_DEPTH_HEIGHTS * height:
            continue
        is_aside = lines[0].box.x0 >= match.box.x1 or lines[0].box.x1 <= match.box.x0
        if not is_aside or abs(lines[0].box.x0 - match.box.x0) <= MAX_NAME_OFFSET_HEIGHTS * height:
            below.append((is_aside, lines[0].box.y0, lines, block))
    if not below:
        return None
    _, _, lines, block = min(below, key=lambda place: place[:2])
    for line in lines[:MAX_NAME_SEARCH_LINES]:
        is_title = document_title_pattern().search(line.text) or recipient_heading_pattern().match(line.text)
        if not (page_text.is_label(line) or is_title):
            return (line, block) if may_be_name(line.text) else None
    return None


def _unlabelled_names(page_text: PageText, blocks: Sequence[TextBlock]) -> Iterator[tuple[TextLine, float]]:
    """The names over addresses that are not the issuer's."""
    issuer = next(iter(issuer_candidates(page_text)), None)
    for block in blocks:
        name = address_name(block, blocks)
        if name is None or not may_be_name(name.text) or (issuer is not None and issuer.box == name.box):
            continue
        heading = block_heading(block, name, blocks)
        if issuer_heading_pattern().search(heading) or any(imprint_pattern().search(line.text) for line in block.lines):
            continue
        score = UNLABELLED_SCORE + (PERSON_SCORE if person_title_pattern().match(name.text) else 0.0)
        score -= CONTACT_PENALTY if any(no_name_pattern().search(line.text) for line in block.lines) else 0.0
        yield name, score - (DELIVERY_PENALTY if delivery_heading_pattern().search(heading) else 0.0)


def may_be_name(text: str) -> bool:
    """Whether a text can be the name of a person or a firm.

    It has more letters than digits, no date and no address.
    """
    letters, digits = sum(c.isalpha() for c in text), sum(c.isdigit() for c in text)
    if letters < 3 or digits >= letters or len(text) > MAX_ADDRESS_CHARACTERS:
        return False
    if date_pattern().search(text) or postcode_pattern().search(text):
        return False
    if legal_form_pattern().search(text) or person_title_pattern().match(text):
        return True
    is_numbered_address = re.match(r"\W*\d", text) and is_address_like(text)
    return not (no_name_pattern().search(text) or document_title_pattern().search(text) or is_numbered_address)
