"""Tables without a grid on which sources agree: one source's rows, and what every source reads in their cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from transcribe.extraction.key_values.money_amounts import AMOUNT_PATTERN
from transcribe.extraction.key_values.text_in_box import read_in_box
from transcribe.extraction.page_text.field_candidates import FieldCandidate, field_candidate
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.extraction.tables.row_assembly import SourceTable, TableRow, find_table
from transcribe.extraction.tables.table_extent import NUMBER_PATTERN
from transcribe.fields import facts_of
from transcribe.model import FieldKey, Form, Table

AGREED_ROWS_CONFIDENCE = 0.97
"""The confidence of a cell's place where another source sees as many rows. 99.6 % of such cells of the shared French
invoices stood in the right row."""

SINGLE_SOURCE_CONFIDENCE = 0.85
"""The confidence of a cell's place where no other source sees as many rows. 96 % of such cells of the shared French
invoices stood in the right row."""

WRONG_PRODUCT_CONFIDENCE = 0.8
"""The highest confidence of a cell's place where quantity times price is not the amount. 90 % of such cells of the
shared French invoices stood in the right row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCell:
    """One cell: its key, the place, what each source reads in it (None for nothing), and the place's confidence."""

    key: FieldKey
    place: FieldCandidate
    by_source: Mapping[str, FieldCandidate | None]
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedTable:
    """The cells of a table, row by row. `skipped_lines` counts lines with a number among the rows that are no row."""

    cells: tuple[TableCell, ...] = ()
    skipped_lines: int = 0


def agreed_table(
    page_texts: Mapping[str, PageText], legibility_by_source: Mapping[str, float], table: Table, form: Form
) -> AgreedTable:
    """The cells of a table; none where no source found its header.

    The rows are those of the source with the best product of its table's score and its legibility. A header with one
    word more, half misread, is not the better one.
    """
    by_source = {source: find_table(page_text, table, form) for source, page_text in page_texts.items()}
    tables = {source: own for source, own in by_source.items() if own is not None}
    if not tables:
        return AgreedTable()
    chosen = max(tables, key=lambda source: (tables[source].score * legibility_by_source[source], source))
    is_confirmed = sum(len(own.rows) == len(tables[chosen].rows) for own in tables.values()) > 1
    confidence = AGREED_ROWS_CONFIDENCE if is_confirmed else SINGLE_SOURCE_CONFIDENCE
    cells = (
        cell
        for number, row in enumerate(tables[chosen].rows)
        for cell in _row_cells(page_texts, tables[chosen], chosen, number, row, table, form, confidence)
    )
    return AgreedTable(cells=tuple(cells), skipped_lines=tables[chosen].skipped_lines)


def _row_cells(
    page_texts: Mapping[str, PageText],
    own: SourceTable,
    chosen: str,
    number: int,
    row: TableRow,
    table: Table,
    form: Form,
    confidence: float,
) -> Iterator[TableCell]:
    """The cells of one row of the chosen source, with what the other sources read in them."""
    confidence = confidence if row.multiplies is not False else min(confidence, WRONG_PRODUCT_CONFIDENCE)
    for column in table.columns:
        name = column.field.name
        pieces = row.cells.get(name) if name in own.columns else None
        place = cell_candidate(pieces, name, form) if pieces else None
        if place is None:
            continue
        by_source: dict[str, FieldCandidate | None] = {chosen: place}
        for source, page_text in page_texts.items():
            if source != chosen:
                other = read_in_box(page_text, place, column.field, form)
                by_source[source] = cell_candidate(other.lines, name, form) if other else None
        yield TableCell(key=FieldKey(name, number), place=place, by_source=by_source, confidence=confidence)


def cell_candidate(pieces: Sequence[TextLine], name: str, form: Form) -> FieldCandidate | None:
    """The text of a cell's words: of a number column only the number."""
    facts = facts_of(form.field(name).type)
    if not facts.is_number:
        return field_candidate(pieces, AGREED_ROWS_CONFIDENCE, separator="\n")
    pattern = AMOUNT_PATTERN if facts.is_money else NUMBER_PATTERN
    for piece in pieces:
        hit = pattern.search(piece.text) or NUMBER_PATTERN.search(piece.text)
        if hit:
            return field_candidate((piece.span(*hit.span(hit.lastindex or 0)),), AGREED_ROWS_CONFIDENCE)
    return field_candidate(pieces, AGREED_ROWS_CONFIDENCE, separator="\n")
