"""The name of whom a page is addressed to: beside or under a label that says so, or over the other address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from transcribe.extraction.key_values.address_blocks import (
    BANK,
    ISSUER,
    LONGEST,
    PERSON,
    RECEIVER,
    TITLE,
    Block,
    blocks,
    heading,
    is_address,
    issuer,
    name_of,
)
from transcribe.extraction.key_values.company_imprint import IMPRINT
from transcribe.extraction.key_values.company_names import LEGAL, OTHER, POSTCODE, address_like
from transcribe.extraction.key_values.date_fields import DATE
from transcribe.extraction.page_text.field_candidates import Candidate, candidate
from transcribe.extraction.page_text.labels import Seen
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import Line
from transcribe.model import Field

DELIVERY = re.compile(r"\b(?:livr\w*|exp[ée]di\w*|deliver\w*|ship\w*|lieferadresse|afleveradres)\b", re.IGNORECASE)
"""Where goods go is often somebody else's address than the invoice's."""

NEAR, ROOM = 2.5, 4.0
"""Line heights under a label within which its name begins, and to its side."""

SURE = 0.95
"""A label less alike than this needs a colon before the name behind it: "Adresse IP" is no "Adressée à"."""

LOOKED_THROUGH = 3
"""Lines under a label among which its name is."""

LABELLED, BEHIND, ADDRESSED, RANKED = 0.75, 0.05, 0.15, 0.3
"""What a name with a label is worth; more where it stands behind it, or over an address; less for the last label."""

PLAIN, PERSON_WORTH, REACHED, DELIVERED = 0.5, 0.1, 0.2, 0.3
"""What the name over another address than the issuer's is worth: more for a person; less with a telephone or under the
heading of a delivery."""


def is_receiver(field: Field) -> bool:
    """Whether a name is that of whom a page is addressed: most of its labels say so, and none speaks of goods."""
    texts = field.find.labels if field.type == "name" and field.find else ()
    says = sum(RECEIVER.search(text) is not None for text in texts)
    return 2 * says > len(texts) and not any(DELIVERY.search(text) for text in texts)


def receivers(sheet: PageText, field: Field) -> list[Candidate]:
    """The names that may be the receiver's, likeliest first."""
    every = blocks(sheet) if sheet.lines else []
    best: dict[Line, float] = {}
    for name, score in [*_labelled(sheet, field, every), *_plain(sheet, every)]:
        best[name] = max(score, best.get(name, 0.0))
    return [candidate((name,), score) for name, score in sorted(best.items(), key=lambda item: -item[1])]


def _labelled(sheet: PageText, field: Field, every: Sequence[Block]) -> Iterator[tuple[Line, float]]:
    """The name behind each label of the field, else that of the block under it."""
    assert field.find is not None
    for seen in sheet.of(field.name):
        line = sheet.lines[seen.line]
        start, end = next((first, last) for first, last, _ in line.pieces if first <= seen.start < last)
        before, whole = line.text[start : seen.start], line.text[start:end]
        if re.search(r"[^\W_]", before) or DELIVERY.search(whole):
            continue
        share = seen.label.rank / max(1, len(field.find.labels))
        score = LABELLED * seen.likeness * (1 - RANKED * share)
        behind = _behind(sheet, seen, end)
        under = _under(sheet, seen, every)
        if behind is not None:
            yield behind, score + BEHIND
        elif under is not None:
            name, block = under
            yield name, score + (ADDRESSED if is_address(block) else 0.0)


def _behind(sheet: PageText, seen: Seen, end: int) -> Line | None:
    """The name that follows a label on its piece of the line, up to the next label."""
    line = sheet.lines[seen.line]
    stop = min((other.start for other in sheet.labels[seen.line] if other.start >= seen.end), default=end)
    text = line.text[seen.end : min(stop, end)]
    bare = text.strip(" :;.,-–|")
    if not is_name(bare) or (seen.likeness < SURE and not text.lstrip().startswith(":")):
        return None
    start = seen.end + text.index(bare)
    return line.span(start, start + len(bare))


def _under(sheet: PageText, seen: Seen, every: Sequence[Block]) -> tuple[Line, Block] | None:
    """The first name of the block that begins under a label, or goes on under it, and the block."""
    height = sheet.lines[seen.line].height
    found: list[tuple[bool, float, list[Line], Block]] = []
    for block in every:
        lines = [each for each in block.lines if each.box.y0 >= seen.box.y0 + height / 2]
        if not lines or lines[0].box.y0 - seen.box.y1 > NEAR * height:
            continue
        beside = lines[0].box.x0 >= seen.box.x1 or lines[0].box.x1 <= seen.box.x0
        if not beside or abs(lines[0].box.x0 - seen.box.x0) <= ROOM * height:
            found.append((beside, lines[0].box.y0, lines, block))
    if not found:
        return None
    _, _, lines, block = min(found, key=lambda each: each[:2])
    for line in lines[:LOOKED_THROUGH]:
        if not (sheet.is_label(line) or TITLE.search(line.text) or RECEIVER.match(line.text)):
            return (line, block) if is_name(line.text) else None
    return None


def _plain(sheet: PageText, every: Sequence[Block]) -> Iterator[tuple[Line, float]]:
    """The names over addresses that are not the issuer's."""
    first = next(iter(issuer(sheet)), None)
    for block in every:
        name = name_of(block, every) if is_address(block) and not BANK.match(block.lines[0].text) else None
        if name is None or not is_name(name.text) or (first is not None and first.box == name.box):
            continue
        over = heading(block, name, every)
        if ISSUER.search(over) or any(IMPRINT.search(line.text) for line in block.lines):
            continue
        score = PLAIN + (PERSON_WORTH if PERSON.match(name.text) else 0.0)
        score -= REACHED if any(OTHER.search(line.text) for line in block.lines) else 0.0
        yield name, score - (DELIVERED if DELIVERY.search(over) else 0.0)


def is_name(text: str) -> bool:
    """Whether a text can be the name of a person or a firm: more letters than digits, no date and no address."""
    letters, digits = sum(c.isalpha() for c in text), sum(c.isdigit() for c in text)
    if letters < 3 or digits >= letters or len(text) > LONGEST or DATE.search(text) or POSTCODE.search(text):
        return False
    if LEGAL.search(text) or PERSON.match(text):
        return True
    return not (OTHER.search(text) or TITLE.search(text) or (re.match(r"\W*\d", text) and address_like(text)))
