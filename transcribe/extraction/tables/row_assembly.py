"""The rows of a table without a grid, as one source sees them: which words stand in which cell."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field

from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.table_headers import Header, bounds, headers
from transcribe.extraction.page_text.text_lines import Line
from transcribe.extraction.tables import line_items
from transcribe.extraction.tables.line_items import is_number, product_rule
from transcribe.extraction.tables.table_extent import NUMBER, sections
from transcribe.extraction.tables.unlabelled_columns import with_factor, with_text
from transcribe.model import Form, Table, Word
from transcribe.values import read_number

ONE_TEXT = 2.5
"""A gap of so many line heights inside the first column parts it from what stands beside the table."""

CLOSE = 2.2
"""A line of text within so many line heights of its row's line is more of its description."""

MULTIPLIED = 2.0
"""What a table in which every row multiplies is worth beside one column that is well named (1)."""

LEAST_NUMBERS = 2
"""A line with so many numbers in the table's own number columns is a row; with fewer it goes on with the one above,
unless it is a text and nothing but an amount."""


@dataclass(slots=True)
class Row:
    """The words of each column (by field name) of one row, line by line.

    `multiplies`: whether its numbers hold what the form's rule of products says, None where one is missing.
    """

    cells: dict[str, list[Line]] = field(default_factory=dict)
    multiplies: bool | None = None

    def goes_on(self, name: str, words: Sequence[Word]) -> bool:
        """Whether words stand under text of the same cell."""
        if name not in self.cells:
            return False
        over = [word.box for line in self.cells[name] for word in line.words]
        return words[0].box.x0 < max(box.x1 for box in over) and words[-1].box.x1 > min(box.x0 for box in over)

    def add(self, name: str, words: Sequence[Word], page: int) -> None:
        self.cells.setdefault(name, []).append(Line(page=page, words=tuple(words)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A table as one source sees it: its rows top to bottom, and how good it looks (rows that multiply, columns).

    `left` counts the lines among the rows with a number in a column that are neither a row nor a part of one.
    """

    rows: tuple[Row, ...]
    columns: frozenset[str]
    score: float
    left: int = 0


def table(sheet: PageText, wanted: Table, form: Form) -> Found | None:
    """The rows under the best header of a table on every page; None where no header was found."""
    pages = sorted({line.page for line in sheet.lines})
    parts = [part for page in pages for part in [_on_page(sheet, page, wanted, form)] if part is not None]
    if not parts:
        return None
    rows = tuple(row for part in parts for row in part.rows)
    columns = frozenset(name for part in parts for name in part.columns)
    left = sum(part.left for part in parts)
    return Found(rows=rows, columns=columns, score=max(part.score for part in parts), left=left)


def _on_page(sheet: PageText, page: int, wanted: Table, form: Form) -> Found | None:
    numbers = [n for n, line in enumerate(sheet.lines) if line.page == page]
    lines = [sheet.lines[n] for n in numbers]
    for ways in headers(lines, wanted):
        best = max((_found(sheet, numbers, way, wanted, form) for way in ways), key=lambda pair: pair[0].score)
        if best[0].rows:
            return _with_factor(sheet, numbers, *best, wanted, form)
    return None


def _found(sheet: PageText, numbers: Sequence[int], header: Header, wanted: Table, form: Form) -> tuple[Found, Header]:
    """The table under a header, and the header with its text column where no heading names that."""
    parts = sections(sheet, numbers[header.last + 1 :], form)
    body = [sheet.lines[number] for part in parts for number in part]
    edges = bounds(header, [word for line in body for word in line.words])
    header = with_text(header, body, edges, wanted)
    lines = [[sheet.lines[number] for number in part] for part in parts]
    each = [_rows_of(part, header, edges, wanted, form) for part in lines]
    rows = [row for found, _ in each for row in found]
    own = frozenset(name for name, _, _ in header.columns if name)
    score = header.score + MULTIPLIED * multiplied(rows, wanted, form) if rows else 0.0
    return Found(rows=tuple(rows), columns=own, score=score, left=sum(left for _, left in each)), header


def _with_factor(
    sheet: PageText, numbers: Sequence[int], found: Found, header: Header, wanted: Table, form: Form
) -> Found:
    """The table with the one factor that no heading names, where a single column makes every row multiply."""
    tried = [_found(sheet, numbers, way, wanted, form)[0] for way in with_factor(header, product_rule(wanted, form))]
    right = [each for each in tried if each.rows and all(row.multiplies for row in each.rows)]
    return right[0] if len(right) == 1 else found


def _rows_of(
    lines: Sequence[Line], header: Header, edges: Sequence[float], wanted: Table, form: Form
) -> tuple[list[Row], int]:
    """The rows of one section of a table, and how many of its lines have a number and are no row."""
    rows: list[Row] = []
    left = 0
    bottom = 0.0
    for line in lines:
        cells = _cells(line, header, edges)
        filled = [name for name in cells if _holds_number(cells[name], name, form)]
        begins = len(filled) >= LEAST_NUMBERS or (bool(filled) and _all_numbers(header, form) < LEAST_NUMBERS)
        begins = begins or line_items.is_priced(cells, wanted, form)
        if begins:
            rows.append(Row())
        elif not rows or line.box.y0 - bottom > CLOSE * line.height or filled:
            left += bool(filled)
            continue
        for name, found in cells.items():
            if begins or (not is_number(name, form) and rows[-1].goes_on(name, found)):
                rows[-1].add(name, found, line.page)
        bottom = line.box.y1
    return rows, left


def _cells(line: Line, header: Header, edges: Sequence[float]) -> dict[str, list[Word]]:
    """The words of each of the table's own columns, without what stands far to the left of the first."""
    columns: list[list[Word]] = [[] for _ in header.columns]
    for word in line.words:
        columns[bisect(edges, (word.box.x0 + word.box.x1) / 2)].append(word)
    columns[0] = _last_run(columns[0], header.columns[0][1], line.height)
    return {name: words for (name, _, _), words in zip(header.columns, columns, strict=True) if name and words}


def _last_run(words: Sequence[Word], heading: int, height: float) -> list[Word]:
    """The words from the right up to a gap too wide for one text, left of the heading."""
    kept = list(words)
    for at in range(len(words) - 1, 0, -1):
        if words[at].box.x0 - words[at - 1].box.x1 > ONE_TEXT * height and words[at - 1].box.x1 < heading:
            return kept[at:]
    return kept


def _all_numbers(header: Header, form: Form) -> int:
    return sum(1 for name, _, _ in header.columns if name and is_number(name, form))


def _holds_number(words: Sequence[Word], name: str, form: Form) -> bool:
    return is_number(name, form) and NUMBER.search(" ".join(word.text for word in words)) is not None


def multiplied(rows: Sequence[Row], wanted: Table, form: Form) -> float:
    """The share of rows that hold the form's rule of products: it tells which way of taking the columns is right."""
    rule = product_rule(wanted, form)
    if rule is None or not rows:
        return 0.0
    for row in rows:
        row.multiplies = _holds(row, rule, form)
    return sum(bool(row.multiplies) for row in rows) / len(rows)


def _holds(row: Row, rule: tuple[str, str, str], form: Form) -> bool | None:
    """None where one of the numbers is missing."""
    values = []
    for name in rule:
        text = " ".join(line.text for line in row.cells.get(name, ()))
        hit = NUMBER.search(text)
        read = read_number(hit[0], form.locale, 2) if hit else None
        if read is None:
            return None
        values.append(read.amount)
    return abs(values[0] - values[1] * values[2]) <= abs(values[0]) / 1000
