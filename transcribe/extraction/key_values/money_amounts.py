"""Amounts of money in the print: where they stand, what they say, and which stands beside a label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from transcribe.extraction.page_text.labels import LabelMatch
from transcribe.extraction.page_text.page_text import PageText, ValueSpan, horizontal_distance, value_spans
from transcribe.model import Field, Form
from transcribe.values import currency_of, minor_digits, read_number

_SIGN = r"[€$£¥]|EUR|USD|GBP|CHF|MYR|SGD|RM|Rs\.?"
_BODY = r"\d{1,3}(?:(?: \d{3})+|(?:'\d{3})+|(?:,\d{3})+|(?:\.\d{3})+)(?:[.,]\d{1,2})?|\d+ ?[.,] ?\d{1,2}|[.,]\d{2}"
AMOUNT = re.compile(
    rf"(?<![\w.,/:-])(?:(?:{_SIGN})\s{{0,2}})?\+?(-?(?:{_BODY})-?)(?![\d%])(?![.,:/-]\d)(?! ?%)", re.IGNORECASE
)
WHOLE = re.compile(
    rf"(?:(?:{_SIGN})\s?)(\d{{1,6}})(?![\d.,%])|(?<![\w.,/:#-])(\d{{1,6}})(?=\s?(?:€|EUR))", re.IGNORECASE
)

REGISTER_NUMBER = re.compile(r"\d{3}(?: \d{3}){2,}|\d{9,}")
"""A number of nine digits or more without cents is the number of a register ("530 848 134"), no amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """One amount in the print: where, its text as printed without the currency, its value."""

    line: int
    start: int
    end: int
    text: str
    value: Decimal


def find_amounts(sheet: PageText, field: Field, form: Form) -> list[Amount]:
    """Every amount of a sheet, in reading order; whole numbers only beside a currency sign."""
    minor = minor_digits(currency_of(field, form))
    found = []
    for number, line in enumerate(sheet.lines):
        for start, end in _amount_spans(line.text):
            text = line.text[start:end]
            read = read_number(text, form.locale, minor)
            if read is not None and not REGISTER_NUMBER.fullmatch(text):
                found.append(Amount(line=number, start=start, end=end, text=text, value=read.amount))
    return found


def _amount_spans(text: str) -> Iterator[tuple[int, int]]:
    taken: list[tuple[int, int]] = []
    for found in AMOUNT.finditer(text):
        taken.append(found.span(1))
    for found in WHOLE.finditer(text):
        span = found.span(1) if found[1] else found.span(2)
        if all(span[1] <= start or span[0] >= end for start, end in taken):
            taken.append(span)
    return iter(sorted(taken))


def amounts_beside_label(
    sheet: PageText, seen: LabelMatch, every: Sequence[Amount]
) -> Iterator[tuple[Amount, ValueSpan]]:
    """The amounts beside a label: the last to the right of it, else those below."""
    for place in value_spans(sheet, seen):
        inside = [a for a in every if a.line == place.line and place.start <= a.start and a.end <= place.end + 1]
        if inside:
            yield (inside[-1] if place.where == "right" else _nearest(sheet, inside, seen)), place
            return


def _nearest(sheet: PageText, found: Sequence[Amount], seen: LabelMatch) -> Amount:
    return min(found, key=lambda each: horizontal_distance(sheet, each.line, each.start, each.end, seen))
