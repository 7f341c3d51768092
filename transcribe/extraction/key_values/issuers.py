"""The issuer of a page of several columns: the name over an address, vouched for by the firm's imprint."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from transcribe.extraction.key_values.company_patterns import (
    DELIVERY_HEADING,
    DOCUMENT_TITLE,
    IMPRINT,
    ISSUER_HEADING,
    LEGAL_FORM,
    MAX_ADDRESS_CHARACTERS,
    NO_NAME,
    PERSON_TITLE,
    RECIPIENT_HEADING,
    TextBlock,
    address_name,
    block_heading,
    has_print_beside,
    imprint_names,
    is_address_block,
    is_address_like,
    is_imprint,
    is_in_imprint,
    is_recipient_block,
    is_recipient_heading,
    postcode_pattern,
    text_blocks,
    without_register_number,
)
from transcribe.extraction.key_values.date_fields import DATE
from transcribe.extraction.page_text.consensus import FieldCandidate, field_candidate
from transcribe.extraction.page_text.labels import LabelMatch, pattern_of
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.fields import facts_of
from transcribe.model import Field

BASE_SCORE = 0.55
"""The score of an address block at the top of the page as the issuer's. Fitted by hand on half of the invoices."""

FOOT_PENALTY = 0.2
"""The score that a block at the foot of the page loses, one half way down half of it.

Fitted by hand on half of the invoices.
"""

ISSUER_HEADING_SCORE = 0.3
"""The score that a block gains under the heading of an issuer.

Fitted by hand on half of the invoices. A block under the heading of a recipient is no issuer's, even if no other stands
on the page.
"""

LEGAL_FORM_SCORE = 0.1
"""The score that a block gains whose name has a legal form. Fitted by hand on half of the invoices."""

CONTACT_SCORE = 0.15
"""The score that a block gains with a telephone, a mail address or a tax number. Chosen by hand."""

IMPRINT_MATCH_SCORE = 0.3
"""The score that a name gains that the firm's imprint says too. Chosen by hand."""

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
        score += LEGAL_FORM_SCORE if pattern_of(LEGAL_FORM).search(name.text) else 0.0
        score += CONTACT_SCORE if any(pattern_of(NO_NAME).search(line.text) for line in block.lines) else 0.0
        is_headed = pattern_of(ISSUER_HEADING).search(block_heading(block, name, blocks))
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
        if name is None or page_text.is_label(name) or pattern_of(PERSON_TITLE).match(name.text):
            continue
        if not is_recipient_heading(block_heading(block, name, blocks)):
            yield block, name


def _head_names(page_text: PageText, blocks: Sequence[TextBlock], bottom: int) -> Iterator[TextLine]:
    """The pieces of print in the head of the page that may be a name."""
    no_name = (pattern_of(DOCUMENT_TITLE), pattern_of(DATE), pattern_of(NO_NAME), pattern_of(IMPRINT))
    for block in blocks:
        if block.box.y0 >= HEAD_HEIGHT_SHARE * bottom or is_recipient_block(block, blocks):
            continue
        for line in block.lines:
            text = line.text
            is_other = any(pattern.search(text) for pattern in no_name) or is_address_like(text)
            may_be_name = sum(c.isalpha() for c in text) >= 3 and not is_other and not page_text.is_label(line)
            if line.box.y0 < HEAD_HEIGHT_SHARE * bottom and may_be_name:
                yield line


# The recipient of a page: a name beside or under a label that says so, or over the other address.

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
"""The score that a name gains that stands behind its label. Chosen by hand."""

OVER_ADDRESS_SCORE = 0.15
"""The score that a name under its label gains that stands over an address. Chosen by hand."""

LAST_LABEL_DISCOUNT_SHARE = 0.3
"""How much less the last label of a field counts than the first. Chosen by hand."""

UNLABELLED_SCORE = 0.5
"""The score of the name over another address than the issuer's. Chosen by hand."""

PERSON_SCORE = 0.1
"""The score that such a name gains if it is a person's. Chosen by hand."""

CONTACT_PENALTY = 0.2
"""The score that such a name loses with a telephone in its block. Chosen by hand."""

DELIVERY_PENALTY = 0.3
"""The score that such a name loses under the heading of a delivery. Chosen by hand."""


def is_recipient_field(field: Field) -> bool:
    """Whether a name is the recipient's: most of its labels say so, and none speaks of a delivery."""
    texts = field.find.labels if facts_of(field.type).in_head == "party" and field.find else ()
    of_recipient = sum(pattern_of(RECIPIENT_HEADING).search(text) is not None for text in texts)
    return 2 * of_recipient > len(texts) and not any(pattern_of(DELIVERY_HEADING).search(text) for text in texts)


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
        if re.search(r"[^\W_]", before) or pattern_of(DELIVERY_HEADING).search(whole):
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
        is_title = pattern_of(DOCUMENT_TITLE).search(line.text) or pattern_of(RECIPIENT_HEADING).match(line.text)
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
        if pattern_of(ISSUER_HEADING).search(heading) or any(
            pattern_of(IMPRINT).search(line.text) for line in block.lines
        ):
            continue
        score = UNLABELLED_SCORE + (PERSON_SCORE if pattern_of(PERSON_TITLE).match(name.text) else 0.0)
        score -= CONTACT_PENALTY if any(pattern_of(NO_NAME).search(line.text) for line in block.lines) else 0.0
        yield name, score - (DELIVERY_PENALTY if pattern_of(DELIVERY_HEADING).search(heading) else 0.0)


def may_be_name(text: str) -> bool:
    """Whether a text can be the name of a person or a firm.

    It has more letters than digits, no date and no address.
    """
    letters, digits = sum(c.isalpha() for c in text), sum(c.isdigit() for c in text)
    if letters < 3 or digits >= letters or len(text) > MAX_ADDRESS_CHARACTERS:
        return False
    if pattern_of(DATE).search(text) or postcode_pattern().search(text):
        return False
    if pattern_of(LEGAL_FORM).search(text) or pattern_of(PERSON_TITLE).match(text):
        return True
    is_numbered_address = re.match(r"\W*\d", text) and is_address_like(text)
    return not (pattern_of(NO_NAME).search(text) or pattern_of(DOCUMENT_TITLE).search(text) or is_numbered_address)
