"""Tax by rates: the foot of a column of amounts, and the amounts that are those of one rate alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from transcribe.extraction.key_values.money_amounts import AMOUNT, Amount
from transcribe.extraction.page_text.page_text import PageText
from transcribe.geometry import Box

TAX_RATE = re.compile(r"(?<![\w.,])(\d{1,2}(?:[.,]\d{1,2})?) ?%")
FOOT = re.compile(r"^\W*tota(?:l|ux)\b[^\w]*(?:(?:eur|ht|tva|ttc|\d+)[^\w]*)*$", re.IGNORECASE)
"""A line of nothing but the word and its numbers."""

MAX_COLUMN_GAP_HEIGHTS = 2.6
"""The next amount of a column stands within so many line heights."""

MAX_ALIGNMENT_OFFSET_HEIGHTS = 1.5
"""Amounts of one column end, or have their middles, within so many line heights of one another."""


def column_foot(sheet: PageText, first: Amount, every: Sequence[Amount]) -> Amount:
    """The amount of a column that begins with one which is the sum of those above it, or stands in a row called total
    of several amounts; the first where there is none such."""
    column = [first]
    last = _amount_box(sheet, first)
    for amount in every:
        line, box = sheet.lines[amount.line], _amount_box(sheet, amount)
        if amount.line <= column[-1].line or line.page != sheet.lines[first.line].page or not _is_aligned(last, box):
            continue
        if box.y0 - last.y1 > MAX_COLUMN_GAP_HEIGHTS * last.height:
            break
        total = FOOT.match(line.text) and sum(each.line == amount.line for each in every) > 1
        if total or (len(column) > 1 and amount.value == sum(each.value for each in column)):
            return amount
        column.append(amount)
        last = box
    return first


def single_rate_lines(sheet: PageText) -> set[int]:
    """The lines with the tax of one rate, where there are several: the label of a tax and a rate, or a rate at the
    head of a line without words. What all of them come to may be printed nowhere."""
    taxed = {seen.line for seen in sheet.labels_in_role("#tax")}
    rates: dict[int, Decimal] = {}
    for number, line in enumerate(sheet.lines):
        hit = TAX_RATE.search(line.text)
        if hit and (number in taxed or _is_rate_row(line.text, hit)):
            rates[number] = Decimal(hit[1].replace(",", ".")).normalize()
    return set(rates) if len(set(rates.values())) > 1 else set()


def _is_rate_row(text: str, rate: re.Match[str]) -> bool:
    bare = re.sub(r"(?i)\beur\b", "", text)
    return not re.search(r"\w", text[: rate.start()]) and not re.search(r"[^\W\d_]", bare) and bool(AMOUNT.search(text))


def _amount_box(sheet: PageText, amount: Amount) -> Box:
    return sheet.lines[amount.line].span(amount.start, amount.end).box


def _is_aligned(one: Box, other: Box) -> bool:
    middle = abs(one.x0 + one.x1 - other.x0 - other.x1) / 2
    return min(abs(one.x1 - other.x1), middle) <= MAX_ALIGNMENT_OFFSET_HEIGHTS * one.height
