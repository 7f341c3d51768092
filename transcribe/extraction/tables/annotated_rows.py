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
from transcribe.extraction.tables.cells import said
from transcribe.extraction.tables.line_items import NUMBERS, product_rule
from transcribe.extraction.tables.row_assembly import Row, multiplied
from transcribe.extraction.tables.table_extent import NUMBER
from transcribe.geometry import Box
from transcribe.model import FieldKey, Form, Table, Word

CORRIDOR = 0.7
"""A gap of this part of the height of print that goes through all rows parts two columns."""

MOST_COLUMNS = 9
"""So many columns are tried in every way; print with more gaps is no table that can be told apart."""

PROVEN = 0.7
"""The share of rows whose numbers must multiply, or of cells that look as their column does where no rule says so,
before columns are believed."""

TOLD, GUESSED = 0.97, 0.5
"""How sure the place of a cell is whose row a person told: where its numbers prove its column (129 of 129 cells of 24
French invoices), and where two columns could change places (345 of 393; people see the whole row then)."""

IN_ORDER = 0.05
"""What two columns side by side in the order of the form are worth beside one that looks right (1)."""

CLEAR = 0.3
"""By so much (1 is a column that looks quite right) a way of taking the columns must be better than all others: a
quantity and a price that are printed alike multiply either way."""

Strip = tuple[int, int]
"""Top and foot of a row."""

Columns = tuple[tuple[str, int], ...]
"""(Column's field name, number of the gap-parted column) for those that were found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """Which gap-parted column is which of the form's, and the names of those of which that is sure."""

    columns: Mapping[str, int]
    sure: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its box, what each source reads in it (None where it sees nothing there), how sure the place is."""

    key: FieldKey
    box: Box
    by_source: Mapping[str, Candidate | None]
    sure: float | None


def cells_of_rows(
    prints: Mapping[str, PageText], wanted: Table, form: Form, rows: Sequence[Strip], width: int
) -> Iterator[Cell]:
    """The cells of a table whose rows are known. Where its columns cannot be told apart, and where a row shows nothing,
    each of its cells is the whole row, and nothing was read in it."""
    words = {source: [_in_strip(sheet, strip) for strip in rows] for source, sheet in prints.items()}
    taken, spans = _best(prints, words, wanted, form)
    edges = [0, *((a[1] + b[0]) // 2 for a, b in pairwise(spans)), width]
    for number, strip in enumerate(rows):
        found = list(_row(words, number, strip, edges, taken, wanted, form))
        left_over = len(taken.columns) < len(spans) or not found
        whole = Box(0, strip[0], width, strip[1])
        yield from found
        for column in wanted.columns:
            if left_over and (column.field.name not in taken.columns or not found):
                key = FieldKey(column.field.name, number)
                yield Cell(key=key, box=whole, by_source=dict.fromkeys(prints), sure=None)


def _best(
    prints: Mapping[str, PageText], words: Mapping[str, Sequence[Sequence[Word]]], wanted: Table, form: Form
) -> tuple[_Taken, list[tuple[int, int]]]:
    """The columns as the source sees them whose print proves most of them; among equals the one that reads best."""
    found = []
    for source in sorted(prints, key=lambda name: (-legibility(prints[name].lines), name)):
        spans = _spans([word for row in words[source] for word in row])
        found.append((_columns(words[source], spans, wanted, form), spans))
    return max(found, key=lambda each: (len(each[0].sure), len(each[0].columns)))


def _in_strip(sheet: PageText, strip: Strip) -> list[Word]:
    return [
        word for line in sheet.lines for word in line.words if strip[0] <= (word.box.y0 + word.box.y1) / 2 < strip[1]
    ]


def _spans(words: Sequence[Word]) -> list[tuple[int, int]]:
    """Left and right end of each column: the print of all rows, parted where a gap goes through all of them."""
    if not words:
        return []
    gap = CORRIDOR * median(word.box.height for word in words)
    spans: list[tuple[int, int]] = []
    for x0, x1 in sorted((word.box.x0, word.box.x1) for word in words):
        if spans and x0 - spans[-1][1] <= gap:
            spans[-1] = (spans[-1][0], max(spans[-1][1], x1))
        else:
            spans.append((x0, x1))
    return spans


def _columns(rows: Sequence[Sequence[Word]], spans: Sequence[tuple[int, int]], wanted: Table, form: Form) -> _Taken:
    """Which gap-parted column is which of the form's, where the print proves it: by the rule of products, else by how
    its cells look. Sure is what all ways have in common that are nearly as good."""
    if not rows or not 1 < len(spans) <= MOST_COLUMNS:
        return _Taken(columns={}, sure=frozenset())
    cells = [[_line(row, span) for span in spans] for row in rows]
    names = [column.field.name for column in wanted.columns]
    looks = {name: [_look([row[at] for row in cells], name, form) for at in range(len(spans))] for name in names}
    rule = product_rule(wanted, form)
    proven: list[tuple[float, Columns]] = []
    for way in _ways(names, looks, len(spans)):
        taken = dict(way)
        holds = multiplied(_as_rows(cells, taken), wanted, form) if rule and set(rule) <= set(taken) else 0.0
        seen = [looks[name][at] for name, at in way]
        if (holds if rule else mean(seen)) >= PROVEN:
            proven.append((sum(seen) + holds * len(way) + IN_ORDER * _in_order(way), way))
    best, chosen = max(proven, default=(0.0, ()))
    near = [set(way) for score, way in proven if score >= best - CLEAR]
    return _Taken(
        columns=dict(chosen), sure=frozenset(name for name, _ in set.intersection(*near)) if near else frozenset()
    )


def _in_order(way: Columns) -> int:
    return sum(after > before for (_, before), (_, after) in pairwise(way))


def _line(row: Sequence[Word], span: tuple[int, int]) -> list[Word]:
    return [word for word in row if span[0] <= (word.box.x0 + word.box.x1) / 2 <= span[1]]


def _look(cells: Sequence[Sequence[Word]], name: str, form: Form) -> float:
    """How much the cells of a gap-parted column look as those of this field do, 0 to 1."""
    kind = form.field(name).type
    texts = [" ".join(word.text for word in cell) for cell in cells if cell]
    if not texts:
        return 0.0
    if kind not in NUMBERS:
        return mean(sum(c.isalpha() for c in text) / len(text) for text in texts)
    pattern = AMOUNT if kind == "amount" else NUMBER
    return mean(1.0 if pattern.search(text) else 0.5 if NUMBER.search(text) else 0.0 for text in texts)


LEAST_LOOK = 0.1
"""A column that looks less like a field than this is not it."""


def _ways(names: Sequence[str], looks: Mapping[str, Sequence[float]], columns: int) -> Iterator[Columns]:
    """Every way to give the fields columns of their own, in the order of the form."""

    def go_on(at: int, used: frozenset[int], way: Columns) -> Iterator[Columns]:
        if at == len(names):
            if way:
                yield way
            return
        yield from go_on(at + 1, used, way)
        for number in range(columns):
            if number not in used and looks[names[at]][number] >= LEAST_LOOK:
                yield from go_on(at + 1, used | {number}, (*way, (names[at], number)))

    return go_on(0, frozenset(), ())


def _as_rows(cells: Sequence[Sequence[list[Word]]], taken: Mapping[str, int]) -> list[Row]:
    rows = []
    for each in cells:
        row = Row()
        for name, at in taken.items():
            if each[at]:
                row.add(name, each[at], 1)
        rows.append(row)
    return rows


def _row(
    words: Mapping[str, Sequence[Sequence[Word]]],
    number: int,
    strip: Strip,
    edges: Sequence[int],
    taken: _Taken,
    wanted: Table,
    form: Form,
) -> Iterator[Cell]:
    """The cells of one row in which some source sees something."""
    for column in wanted.columns:
        name = column.field.name
        if name not in taken.columns:
            continue
        left, right = edges[taken.columns[name]], edges[taken.columns[name] + 1]
        found = {source: _said(_line(rows[number], (left, right)), name, form) for source, rows in words.items()}
        if any(found.values()):
            sure = name in taken.sure
            box = Box(left, strip[0], right, strip[1]) if sure else Box(edges[0], strip[0], edges[-1], strip[1])
            yield Cell(key=FieldKey(name, number), box=box, by_source=found, sure=TOLD if sure else GUESSED)


def _said(words: Sequence[Word], name: str, form: Form) -> Candidate | None:
    if not words:
        return None
    return said(lines(words, 1), name, form)
