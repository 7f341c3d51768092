"""Tables without a grid, agreed between sources: one source's rows, and what every source reads in their cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from transcribe.extraction.key_values.money_amounts import AMOUNT
from transcribe.extraction.key_values.text_in_box import read_in_box
from transcribe.extraction.page_text.field_candidates import Candidate, candidate
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import Line
from transcribe.extraction.tables.line_items import NUMBERS
from transcribe.extraction.tables.row_assembly import Found, Row, table
from transcribe.extraction.tables.table_extent import NUMBER
from transcribe.model import FieldKey, Form, Table

SURE, ALONE, SUM_BROKEN = 0.97, 0.85, 0.8
"""How sure the place of a cell is: where another source sees as many rows; where none does; where quantity times price
is not the amount. From the shared French invoices: 99.6, 96 and 90 % of the cells stood in the right row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: what each source reads in it ("" where it sees nothing there), and how sure the place is."""

    key: FieldKey
    place: Candidate
    by_source: Mapping[str, Candidate | None]
    sure: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells of a table, row by row, and how many lines with a number among the rows are left out."""

    cells: tuple[Cell, ...] = ()
    left: int = 0


def cells(sheets: Mapping[str, PageText], readable: Mapping[str, float], wanted: Table, form: Form) -> Cells:
    """The cells of a table; none where no source found its header. The rows are those of the source that reads the page
    well and found a good table: a header with one word more, half misread, is not the better one."""
    found = {source: each for source, sheet in sheets.items() if (each := table(sheet, wanted, form)) is not None}
    if not found:
        return Cells()
    chosen = max(found, key=lambda source: (found[source].score * readable[source], source))
    agreed = sum(len(each.rows) == len(found[chosen].rows) for each in found.values()) > 1
    every = (
        cell
        for number, row in enumerate(found[chosen].rows)
        for cell in _row(sheets, found, chosen, number, row, wanted, form, SURE if agreed else ALONE)
    )
    return Cells(cells=tuple(every), left=found[chosen].left)


def _row(
    sheets: Mapping[str, PageText],
    found: Mapping[str, Found],
    chosen: str,
    number: int,
    row: Row,
    wanted: Table,
    form: Form,
    sure: float,
) -> Iterator[Cell]:
    sure = sure if row.multiplies is not False else min(sure, SUM_BROKEN)
    for column in wanted.columns:
        name = column.field.name
        if name not in found[chosen].columns:
            continue
        pieces = row.cells.get(name)
        place = said(pieces, name, form) if pieces else None
        if place is None:
            continue
        others: dict[str, Candidate | None] = {chosen: place}
        for source, sheet in sheets.items():
            if source != chosen:
                read = read_in_box(sheet, place, column.field, form)
                others[source] = said(read.lines, name, form) if read else None
        yield Cell(key=FieldKey(name, number), place=place, by_source=others, sure=sure)


def said(pieces: Sequence[Line], name: str, form: Form) -> Candidate | None:
    """What the words of a cell say: of a number column only the number."""
    kind = form.field(name).type
    if kind not in NUMBERS:
        return candidate(pieces, SURE, parted="\n")
    for piece in pieces:
        hit = (AMOUNT if kind == "amount" else NUMBER).search(piece.text) or NUMBER.search(piece.text)
        if hit:
            return candidate((piece.span(*hit.span(hit.lastindex or 0)),), SURE)
    return candidate(pieces, SURE, parted="\n")
