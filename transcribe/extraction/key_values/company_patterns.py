"""Patterns of lines that name a company, an address, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from rapidfuzz import fuzz

from transcribe.extraction.key_values.date_fields import DATE
from transcribe.extraction.page_text.labels import pattern_of, texts_of
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.geometry import Box
from transcribe.values import fold

NUMBERED_LINE = re.compile(r"^\W*[A-Z]{0,3}[\d-]{1,7}[A-Z]?\b.*,|^\W*\d{1,4}[A-Z]?,? +[^\W\d_]{3}")
"""A line that begins with a house number, before a comma or a word."""

_WORD_OF_LETTERS = re.compile(r"[^\W\d_]{3}")

_DIGIT = re.compile(r"\d")

BRACKETED_LINE = re.compile(r"\W*\(.*\)\W*")
"""A line that is nothing but a bracket."""


LEGAL_FORM = r"\b<legal_form>\b|\b<legal_form_dotted>(?!\w)"
"""Words that only the name of a company ends with."""


TRADE = r"\b<trade>\b"
"""Words for a trade or a kind of shop, as names of companies have them."""


NAME_CONTINUATION = r"^\W{0,2}(?:<name_continuation>|&)"
"""The beginning of a line that continues the name above it."""


REGISTER_NUMBER = (
    r"\s*(?:[(<\[{][^()]*\d{4,}.*|\b\d{5,7}\s?-\s?[A-Z]\b.*|\b<register_owner>\.? *(?:reg\w*\.? *)?no\b.*|"
    r"[(<{]\s*\w{0,2}\W*)$"
)
"""Text that follows a name on its line: a register number "(139386 X)", or an empty bracket.

The bracket is that of a number that was not read.
"""


NUMBER_LINE = (
    r"^[\W_]*(?:<register_number_word>\b[\W_]*)*(?:[A-Z]{0,3}\d{4,}[\d\W]*[A-Z]{0,2}|"
    r"[A-Z]{1,2}\d{4,}\S*)[\W_]*$"
)
"""A line that holds nothing but a register number."""


STREET = r"\b<street>\b|<street_ending>|^\W*<street_number>\b\W*\d"
"""Words of streets, buildings, districts and states, as addresses have them."""


HOUSE_NUMBER = r"^\W*<house_number>\b\W{0,3}\d"
"""The beginning of a line of an address: the number of a house."""


@cache
def postcode_pattern() -> re.Pattern[str]:
    """Postcodes of five digits, of the Netherlands and of Great Britain; not the number of a lot or a house."""
    no_postcode = "".join(rf"(?<!{word} )" for word in texts_of("before_number"))
    return re.compile(
        rf"(?<![\w/-]){no_postcode}\d{{5}}(?![\d/-]|[.,]\d)|\b\d{{4}} ?[A-Z]{{2}}\b|"
        r"\b[A-Z]{1,2}\d{1,2}[A-Z]? ?\d[A-Z]{2}\b",
        re.IGNORECASE,
    )


COUNTRY = r"\b<country>\W*$"
"""A country's name at the end of a line."""


ADDRESS_LABEL = r"^.{0,12}\b<address_label>\b\W*"
"""The label before an address, with what stands before it on its line."""


NO_NAME = (
    r"\b(?:<no_name_word>|www|http)\b|<no_name_word_glued>|@|\.com\b|"
    r"(?<!\d)\+?0\d{1,2}[- ]?\d{3,4}[- ]?\d{3,4}"
)
"""Words of lines that are neither name nor address: "invoice", web addresses, telephones."""


def is_address_like(text: str) -> bool:
    """Whether a line reads as one of an address: a street, a postcode, a house number with a comma."""
    if BRACKETED_LINE.fullmatch(text):
        return False
    return is_numbered(text) or bool(pattern_of(STREET).search(text) or postcode_pattern().search(text))


def is_numbered(text: str) -> bool:
    """Whether a line has a house number before a comma, or before a word at its beginning.

    Each part is looked for after the one before: a pattern of all three would try every way to part the line.
    """
    if NUMBERED_LINE.search(text):
        return True
    word = _WORD_OF_LETTERS.search(text)
    digit = _DIGIT.search(text, word.end()) if word else None
    return digit is not None and text.find(",", digit.end()) >= 0


def without_register_number(line: TextLine) -> TextLine:
    """The part of a line before its register number; all of a line that begins with one, or has none."""
    number = pattern_of(REGISTER_NUMBER).search(line.text)
    return line.span(0, number.start() if number and number.start() else len(line.text))


# The imprint of a firm: the lines that say how it is registered, mostly at the foot of its letters, and its name.

WEB_ADDRESS = re.compile(r"\S*@\S*|\bwww\S*|\S+\.(?:fr|com|net|org|eu|de|nl|be|ch|uk|io)\b", re.IGNORECASE)
"""Addresses of mail and web: they say a trade name."""

MIN_NAME_SIMILARITY_PERCENT = 90
"""An imprint says a name from this likeness on (rapidfuzz ratio). Chosen by hand."""

MIN_NAME_CHARACTERS = 4
"""Letters and digits of the shortest name; fewer stand in many words. Chosen by hand."""

MAX_NAME_CHARACTERS = 50
"""Letters and digits of the longest name. Chosen by hand."""


IMPRINT = r"\b<imprint>\b"
"""Words that only a firm prints about itself: its register, its capital, its seat, its tax number."""


OTHER_IMPRINT = r"\b<imprint_of_another>\b"
"""Words of an imprint that is the recipient's: "N° TVA client"."""


NAME_END = r" [-–—•·|/~] |[,:•|]|\b<behind_imprint_name>\b"
"""The end of the name in the first line of an imprint."""


LEGAL_FORM_ALONE = r"\b<legal_form_alone>\b\.?"
"""Legal forms as imprints spell them. A legal form alone is no name."""


def is_imprint(lines: Sequence[TextLine]) -> bool:
    """Whether lines of one block say how a firm is registered, and the firm is not the recipient."""
    return any(
        pattern_of(IMPRINT).search(line.text) and not pattern_of(OTHER_IMPRINT).search(line.text) for line in lines
    )


def is_in_imprint(imprints: Sequence[Sequence[TextLine]], name: TextLine) -> bool:
    """Whether an imprint says a name that stands elsewhere."""
    folded = fold(name.text)
    if not MIN_NAME_CHARACTERS <= len(folded) <= MAX_NAME_CHARACTERS:
        return False
    others = [lines for lines in imprints if all(line is not name for line in lines)]
    return any(_has_name(line.text, folded) for lines in others for line in lines)


def _has_name(text: str, name: str) -> bool:
    """Whether a line has this name as whole words; a web address is no name."""
    words, count = fold(WEB_ADDRESS.sub(" ", text)).split(), len(name.split())
    runs = (" ".join(words[at : at + count]) for at in range(len(words) - count + 1))
    return any(fuzz.ratio(run, name, score_cutoff=MIN_NAME_SIMILARITY_PERCENT) for run in runs)


def imprint_names(imprints: Sequence[Sequence[TextLine]]) -> Iterator[TextLine]:
    """The name with which each imprint begins; none where it begins with a word before a colon, or no name."""
    for lines in imprints:
        first = lines[0]
        end = pattern_of(NAME_END).search(first.text)
        if end and end[0] == ":":
            continue
        name = first.span(0, end.start() if end else len(first.text))
        if _may_be_name(name.text if name.words else ""):
            yield name


def _may_be_name(text: str) -> bool:
    """Whether a text is as long as a name, has letters beside a legal form, and says nothing else."""
    is_other = (
        pattern_of(IMPRINT).search(text)
        or (pattern_of(NO_NAME).search(text) and not pattern_of(LEGAL_FORM).search(text))
        or is_address_like(text)
    )
    letters = sum(c.isalpha() for c in pattern_of(LEGAL_FORM_ALONE).sub("", text))
    return MIN_NAME_CHARACTERS <= len(fold(text)) <= MAX_NAME_CHARACTERS and letters >= 3 and not is_other


# Patterns of headings that say whose name and address follow, and of titles that head a page.


ISSUER_HEADING = r"\b<issuer>\b|^\W*<issuer_alone>\W*$"
"""Words over the name of the issuer."""


RECIPIENT_HEADING = r"\b<recipient>\b|^\W*<recipient_alone>\W*$"
"""Words over the name of the recipient."""


CUSTOMER_HEADING = r"\b<customer_heading>\b"
"""Words below which the customer's name and address stand."""


DELIVERY_HEADING = r"\b<delivery>\b"
"""Words over the address to which goods go. It is often another one than the invoice's."""


PERSON_TITLE = r"^\W*<person_title>\W"
"""The title at the beginning of a person's name. An issuer of invoices has none."""


BANK_HEADING = r"^\W*<bank>\b"
"""The beginning of a block that says where to pay."""


DOCUMENT_TITLE = r"^\W*<document_title>\b"
"""The beginning of a line with the document's title or its page."""


INVOICE_TITLE = r"^\W*<invoice_title>\W*$"
"""A line that is the title of an invoice and nothing else."""


# Blocks of print on a page of several columns.

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
        and not pattern_of(DATE).search(line.text)
        and not pattern_of(NO_NAME).search(line.text)
        and len(line.text) < MAX_ADDRESS_CHARACTERS
        for line in block.lines[1 : MAX_ADDRESS_LINES + 1]
    )


def address_name(block: TextBlock, blocks: Sequence[TextBlock]) -> TextLine | None:
    """The name over an address; None where a block is no address, or a bank's."""
    if not is_address_block(block) or pattern_of(BANK_HEADING).match(block.lines[0].text):
        return None
    return block_name(block, blocks)


def block_name(block: TextBlock, blocks: Sequence[TextBlock]) -> TextLine | None:
    """The name that a block begins with; None where it begins with something else.

    A line among the first three that names a legal form is preferred. Else the name is the first line that is no
    heading and no address. Where a block begins with its address, it is the line right over the block.
    """
    lines = [line for line in block.lines if not _is_heading(line.text)]
    with_legal_form = (line for line in lines if pattern_of(LEGAL_FORM).search(line.text) and line in block.lines[:3])
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
    if pattern_of(ISSUER_HEADING).search(text):
        return False
    return (pattern_of(RECIPIENT_HEADING).search(text) or pattern_of(CUSTOMER_HEADING).search(text)) is not None


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
    if postcode_pattern().search(text) or pattern_of(DATE).search(text):
        return True
    return bool(pattern_of(NO_NAME).search(text) and not pattern_of(LEGAL_FORM).search(text))


def _has_letters(text: str) -> bool:
    """Whether a text has the three letters that a name has at least."""
    return sum(c.isalpha() for c in text) >= 3


def _is_heading(text: str) -> bool:
    """Whether a line announces what stands behind or under it, or is part of an imprint: it is no name."""
    patterns = (
        pattern_of(DOCUMENT_TITLE),
        pattern_of(ISSUER_HEADING),
        pattern_of(RECIPIENT_HEADING),
        pattern_of(BANK_HEADING),
        pattern_of(IMPRINT),
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
    if pattern_of(DATE).search(nearest.text) or pattern_of(NO_NAME).search(nearest.text):
        return None
    return nearest if _has_letters(nearest.text) and not is_address_like(nearest.text) else None
