"""A table whose rows a person marked: the words of each cell, with columns parted by the gaps between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median

from transcribe.extraction.key_values.money_amounts import AMOUNT_PATTERN
from transcribe.extraction.page_text.consensus import legibility
from transcribe.extraction.page_text.field_candidates import FieldCandidate
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import lines
from transcribe.extraction.tables.cells import cell_candidate
from transcribe.extraction.tables.line_items import product_rule
from transcribe.extraction.tables.row_assembly import TableRow, product_share
from transcribe.extraction.tables.table_extent import NUMBER_PATTERN
from transcribe.fields import facts_of
from transcribe.geometry import Box
from transcribe.model import FieldKey, Form, Table, Word

MIN_CORRIDOR_WIDTH_HEIGHTS = 0.7
"""A wider gap that goes through all rows parts two columns; in heights of print. Chosen by hand."""

MAX_COLUMNS = 9
"""So many columns are tried in every way; print with more gaps is no table that can be told apart. Chosen by hand."""

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
"""By so much (1 is a column that looks quite right) a way of taking the columns must be better than all others: a
quantity and a price that are printed alike multiply either way. Chosen by hand."""

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
        cells = list(_row_cells(words, number, strip, edges, assigned, table, form))
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
    """The columns as the source sees them whose print proves most of them; among equals the one that reads best."""
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
    """How much the cells of a gap-parted column look as those of this field do, 0 to 1."""
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
    """Every way to give the fields columns of their own, in the order of the form."""

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


def _row_cells(
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
            source: _read_cell(_words_in_span(rows[number], span), name, form) for source, rows in words.items()
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


def _read_cell(words: Sequence[Word], name: str, form: Form) -> FieldCandidate | None:
    """What the words of a cell say; None where it has none."""
    if not words:
        return None
    return cell_candidate(lines(words, 1), name, form)
