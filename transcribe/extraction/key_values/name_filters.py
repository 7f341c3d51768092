"""Lines that are no name of a firm: amounts, questions, page numbers, labels of sums, and streets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from transcribe.extraction.key_values.company_patterns import (
    CUSTOMER_HEADING,
    HOUSE_NUMBER,
    LEGAL_FORM,
    STREET,
    TRADE,
)
from transcribe.extraction.key_values.money_amounts import AMOUNT_PATTERN
from transcribe.extraction.page_text.consensus import FieldCandidate
from transcribe.extraction.page_text.labels import pattern_of

QUESTION = re.compile(r"\?\W*(?:\s|$)")
"""A question mark at the end of a word."""

PAGE_OF_PAGES = re.compile(r"(?<![\w./-])(\d{1,2}) ?/ ?(\d{1,2})$")
"""The number of a page at the end of a line: "COMMANDE 1/2". Of a shop it may be the street's: "MART 5/8"."""


PAGE_NUMBER = (
    r"\b<page_word>\W{0,3}\d|\(\d{1,2} ?(?:/|<page_of_pages>) ?\d{1,2}\)|"
    r"\b\d{1,2} <page_of_pages_bare> \d{1,2}$"
)
"""The number of a page with a word: "PAGE 2/2", "(1 of 1)", "1 of 2"."""


ANNOUNCEMENT = r"^\W*<announcement>\b|\b<announcement>(?:\W*$|\s?:)"
"""Words that announce sums, dates and payment, where they begin or end a line or stand before a colon.

Elsewhere they may be part of a name: "RELAIS TOTAL OULMES". A name with a legal form or a trade may have them
anywhere."""


def is_no_name(text: str) -> bool:
    """Whether a line says something else than the name of an issuer."""
    if AMOUNT_PATTERN.search(text) or QUESTION.search(text) or pattern_of(PAGE_NUMBER).search(text):
        return True
    has_legal_form = pattern_of(LEGAL_FORM).search(text) is not None
    has_trade = pattern_of(TRADE).search(text) is not None
    page = PAGE_OF_PAGES.search(text)
    if page and int(page[1]) <= int(page[2]):
        return has_legal_form or not has_trade
    return pattern_of(ANNOUNCEMENT).search(text) is not None and not (has_legal_form or has_trade)


OTHER_THAN_ISSUER = r"^\W*<other_than_issuer>\b"
"""The beginning of a line that names another firm, which manages the house or made the till's program, or a zone."""


def is_part_of_name(text: str) -> bool:
    """Whether a line says no more than a trade or a legal form: "PHARMACY", "SDN BHD". The name goes on elsewhere."""
    rest = pattern_of(LEGAL_FORM).sub("", pattern_of(TRADE).sub("", text))
    return not any(map(str.isalpha, rest))


def without_non_names(names: Sequence[FieldCandidate]) -> list[FieldCandidate]:
    """The candidates that can be names.

    One that says something else but has a legal form stays, and is doubtful: more than the name was read. So is a
    street, a part of a name, and another firm's. Where the likeliest candidate is no name, the page has an odd head,
    and all others are doubtful.
    """
    has_odd_head = bool(names) and is_no_name(names[0].text)
    kept = [name for name in names if not is_no_name(name.text) or pattern_of(LEGAL_FORM).search(name.text)]
    odd = (
        is_no_name,
        is_street,
        is_part_of_name,
        pattern_of(OTHER_THAN_ISSUER).search,
        pattern_of(CUSTOMER_HEADING).search,
    )
    return [replace(name, doubtful=has_odd_head or any(is_odd(name.text) for is_odd in odd)) for name in kept]


def is_street(text: str) -> bool:
    """Whether a line reads as a street with a house number, and not as a firm.

    Where a street stands first, the name over it was not read, and machines would take the street for the name.
    """
    is_company = pattern_of(LEGAL_FORM).search(text) or pattern_of(TRADE).search(text)
    return not is_company and bool(pattern_of(HOUSE_NUMBER).search(text) and pattern_of(STREET).search(text))
