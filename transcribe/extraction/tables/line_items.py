"""Line items: the numbers that make a line a row of a table, by the product of its rule or by its price alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from transcribe.extraction.key_values.money_amounts import AMOUNT_PATTERN
from transcribe.extraction.page_text.vocabulary import any_of
from transcribe.fields import facts_of
from transcribe.model import Form, Table, Word

MIN_DESCRIPTION_LETTERS = 3
"""A description has so many letters, at least. Chosen by hand."""


@cache
def no_item_pattern() -> re.Pattern[str]:
    """How the text of a line begins that is a sum, an amount carried over, or a payment: no item."""
    within_three_words = rf"(?:[^\W\d_]+\W+){{0,2}}?{any_of('sum_of_rows')}"
    return re.compile(rf"^\W*(?:{within_three_words}|{any_of('no_item')})\b", re.IGNORECASE)


def is_priced_item(cells: Mapping[str, Sequence[Word]], table: Table, form: Form) -> bool:
    """Whether a line is an item without any number but its amount.

    It has a text in the first column, the amount by itself in its own, and nothing in the columns of other numbers.
    """
    first, price_column = table.columns[0].field, _price_column(table, form)
    numbers = [name for name in cells if is_number_column(name, form)]
    if not facts_of(first.type).is_free_text or numbers != [price_column]:
        return False
    text = " ".join(word.text for word in cells.get(first.name, ()))
    if sum(c.isalpha() for c in text) < MIN_DESCRIPTION_LETTERS or no_item_pattern().search(text):
        return False
    price = " ".join(word.text for word in cells[price_column])
    if not AMOUNT_PATTERN.search(price):
        return False
    return not re.search(r"\w", re.sub(r"(?i)\b(?:eur|usd|gbp|chf)\b", "", AMOUNT_PATTERN.sub("", price)))


def _price_column(table: Table, form: Form) -> str:
    """The column with the price of a row: the product of the table's rule, else its last amount; "" for none."""
    rule = product_rule(table, form)
    amounts = [column.field.name for column in table.columns if facts_of(column.field.type).is_money]
    return rule[0] if rule else amounts[-1] if amounts else ""


def is_number_column(name: str, form: Form) -> bool:
    """Whether a column is one of numbers."""
    return facts_of(form.field(name).type).is_number


def product_rule(table: Table, form: Form) -> tuple[str, str, str] | None:
    """(product, factor, factor) of a rule like "lines.amount == lines.quantity * lines.unit_price"."""
    name = re.escape(table.name)
    for rule in form.rules:
        hit = re.fullmatch(rf"\s*({name}\.\w+)\s*==\s*({name}\.\w+)\s*\*\s*({name}\.\w+)\s*", rule.check)
        if hit:
            return hit[1], hit[2], hit[3]
    return None
