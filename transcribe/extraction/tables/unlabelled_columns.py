"""Columns whose heading the form does not know, told by their content.

The text column is that of the most letters. A factor is the number with which every row multiplies.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import replace

from transcribe.extraction.page_text.table_headers import TableHeader
from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.fields import facts_of
from transcribe.model import Table

MIN_TEXT_LETTERS_PER_LINE = 3
"""A column of text has so many letters a line, at least. Chosen by hand."""


def with_text_column(
    header: TableHeader, body: Sequence[TextLine], edges: Sequence[float], table: Table
) -> TableHeader:
    """The header with the table's first column, where that is of text and no heading names it.

    It is the column with the most letters of those that no heading names.
    """
    first = table.columns[0].field
    if not facts_of(first.type).is_free_text or any(name == first.name for name, _, _ in header.columns):
        return header
    letters = [0] * len(header.columns)
    for word in (word for line in body for word in line.words):
        letters[bisect(edges, word.box.middle[0])] += sum(c.isalpha() for c in word.text)
    free = [at for at, (name, _, _) in enumerate(header.columns) if name is None]
    best = max(free, key=lambda at: letters[at], default=None)
    if best is None or letters[best] < MIN_TEXT_LETTERS_PER_LINE * len(body):
        return header
    return _with_name(header, best, first.name)


def with_factor_column(header: TableHeader, rule: tuple[str, str, str] | None) -> Iterator[TableHeader]:
    """The header with the unnamed factor of the rule of products, in each place where it may be.

    Nothing where headings name all columns of the rule, or fewer than all but one.
    """
    named = {name for name, _, _ in header.columns}
    missing = [name for name in rule or () if name not in named]
    if len(missing) == 1:
        free = (at for at, (name, _, _) in enumerate(header.columns) if name is None)
        yield from (_with_name(header, at, missing[0]) for at in free)


def _with_name(header: TableHeader, at: int, name: str) -> TableHeader:
    """The header with a column named."""
    columns = list(header.columns)
    columns[at] = (name, *columns[at][1:])
    return replace(header, columns=tuple(columns))
