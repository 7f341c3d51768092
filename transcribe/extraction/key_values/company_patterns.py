"""Patterns of lines that name a company, an address, or neither."""

from __future__ import annotations

import re
from functools import cache

from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.extraction.page_text.vocabulary import any_of, texts_of

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
