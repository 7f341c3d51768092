"""Whether a row of a table may be missing: a line with a number is no row, and the rows do not make up a sum."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from decimal import Decimal

from transcribe.extraction.tables.cells import AgreedTable
from transcribe.model import Form, Table
from transcribe.values import read_number


def has_missing_rows(found: AgreedTable, sums: Collection[str], wanted: Table, form: Form) -> bool:
    """Whether lines with a number were left out of a table on one page, and what the form adds up of its rows is, as no
    source reads it, one of the sums (as printed). Where no sum was found, and without such a rule, nothing says so."""
    column = _summed_column(wanted, form)
    values = {value for text in sums for value in _parsed_amounts(text, form)}
    if not found.skipped_lines or not column or not values or len({cell.place.page for cell in found.cells}) != 1:
        return False
    sources = {source for cell in found.cells for source in cell.by_source}
    return all(_column_sum(found, source, column, form) not in values for source in sources)


def _summed_column(wanted: Table, form: Form) -> str:
    """The column that a rule such as "total_untaxed == sum(lines.amount)" adds up; "" without one."""
    shape = rf"\s*\w+\s*==\s*sum\(\s*({re.escape(wanted.name)}\.\w+)\s*\)\s*"
    hits = (re.fullmatch(shape, rule.check) for rule in form.rules)
    return next((hit[1] for hit in hits if hit), "")


def _column_sum(found: AgreedTable, source: str, column: str, form: Form) -> Decimal:
    """What a source's readings of a column add up to."""
    texts = [said.text for cell in found.cells if cell.key.name == column and (said := cell.by_source.get(source))]
    return sum((value for text in texts for value in _parsed_amounts(text, form)), Decimal(0))


def _parsed_amounts(text: str, form: Form) -> Iterator[Decimal]:
    read = read_number(text, form.locale, 2)
    if read is not None:
        yield read.amount
