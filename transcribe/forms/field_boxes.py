"""The boxes of a form's fields, those of its tables cell by cell."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from transcribe.errors import FormError
from transcribe.fields import facts_of
from transcribe.geometry import Box
from transcribe.model import Column, Field, FieldKey, Form, Table

if TYPE_CHECKING:
    from PIL import ImageDraw


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


# What differs between two versions of a form, as people compare them.

What = Literal["form", "field", "table", "rule", "list"]
"""The kinds of things that a difference is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: of what, by its name, and in which key. `key` is "" where it is new or gone altogether.

    `before` and `after` are what was and is said, "" where nothing.
    """

    what: What
    name: str
    key: str
    before: str
    after: str


def differences(before: Form, after: Form) -> list[Difference]:
    """The differences of a later version: of the form, its fields and tables in their order, rules, and lists."""
    return [
        *_changed("form", "", _of_form(before), _of_form(after)),
        *_listed("field", _fields(before), _fields(after)),
        *_listed("table", {each.name: _of_table(each) for each in before.tables},
                 {each.name: _of_table(each) for each in after.tables}),
        *_listed("rule", {each.check: {} for each in before.rules}, {each.check: {} for each in after.rules}),
        *_listed("list", _lists(before), _lists(after)),
    ]  # fmt: skip


def unchanged_fields(before: Form, after: Form) -> frozenset[str]:
    """The fields that two versions of a form have alike.

    They are of one type, at one place of a page of one size. What somebody read of one in the paper is what they would
    read of the other. Their labels may say it better.
    """
    was, now = _places(before), _places(after)
    return frozenset(name for name, place in now.items() if was.get(name) == place)


def _places(form: Form) -> dict[str, tuple[object, ...]]:
    """The type, page and box of each field by name; a column also has the box and rows of its table."""
    sizes = {number: blank.size for number, blank in enumerate(form.blanks, start=1)}
    plain = {each.name: (each.type, each.page, sizes.get(each.page), each.box) for each in form.fields}
    cells = {
        column.field.name: (column.field.type, table.page, sizes.get(table.page), table.box, table.rows, column.span)
        for table in form.tables
        for column in table.columns
    }
    return {**plain, **cells}


def _listed(
    what: What, before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> Iterator[Difference]:
    """The differences between two lists by name: entries gone, new, and changed."""
    for name in before:
        if name not in after:
            yield Difference(what=what, name=name, key="", before=name, after="")
    for name, said in after.items():
        if name not in before:
            yield Difference(what=what, name=name, key="", before="", after=name)
        else:
            yield from _changed(what, name, before[name], said)


def _changed(what: What, name: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *after)):
        if before.get(key, "") != after.get(key, ""):
            yield Difference(what=what, name=name, key=key, before=before.get(key, ""), after=after.get(key, ""))


def _of_form(form: Form) -> dict[str, str]:
    return {
        "title": _texts(form.title),
        "help": _texts(form.help),
        "languages": ", ".join(form.languages),
        "locale": form.locale,
        "currency": form.currency,
        "retention_days": str(form.retention_days or ""),
        "pages": ", ".join(f"{blank.size[0]} x {blank.size[1]}" for blank in form.blanks if blank.path),
        **{f"options {name}": str(value) for name, value in sorted(form.options.items())},
    }


def _fields(form: Form) -> dict[str, dict[str, str]]:
    columns = {column.field.name: column for table in form.tables for column in table.columns}
    return {each.name: _of_field(each, columns.get(each.name)) for each in form.all_fields()}


def _of_field(field: Field, column: Column | None) -> dict[str, str]:
    return {
        "type": field.type,
        "label": _texts(field.label),
        "help": _texts(field.help),
        "required": "true" if field.required else "",
        "pattern": field.pattern or "",
        "personal": field.personal or "",
        "target": str(field.target or ""),
        "examples": ", ".join(field.examples),
        "languages": ", ".join(field.languages),
        "regions": ", ".join(field.regions),
        "apart": field.apart,
        "currency": field.currency or "",
        "page": str(field.page),
        "box": _numbers(field.box or (column.span if column else None)),
    }


def _of_table(table: Table) -> dict[str, str]:
    label, rows = _texts(table.label), str(table.rows or "")
    return {"label": label, "rows": rows, "page": str(table.page), "box": _numbers(table.box)}


def _lists(form: Form) -> dict[str, dict[str, str]]:
    """The lists of known values, by number and file."""
    return {
        each.field: {"values": f"{len({value for value, _ in each.values})} ({each.digest[:8]})"}
        for each in form.masters
    }


def _texts(texts: Mapping[str, str]) -> str:
    return " / ".join(texts.values())


def _numbers(numbers: Sequence[int] | None) -> str:
    return ", ".join(map(str, numbers or ()))


# The blank with the boxes of its fields drawn on it, for the form's author.

COLUMN_COLOUR = "#1b7f3b"
"""The colour of cells of tables."""

PAYMENT_COLOUR = "#b00020"
"""The colour of payment data."""

LETTER_SIZE_PX = 17
"""Size of the letters of names and types."""


def preview(form: Form, page: int = 1) -> bytes:
    """A PNG of one page of the form, each field boxed with its name and type.

    FormError where the form has no such blank page: a free layout has none.
    """
    from PIL import Image
    from PIL import ImageDraw as drawing

    path = form.blanks[page - 1].path if page <= len(form.blanks) else None
    if path is None:
        raise FormError(f"The form {form.name} has no blank page {page}; a free layout has no boxes to draw.")
    picture = Image.open(Path(path)).convert("RGB")
    draw = drawing.Draw(picture, "RGBA")
    for field in form.fields:
        if field.box and field.page == page:
            colour = PAYMENT_COLOUR if field.personal == "payment" else facts_of(field.type).colour
            _draw_box(draw, field.box, f"{field.name}: {field.type}", colour)
    for table in form.tables:
        if table.box and table.page == page:
            for column in table.columns:
                assert column.span, "form.load gives every column of a boxed table its span"
                for row in range(table.rows):
                    text = f"{column.field.name}: {column.field.type}" if row == 0 else ""
                    _draw_box(draw, cell(table.box, table.rows, row, column.span), text, COLUMN_COLOUR)
    content = io.BytesIO()
    picture.save(content, "PNG", optimize=True)
    return content.getvalue()


def _draw_box(draw: ImageDraw.ImageDraw, box: Box, text: str, colour: str) -> None:
    from PIL import ImageFont

    draw.rectangle((box.x0, box.y0, box.x1 - 1, box.y1 - 1), outline=colour, fill=f"{colour}22", width=3)
    if text:
        font = ImageFont.load_default(LETTER_SIZE_PX)
        x0, y0, x1, y1 = draw.textbbox((box.x0 + 5, box.y0 + 3), text, font=font)
        draw.rectangle((x0 - 2, y0 - 1, x1 + 2, y1 + 1), fill="#ffffffd0")
        draw.text((box.x0 + 5, box.y0 + 3), text, font=font, fill=colour)
