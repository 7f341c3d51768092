"""The extent of a table without a grid: down to its sums, over the subtotals between its rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from itertools import permutations

from transcribe.extraction.key_values.money_amounts import AMOUNT_PATTERN
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.fields import facts_of
from transcribe.model import Form
from transcribe.values import read_number

NUMBER_PATTERN = re.compile(r"[-+]?\d[\d .,']*\d|\d")
"""A number, with its sign, its decimals and the signs between its thousands."""

SUM_ROLES = ("#total", "#subtotal", "#tax", "#paid", "#discount")
"""The roles whose labels name a sum."""

CLOSING_SUM_ROLES = ("#tax", "#paid")
"""Below one of these sums no row of the table stands any more."""

MIN_SUM_LABEL_SIMILARITY = 0.85
"""A label from this similarity on, beside a number, names a sum. Without a number beside it only its very words do.
Chosen by hand."""

MIN_END_GAP_HEIGHTS = 7.0
"""A wider gap without print ends the table. Chosen by hand."""

MAX_ROW_NUMBERS = 12
"""Only so many numbers of a line are looked through for a product: rows have fewer columns. Chosen by hand."""


def table_sections(page_text: PageText, below: Sequence[int], form: Form) -> list[list[int]]:
    """The lines under a header up to the sums, parted where a subtotal stands between rows.

    A wide empty space ends the table too.
    """
    sums = {field.name for field in form.fields if facts_of(field.type).is_money} | set(SUM_ROLES)
    reach = _lines_before_gap(page_text, below)
    sections: list[list[int]] = [[]]
    for place, number in enumerate(reach):
        if not any(sections) or not _is_sum_line(page_text, number, sums):
            sections[-1].append(number)
        elif _has_rows_below(page_text, reach[place + 1 :], sums, form):
            sections.append([])
        else:
            break
    return [section for section in sections if section]


def _lines_before_gap(page_text: PageText, below: Sequence[int]) -> list[int]:
    """The lines up to the first wide empty space under a line."""
    numbers: list[int] = []
    for number in below:
        line = page_text.lines[number]
        if numbers and line.box.y0 - page_text.lines[numbers[-1]].box.y1 > MIN_END_GAP_HEIGHTS * line.height:
            break
        numbers.append(number)
    return numbers


def _is_sum_line(page_text: PageText, number: int, sums: Collection[str]) -> bool:
    """Whether a line names a sum with at most one amount beside it, or several sums whose amounts stand below."""
    line = page_text.lines[number]
    least = MIN_SUM_LABEL_SIMILARITY if NUMBER_PATTERN.search(line.text) else 1.0
    labels = [match for match in page_text.labels[number] if match.label.owner in sums and match.similarity >= least]
    if not labels or len(AMOUNT_PATTERN.findall(line.text)) > 1:
        return False
    names_several = len({match.label.role for match in labels if match.label.role in SUM_ROLES}) > 1
    first = labels[0]
    return names_several or first.end - first.start > 0.5 * len(line.text[: first.end].strip())


def _has_rows_below(page_text: PageText, below: Sequence[int], sums: Collection[str], form: Form) -> bool:
    """Whether a line whose numbers multiply stands below, over the tax and what was paid."""
    for number in below:
        is_closing = any(match.label.role in CLOSING_SUM_ROLES for match in page_text.labels[number])
        if is_closing and _is_sum_line(page_text, number, sums):
            return False
        if _is_product_line(page_text.lines[number], form):
            return True
    return False


def _is_product_line(line: TextLine, form: Form) -> bool:
    """Whether the last amount of a line is the product of two numbers before it."""
    amounts = list(AMOUNT_PATTERN.finditer(line.text))
    if not amounts:
        return False
    values = [_parsed_amount(text, form) for text in _number_texts(line.text[: amounts[-1].start(1)])]
    result = _parsed_amount(amounts[-1][1], form)
    factors = [value for value in values if value is not None][:MAX_ROW_NUMBERS]
    return result is not None and any(one * other == result for one, other in permutations(factors, 2))


def _number_texts(text: str) -> list[str]:
    """The amounts of a text and the whole numbers between them."""
    amounts = [hit[1] for hit in AMOUNT_PATTERN.finditer(text)]
    return [*amounts, *re.findall(r"(?<![\w.,/-])\d{1,6}(?![\w.,/%-])(?! ?%)", AMOUNT_PATTERN.sub(" ", text))]


def _parsed_amount(text: str, form: Form) -> Decimal | None:
    parsed = read_number(text, form.locale, 2)
    return parsed.amount if parsed else None
