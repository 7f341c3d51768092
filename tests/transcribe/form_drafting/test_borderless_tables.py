"""Tables without framed cells on a blank: rows by rules, dots or tints, columns by the header's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFont

from transcribe.form_drafting.rulings import find_ruling

if TYPE_CHECKING:
    from transcribe.model import Picture

COLUMNS = (
    (100, 300, "Ref."),
    (300, 900, "Description"),
    (900, 1020, "Qty"),
    (1020, 1260, "Price"),
    (1260, 1554, "Sum"),
)
TOP, HEIGHT = 800, 62


def blank(rows: str, sides: str = "lllll", dark: bool = False) -> Picture:
    """A page with a field and a table; `sides` says where in its column each label stands: left, centred, right."""
    page = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(24)
    draw.text((100, 400), "Order number", font=font, fill=30)
    draw.line((330, 430, 700, 430), fill=60, width=2)
    if dark:
        draw.rectangle((100, TOP - 56, 1554, TOP - 1), fill=40)
    for (x0, x1, label), side in zip(COLUMNS, sides, strict=True):
        wide = font.getlength(label)
        x = {"l": x0 + 12, "c": (x0 + x1 - wide) / 2, "r": x1 - 12 - wide}[side]
        draw.text((x, TOP - 44), label, font=font, fill=255 if dark else 30)
    for y in range(TOP, TOP + 9 * HEIGHT, HEIGHT):
        if rows == "ruled":
            draw.line((100, y, 1554, y), fill=120, width=2)
        if rows == "dotted":
            for x in range(100, 1554, 8):
                draw.rectangle((x, y, x + 2, y + 1), fill=90)
    if rows == "tinted":
        for y in range(TOP, TOP + 9 * HEIGHT, 2 * HEIGHT):
            draw.rectangle((100, y, 1554, y + HEIGHT), fill=238)
    return numpy.asarray(page)


@pytest.mark.parametrize("sides", ["lllll", "ccccc"])
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("rows", "count"), [("ruled", 8), ("dotted", 8), ("tinted", 9)])
def test_columns_are_found_from_the_words_above_rows(rows: str, count: int, dark: bool, sides: str) -> None:
    found = find_ruling(blank(rows, sides, dark))
    (grid,) = found.grids
    assert grid.rows == count
    assert (grid.box.y0, grid.box.y1) == pytest.approx((TOP, TOP + count * HEIGHT), abs=5)
    assert [x0 for x0, _ in grid.spans] == pytest.approx([x0 for x0, _, _ in COLUMNS], abs=8)
    assert (len(found.lines), found.frames) == (1, ())  # the field's line, and none of the table's


def test_numbers_with_labels_at_the_right_end_where_their_labels_do() -> None:
    (grid,) = find_ruling(blank("ruled", "llrrr")).grids
    assert [x1 for _, x1 in grid.spans[2:]] == pytest.approx([1020, 1260, 1554], abs=8)


def test_upright_lines_part_columns_wherever_the_labels_stand() -> None:
    page = blank("tinted", "lcrcl").copy()
    for x0, _, _ in COLUMNS[1:]:
        page[TOP : TOP + 9 * HEIGHT, x0] = 150
    (grid,) = find_ruling(page).grids
    assert [x0 for x0, _ in grid.spans] == pytest.approx([x0 for x0, _, _ in COLUMNS], abs=3)


def test_lines_under_one_label_are_no_table() -> None:
    page = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(page)
    draw.text((100, 750), "Remarks", font=ImageFont.load_default(24), fill=30)
    for y in range(TOP, TOP + 4 * HEIGHT, HEIGHT):
        draw.line((100, y, 1300, y), fill=120, width=2)
    found = find_ruling(numpy.asarray(page))
    assert (found.grids, len(found.lines)) == ((), 4)


def test_rows_with_print_in_them_are_no_table_to_fill_in() -> None:
    page = Image.fromarray(blank("ruled"))
    draw = ImageDraw.Draw(page)
    for row in range(8):
        draw.text((110, TOP + 20 + row * HEIGHT), "Printed article", font=ImageFont.load_default(24), fill=30)
    assert find_ruling(numpy.asarray(page)).grids == ()
