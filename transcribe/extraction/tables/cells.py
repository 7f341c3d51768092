"""Tables without a grid, agreed between sources: one source's rows, and what every source reads in their cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from transcribe.extraction.key_values.money_amounts import AMOUNT
from transcribe.extraction.key_values.text_in_box import read_in_box
from transcribe.extraction.page_text.field_candidates import Candidate, candidate
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import Line
from transcribe.extraction.tables.line_items import NUMBER_TYPES
from transcribe.extraction.tables.row_assembly import SourceTable, TableRow, find_table
from transcribe.extraction.tables.table_extent import NUMBER_PATTERN
from transcribe.model import FieldKey, Form, Table

AGREED_ROWS_CONFIDENCE, SINGLE_SOURCE_CONFIDENCE, WRONG_PRODUCT_CONFIDENCE = 0.97, 0.85, 0.8
"""How sure the place of a cell is: where another source sees as many rows; where none does; where quantity times price
is not the amount. From the shared French invoices: 99.6, 96 and 90 % of the cells stood in the right row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCell:
    """One cell: what each source reads in it ("" where it sees nothing there), and how sure the place is."""

    key: FieldKey
    place: Candidate
    by_source: Mapping[str, Candidate | None]
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedTable:
    """The cells of a table, row by row, and how many lines with a number among the rows are left out."""

    cells: tuple[TableCell, ...] = ()
    skipped_lines: int = 0


def agreed_table(
    sheets: Mapping[str, PageText], readable: Mapping[str, float], wanted: Table, form: Form
) -> AgreedTable:
    """The cells of a table; none where no source found its header. The rows are those of the source that reads the page
    well and found a good table: a header with one word more, half misread, is not the better one."""
    found = {source: each for source, sheet in sheets.items() if (each := find_table(sheet, wanted, form)) is not None}
    if not found:
        return AgreedTable()
    chosen = max(found, key=lambda source: (found[source].score * readable[source], source))
    agreed = sum(len(each.rows) == len(found[chosen].rows) for each in found.values()) > 1
    every = (
        cell
        for number, row in enumerate(found[chosen].rows)
        for cell in _row_cells(
            sheets,
            found,
            chosen,
            number,
            row,
            wanted,
            form,
            AGREED_ROWS_CONFIDENCE if agreed else SINGLE_SOURCE_CONFIDENCE,
        )
    )
    return AgreedTable(cells=tuple(every), skipped_lines=found[chosen].skipped_lines)


def _row_cells(
    sheets: Mapping[str, PageText],
    found: Mapping[str, SourceTable],
    chosen: str,
    number: int,
    row: TableRow,
    wanted: Table,
    form: Form,
    sure: float,
) -> Iterator[TableCell]:
    sure = sure if row.multiplies is not False else min(sure, WRONG_PRODUCT_CONFIDENCE)
    for column in wanted.columns:
        name = column.field.name
        if name not in found[chosen].columns:
            continue
        pieces = row.cells.get(name)
        place = cell_candidate(pieces, name, form) if pieces else None
        if place is None:
            continue
        others: dict[str, Candidate | None] = {chosen: place}
        for source, sheet in sheets.items():
            if source != chosen:
                read = read_in_box(sheet, place, column.field, form)
                others[source] = cell_candidate(read.lines, name, form) if read else None
        yield TableCell(key=FieldKey(name, number), place=place, by_source=others, confidence=sure)


def cell_candidate(pieces: Sequence[Line], name: str, form: Form) -> Candidate | None:
    """What the words of a cell say: of a number column only the number."""
    kind = form.field(name).type
    if kind not in NUMBER_TYPES:
        return candidate(pieces, AGREED_ROWS_CONFIDENCE, separator="\n")
    for piece in pieces:
        hit = (AMOUNT if kind == "amount" else NUMBER_PATTERN).search(piece.text) or NUMBER_PATTERN.search(piece.text)
        if hit:
            return candidate((piece.span(*hit.span(hit.lastindex or 0)),), AGREED_ROWS_CONFIDENCE)
    return candidate(pieces, AGREED_ROWS_CONFIDENCE, separator="\n")
