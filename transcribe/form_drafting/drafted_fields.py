"""Drafted fields and columns, and how they are written in a definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transcribe.form_drafting.grids import Grid
from transcribe.form_drafting.label_types import looks_like_payment
from transcribe.geometry import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """One field or column of a draft; its label is "" where no print stands beside it."""

    name: str
    label: str
    type: str
    box: Box
    page: int = 1


def field_toml(field: Drafted) -> str:
    """A field as a definition has it; one that looks like payment data is masked."""
    label = f'label = "{field.label}"\n' if field.label else "# no print stands beside it\n"
    page = f"page = {field.page}\n" if field.page > 1 else ""
    masked = 'personal = "payment"\n' if looks_like_payment(field.label, field.type) else ""
    return f'[[field]]\nname = "{field.name}"\n{label}type = "{field.type}"\n{masked}{page}box = {list(field.box)}'


def table_toml(number: int, page: int, grid: Grid, columns: Sequence[Drafted]) -> str:
    """A table with its columns as a definition has it; `number` counts from 0."""
    name = "lines" if number == 0 else f"lines_{number + 1}"
    x0, x1 = min(c.box.x0 for c in columns), max(c.box.x1 for c in columns)
    box = Box(min(grid.box.x0, x0), grid.box.y0, max(grid.box.x1, x1), grid.box.y1)
    head = f'[[table]]\nname = "{name}"\n' + (f"page = {page}\n" if page > 1 else "")
    head += f"box = {list(box)}\nrows = {grid.rows}"
    each = (
        f'[[table.column]]\nname = "{column.name}"\nlabel = "{column.label}"\ntype = "{column.type}"\n'
        f"span = [{column.box.x0}, {column.box.x1}]"
        for column in columns
    )
    return "\n\n".join((head, *each))
