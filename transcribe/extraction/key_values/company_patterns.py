"""Patterns of lines that name a company, an address, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from rapidfuzz import fuzz

from transcribe.extraction.key_values.date_fields import date_pattern
from transcribe.extraction.page_text.labels import any_of, texts_of
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


@cache
def legal_form_pattern() -> re.Pattern[str]:
    """Words that only the name of a company ends with."""
    dotted = rf"\b{any_of('legal_form_dotted')}(?!\w)"
    return re.compile(rf"\b{any_of('legal_form')}\b|{dotted}", re.IGNORECASE)


@cache
def trade_pattern() -> re.Pattern[str]:
    """Words for a trade or a kind of shop, as names of companies have them."""
    return re.compile(rf"\b{any_of('trade')}\b", re.IGNORECASE)


@cache
def name_continuation_pattern() -> re.Pattern[str]:
    """How a line begins that continues the name above it."""
    return re.compile(rf"^\W{{0,2}}(?:{any_of('name_continuation')}|&)", re.IGNORECASE)


@cache
def register_number_pattern() -> re.Pattern[str]:
    """What follows a name on its line: a register number "(139386 X)", or an empty bracket.

    The bracket is that of a number that was not read.
    """
    owner = any_of("register_owner")
    return re.compile(
        rf"\s*(?:[(<\[{{][^()]*\d{{4,}}.*|\b\d{{5,7}}\s?-\s?[A-Z]\b.*|\b{owner}\.? *(?:reg\w*\.? *)?no\b.*|"
        r"[(<{]\s*\w{0,2}\W*)$",
        re.IGNORECASE,
    )


@cache
def number_line_pattern() -> re.Pattern[str]:
    """A line that holds nothing but a register number."""
    return re.compile(
        rf"^[\W_]*(?:{any_of('register_number_word')}\b[\W_]*)*"
        r"(?:[A-Z]{0,3}\d{4,}[\d\W]*[A-Z]{0,2}|[A-Z]{1,2}\d{4,}\S*)[\W_]*$",
        re.IGNORECASE,
    )


@cache
def street_pattern() -> re.Pattern[str]:
    """Words of streets, buildings, districts and states, as addresses have them."""
    number = rf"^\W*{any_of('street_number')}\b\W*\d"
    return re.compile(rf"\b{any_of('street')}\b|{any_of('street_ending')}|{number}", re.IGNORECASE)


@cache
def house_number_pattern() -> re.Pattern[str]:
    """How a line of an address begins: with the number of a house."""
    return re.compile(rf"^\W*{any_of('house_number')}\b\W{{0,3}}\d", re.IGNORECASE)


@cache
def postcode_pattern() -> re.Pattern[str]:
    """Postcodes of five digits, of the Netherlands and of Great Britain; not the number of a lot or a house."""
    no_postcode = "".join(rf"(?<!{word} )" for word in texts_of("before_number"))
    return re.compile(
        rf"(?<![\w/-]){no_postcode}\d{{5}}(?![\d/-]|[.,]\d)|\b\d{{4}} ?[A-Z]{{2}}\b|"
        r"\b[A-Z]{1,2}\d{1,2}[A-Z]? ?\d[A-Z]{2}\b",
        re.IGNORECASE,
    )


@cache
def country_pattern() -> re.Pattern[str]:
    """A country's name at the end of a line."""
    return re.compile(rf"\b{any_of('country')}\W*$", re.IGNORECASE)


@cache
def address_label_pattern() -> re.Pattern[str]:
    """The label before an address, with what stands before it on its line."""
    return re.compile(rf"^.{{0,12}}\b{any_of('address_label')}\b\W*", re.IGNORECASE)


@cache
def no_name_pattern() -> re.Pattern[str]:
    """Words of lines that are neither name nor address: "invoice", web addresses, telephones."""
    return re.compile(
        rf"\b(?:{any_of('no_name_word')}|www|http)\b|{any_of('no_name_word_glued')}|@|\.com\b|"
        r"(?<!\d)\+?0\d{1,2}[- ]?\d{3,4}[- ]?\d{3,4}",
        re.IGNORECASE,
    )


def is_address_like(text: str) -> bool:
    """Whether a line reads as one of an address: a street, a postcode, a house number with a comma."""
    if BRACKETED_LINE.fullmatch(text):
        return False
    return is_numbered(text) or bool(street_pattern().search(text) or postcode_pattern().search(text))


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
    number = register_number_pattern().search(line.text)
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


@cache
def imprint_pattern() -> re.Pattern[str]:
    """What only a firm says of itself: its register, its capital, its seat, its tax number."""
    return re.compile(rf"\b{any_of('imprint')}\b", re.IGNORECASE)


@cache
def other_imprint_pattern() -> re.Pattern[str]:
    """Words of an imprint that is the recipient's: "N° TVA client"."""
    return re.compile(rf"\b{any_of('imprint_of_another')}\b", re.IGNORECASE)


@cache
def name_end_pattern() -> re.Pattern[str]:
    """What stands behind the name in the first line of an imprint."""
    return re.compile(rf" [-–—•·|/~] |[,:•|]|\b{any_of('behind_imprint_name')}\b", re.IGNORECASE)


@cache
def legal_form_alone_pattern() -> re.Pattern[str]:
    """Legal forms as imprints spell them. A legal form alone is no name."""
    return re.compile(rf"\b{any_of('legal_form_alone')}\b\.?", re.IGNORECASE)


def is_imprint(lines: Sequence[TextLine]) -> bool:
    """Whether lines of one block say how a firm is registered, and the firm is not the recipient."""
    return any(imprint_pattern().search(line.text) and not other_imprint_pattern().search(line.text) for line in lines)


def is_in_imprint(imprints: Sequence[Sequence[TextLine]], name: TextLine) -> bool:
    """Whether an imprint says a name that stands elsewhere."""
    folded = fold(name.text)
    if not MIN_NAME_CHARACTERS <= len(folded) <= MAX_NAME_CHARACTERS:
        return False
    others = [lines for lines in imprints if all(line is not name for line in lines)]
    return any(_has_name(line.text, folded) for lines in others for line in lines)


def _has_name(text: str, name: str) -> bool:
    """Whether a line says a name in as many words; a web address is no name."""
    words, count = fold(WEB_ADDRESS.sub(" ", text)).split(), len(name.split())
    runs = (" ".join(words[at : at + count]) for at in range(len(words) - count + 1))
    return any(fuzz.ratio(run, name, score_cutoff=MIN_NAME_SIMILARITY_PERCENT) for run in runs)


def imprint_names(imprints: Sequence[Sequence[TextLine]]) -> Iterator[TextLine]:
    """The name with which each imprint begins; none where it begins with a word before a colon, or no name."""
    for lines in imprints:
        first = lines[0]
        end = name_end_pattern().search(first.text)
        if end and end[0] == ":":
            continue
        name = first.span(0, end.start() if end else len(first.text))
        if _may_be_name(name.text if name.words else ""):
            yield name


def _may_be_name(text: str) -> bool:
    """Whether a text is as long as a name, has letters beside a legal form, and says nothing else."""
    is_other = (
        imprint_pattern().search(text)
        or (no_name_pattern().search(text) and not legal_form_pattern().search(text))
        or is_address_like(text)
    )
    letters = sum(c.isalpha() for c in legal_form_alone_pattern().sub("", text))
    return MIN_NAME_CHARACTERS <= len(fold(text)) <= MAX_NAME_CHARACTERS and letters >= 3 and not is_other


# Patterns of headings that say whose name and address follow, and of titles that head a page.


@cache
def issuer_heading_pattern() -> re.Pattern[str]:
    """Words over the name of the issuer."""
    return re.compile(rf"\b{any_of('issuer')}\b|^\W*{any_of('issuer_alone')}\W*$", re.IGNORECASE)


@cache
def recipient_heading_pattern() -> re.Pattern[str]:
    """Words over the name of the recipient."""
    return re.compile(rf"\b{any_of('recipient')}\b|^\W*{any_of('recipient_alone')}\W*$", re.IGNORECASE)


@cache
def customer_heading_pattern() -> re.Pattern[str]:
    """Words below which the customer's name and address stand."""
    return re.compile(rf"\b{any_of('customer_heading')}\b", re.IGNORECASE)


@cache
def delivery_heading_pattern() -> re.Pattern[str]:
    """Words over the address to which goods go. It is often another one than the invoice's."""
    return re.compile(rf"\b{any_of('delivery')}\b", re.IGNORECASE)


@cache
def person_title_pattern() -> re.Pattern[str]:
    """How the name of a person begins: with a title. An issuer of invoices has none."""
    return re.compile(rf"^\W*{any_of('person_title')}\W", re.IGNORECASE)


@cache
def bank_heading_pattern() -> re.Pattern[str]:
    """How a block begins that says where to pay."""
    return re.compile(rf"^\W*{any_of('bank')}\b", re.IGNORECASE)


@cache
def document_title_pattern() -> re.Pattern[str]:
    """How a line begins that says what the document is called, or its page."""
    return re.compile(rf"^\W*{any_of('document_title')}\b", re.IGNORECASE)


@cache
def invoice_title_pattern() -> re.Pattern[str]:
    """A line that is the title of an invoice and nothing else."""
    return re.compile(rf"^\W*{any_of('invoice_title')}\W*$", re.IGNORECASE)


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
        and not date_pattern().search(line.text)
        and not no_name_pattern().search(line.text)
        and len(line.text) < MAX_ADDRESS_CHARACTERS
        for line in block.lines[1 : MAX_ADDRESS_LINES + 1]
    )


def address_name(block: TextBlock, blocks: Sequence[TextBlock]) -> TextLine | None:
    """The name over an address; None where a block is no address, or a bank's."""
    if not is_address_block(block) or bank_heading_pattern().match(block.lines[0].text):
        return None
    return block_name(block, blocks)


def block_name(block: TextBlock, blocks: Sequence[TextBlock]) -> TextLine | None:
    """The name that a block begins with; None where it begins with something else.

    A line among the first three that names a legal form is preferred. Else the name is the first line that is no
    heading and no address. Where a block begins with its address, it is the line right over the block.
    """
    lines = [line for line in block.lines if not _is_heading(line.text)]
    with_legal_form = (line for line in lines if legal_form_pattern().search(line.text) and line in block.lines[:3])
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
    if issuer_heading_pattern().search(text):
        return False
    return (recipient_heading_pattern().search(text) or customer_heading_pattern().search(text)) is not None


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
    if postcode_pattern().search(text) or date_pattern().search(text):
        return True
    return bool(no_name_pattern().search(text) and not legal_form_pattern().search(text))


def _has_letters(text: str) -> bool:
    """Whether a text has the three letters that a name has at least."""
    return sum(c.isalpha() for c in text) >= 3


def _is_heading(text: str) -> bool:
    """Whether a line announces what stands behind or under it, or is part of an imprint: it is no name."""
    patterns = (
        document_title_pattern(),
        issuer_heading_pattern(),
        recipient_heading_pattern(),
        bank_heading_pattern(),
        imprint_pattern(),
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
    if date_pattern().search(nearest.text) or no_name_pattern().search(nearest.text):
        return None
    return nearest if _has_letters(nearest.text) and not is_address_like(nearest.text) else None
