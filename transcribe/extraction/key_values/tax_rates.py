"""Tax by rates: the foot of a column of amounts, and the amounts that are those of one rate alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache

from transcribe.extraction.key_values.money_amounts import AMOUNT_PATTERN, Amount
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.vocabulary import any_of
from transcribe.geometry import Box

TAX_RATE = re.compile(r"(?<![\w.,])(\d{1,2}(?:[.,]\d{1,2})?) ?%")
"""A rate in per cent. Group 1 is the number."""

MAX_COLUMN_GAP_HEIGHTS = 2.6
"""The next amount of a column stands at most so many line heights below. Chosen by hand."""

MAX_ALIGNMENT_OFFSET_HEIGHTS = 1.5
"""Amounts of one column end, or have their middles, at most so many line heights apart. Chosen by hand."""


@cache
def total_row_pattern() -> re.Pattern[str]:
    """A line of nothing but the word for a total and its numbers."""
    return re.compile(
        rf"^\W*{any_of('total_row')}\b[^\w]*(?:(?:eur|{any_of('beside_total')}|\d+)[^\w]*)*$", re.IGNORECASE
    )


def column_foot(page_text: PageText, first: Amount, amounts: Sequence[Amount]) -> Amount:
    """The foot of the column of amounts that begins with `first`; `first` itself where the column has no foot.

    A foot is the sum of the amounts above it, or stands in a row called total with several amounts.
    """
    column = [first]
    last = _amount_box(page_text, first)
    for amount in amounts:
        line, box = page_text.lines[amount.line], _amount_box(page_text, amount)
        is_same_page = line.page == page_text.lines[first.line].page
        if amount.line <= column[-1].line or not is_same_page or not _is_aligned(last, box):
            continue
        if box.y0 - last.y1 > MAX_COLUMN_GAP_HEIGHTS * last.height:
            break
        amounts_on_line = sum(other.line == amount.line for other in amounts)
        is_total_row = total_row_pattern().match(line.text) and amounts_on_line > 1
        if is_total_row or (len(column) > 1 and amount.value == sum(above.value for above in column)):
            return amount
        column.append(amount)
        last = box
    return first


def single_rate_lines(page_text: PageText) -> set[int]:
    """The lines with the tax of one rate, where a page has several rates; else none.

    Such a line has the label of a tax and a rate, or a rate at its head and no words. The sum of all rates may be
    printed nowhere.
    """
    tax_lines = {match.line for match in page_text.labels_in_role("#tax")}
    rates: dict[int, Decimal] = {}
    for number, line in enumerate(page_text.lines):
        hit = TAX_RATE.search(line.text)
        if hit and (number in tax_lines or _is_rate_row(line.text, hit)):
            rates[number] = Decimal(hit[1].replace(",", ".")).normalize()
    return set(rates) if len(set(rates.values())) > 1 else set()


def _is_rate_row(text: str, rate: re.Match[str]) -> bool:
    """Whether a line begins with a rate, has an amount, and no words but the euro."""
    bare = re.sub(r"(?i)\beur\b", "", text)
    has_words = re.search(r"\w", text[: rate.start()]) or re.search(r"[^\W\d_]", bare)
    return not has_words and bool(AMOUNT_PATTERN.search(text))


def _amount_box(page_text: PageText, amount: Amount) -> Box:
    return page_text.lines[amount.line].span(amount.start, amount.end).box


def _is_aligned(one: Box, other: Box) -> bool:
    middle = abs(one.x0 + one.x1 - other.x0 - other.x1) / 2
    return min(abs(one.x1 - other.x1), middle) <= MAX_ALIGNMENT_OFFSET_HEIGHTS * one.height
