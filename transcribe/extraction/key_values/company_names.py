"""The head of a page: the name of the issuer, and the address under the name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transcribe.extraction.key_values.company_patterns import (
    ADDRESS_LABEL,
    BRACKETED_LINE,
    COUNTRY,
    CUSTOMER_HEADING,
    LEGAL_FORM,
    NAME_CONTINUATION,
    NO_NAME,
    NUMBER_LINE,
    REGISTER_NUMBER,
    STREET,
    TRADE,
    is_address_like,
    is_numbered,
    postcode_pattern,
    without_register_number,
)
from transcribe.extraction.key_values.date_fields import DATE
from transcribe.extraction.page_text.consensus import FieldCandidate, field_candidate
from transcribe.extraction.page_text.labels import pattern_of
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import TextLine

BRANCH_LINE = re.compile(r"^\d{3,4} ?- ?[^\W\d_]{3}")
"""A line under the postcode that names the shop's branch: "1214-JINJANG UTARA"."""

PRICED_LINE = re.compile(r"(?<![\d.,-])\d{1,5}[.,]\d{2}\W{0,2}[A-Z]{0,3}\W*$")
"""A line that ends with a price is an item or a sum: the head is over."""

MAX_HEAD_LINES = 16
"""The head of a receipt ends within this many lines from the top. Chosen by hand."""

MAX_NAME_LINES = 3
"""A name has at most this many lines. Chosen by hand."""

MAX_BLOCK_GAP_HEIGHTS = 2.2
"""A line further below the one before it belongs to another block; in heights of the line before. Chosen by hand."""

NAME_BASE_SCORE = 0.45
"""The score of the first line of the head as the issuer's name. Fitted by hand on half of the receipts."""

LINE_ABOVE_PENALTY = 0.04
"""The score that a name loses for each possible name above it. Fitted by hand on half of the receipts."""

LEGAL_FORM_SCORE = 0.4
"""The score that a name gains with a legal form. Fitted by hand on half of the receipts."""

TRADE_WORD_SCORE = 0.06
"""The score that a name without a legal form gains with the word of a trade. Fitted by hand on half of the receipts."""

ADDRESS_PENALTY = 0.4
"""The score that a name without a legal form loses that reads as an address; half of it where only a house number
says so.

Fitted by hand on half of the receipts.
"""

DIGITS_PENALTY = 0.3
"""The score that a name loses if more than a third of it is digits. Fitted by hand on half of the receipts."""

SMALL_LETTERS_PENALTY = 0.2
"""The score that a name loses if it begins with a sign, or is all small letters.

Fitted by hand on half of the receipts.
"""


MIN_TITLE_TIMES_AS_HIGH = 1.1
"""From so many times the height of the firm's legal name below it, a line is its trade name.

RapidOCR, whose boxes have a rim, gives 1.14 to 1.5, and .96 to 1.04 where both are as large.
"""


def head_lines(page_text: PageText) -> list[TextLine]:
    """The lines from the top down to the first price or customer. A receipt's name and address are among them."""
    head: list[TextLine] = []
    for line in page_text.lines[:MAX_HEAD_LINES]:
        if head and (_is_priced_line(line.text) or pattern_of(CUSTOMER_HEADING).search(line.text)):
            break
        if sum(c.isalnum() for c in line.text) >= 2:
            head.append(line)
    return head


def company_candidates(page_text: PageText) -> list[FieldCandidate]:
    """The name of the issuer: the first line of the head, unless one below names a legal form."""
    lines = [_without_title(line) for line in head_lines(page_text)]
    scored = []
    names_above = 0
    for number, line in enumerate(lines):
        if _is_no_name_line(line.text) or page_text.is_label(line):
            continue
        pieces = _name_lines(lines, number)
        text = " ".join(piece.text for piece in pieces)
        if sum(c.isalpha() for c in text) < 3:
            continue
        scored.append(field_candidate(pieces, _name_score(text, names_above)))
        names_above += 1
    return sorted(scored, key=lambda name: -name.score)


def has_title(page_text: PageText, name: FieldCandidate) -> bool:
    """Whether a trade name in larger letters stands right over a firm's legal name: either may be wanted.

    On 200 receipts three such legal names were decided; the label of one has both names.
    """
    above = [line for line in head_lines(page_text) if line.box.y1 <= name.box.middle[1] and line not in name.lines]
    over = max(above, key=lambda line: line.box.y1, default=None)
    if over is None or not pattern_of(LEGAL_FORM).search(name.text) or _is_no_name_line(over.text):
        return False
    is_large = over.height >= MIN_TITLE_TIMES_AS_HIGH * name.lines[0].height
    return is_large and sum(map(str.isalpha, over.text)) > len(over.text) / 2


def _is_no_name_line(text: str) -> bool:
    """Whether a line of the head is a register number, holds a date, or says something else than a name."""
    bare = pattern_of(REGISTER_NUMBER).sub("", text)
    if pattern_of(NUMBER_LINE).match(text) or pattern_of(DATE).search(bare):
        return True
    return bool(pattern_of(NO_NAME).search(bare) and not pattern_of(LEGAL_FORM).search(bare))


def _name_score(text: str, names_above: int) -> float:
    """How likely a text of the head is the issuer's name, with so many possible names above it."""
    score = NAME_BASE_SCORE - LINE_ABOVE_PENALTY * names_above
    has_legal_form = pattern_of(LEGAL_FORM).search(text) is not None
    score += LEGAL_FORM_SCORE if has_legal_form else TRADE_WORD_SCORE if pattern_of(TRADE).search(text) else 0.0
    if not has_legal_form:
        is_address = pattern_of(STREET).search(text) or postcode_pattern().search(text)
        score -= ADDRESS_PENALTY * (1.0 if is_address else 0.5 if is_numbered(text) else 0.0)
    score -= DIGITS_PENALTY if sum(c.isdigit() for c in text) > len(text) / 3 else 0.0
    score -= SMALL_LETTERS_PENALTY if not text[0].isalnum() or (text[0].islower() and text.islower()) else 0.0
    return score


def _without_title(line: TextLine) -> TextLine:
    """The part of a line that names a legal form, where a title such as "INVOICE" stands far beside it."""
    if not (pattern_of(NO_NAME).search(line.text) and pattern_of(LEGAL_FORM).search(line.text)):
        return line
    parts = [part for part in line.segments() if not pattern_of(NO_NAME).search(part.text)]
    return parts[0] if len(parts) == 1 and pattern_of(LEGAL_FORM).search(parts[0].text) else line


def address_candidates(page_text: PageText, issuer: FieldCandidate | None) -> list[FieldCandidate]:
    """The runs of lines of the head that read as an address, the first before others; without the issuer's name."""
    name_boxes = {word.box for word in issuer.words} if issuer is not None else set()
    lines = [line for line in head_lines(page_text) if not any(word.box in name_boxes for word in line.words)]
    scored = []
    for order, run in enumerate(_address_runs(lines)):
        text = " ".join(line.text for line in run)
        address_lines = sum(is_address_like(line.text) for line in run)
        score = 0.3 + 0.12 * min(3, address_lines) + (0.25 if postcode_pattern().search(text) else 0.0) - 0.2 * order
        scored.append(field_candidate(run, score, separator="\n"))
    return sorted(scored, key=lambda address: -address.score)


def _name_lines(lines: Sequence[TextLine], number: int) -> list[TextLine]:
    """The name that begins on a line, without its register number, with the lines that continue it."""
    pieces: list[TextLine] = []
    for line in lines[number : number + MAX_NAME_LINES]:
        so_far = " ".join(piece.text for piece in pieces)
        if pieces and not (pattern_of(NAME_CONTINUATION).match(line.text) or so_far.count("(") > so_far.count(")")):
            break
        pieces.append(without_register_number(line))
        if pattern_of(REGISTER_NUMBER).search(line.text):
            break
    return pieces


def _address_runs(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """The runs of lines that read as addresses, each up to the first line that does not go on with it."""
    runs: list[list[TextLine]] = []
    run: list[TextLine] = []
    for line in lines:
        piece = _without_label(line)
        patterns = (pattern_of(NO_NAME), pattern_of(DATE), pattern_of(LEGAL_FORM))
        is_other = any(pattern.search(piece.text) for pattern in patterns)
        if run and (is_other or not _continues_address(run, piece)):
            runs.append(run)
            run = []
        if not is_other and not pattern_of(NUMBER_LINE).match(piece.text) and (run or is_address_like(piece.text)):
            run.append(piece)
    return [*runs, run] if run else runs


def _without_label(line: TextLine) -> TextLine:
    label = pattern_of(ADDRESS_LABEL).match(line.text)
    return line.span(label.end(), len(line.text)) if label and label.end() < len(line.text) else line


def _continues_address(address: Sequence[TextLine], line: TextLine) -> bool:
    """Whether a line continues an address: close below, and after the postcode only with the name of a place."""
    last = address[-1]
    if line.box.y0 - last.box.y1 > MAX_BLOCK_GAP_HEIGHTS * last.height:
        return False
    is_street = pattern_of(STREET).search(line.text) is not None
    if any(postcode_pattern().search(above.text) for above in address):
        if BRANCH_LINE.match(line.text):
            return not pattern_of(COUNTRY).search(last.text)
        return is_street or (last.text.rstrip().endswith(",") and not re.search(r"\d", line.text))
    return (":" not in line.text or is_street) and not BRACKETED_LINE.fullmatch(line.text)


def _is_priced_line(text: str) -> bool:
    return PRICED_LINE.search(text) is not None and not pattern_of(STREET).search(text)
