"""Whether a row of a table may be missing: a line with a number is no row, and the rows do not make up a sum."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from decimal import Decimal

from transcribe.extraction.tables.cells import AgreedTable
from transcribe.model import Form, Table
from transcribe.values import read_number


def has_missing_rows(agreed: AgreedTable, sums: Collection[str], table: Table, form: Form) -> bool:
    """Whether lines with a number were left out of a table, and its rows make up none of the sums.

    `sums` are the page's, as printed. The form's rule says which column is added up. False where any source's column
    makes up a sum, for a table on several pages, where no sum was found, and without such a rule.
    """
    column = _summed_column(table, form)
    values = {value for text in sums for value in _parsed_amounts(text, form)}
    pages = {cell.place.page for cell in agreed.cells}
    if not agreed.skipped_lines or not column or not values or len(pages) != 1:
        return False
    sources = {source for cell in agreed.cells for source in cell.by_source}
    return all(_column_sum(agreed, source, column, form) not in values for source in sources)


def _summed_column(table: Table, form: Form) -> str:
    """The column that a rule such as "total_untaxed == sum(lines.amount)" adds up; "" without one."""
    shape = rf"\s*\w+\s*==\s*sum\(\s*({re.escape(table.name)}\.\w+)\s*\)\s*"
    hits = (re.fullmatch(shape, rule.check) for rule in form.rules)
    return next((hit[1] for hit in hits if hit), "")


def _column_sum(agreed: AgreedTable, source: str, column: str, form: Form) -> Decimal:
    """The sum of a source's readings of a column."""
    readings = [cell.by_source.get(source) for cell in agreed.cells if cell.key.name == column]
    texts = [candidate.text for candidate in readings if candidate]
    return sum((value for text in texts for value in _parsed_amounts(text, form)), Decimal(0))


def _parsed_amounts(text: str, form: Form) -> Iterator[Decimal]:
    """The amount of a text; none where it is no number."""
    parsed = read_number(text, form.locale, 2)
    if parsed is not None:
        yield parsed.amount
