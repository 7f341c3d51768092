"""The name of whom a page is addressed to: beside or under a label that says so, or over the other address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from transcribe.extraction.key_values.address_blocks import (
    BANK,
    ISSUER,
    MAX_ADDRESS_CHARACTERS,
    PERSON,
    RECEIVER,
    TITLE,
    TextBlock,
    block_heading,
    block_name,
    is_address_block,
    issuer_candidates,
    text_blocks,
)
from transcribe.extraction.key_values.company_imprint import IMPRINT
from transcribe.extraction.key_values.company_names import LEGAL, OTHER, POSTCODE, is_address_like
from transcribe.extraction.key_values.date_fields import DATE
from transcribe.extraction.page_text.field_candidates import Candidate, candidate
from transcribe.extraction.page_text.labels import LabelMatch
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import Line
from transcribe.model import Field

DELIVERY = re.compile(r"\b(?:livr\w*|exp[ée]di\w*|deliver\w*|ship\w*|lieferadresse|afleveradres)\b", re.IGNORECASE)
"""Where goods go is often somebody else's address than the invoice's."""

MAX_NAME_DEPTH_HEIGHTS, MAX_NAME_OFFSET_HEIGHTS = 2.5, 4.0
"""Line heights under a label within which its name begins, and to its side."""

MIN_SIMILARITY_WITHOUT_COLON = 0.95
"""A label less alike than this needs a colon before the name behind it: "Adresse IP" is no "Adressée à"."""

MAX_NAME_SEARCH_LINES = 3
"""Lines under a label among which its name is."""

LABELLED_SCORE, BEHIND_LABEL_SCORE, OVER_ADDRESS_SCORE, LAST_LABEL_DISCOUNT_SHARE = 0.75, 0.05, 0.15, 0.3
"""What a name with a label is worth; more where it stands behind it, or over an address; less for the last label."""

UNLABELLED_SCORE, PERSON_SCORE, CONTACT_PENALTY, DELIVERY_PENALTY = 0.5, 0.1, 0.2, 0.3
"""What the name over another address than the issuer's is worth: more for a person; less with a telephone or under the
heading of a delivery."""


def is_recipient_field(field: Field) -> bool:
    """Whether a name is that of whom a page is addressed: most of its labels say so, and none speaks of goods."""
    texts = field.find.labels if field.type == "name" and field.find else ()
    says = sum(RECEIVER.search(text) is not None for text in texts)
    return 2 * says > len(texts) and not any(DELIVERY.search(text) for text in texts)


def recipient_candidates(sheet: PageText, field: Field) -> list[Candidate]:
    """The names that may be the receiver's, likeliest first."""
    every = text_blocks(sheet) if sheet.lines else []
    best: dict[Line, float] = {}
    for name, score in [*_labelled_names(sheet, field, every), *_unlabelled_names(sheet, every)]:
        best[name] = max(score, best.get(name, 0.0))
    return [candidate((name,), score) for name, score in sorted(best.items(), key=lambda item: -item[1])]


def _labelled_names(sheet: PageText, field: Field, every: Sequence[TextBlock]) -> Iterator[tuple[Line, float]]:
    """The name behind each label of the field, else that of the block under it."""
    assert field.find is not None
    for seen in sheet.labels_of(field.name):
        line = sheet.lines[seen.line]
        start, end = next((first, last) for first, last, _ in line.pieces if first <= seen.start < last)
        before, whole = line.text[start : seen.start], line.text[start:end]
        if re.search(r"[^\W_]", before) or DELIVERY.search(whole):
            continue
        share = seen.label.rank / max(1, len(field.find.labels))
        score = LABELLED_SCORE * seen.similarity * (1 - LAST_LABEL_DISCOUNT_SHARE * share)
        behind = _name_behind(sheet, seen, end)
        under = _name_under(sheet, seen, every)
        if behind is not None:
            yield behind, score + BEHIND_LABEL_SCORE
        elif under is not None:
            name, block = under
            yield name, score + (OVER_ADDRESS_SCORE if is_address_block(block) else 0.0)


def _name_behind(sheet: PageText, seen: LabelMatch, end: int) -> Line | None:
    """The name that follows a label on its piece of the line, up to the next label."""
    line = sheet.lines[seen.line]
    stop = min((other.start for other in sheet.labels[seen.line] if other.start >= seen.end), default=end)
    text = line.text[seen.end : min(stop, end)]
    bare = text.strip(" :;.,-–|")
    if not may_be_name(bare) or (seen.similarity < MIN_SIMILARITY_WITHOUT_COLON and not text.lstrip().startswith(":")):
        return None
    start = seen.end + text.index(bare)
    return line.span(start, start + len(bare))


def _name_under(sheet: PageText, seen: LabelMatch, every: Sequence[TextBlock]) -> tuple[Line, TextBlock] | None:
    """The first name of the block that begins under a label, or goes on under it, and the block."""
    height = sheet.lines[seen.line].height
    found: list[tuple[bool, float, list[Line], TextBlock]] = []
    for block in every:
        lines = [each for each in block.lines if each.box.y0 >= seen.box.y0 + height / 2]
        if not lines or lines[0].box.y0 - seen.box.y1 > MAX_NAME_DEPTH_HEIGHTS * height:
            continue
        beside = lines[0].box.x0 >= seen.box.x1 or lines[0].box.x1 <= seen.box.x0
        if not beside or abs(lines[0].box.x0 - seen.box.x0) <= MAX_NAME_OFFSET_HEIGHTS * height:
            found.append((beside, lines[0].box.y0, lines, block))
    if not found:
        return None
    _, _, lines, block = min(found, key=lambda each: each[:2])
    for line in lines[:MAX_NAME_SEARCH_LINES]:
        if not (sheet.is_label(line) or TITLE.search(line.text) or RECEIVER.match(line.text)):
            return (line, block) if may_be_name(line.text) else None
    return None


def _unlabelled_names(sheet: PageText, every: Sequence[TextBlock]) -> Iterator[tuple[Line, float]]:
    """The names over addresses that are not the issuer's."""
    first = next(iter(issuer_candidates(sheet)), None)
    for block in every:
        name = block_name(block, every) if is_address_block(block) and not BANK.match(block.lines[0].text) else None
        if name is None or not may_be_name(name.text) or (first is not None and first.box == name.box):
            continue
        over = block_heading(block, name, every)
        if ISSUER.search(over) or any(IMPRINT.search(line.text) for line in block.lines):
            continue
        score = UNLABELLED_SCORE + (PERSON_SCORE if PERSON.match(name.text) else 0.0)
        score -= CONTACT_PENALTY if any(OTHER.search(line.text) for line in block.lines) else 0.0
        yield name, score - (DELIVERY_PENALTY if DELIVERY.search(over) else 0.0)


def may_be_name(text: str) -> bool:
    """Whether a text can be the name of a person or a firm: more letters than digits, no date and no address."""
    letters, digits = sum(c.isalpha() for c in text), sum(c.isdigit() for c in text)
    if (
        letters < 3
        or digits >= letters
        or len(text) > MAX_ADDRESS_CHARACTERS
        or DATE.search(text)
        or POSTCODE.search(text)
    ):
        return False
    if LEGAL.search(text) or PERSON.match(text):
        return True
    return not (OTHER.search(text) or TITLE.search(text) or (re.match(r"\W*\d", text) and is_address_like(text)))
