"""Lines that are no name of a firm: amounts, questions, page numbers, labels of sums, and streets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from transcribe.extraction.key_values.company_patterns import (
    customer_heading_pattern,
    house_number_pattern,
    legal_form_pattern,
    street_pattern,
    trade_pattern,
)
from transcribe.extraction.key_values.money_amounts import AMOUNT_PATTERN
from transcribe.extraction.page_text.consensus import FieldCandidate
from transcribe.extraction.page_text.labels import any_of

QUESTION = re.compile(r"\?\W*(?:\s|$)")
"""A question mark at the end of a word."""

PAGE_OF_PAGES = re.compile(r"(?<![\w./-])(\d{1,2}) ?/ ?(\d{1,2})$")
"""The number of a page at the end of a line: "COMMANDE 1/2". Of a shop it may be the street's: "MART 5/8"."""


@cache
def page_number_pattern() -> re.Pattern[str]:
    """The number of a page with a word: "PAGE 2/2", "(1 of 1)", "1 of 2"."""
    return re.compile(
        rf"\b{any_of('page_word')}\W{{0,3}}\d|\(\d{{1,2}} ?(?:/|{any_of('page_of_pages')}) ?\d{{1,2}}\)|"
        rf"\b\d{{1,2}} {any_of('page_of_pages_bare')} \d{{1,2}}$",
        re.IGNORECASE,
    )


@cache
def announcement_pattern() -> re.Pattern[str]:
    """Words that announce sums, dates and payment, where they begin or end a line or stand before a colon.

    Elsewhere they may be part of a name: "RELAIS TOTAL OULMES". A name with a legal form or a trade may have them
    anywhere.
    """
    word = any_of("announcement")
    return re.compile(rf"^\W*{word}\b|\b{word}(?:\W*$|\s?:)", re.IGNORECASE)


def is_no_name(text: str) -> bool:
    """Whether a line says something else than the name of an issuer."""
    if AMOUNT_PATTERN.search(text) or QUESTION.search(text) or page_number_pattern().search(text):
        return True
    has_legal_form = legal_form_pattern().search(text) is not None
    has_trade = trade_pattern().search(text) is not None
    page = PAGE_OF_PAGES.search(text)
    if page and int(page[1]) <= int(page[2]):
        return has_legal_form or not has_trade
    return announcement_pattern().search(text) is not None and not (has_legal_form or has_trade)


@cache
def other_than_issuer_pattern() -> re.Pattern[str]:
    """How a line begins that names another firm, which manages the house or made the till's program, or a zone."""
    return re.compile(rf"^\W*{any_of('other_than_issuer')}\b", re.IGNORECASE)


def is_part_of_name(text: str) -> bool:
    """Whether a line says no more than a trade or a legal form: "PHARMACY", "SDN BHD". The name goes on elsewhere."""
    rest = legal_form_pattern().sub("", trade_pattern().sub("", text))
    return not any(map(str.isalpha, rest))


def without_non_names(names: Sequence[FieldCandidate]) -> list[FieldCandidate]:
    """The candidates that can be names.

    One that says something else but has a legal form stays, and is doubtful: more than the name was read. So is a
    street, a part of a name, and another firm's. Where the likeliest candidate is no name, the page has an odd head,
    and all others are doubtful.
    """
    has_odd_head = bool(names) and is_no_name(names[0].text)
    kept = [name for name in names if not is_no_name(name.text) or legal_form_pattern().search(name.text)]
    odd = (
        is_no_name,
        is_street,
        is_part_of_name,
        other_than_issuer_pattern().search,
        customer_heading_pattern().search,
    )
    return [replace(name, doubtful=has_odd_head or any(is_odd(name.text) for is_odd in odd)) for name in kept]


def is_street(text: str) -> bool:
    """Whether a line reads as a street with a house number, and not as a firm.

    Where a street stands first, the name over it was not read, and machines would take the street for the name.
    """
    is_company = legal_form_pattern().search(text) or trade_pattern().search(text)
    return not is_company and bool(house_number_pattern().search(text) and street_pattern().search(text))
