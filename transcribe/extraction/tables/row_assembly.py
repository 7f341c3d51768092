"""The rows of a table without a grid, as one source sees them: which words stand in which cell."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field

from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.table_headers import TableHeader, column_bounds, header_readings
from transcribe.extraction.page_text.text_lines import Line
from transcribe.extraction.tables import line_items
from transcribe.extraction.tables.line_items import is_number_column, product_rule
from transcribe.extraction.tables.table_extent import NUMBER_PATTERN, table_sections
from transcribe.extraction.tables.unlabelled_columns import with_factor_column, with_text_column
from transcribe.model import Form, Table, Word
from transcribe.values import read_number

MAX_TEXT_GAP_HEIGHTS = 2.5
"""A gap of so many line heights inside the first column parts it from what stands beside the table."""

MAX_DESCRIPTION_GAP_HEIGHTS = 2.2
"""A line of text within so many line heights of its row's line is more of its description."""

PRODUCT_SCORE_WEIGHT = 2.0
"""What a table in which every row multiplies is worth beside one column that is well named (1)."""

MIN_ROW_NUMBERS = 2
"""A line with so many numbers in the table's own number columns is a row; with fewer it goes on with the one above,
unless it is a text and nothing but an amount."""


@dataclass(slots=True)
class TableRow:
    """The words of each column (by field name) of one row, line by line.

    `multiplies`: whether its numbers hold what the form's rule of products says, None where one is missing.
    """

    cells: dict[str, list[Line]] = field(default_factory=dict)
    multiplies: bool | None = None

    def has_text_above(self, name: str, words: Sequence[Word]) -> bool:
        """Whether words stand under text of the same cell."""
        if name not in self.cells:
            return False
        over = [word.box for line in self.cells[name] for word in line.words]
        return words[0].box.x0 < max(box.x1 for box in over) and words[-1].box.x1 > min(box.x0 for box in over)

    def add(self, name: str, words: Sequence[Word], page: int) -> None:
        self.cells.setdefault(name, []).append(Line(page=page, words=tuple(words)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """A table as one source sees it: its rows top to bottom, and how good it looks (rows that multiply, columns).

    `left` counts the lines among the rows with a number in a column that are neither a row nor a part of one.
    """

    rows: tuple[TableRow, ...]
    columns: frozenset[str]
    score: float
    skipped_lines: int = 0


def find_table(sheet: PageText, wanted: Table, form: Form) -> SourceTable | None:
    """The rows under the best header of a table on every page; None where no header was found."""
    pages = sorted({line.page for line in sheet.lines})
    parts = [part for page in pages for part in [_table_on_page(sheet, page, wanted, form)] if part is not None]
    if not parts:
        return None
    rows = tuple(row for part in parts for row in part.rows)
    columns = frozenset(name for part in parts for name in part.columns)
    left = sum(part.skipped_lines for part in parts)
    return SourceTable(rows=rows, columns=columns, score=max(part.score for part in parts), skipped_lines=left)


def _table_on_page(sheet: PageText, page: int, wanted: Table, form: Form) -> SourceTable | None:
    numbers = [n for n, line in enumerate(sheet.lines) if line.page == page]
    lines = [sheet.lines[n] for n in numbers]
    for ways in header_readings(lines, wanted):
        best = max((_table_under(sheet, numbers, way, wanted, form) for way in ways), key=lambda pair: pair[0].score)
        if best[0].rows:
            return _with_factor(sheet, numbers, *best, wanted, form)
    return None


def _table_under(
    sheet: PageText, numbers: Sequence[int], header: TableHeader, wanted: Table, form: Form
) -> tuple[SourceTable, TableHeader]:
    """The table under a header, and the header with its text column where no heading names that."""
    parts = table_sections(sheet, numbers[header.last + 1 :], form)
    body = [sheet.lines[number] for part in parts for number in part]
    edges = column_bounds(header, [word for line in body for word in line.words])
    header = with_text_column(header, body, edges, wanted)
    lines = [[sheet.lines[number] for number in part] for part in parts]
    each = [_assemble_rows(part, header, edges, wanted, form) for part in lines]
    rows = [row for found, _ in each for row in found]
    own = frozenset(name for name, _, _ in header.columns if name)
    score = header.score + PRODUCT_SCORE_WEIGHT * product_share(rows, wanted, form) if rows else 0.0
    return SourceTable(rows=tuple(rows), columns=own, score=score, skipped_lines=sum(left for _, left in each)), header


def _with_factor(
    sheet: PageText, numbers: Sequence[int], found: SourceTable, header: TableHeader, wanted: Table, form: Form
) -> SourceTable:
    """The table with the one factor that no heading names, where a single column makes every row multiply."""
    tried = [
        _table_under(sheet, numbers, way, wanted, form)[0]
        for way in with_factor_column(header, product_rule(wanted, form))
    ]
    right = [each for each in tried if each.rows and all(row.multiplies for row in each.rows)]
    return right[0] if len(right) == 1 else found


def _assemble_rows(
    lines: Sequence[Line], header: TableHeader, edges: Sequence[float], wanted: Table, form: Form
) -> tuple[list[TableRow], int]:
    """The rows of one section of a table, and how many of its lines have a number and are no row."""
    rows: list[TableRow] = []
    left = 0
    bottom = 0.0
    for line in lines:
        cells = _line_cells(line, header, edges)
        filled = [name for name in cells if _has_number(cells[name], name, form)]
        begins = len(filled) >= MIN_ROW_NUMBERS or (
            bool(filled) and _count_number_columns(header, form) < MIN_ROW_NUMBERS
        )
        begins = begins or line_items.is_priced_item(cells, wanted, form)
        if begins:
            rows.append(TableRow())
        elif not rows or line.box.y0 - bottom > MAX_DESCRIPTION_GAP_HEIGHTS * line.height or filled:
            left += bool(filled)
            continue
        for name, found in cells.items():
            if begins or (not is_number_column(name, form) and rows[-1].has_text_above(name, found)):
                rows[-1].add(name, found, line.page)
        bottom = line.box.y1
    return rows, left


def _line_cells(line: Line, header: TableHeader, edges: Sequence[float]) -> dict[str, list[Word]]:
    """The words of each of the table's own columns, without what stands far to the left of the first."""
    columns: list[list[Word]] = [[] for _ in header.columns]
    for word in line.words:
        columns[bisect(edges, (word.box.x0 + word.box.x1) / 2)].append(word)
    columns[0] = _rightmost_run(columns[0], header.columns[0][1], line.height)
    return {name: words for (name, _, _), words in zip(header.columns, columns, strict=True) if name and words}


def _rightmost_run(words: Sequence[Word], heading: int, height: float) -> list[Word]:
    """The words from the right up to a gap too wide for one text, left of the heading."""
    kept = list(words)
    for at in range(len(words) - 1, 0, -1):
        if words[at].box.x0 - words[at - 1].box.x1 > MAX_TEXT_GAP_HEIGHTS * height and words[at - 1].box.x1 < heading:
            return kept[at:]
    return kept


def _count_number_columns(header: TableHeader, form: Form) -> int:
    return sum(1 for name, _, _ in header.columns if name and is_number_column(name, form))


def _has_number(words: Sequence[Word], name: str, form: Form) -> bool:
    return is_number_column(name, form) and NUMBER_PATTERN.search(" ".join(word.text for word in words)) is not None


def product_share(rows: Sequence[TableRow], wanted: Table, form: Form) -> float:
    """The share of rows that hold the form's rule of products: it tells which way of taking the columns is right."""
    rule = product_rule(wanted, form)
    if rule is None or not rows:
        return 0.0
    for row in rows:
        row.multiplies = _has_right_product(row, rule, form)
    return sum(bool(row.multiplies) for row in rows) / len(rows)


def _has_right_product(row: TableRow, rule: tuple[str, str, str], form: Form) -> bool | None:
    """None where one of the numbers is missing."""
    values = []
    for name in rule:
        text = " ".join(line.text for line in row.cells.get(name, ()))
        hit = NUMBER_PATTERN.search(text)
        read = read_number(hit[0], form.locale, 2) if hit else None
        if read is None:
            return None
        values.append(read.amount)
    return abs(values[0] - values[1] * values[2]) <= abs(values[0]) / 1000
