"""The rows of a table without a grid, as one source sees them: the words of each cell."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import permutations

from transcribe.extraction.key_values.money_amounts import AMOUNT_PATTERN
from transcribe.extraction.page_text.labels import pattern_of
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.table_headers import TableHeader, column_bounds, header_readings
from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.fields import facts_of
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

    `multiplies`: whether its numbers satisfy the form's rule of products, None where one is missing.
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
        is_row = is_row or is_priced_item(cells, table, form)
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
    """The share of rows in which the form's rule of products holds; 0 where the form has none.

    It tells which assignment of columns is right. It sets `multiplies` of each row.
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
        value = parsed_amount(hit[0], form) if hit else None
        if value is None:
            return None
        values.append(value)
    return abs(values[0] - values[1] * values[2]) <= abs(values[0]) / 1000


# The extent of a table without a grid: down to its sums, over the subtotals between its rows.

NUMBER_PATTERN = re.compile(r"[-+]?\d[\d .,']*\d|\d")
"""A number, with its sign, its decimals and the signs between its thousands."""


SUM_ROLES = ("#total", "#subtotal", "#tax", "#paid", "#discount")
"""The roles whose labels name a sum."""


CLOSING_SUM_ROLES = ("#tax", "#paid")
"""Below one of these sums no row of the table stands any more."""


MIN_SUM_LABEL_SIMILARITY = 0.85
"""A label from this similarity on, beside a number, names a sum. Without a number beside it only its very words do.
Chosen by hand."""


MIN_END_GAP_HEIGHTS = 7.0
"""A wider gap without print ends the table. Chosen by hand."""


MAX_ROW_NUMBERS = 12
"""Only so many numbers of a line are looked through for a product: rows have fewer columns. Chosen by hand."""


def table_sections(page_text: PageText, below: Sequence[int], form: Form) -> list[list[int]]:
    """The lines under a header up to the sums, parted where a subtotal stands between rows.

    A wide empty space ends the table too.
    """
    sums = {field.name for field in form.fields if facts_of(field.type).is_money} | set(SUM_ROLES)
    reach = _lines_before_gap(page_text, below)
    sections: list[list[int]] = [[]]
    for place, number in enumerate(reach):
        if not any(sections) or not _is_sum_line(page_text, number, sums):
            sections[-1].append(number)
        elif _has_rows_below(page_text, reach[place + 1 :], sums, form):
            sections.append([])
        else:
            break
    return [section for section in sections if section]


def _lines_before_gap(page_text: PageText, below: Sequence[int]) -> list[int]:
    """The lines up to the first wide empty space under a line."""
    numbers: list[int] = []
    for number in below:
        line = page_text.lines[number]
        if numbers and line.box.y0 - page_text.lines[numbers[-1]].box.y1 > MIN_END_GAP_HEIGHTS * line.height:
            break
        numbers.append(number)
    return numbers


def _is_sum_line(page_text: PageText, number: int, sums: Collection[str]) -> bool:
    """Whether a line names a sum with at most one amount beside it, or several sums whose amounts stand below."""
    line = page_text.lines[number]
    least = MIN_SUM_LABEL_SIMILARITY if NUMBER_PATTERN.search(line.text) else 1.0
    labels = [match for match in page_text.labels[number] if match.label.owner in sums and match.similarity >= least]
    if not labels or len(AMOUNT_PATTERN.findall(line.text)) > 1:
        return False
    names_several = len({match.label.role for match in labels if match.label.role in SUM_ROLES}) > 1
    first = labels[0]
    return names_several or first.end - first.start > 0.5 * len(line.text[: first.end].strip())


def _has_rows_below(page_text: PageText, below: Sequence[int], sums: Collection[str], form: Form) -> bool:
    """Whether a line whose numbers multiply stands below, over the tax and what was paid."""
    for number in below:
        is_closing = any(match.label.role in CLOSING_SUM_ROLES for match in page_text.labels[number])
        if is_closing and _is_sum_line(page_text, number, sums):
            return False
        if _is_product_line(page_text.lines[number], form):
            return True
    return False


def _is_product_line(line: TextLine, form: Form) -> bool:
    """Whether the last amount of a line is the product of two numbers before it."""
    amounts = list(AMOUNT_PATTERN.finditer(line.text))
    if not amounts:
        return False
    values = [parsed_amount(text, form) for text in _number_texts(line.text[: amounts[-1].start(1)])]
    result = parsed_amount(amounts[-1][1], form)
    factors = [value for value in values if value is not None][:MAX_ROW_NUMBERS]
    return result is not None and any(one * other == result for one, other in permutations(factors, 2))


def _number_texts(text: str) -> list[str]:
    """The amounts of a text and the whole numbers between them."""
    amounts = [hit[1] for hit in AMOUNT_PATTERN.finditer(text)]
    return [*amounts, *re.findall(r"(?<![\w.,/-])\d{1,6}(?![\w.,/%-])(?! ?%)", AMOUNT_PATTERN.sub(" ", text))]


def parsed_amount(text: str, form: Form) -> Decimal | None:
    """The amount of a text; None where it is no number."""
    parsed = read_number(text, form.locale, 2)
    return parsed.amount if parsed else None


# Line items: the numbers that make a line a row of a table, by the product of its rule or by its price alone.

MIN_DESCRIPTION_LETTERS = 3
"""A description has so many letters, at least. Chosen by hand."""


NO_ITEM = r"^\W*(?:(?:[^\W\d_]+\W+){0,2}?<sum_of_rows>|<no_item>)\b"
"""The beginning of a line that is a sum, an amount carried over, or a payment: no item."""


def is_priced_item(cells: Mapping[str, Sequence[Word]], table: Table, form: Form) -> bool:
    """Whether a line is an item without any number but its amount.

    It has a text in the first column, the amount by itself in its own, and nothing in the columns of other numbers.
    """
    first, price_column = table.columns[0].field, _price_column(table, form)
    numbers = [name for name in cells if is_number_column(name, form)]
    if not facts_of(first.type).is_free_text or numbers != [price_column]:
        return False
    text = " ".join(word.text for word in cells.get(first.name, ()))
    if sum(c.isalpha() for c in text) < MIN_DESCRIPTION_LETTERS or pattern_of(NO_ITEM).search(text):
        return False
    price = " ".join(word.text for word in cells[price_column])
    if not AMOUNT_PATTERN.search(price):
        return False
    return not re.search(r"\w", re.sub(r"(?i)\b(?:eur|usd|gbp|chf)\b", "", AMOUNT_PATTERN.sub("", price)))


def _price_column(table: Table, form: Form) -> str:
    """The column with the price of a row: the product of the table's rule, else its last amount; "" for none."""
    rule = product_rule(table, form)
    amounts = [column.field.name for column in table.columns if facts_of(column.field.type).is_money]
    return rule[0] if rule else amounts[-1] if amounts else ""


def is_number_column(name: str, form: Form) -> bool:
    """Whether a column is one of numbers."""
    return facts_of(form.field(name).type).is_number


def product_rule(table: Table, form: Form) -> tuple[str, str, str] | None:
    """(product, factor, factor) of a rule like "lines.amount == lines.quantity * lines.unit_price"."""
    name = re.escape(table.name)
    for rule in form.rules:
        hit = re.fullmatch(rf"\s*({name}\.\w+)\s*==\s*({name}\.\w+)\s*\*\s*({name}\.\w+)\s*", rule.check)
        if hit:
            return hit[1], hit[2], hit[3]
    return None


# Columns whose heading the form does not know, told by their content.
#
# The text column is that of the most letters. A factor is the number with which every row multiplies.

MIN_TEXT_LETTERS_PER_LINE = 3
"""A column of text has so many letters a line, at least. Chosen by hand."""


def with_text_column(
    header: TableHeader, body: Sequence[TextLine], edges: Sequence[float], table: Table
) -> TableHeader:
    """The header with the table's first column, where that is of text and no heading names it.

    It is the column with the most letters of those that no heading names.
    """
    first = table.columns[0].field
    if not facts_of(first.type).is_free_text or any(name == first.name for name, _, _ in header.columns):
        return header
    letters = [0] * len(header.columns)
    for word in (word for line in body for word in line.words):
        letters[bisect(edges, word.box.middle[0])] += sum(c.isalpha() for c in word.text)
    free = [at for at, (name, _, _) in enumerate(header.columns) if name is None]
    best = max(free, key=lambda at: letters[at], default=None)
    if best is None or letters[best] < MIN_TEXT_LETTERS_PER_LINE * len(body):
        return header
    return _with_name(header, best, first.name)


def with_factor_column(header: TableHeader, rule: tuple[str, str, str] | None) -> Iterator[TableHeader]:
    """The header with the unnamed factor of the rule of products, in each place where it may be.

    Nothing where headings name all columns of the rule, or fewer than all but one.
    """
    named = {name for name, _, _ in header.columns}
    missing = [name for name in rule or () if name not in named]
    if len(missing) == 1:
        free = (at for at, (name, _, _) in enumerate(header.columns) if name is None)
        yield from (_with_name(header, at, missing[0]) for at in free)


def _with_name(header: TableHeader, at: int, name: str) -> TableHeader:
    """The header with a column named."""
    columns = list(header.columns)
    columns[at] = (name, *columns[at][1:])
    return replace(header, columns=tuple(columns))
