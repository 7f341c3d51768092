"""A table whose rows a person told: which words stand in which cell, its columns parted by the gaps between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median

from transcribe.extraction.key_values.money_amounts import AMOUNT
from transcribe.extraction.page_text.consensus import legibility
from transcribe.extraction.page_text.field_candidates import Candidate
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import lines
from transcribe.extraction.tables.cells import cell_candidate
from transcribe.extraction.tables.line_items import NUMBER_TYPES, product_rule
from transcribe.extraction.tables.row_assembly import TableRow, product_share
from transcribe.extraction.tables.table_extent import NUMBER_PATTERN
from transcribe.geometry import Box
from transcribe.model import FieldKey, Form, Table, Word

MIN_CORRIDOR_WIDTH_HEIGHTS = 0.7
"""A gap of this part of the height of print that goes through all rows parts two columns."""

MAX_COLUMNS = 9
"""So many columns are tried in every way; print with more gaps is no table that can be told apart."""

MIN_PROOF_SHARE = 0.7
"""The share of rows whose numbers must multiply, or of cells that look as their column does where no rule says so,
before columns are believed."""

PROVEN_COLUMN_CONFIDENCE, GUESSED_COLUMN_CONFIDENCE = 0.97, 0.5
"""How sure the place of a cell is whose row a person told: where its numbers prove its column (129 of 129 cells of 24
French invoices), and where two columns could change places (345 of 393; people see the whole row then)."""

COLUMN_ORDER_SCORE = 0.05
"""What two columns side by side in the order of the form are worth beside one that looks right (1)."""

MIN_SCORE_LEAD = 0.3
"""By so much (1 is a column that looks quite right) a way of taking the columns must be better than all others: a
quantity and a price that are printed alike multiply either way."""

RowStrip = tuple[int, int]
"""Top and foot of a row."""

ColumnAssignment = tuple[tuple[str, int], ...]
"""(Column's field name, number of the gap-parted column) for those that were found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _AssignedColumns:
    """Which gap-parted column is which of the form's, and the names of those of which that is sure."""

    columns: Mapping[str, int]
    proven: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedCell:
    """One cell: its box, what each source reads in it (None where it sees nothing there), how sure the place is."""

    key: FieldKey
    box: Box
    by_source: Mapping[str, Candidate | None]
    confidence: float | None


def cells_of_rows(
    prints: Mapping[str, PageText], wanted: Table, form: Form, rows: Sequence[RowStrip], width: int
) -> Iterator[AnnotatedCell]:
    """The cells of a table whose rows are known. Where its columns cannot be told apart, and where a row shows nothing,
    each of its cells is the whole row, and nothing was read in it."""
    words = {source: [_words_in_strip(sheet, strip) for strip in rows] for source, sheet in prints.items()}
    taken, spans = _best_assignment(prints, words, wanted, form)
    edges = [0, *((a[1] + b[0]) // 2 for a, b in pairwise(spans)), width]
    for number, strip in enumerate(rows):
        found = list(_row_cells(words, number, strip, edges, taken, wanted, form))
        left_over = len(taken.columns) < len(spans) or not found
        whole = Box(0, strip[0], width, strip[1])
        yield from found
        for column in wanted.columns:
            if left_over and (column.field.name not in taken.columns or not found):
                key = FieldKey(column.field.name, number)
                yield AnnotatedCell(key=key, box=whole, by_source=dict.fromkeys(prints), confidence=None)


def _best_assignment(
    prints: Mapping[str, PageText], words: Mapping[str, Sequence[Sequence[Word]]], wanted: Table, form: Form
) -> tuple[_AssignedColumns, list[tuple[int, int]]]:
    """The columns as the source sees them whose print proves most of them; among equals the one that reads best."""
    found = []
    for source in sorted(prints, key=lambda name: (-legibility(prints[name].lines), name)):
        spans = _column_spans([word for row in words[source] for word in row])
        found.append((_assign_columns(words[source], spans, wanted, form), spans))
    return max(found, key=lambda each: (len(each[0].proven), len(each[0].columns)))


def _words_in_strip(sheet: PageText, strip: RowStrip) -> list[Word]:
    return [
        word for line in sheet.lines for word in line.words if strip[0] <= (word.box.y0 + word.box.y1) / 2 < strip[1]
    ]


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
    rows: Sequence[Sequence[Word]], spans: Sequence[tuple[int, int]], wanted: Table, form: Form
) -> _AssignedColumns:
    """Which gap-parted column is which of the form's, where the print proves it: by the rule of products, else by how
    its cells look. Sure is what all ways have in common that are nearly as good."""
    if not rows or not 1 < len(spans) <= MAX_COLUMNS:
        return _AssignedColumns(columns={}, proven=frozenset())
    cells = [[_words_in_span(row, span) for span in spans] for row in rows]
    names = [column.field.name for column in wanted.columns]
    looks = {
        name: [_appearance_score([row[at] for row in cells], name, form) for at in range(len(spans))] for name in names
    }
    rule = product_rule(wanted, form)
    proven: list[tuple[float, ColumnAssignment]] = []
    for way in _assignments(names, looks, len(spans)):
        taken = dict(way)
        holds = product_share(_assigned_rows(cells, taken), wanted, form) if rule and set(rule) <= set(taken) else 0.0
        seen = [looks[name][at] for name, at in way]
        if (holds if rule else mean(seen)) >= MIN_PROOF_SHARE:
            proven.append((sum(seen) + holds * len(way) + COLUMN_ORDER_SCORE * _count_ordered_pairs(way), way))
    best, chosen = max(proven, default=(0.0, ()))
    near = [set(way) for score, way in proven if score >= best - MIN_SCORE_LEAD]
    return _AssignedColumns(
        columns=dict(chosen), proven=frozenset(name for name, _ in set.intersection(*near)) if near else frozenset()
    )


def _count_ordered_pairs(way: ColumnAssignment) -> int:
    return sum(after > before for (_, before), (_, after) in pairwise(way))


def _words_in_span(row: Sequence[Word], span: tuple[int, int]) -> list[Word]:
    return [word for word in row if span[0] <= (word.box.x0 + word.box.x1) / 2 <= span[1]]


def _appearance_score(cells: Sequence[Sequence[Word]], name: str, form: Form) -> float:
    """How much the cells of a gap-parted column look as those of this field do, 0 to 1."""
    kind = form.field(name).type
    texts = [" ".join(word.text for word in cell) for cell in cells if cell]
    if not texts:
        return 0.0
    if kind not in NUMBER_TYPES:
        return mean(sum(c.isalpha() for c in text) / len(text) for text in texts)
    pattern = AMOUNT if kind == "amount" else NUMBER_PATTERN
    return mean(1.0 if pattern.search(text) else 0.5 if NUMBER_PATTERN.search(text) else 0.0 for text in texts)


MIN_APPEARANCE_SCORE = 0.1
"""A column that looks less like a field than this is not it."""


def _assignments(
    names: Sequence[str], looks: Mapping[str, Sequence[float]], columns: int
) -> Iterator[ColumnAssignment]:
    """Every way to give the fields columns of their own, in the order of the form."""

    def go_on(at: int, used: frozenset[int], way: ColumnAssignment) -> Iterator[ColumnAssignment]:
        if at == len(names):
            if way:
                yield way
            return
        yield from go_on(at + 1, used, way)
        for number in range(columns):
            if number not in used and looks[names[at]][number] >= MIN_APPEARANCE_SCORE:
                yield from go_on(at + 1, used | {number}, (*way, (names[at], number)))

    return go_on(0, frozenset(), ())


def _assigned_rows(cells: Sequence[Sequence[list[Word]]], taken: Mapping[str, int]) -> list[TableRow]:
    rows = []
    for each in cells:
        row = TableRow()
        for name, at in taken.items():
            if each[at]:
                row.add(name, each[at], 1)
        rows.append(row)
    return rows


def _row_cells(
    words: Mapping[str, Sequence[Sequence[Word]]],
    number: int,
    strip: RowStrip,
    edges: Sequence[int],
    taken: _AssignedColumns,
    wanted: Table,
    form: Form,
) -> Iterator[AnnotatedCell]:
    """The cells of one row in which some source sees something."""
    for column in wanted.columns:
        name = column.field.name
        if name not in taken.columns:
            continue
        left, right = edges[taken.columns[name]], edges[taken.columns[name] + 1]
        found = {
            source: _read_cell(_words_in_span(rows[number], (left, right)), name, form)
            for source, rows in words.items()
        }
        if any(found.values()):
            sure = name in taken.proven
            box = Box(left, strip[0], right, strip[1]) if sure else Box(edges[0], strip[0], edges[-1], strip[1])
            yield AnnotatedCell(
                key=FieldKey(name, number),
                box=box,
                by_source=found,
                confidence=PROVEN_COLUMN_CONFIDENCE if sure else GUESSED_COLUMN_CONFIDENCE,
            )


def _read_cell(words: Sequence[Word], name: str, form: Form) -> Candidate | None:
    if not words:
        return None
    return cell_candidate(lines(words, 1), name, form)
