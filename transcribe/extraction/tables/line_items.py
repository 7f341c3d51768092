"""Which numbers make a line a row of a table: the product of its rule, and a text with nothing but its price."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from transcribe.extraction.key_values.money_amounts import AMOUNT
from transcribe.model import Form, Table, Word

NUMBER_TYPES = frozenset({"amount", "decimal", "integer"})

MIN_DESCRIPTION_LETTERS = 3
"""A description has so many letters, at least."""

NO_ITEM = re.compile(
    r"^\W*(?:(?:[^\W\d_]+\W+){0,2}?(?:(?:sous-?\s?|sub-?\s?)?tota(?:l|ux)|payer|pay[ée]|paid|due|zwischensumme|summe)|"
    r"reports?|report[ée]s?|(?:[àa] )?reporter|solde|acomptes?|[ée]ch[ée]ances?|r[èe]glements?|r[ée]gl[ée]|paiements?|"
    r"tva|vat|tax|taxes|base ht|escompte|arrondi|carried|brought|balance|payment|deposit|[üu]bertrag|mwst|ust)\b",
    re.IGNORECASE,
)
"""How the text of a line begins that is a sum, what is carried over, or what was paid: no item."""


def is_priced_item(cells: Mapping[str, Sequence[Word]], wanted: Table, form: Form) -> bool:
    """Whether a line is an item without any number but its amount: a text in the first column, the amount by itself in
    its own, and nothing in the columns of other numbers."""
    first, priced = wanted.columns[0].field, _price_column(wanted, form)
    numbers = [name for name in cells if is_number_column(name, form)]
    if first.type != "text" or numbers != [priced]:
        return False
    text = " ".join(word.text for word in cells.get(first.name, ()))
    if sum(c.isalpha() for c in text) < MIN_DESCRIPTION_LETTERS or NO_ITEM.search(text):
        return False
    price = " ".join(word.text for word in cells[priced])
    hit = AMOUNT.search(price)
    return hit is not None and not re.search(r"\w", re.sub(r"(?i)\b(?:eur|usd|gbp|chf)\b", "", AMOUNT.sub("", price)))


def _price_column(wanted: Table, form: Form) -> str:
    """The column of what a row costs: the product of its rule, else its last amount; "" where it has none."""
    rule = product_rule(wanted, form)
    amounts = [column.field.name for column in wanted.columns if column.field.type == "amount"]
    return rule[0] if rule else amounts[-1] if amounts else ""


def is_number_column(name: str, form: Form) -> bool:
    """Whether a column is one of numbers."""
    return form.field(name).type in NUMBER_TYPES


def product_rule(wanted: Table, form: Form) -> tuple[str, str, str] | None:
    """(product, factor, factor) of a rule like "lines.amount == lines.quantity * lines.unit_price"."""
    name = re.escape(wanted.name)
    for rule in form.rules:
        hit = re.fullmatch(rf"\s*({name}\.\w+)\s*==\s*({name}\.\w+)\s*\*\s*({name}\.\w+)\s*", rule.check)
        if hit:
            return hit[1], hit[2], hit[3]
    return None
