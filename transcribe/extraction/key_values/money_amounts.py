"""Amounts of money in the print: where they stand, what they say, and which stands beside a label."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from transcribe.extraction.page_text.labels import LabelMatch
from transcribe.extraction.page_text.page_text import PageText, ValueSpan, horizontal_distance, value_spans
from transcribe.model import Field, Form
from transcribe.values import currency_of, minor_digits, read_number

_SIGN = r"[€$£¥]|EUR|USD|GBP|CHF|MYR|SGD|RM|Rs\.?"
_BODY = r"\d{1,3}(?:(?: \d{3})+|(?:'\d{3})+|(?:,\d{3})+|(?:\.\d{3})+)(?:[.,]\d{1,2})?|\d+ ?[.,] ?\d{1,2}|[.,]\d{2}"

AMOUNT_PATTERN = re.compile(
    rf"(?<![\w.,/:-])(?:(?:{_SIGN})\s{{0,2}})?\+?(-?(?:{_BODY})-?)(?![\d%])(?![.,:/-]\d)(?! ?%)", re.IGNORECASE
)
"""An amount with decimals or thousands, with or without a currency sign. Group 1 is the number."""

WHOLE_AMOUNT_PATTERN = re.compile(
    rf"(?:(?:{_SIGN})\s?)(\d{{1,6}})(?![\d.,%])|(?<![\w.,/:#-])(\d{{1,6}})(?=\s?(?:€|EUR))", re.IGNORECASE
)
"""A whole number after a currency sign (group 1), or before "€" or "EUR" (group 2)."""

REGISTER_NUMBER = re.compile(r"\d{3}(?: \d{3}){2,}|\d{9,}")
"""The number of a register ("530 848 134"): nine digits or more without cents. It is no amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """One amount in the print: its place, its text as printed without the currency, its value."""

    line: int
    start: int
    end: int
    text: str
    value: Decimal


def find_amounts(page_text: PageText, field: Field, form: Form) -> list[Amount]:
    """Every amount of a page, in reading order; whole numbers only beside a currency sign."""
    minor = minor_digits(currency_of(field, form))
    amounts = []
    for number, line in enumerate(page_text.lines):
        for start, end in _amount_spans(line.text):
            text = line.text[start:end]
            parsed = read_number(text, form.locale, minor)
            if parsed is not None and not REGISTER_NUMBER.fullmatch(text):
                amounts.append(Amount(line=number, start=start, end=end, text=text, value=parsed.amount))
    return amounts


def _amount_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each amount of a line, without its currency sign."""
    spans = [hit.span(1) for hit in AMOUNT_PATTERN.finditer(text)]
    for hit in WHOLE_AMOUNT_PATTERN.finditer(text):
        span = hit.span(1) if hit[1] else hit.span(2)
        if all(span[1] <= start or span[0] >= end for start, end in spans):
            spans.append(span)
    return sorted(spans)


def amounts_beside_label(
    page_text: PageText, match: LabelMatch, amounts: Sequence[Amount]
) -> Iterator[tuple[Amount, ValueSpan]]:
    """The amount beside a label, with its place; at most one. The amounts come in the order of their lines.

    It is the last to the right of the label, else the nearest below.
    """
    for place in value_spans(page_text, match):
        on_line = amounts[
            bisect_left(amounts, place.line, key=_line_of) : bisect_right(amounts, place.line, key=_line_of)
        ]
        inside = [a for a in on_line if place.start <= a.start and a.end <= place.end + 1]
        if inside:
            yield (inside[-1] if place.where == "right" else _nearest(page_text, inside, match)), place
            return


def _line_of(amount: Amount) -> int:
    return amount.line


def _nearest(page_text: PageText, amounts: Sequence[Amount], match: LabelMatch) -> Amount:
    return min(amounts, key=lambda a: horizontal_distance(page_text, a.line, a.start, a.end, match))
