"""The rows of a table without a grid, as one source sees them: the words of each cell."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field

from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.table_headers import TableHeader, column_bounds, header_readings
from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.extraction.tables import line_items
from transcribe.extraction.tables.line_items import is_number_column, product_rule
from transcribe.extraction.tables.table_extent import NUMBER_PATTERN, table_sections
from transcribe.extraction.tables.unlabelled_columns import with_factor_column, with_text_column
from transcribe.model import Form, Table, Word
from transcribe.values import read_number

MAX_TEXT_GAP_HEIGHTS = 2.5
"""A wider gap inside the first column parts it from what stands beside the table. Chosen by hand."""

MAX_DESCRIPTION_GAP_HEIGHTS = 2.2
"""A line of text at most so many line heights below its row is more of its description. Chosen by hand."""

PRODUCT_SCORE_WEIGHT = 2.0
"""The score of a table in which every row multiplies, beside 1 for one column that is well named. Chosen by hand."""

MIN_ROW_NUMBERS = 2
"""A line with so many numbers in the table's own number columns is a row. With fewer it goes on with the one above,
unless it is a text and nothing but an amount. Chosen by hand."""


@dataclass(slots=True)
class TableRow:
    """The words of each column (by field name) of one row, line by line.

    `multiplies`: whether its numbers hold what the form's rule of products says, None where one is missing.
    """

    cells: dict[str, list[TextLine]] = field(default_factory=dict)
    multiplies: bool | None = None

    def has_text_above(self, name: str, words: Sequence[Word]) -> bool:
        """Whether words stand under text of the same cell."""
        if name not in self.cells:
            return False
        over = [word.box for line in self.cells[name] for word in line.words]
        return words[0].box.x0 < max(box.x1 for box in over) and words[-1].box.x1 > min(box.x0 for box in over)

    def add(self, name: str, words: Sequence[Word], page: int) -> None:
        self.cells.setdefault(name, []).append(TextLine(page=page, words=tuple(words)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """A table as one source sees it: its rows top to bottom and the names of its columns.

    `score` says how good it looks: the score of its header, with more for rows that multiply. `skipped_lines` counts
    the lines among the rows
    with a number in a column that are neither a row nor a part of one.
    """

    rows: tuple[TableRow, ...]
    columns: frozenset[str]
    score: float
    skipped_lines: int = 0


def find_table(page_text: PageText, table: Table, form: Form) -> SourceTable | None:
    """The rows under the best header of a table on every page; None where no header was found."""
    pages = sorted({line.page for line in page_text.lines})
    by_page = [_table_on_page(page_text, page, table, form) for page in pages]
    parts = [part for part in by_page if part is not None]
    if not parts:
        return None
    rows = tuple(row for part in parts for row in part.rows)
    columns = frozenset(name for part in parts for name in part.columns)
    skipped_lines = sum(part.skipped_lines for part in parts)
    return SourceTable(rows=rows, columns=columns, score=max(part.score for part in parts), skipped_lines=skipped_lines)


def _table_on_page(page_text: PageText, page: int, table: Table, form: Form) -> SourceTable | None:
    """The table under the first header that has rows."""
    numbers = [n for n, line in enumerate(page_text.lines) if line.page == page]
    lines = [page_text.lines[n] for n in numbers]
    for readings in header_readings(lines, table):
        tables = [_table_under(page_text, numbers, header, table, form) for header in readings]
        best, header = max(tables, key=lambda pair: pair[0].score)
        if best.rows:
            return _with_factor(page_text, numbers, best, header, table, form)
    return None


def _table_under(
    page_text: PageText, numbers: Sequence[int], header: TableHeader, table: Table, form: Form
) -> tuple[SourceTable, TableHeader]:
    """The table under a header, and the header with its text column where no heading names that."""
    sections = table_sections(page_text, numbers[header.last + 1 :], form)
    body = [page_text.lines[number] for section in sections for number in section]
    edges = column_bounds(header, [word for line in body for word in line.words])
    header = with_text_column(header, body, edges, table)
    lines = [[page_text.lines[number] for number in section] for section in sections]
    assembled = [_assemble_rows(section, header, edges, table, form) for section in lines]
    rows = [row for section_rows, _ in assembled for row in section_rows]
    columns = frozenset(name for name, _, _ in header.columns if name)
    score = header.score + PRODUCT_SCORE_WEIGHT * product_share(rows, table, form) if rows else 0.0
    skipped_lines = sum(skipped for _, skipped in assembled)
    return SourceTable(rows=tuple(rows), columns=columns, score=score, skipped_lines=skipped_lines), header


def _with_factor(
    page_text: PageText, numbers: Sequence[int], best: SourceTable, header: TableHeader, table: Table, form: Form
) -> SourceTable:
    """The table with the one factor that no heading names, where a single column makes every row multiply."""
    headers = with_factor_column(header, product_rule(table, form))
    tables = [_table_under(page_text, numbers, tried, table, form)[0] for tried in headers]
    multiplying = [tried for tried in tables if tried.rows and all(row.multiplies for row in tried.rows)]
    return multiplying[0] if len(multiplying) == 1 else best


def _assemble_rows(
    lines: Sequence[TextLine], header: TableHeader, edges: Sequence[float], table: Table, form: Form
) -> tuple[list[TableRow], int]:
    """The rows of one section of a table, and how many of its lines have a number and are no row."""
    rows: list[TableRow] = []
    skipped_lines = 0
    bottom = 0.0
    has_few_numbers = _count_number_columns(header, form) < MIN_ROW_NUMBERS
    for line in lines:
        cells = _line_cells(line, header, edges)
        filled = [name for name in cells if _has_number(cells[name], name, form)]
        is_row = len(filled) >= MIN_ROW_NUMBERS or (bool(filled) and has_few_numbers)
        is_row = is_row or line_items.is_priced_item(cells, table, form)
        if is_row:
            rows.append(TableRow())
        elif not rows or line.box.y0 - bottom > MAX_DESCRIPTION_GAP_HEIGHTS * line.height or filled:
            skipped_lines += bool(filled)
            continue
        for name, words in cells.items():
            if is_row or (not is_number_column(name, form) and rows[-1].has_text_above(name, words)):
                rows[-1].add(name, words, line.page)
        bottom = line.box.y1
    return rows, skipped_lines


def _line_cells(line: TextLine, header: TableHeader, edges: Sequence[float]) -> dict[str, list[Word]]:
    """The words of each of the table's own columns, without what stands far to the left of the first."""
    columns: list[list[Word]] = [[] for _ in header.columns]
    for word in line.words:
        columns[bisect(edges, word.box.middle[0])].append(word)
    columns[0] = _rightmost_run(columns[0], header.columns[0][1], line.height)
    return {name: words for (name, _, _), words in zip(header.columns, columns, strict=True) if name and words}


def _rightmost_run(words: Sequence[Word], heading: int, height: float) -> list[Word]:
    """The words from the right up to a gap too wide for one text, left of the heading."""
    for at in range(len(words) - 1, 0, -1):
        gap = words[at].box.x0 - words[at - 1].box.x1
        if gap > MAX_TEXT_GAP_HEIGHTS * height and words[at - 1].box.x1 < heading:
            return list(words[at:])
    return list(words)


def _count_number_columns(header: TableHeader, form: Form) -> int:
    return sum(1 for name, _, _ in header.columns if name and is_number_column(name, form))


def _has_number(words: Sequence[Word], name: str, form: Form) -> bool:
    """Whether a column is one of numbers, and a number stands in its words."""
    return is_number_column(name, form) and NUMBER_PATTERN.search(" ".join(word.text for word in words)) is not None


def product_share(rows: Sequence[TableRow], table: Table, form: Form) -> float:
    """The share of rows that hold the form's rule of products; it sets `multiplies` of each row.

    It tells which way of taking the columns is right. It is 0 where the form has no such rule.
    """
    rule = product_rule(table, form)
    if rule is None or not rows:
        return 0.0
    for row in rows:
        row.multiplies = _has_right_product(row, rule, form)
    return sum(bool(row.multiplies) for row in rows) / len(rows)


def _has_right_product(row: TableRow, rule: tuple[str, str, str], form: Form) -> bool | None:
    """Whether a row's numbers multiply to within a thousandth; None where one of them is missing."""
    values = []
    for name in rule:
        text = " ".join(line.text for line in row.cells.get(name, ()))
        hit = NUMBER_PATTERN.search(text)
        parsed = read_number(hit[0], form.locale, 2) if hit else None
        if parsed is None:
            return None
        values.append(parsed.amount)
    return abs(values[0] - values[1] * values[2]) <= abs(values[0]) / 1000
