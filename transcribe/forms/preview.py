"""The blank with the boxes of its fields drawn on it, for the form's author."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from transcribe.errors import FormError
from transcribe.fields import facts_of
from transcribe.forms.field_boxes import cell
from transcribe.geometry import Box
from transcribe.model import Form

if TYPE_CHECKING:
    from PIL import ImageDraw

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
