"""The boxes of a form's fields, those of its tables cell by cell."""

from __future__ import annotations

from collections.abc import Iterator

from transcribe.geometry import Box
from transcribe.model import Field, FieldKey, Form


def field_boxes(form: Form, number: int) -> Iterator[tuple[FieldKey, Field, Box]]:
    """Every field of a page of the form with its box on the blank, cell by cell in tables."""
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
    """The box of one cell: `rows` rows divide the table's height evenly, `span` is x0 and x1 of the column."""
    height = table.height / rows
    return Box(span[0], round(table.y0 + row * height), span[1], round(table.y0 + (row + 1) * height))
