"""From where to where the rows of a table without a grid reach: up to its sums, over the subtotals between its rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from itertools import permutations

from transcribe.extraction.key_values.money_amounts import AMOUNT
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import Line
from transcribe.model import Form
from transcribe.values import read_number

NUMBER_PATTERN = re.compile(r"[-+]?\d[\d .,']*\d|\d")
SUM_ROLES = ("#total", "#subtotal", "#tax", "#paid", "#discount")
CLOSING_SUM_ROLES = ("#tax", "#paid")
"""Below one of these sums no row of the table stands any more."""

MIN_SUM_LABEL_SIMILARITY = 0.85
"""A label from this likeness on, beside a number, names a sum; without a number beside it only its very words do."""

MIN_END_GAP_HEIGHTS = 7.0
"""So many line heights without print end the table."""

MAX_ROW_NUMBERS = 12
"""A line of more numbers than a row has columns is not looked through for a product."""


def table_sections(sheet: PageText, below: Sequence[int], form: Form) -> list[list[int]]:
    """The lines under a header up to the sums or to a wide empty space, parted where a subtotal stands between rows."""
    sums = {each.name for each in form.fields if each.type == "amount"} | set(SUM_ROLES)
    reach = _lines_before_gap(sheet, below)
    found: list[list[int]] = [[]]
    for place, number in enumerate(reach):
        if not any(found) or not _is_sum_line(sheet, number, sums):
            found[-1].append(number)
        elif _has_rows_below(sheet, reach[place + 1 :], sums, form):
            found.append([])
        else:
            break
    return [part for part in found if part]


def _lines_before_gap(sheet: PageText, below: Sequence[int]) -> list[int]:
    """The lines up to the first wide empty space under a line."""
    found: list[int] = []
    for number in below:
        line = sheet.lines[number]
        if found and line.box.y0 - sheet.lines[found[-1]].box.y1 > MIN_END_GAP_HEIGHTS * line.height:
            break
        found.append(number)
    return found


def _is_sum_line(sheet: PageText, number: int, sums: Collection[str]) -> bool:
    """Whether a line names a sum, with no more than one amount beside it, or several whose amounts stand below."""
    line = sheet.lines[number]
    has_number = NUMBER_PATTERN.search(line.text) is not None
    named = [
        seen
        for seen in sheet.labels[number]
        if seen.label.owner in sums and seen.similarity >= (MIN_SUM_LABEL_SIMILARITY if has_number else 1.0)
    ]
    if not named or len(AMOUNT.findall(line.text)) > 1:
        return False
    several = len({seen.label.role for seen in named if seen.label.role in SUM_ROLES}) > 1
    return several or named[0].end - named[0].start > 0.5 * len(line.text[: named[0].end].strip())


def _has_rows_below(sheet: PageText, below: Sequence[int], sums: Collection[str], form: Form) -> bool:
    """Whether a line whose numbers multiply stands below, over the tax and what was paid."""
    for number in below:
        if _is_sum_line(sheet, number, sums) and any(
            seen.label.role in CLOSING_SUM_ROLES for seen in sheet.labels[number]
        ):
            return False
        if _is_product_line(sheet.lines[number], form):
            return True
    return False


def _is_product_line(line: Line, form: Form) -> bool:
    """Whether the last amount of a line is the product of two numbers before it."""
    amounts = list(AMOUNT.finditer(line.text))
    if not amounts:
        return False
    values = [_parsed_amount(text, form) for text in _number_texts(line.text[: amounts[-1].start(1)])]
    product = _parsed_amount(amounts[-1][1], form)
    known = [value for value in values if value is not None][:MAX_ROW_NUMBERS]
    return product is not None and any(one * other == product for one, other in permutations(known, 2))


def _number_texts(text: str) -> list[str]:
    """The amounts of a text and the whole numbers between them."""
    amounts = [hit[1] for hit in AMOUNT.finditer(text)]
    return [*amounts, *re.findall(r"(?<![\w.,/-])\d{1,6}(?![\w.,/%-])(?! ?%)", AMOUNT.sub(" ", text))]


def _parsed_amount(text: str, form: Form) -> Decimal | None:
    read = read_number(text, form.locale, 2)
    return read.amount if read else None
