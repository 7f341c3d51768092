"""The boxes of a form's fields, rows of tables divided."""

from __future__ import annotations

from collections.abc import Iterator

from transcribe.geometry import Box
from transcribe.model import Field, FieldKey, Form


def field_boxes(form: Form, number: int) -> Iterator[tuple[FieldKey, Field, Box]]:
    """Every field of a page of the form with its box on the blank; the rows of a table divide its height evenly."""
    for field in form.fields:
        if field.page == number and field.box:
            yield FieldKey(field.name), field, field.box
    for table in form.tables:
        if table.page != number or table.box is None:
            continue
        for row in range(table.rows):
            for column in table.columns:
                span = column.span or (table.box.x0, table.box.x1)
                yield FieldKey(column.field.name, row), column.field, cell(table.box, table.rows, row, span)


def cell(table: Box, rows: int, row: int, span: tuple[int, int]) -> Box:
    """The box of one cell: rows divide the height of the table evenly."""
    height = table.height / rows
    return Box(span[0], round(table.y0 + row * height), span[1], round(table.y0 + (row + 1) * height))
