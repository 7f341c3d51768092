"""A table whose rows a person marked: the words of each cell, with columns parted by the gaps between them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from statistics import mean, median

from transcribe.extraction.key_values.money_amounts import AMOUNT_PATTERN
from transcribe.extraction.key_values.text_in_box import read_in_box
from transcribe.extraction.page_text.consensus import FieldCandidate, field_candidate, legibility
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import TextLine, lines
from transcribe.extraction.tables.row_assembly import (
    NUMBER_PATTERN,
    SourceTable,
    TableRow,
    find_table,
    parsed_amount,
    product_rule,
    product_share,
)
from transcribe.fields import facts_of
from transcribe.geometry import Box
from transcribe.model import FieldKey, Form, Table, Word

# Tables without a grid on which sources agree: one source's rows, and what every source reads in their cells.

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


MIN_CORRIDOR_WIDTH_HEIGHTS = 0.7
"""A wider gap that goes through all rows parts two columns; in heights of print. Chosen by hand."""

MAX_COLUMNS = 9
"""The most columns that are tried in every way; print with more gaps is no table. Chosen by hand."""

MIN_PROOF_SHARE = 0.7
"""The share of rows whose numbers must multiply before columns are believed. Where the form has no rule of products,
it is the least mean appearance score of the columns. Chosen by hand."""

PROVEN_COLUMN_CONFIDENCE = 0.97
"""The confidence of a cell's place where its numbers prove its column: right for 129 of 129 cells of 24 French
invoices."""

GUESSED_COLUMN_CONFIDENCE = 0.5
"""The confidence of a cell's place where two columns could change places: right for 345 of 393 cells. People see the
whole row then."""

COLUMN_ORDER_SCORE = 0.05
"""The score of two columns side by side in the order of the form, beside 1 for one that looks right. Chosen by hand."""

MIN_SCORE_LEAD = 0.3
"""The least lead of the best assignment of columns over all others; a column that fits fully scores 1.

A quantity and a price that are printed alike multiply either way.  Chosen by hand.
"""

MIN_APPEARANCE_SCORE = 0.1
"""A column that looks less like a field than this is not it. Chosen by hand."""

RowStrip = tuple[int, int]
"""Top and foot of a row."""

ColumnAssignment = tuple[tuple[str, int], ...]
"""(Column's field name, number of the gap-parted column) for those that were found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _AssignedColumns:
    """For each column of the form that was found the number of its gap-parted column, and the names that are proven."""

    columns: Mapping[str, int]
    proven: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedCell:
    """One cell: its box, what each source reads in it (None for nothing), and the confidence of the place."""

    key: FieldKey
    box: Box
    by_source: Mapping[str, FieldCandidate | None]
    confidence: float | None


def cells_of_rows(
    page_texts: Mapping[str, PageText], table: Table, form: Form, rows: Sequence[RowStrip], width: int
) -> Iterator[AnnotatedCell]:
    """The cells of a table whose rows are known, on a page of this width in pixels.

    Where its columns cannot be told apart, and where a row shows nothing, each of its cells is the whole row, and
    nothing was read in it.
    """
    words = {source: [_words_in_strip(text, strip) for strip in rows] for source, text in page_texts.items()}
    assigned, spans = _best_assignment(page_texts, words, table, form)
    edges = [0, *((a[1] + b[0]) // 2 for a, b in pairwise(spans)), width]
    for number, strip in enumerate(rows):
        cells = list(_row_cells_of_annotated_rows(words, number, strip, edges, assigned, table, form))
        has_unassigned = len(assigned.columns) < len(spans) or not cells
        whole = Box(0, strip[0], width, strip[1])
        yield from cells
        for column in table.columns:
            if has_unassigned and (column.field.name not in assigned.columns or not cells):
                key = FieldKey(column.field.name, number)
                yield AnnotatedCell(key=key, box=whole, by_source=dict.fromkeys(page_texts), confidence=None)


def _best_assignment(
    page_texts: Mapping[str, PageText], words: Mapping[str, Sequence[Sequence[Word]]], table: Table, form: Form
) -> tuple[_AssignedColumns, list[tuple[int, int]]]:
    """The columns of the source whose numbers prove the most of them; among equals those of the best reader."""
    tried = []
    for source in sorted(page_texts, key=lambda name: (-legibility(page_texts[name].lines), name)):
        spans = _column_spans([word for row in words[source] for word in row])
        tried.append((_assign_columns(words[source], spans, table, form), spans))
    return max(tried, key=lambda pair: (len(pair[0].proven), len(pair[0].columns)))


def _words_in_strip(page_text: PageText, strip: RowStrip) -> list[Word]:
    return [word for line in page_text.lines for word in line.words if strip[0] <= word.box.middle[1] < strip[1]]


def _column_spans(words: Sequence[Word]) -> list[tuple[int, int]]:
    """Left and right end of each column: the print of all rows, parted where a gap goes through all of them."""
    if not words:
        return []
    gap = MIN_CORRIDOR_WIDTH_HEIGHTS * median(word.box.height for word in words)
    spans: list[tuple[int, int]] = []
    for x0, x1 in sorted((word.box.x0, word.box.x1) for word in words):
        if spans and x0 - spans[-1][1] <= gap:
            spans[-1] = (spans[-1][0], max(spans[-1][1], x1))
        else:
            spans.append((x0, x1))
    return spans


def _assign_columns(
    rows: Sequence[Sequence[Word]], spans: Sequence[tuple[int, int]], table: Table, form: Form
) -> _AssignedColumns:
    """The gap-parted columns as the form's, where the print proves it: by the rule of products, else by their looks.

    Proven are the columns that all assignments nearly as good as the best have in common.
    """
    if not rows or not 1 < len(spans) <= MAX_COLUMNS:
        return _AssignedColumns(columns={}, proven=frozenset())
    cells = [[_words_in_span(row, span) for span in spans] for row in rows]
    names = [column.field.name for column in table.columns]
    looks = {
        name: [_appearance_score([row[at] for row in cells], name, form) for at in range(len(spans))] for name in names
    }
    rule = product_rule(table, form)
    believed: list[tuple[float, ColumnAssignment]] = []
    for assignment in _assignments(names, looks, len(spans)):
        columns = dict(assignment)
        has_rule = rule and set(rule) <= set(columns)
        share = product_share(_assigned_rows(cells, columns), table, form) if has_rule else 0.0
        scores = [looks[name][at] for name, at in assignment]
        if (share if rule else mean(scores)) >= MIN_PROOF_SHARE:
            order_score = COLUMN_ORDER_SCORE * _count_ordered_pairs(assignment)
            believed.append((sum(scores) + share * len(assignment) + order_score, assignment))
    best, chosen = max(believed, default=(0.0, ()))
    near = [set(assignment) for score, assignment in believed if score >= best - MIN_SCORE_LEAD]
    common = set.intersection(*near) if near else set()
    return _AssignedColumns(columns=dict(chosen), proven=frozenset(name for name, _ in common))


def _count_ordered_pairs(assignment: ColumnAssignment) -> int:
    return sum(after > before for (_, before), (_, after) in pairwise(assignment))


def _words_in_span(row: Sequence[Word], span: tuple[int, int]) -> list[Word]:
    return [word for word in row if span[0] <= word.box.middle[0] <= span[1]]


def _appearance_score(cells: Sequence[Sequence[Word]], name: str, form: Form) -> float:
    """How well the cells of a gap-parted column fit this field's type, 0 to 1."""
    facts = facts_of(form.field(name).type)
    texts = [" ".join(word.text for word in cell) for cell in cells if cell]
    if not texts:
        return 0.0
    if not facts.is_number:
        return mean(sum(c.isalpha() for c in text) / len(text) for text in texts)
    pattern = AMOUNT_PATTERN if facts.is_money else NUMBER_PATTERN
    return mean(1.0 if pattern.search(text) else 0.5 if NUMBER_PATTERN.search(text) else 0.0 for text in texts)


def _assignments(
    names: Sequence[str], looks: Mapping[str, Sequence[float]], columns: int
) -> Iterator[ColumnAssignment]:
    """Every way to assign columns to the fields, in the order of the form."""

    def extend(at: int, used: frozenset[int], assignment: ColumnAssignment) -> Iterator[ColumnAssignment]:
        if at == len(names):
            if assignment:
                yield assignment
            return
        yield from extend(at + 1, used, assignment)
        for number in range(columns):
            if number not in used and looks[names[at]][number] >= MIN_APPEARANCE_SCORE:
                yield from extend(at + 1, used | {number}, (*assignment, (names[at], number)))

    return extend(0, frozenset(), ())


def _assigned_rows(cells: Sequence[Sequence[list[Word]]], columns: Mapping[str, int]) -> list[TableRow]:
    """The rows with the words of the assigned columns."""
    rows = []
    for row_cells in cells:
        row = TableRow()
        for name, at in columns.items():
            if row_cells[at]:
                row.add(name, row_cells[at], 1)
        rows.append(row)
    return rows


def _row_cells_of_annotated_rows(
    words: Mapping[str, Sequence[Sequence[Word]]],
    number: int,
    strip: RowStrip,
    edges: Sequence[int],
    assigned: _AssignedColumns,
    table: Table,
    form: Form,
) -> Iterator[AnnotatedCell]:
    """The cells of one row in which some source sees something."""
    for column in table.columns:
        name = column.field.name
        if name not in assigned.columns:
            continue
        span = edges[assigned.columns[name]], edges[assigned.columns[name] + 1]
        by_source = {
            source: cell_candidate(lines(seen, 1), name, form) if (seen := _words_in_span(rows[number], span)) else None
            for source, rows in words.items()
        }
        if any(by_source.values()):
            is_proven = name in assigned.proven
            left, right = span if is_proven else (edges[0], edges[-1])
            yield AnnotatedCell(
                key=FieldKey(name, number),
                box=Box(left, strip[0], right, strip[1]),
                by_source=by_source,
                confidence=PROVEN_COLUMN_CONFIDENCE if is_proven else GUESSED_COLUMN_CONFIDENCE,
            )


# Whether a row of a table may be missing: a line with a number is no row, and the rows do not make up a sum.


def has_missing_rows(agreed: AgreedTable, sums: Collection[str], table: Table, form: Form) -> bool:
    """Whether rows of a table are missing.

    Lines with a number were left out, and its rows make up no sum of the page; `sums` are these, as printed. The form's
    rule says which column is added up. False where any source's column makes up a sum, for a table on several pages,
    where no sum was found, and without such a rule.
    """
    column = _summed_column(table, form)
    values = {parsed_amount(text, form) for text in sums} - {None}
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
    amounts = [parsed_amount(candidate.text, form) for candidate in readings if candidate]
    return sum((amount for amount in amounts if amount is not None), Decimal(0))
