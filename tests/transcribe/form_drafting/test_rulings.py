"""What is ruled on a blank: frames, lines to write on, boxes to tick, combs and tables are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.blanks import FONTS
from transcribe.form_drafting.rulings import find_ruling
from transcribe.geometry import Box


def overlap(one: Box, other: Box) -> float:
    across = max(0, min(one.x1, other.x1) - max(one.x0, other.x0))
    down = max(0, min(one.y1, other.y1) - max(one.y0, other.y0))
    return across * down / (one.area + other.area - across * down)


def test_frames_lines_and_ticks_are_told_apart() -> None:
    sheet = Image.new("L", (1000, 1400), 255)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((100, 100, 500, 150), outline=0, width=2)
    draw.line((100, 300, 500, 300), fill=0, width=2)
    draw.rectangle((100, 400, 122, 422), outline=0, width=2)
    for x in range(100, 500, 6):
        draw.point([(x, 500), (x + 1, 500), (x, 501), (x + 1, 501)], fill=0)
    draw.line((50, 600, 950, 600), fill=0, width=2)  # parts the page
    found = find_ruling(numpy.asarray(sheet))
    assert [overlap(box, Box(100, 100, 501, 151)) > 0.9 for box in found.frames] == [True]
    assert [abs(box.y1 - y) < 12 for box, y in zip(found.lines, (300, 501), strict=True)] == [True, True]
    assert [overlap(box, Box(100, 400, 123, 423)) > 0.8 for box in found.ticks] == [True]
    assert found.grids == ()


def test_serifs_that_touch_in_a_title_are_no_line_to_write_on() -> None:
    sheet = Image.new("L", (1165, 1654), 255)
    draw = ImageDraw.Draw(sheet)
    for number, size in enumerate((36, 40, 44, 48, 52)):
        face = ImageFont.truetype(f"{FONTS}/dejavu/DejaVuSerif-Bold.ttf", size)
        draw.text((70, 50 + 120 * number), "Harbour Seed Library", font=face, fill=0)
    draw.line((70, 900, 110, 900), fill=0, width=2)
    (line,) = find_ruling(numpy.asarray(sheet)).lines
    assert abs(line.y1 - 900) < 12, "a line as short is one where no letter hangs on it"


def test_the_sides_of_a_large_box_to_tick_are_no_lines_to_write_on() -> None:
    sheet = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((430, 1474, 484, 1536), outline=0, width=3)
    found = find_ruling(numpy.asarray(sheet))
    assert len(found.ticks) == 1
    assert (found.lines, found.frames) == ((), ())


def test_tinted_boxes_and_frames_with_round_corners_are_places_to_write_in() -> None:
    sheet = Image.new("L", (1000, 1400), 255)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((100, 100, 500, 150), fill=236)
    draw.rounded_rectangle((100, 300, 500, 380), 10, outline=190, width=2)
    draw.rectangle((0, 600, 999, 900), fill=236)  # a panel
    found = find_ruling(numpy.asarray(sheet))
    wanted = (Box(100, 100, 501, 151), Box(100, 300, 501, 381))
    assert [overlap(box, each) > 0.9 for box, each in zip(found.frames, wanted, strict=True)] == [True, True]


def test_a_header_as_high_as_the_rows_is_no_row() -> None:
    sheet = Image.new("L", (1000, 1400), 255)
    draw = ImageDraw.Draw(sheet)
    for row in range(6):
        for column in range(3):
            x, y = 100 + 250 * column, 100 + 60 * row
            draw.rectangle((x, y, x + 250, y + 60), outline=0, width=2)
            if row == 0:
                draw.text((x + 30, y + 15), "Amount", font=ImageFont.load_default(26), fill=0)
    (grid,) = find_ruling(numpy.asarray(sheet)).grids
    assert (grid.rows, round(grid.box.y0, -1)) == (5, 160)


def test_frames_with_labels_inside_are_each_where_they_stand_and_headings_of_a_table_are_no_frames() -> None:
    sheet = Image.new("L", (1000, 1400), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    for row in range(4):
        for x in (60, 530):
            draw.rectangle((x, 100 + 100 * row, x + 400, 176 + 100 * row), outline=0, width=2)
            draw.text((x + 10, 106 + 100 * row), "Customer", font=font, fill=0)
    for x in (60, 360, 660):
        draw.rectangle((x, 700, x + 300, 740), outline=0, width=2)
        draw.text((x + 10, 710), "Amount", font=font, fill=0)
        for row in range(5):
            draw.rectangle((x, 740 + 60 * row, x + 300, 800 + 60 * row), outline=0, width=2)
    found = find_ruling(numpy.asarray(sheet))
    wanted = [Box(x, 100 + 100 * row, x + 400, 176 + 100 * row) for row in range(4) for x in (60, 530)]
    assert len(found.frames) == len(wanted)
    assert all(overlap(box, each) > 0.9 for box, each in zip(found.frames, wanted, strict=True))
    assert [(grid.rows, len(grid.spans)) for grid in found.grids] == [(5, 3)]


def test_lines_with_labels_between_them_are_no_table() -> None:
    sheet = Image.new("L", (1000, 1400), 255)
    draw = ImageDraw.Draw(sheet)
    for row in range(4):
        for x in (200, 650):
            draw.text((x - 130, 180 + 55 * row), "Customer", font=ImageFont.load_default(24), fill=0)
            draw.line((x, 210 + 55 * row, x + 250, 210 + 55 * row), fill=0, width=2)
    found = find_ruling(numpy.asarray(sheet))
    assert (found.grids, len(found.lines)) == ((), 8)


def test_boxes_for_a_character_each_are_one_place() -> None:
    sheet = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(sheet)

    def row(left: int, top: int, steps: Sequence[int], side: int = 44) -> None:
        for x in accumulate(steps, initial=left):
            draw.rectangle((x, top, x + side, top + 56), outline=60, width=2)

    row(100, 100, [44] * 7)  # narrower than a line to write on
    row(100, 300, [52, 80, 52, 80, 52, 52, 52])  # day, month and year, boxes apart
    row(100, 500, [60] * 11, 60)
    for top in (700, 764, 828):  # lines of an address
        row(100, top, [60] * 11, 60)
    for top in range(1000, 1240, 60):  # a table of sizes
        draw.rectangle((100, top, 800, top + 60), outline=60, width=2)
        row(800, top, [60] * 3, 60)
    found = find_ruling(numpy.asarray(sheet))
    wanted = [
        Box(100, 100, 452, 156),
        Box(100, 300, 564, 356),
        Box(100, 500, 820, 556),
        *(Box(100, top, 820, top + 56) for top in (700, 764, 828)),
    ]
    assert len(found.frames) == len(wanted)
    assert [overlap(box, each) > 0.9 for box, each in zip(found.frames, wanted, strict=True)] == [True] * 6
    assert found.lines == ()
    assert [(grid.rows, len(grid.spans)) for grid in found.grids] == [(4, 5)]


def test_the_o_of_a_word_is_no_box_to_tick_and_round_and_square_boxes_are() -> None:
    sheet = Image.new("L", (1654, 900), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(30)
    draw.ellipse((100, 100, 130, 130), outline=0, width=3)  # an O and the stem of an r, as some typefaces set them
    draw.line((139, 108, 139, 130), fill=0, width=3)
    draw.ellipse((100, 300, 130, 330), outline=0, width=3)
    draw.text((148, 296), "by post", font=font, fill=0)
    draw.rectangle((100, 500, 130, 530), outline=0, width=3)
    draw.text((140, 496), "urgent", font=font, fill=0)
    draw.rounded_rectangle((100, 700, 130, 730), 6, outline=0, width=3)
    draw.text((140, 696), "fragile", font=font, fill=0)
    ticks = find_ruling(numpy.asarray(sheet)).ticks
    assert [round(box.y0, -2) for box in ticks] == [300, 500, 700]


def test_fine_rings_close_before_their_labels_are_boxes_to_tick() -> None:
    sheet = Image.new("L", (1654, 900), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(26)
    for top in (100, 300):
        draw.ellipse((100, top, 134, top + 34), outline=40, width=2)
        draw.text((146, top + 2), "frei Haus", font=font, fill=0)
    draw.ellipse((100, 500, 134, 534), outline=40, width=2)  # an O before letters as high as itself
    draw.text((140, 484), "PTIK", font=ImageFont.load_default(56), fill=0)
    draw.text((60, 702), "Art", font=font, fill=0)
    draw.ellipse((104, 700, 138, 734), outline=40, width=2)  # the end of a word
    draw.text((148, 702), "bei", font=font, fill=0)
    ticks = find_ruling(numpy.asarray(sheet)).ticks
    assert [round(box.y0, -2) for box in ticks] == [100, 300]


def test_letters_of_print_are_no_boxes_to_tick() -> None:
    sheet = Image.new("L", (1654, 900), 255)
    for number, size in enumerate((18, 24, 30, 36, 48, 60)):
        font = ImageFont.truetype(str(FONTS / "liberation" / "LiberationSans-Regular.ttf"), size)
        ImageDraw.Draw(sheet).text((100, 40 + 100 * number), "Order no.  Date of Order  100 DOZEN", font=font, fill=0)
    assert find_ruling(numpy.asarray(sheet)).ticks == ()


def test_dashes_part_a_framed_table_in_rows() -> None:
    sheet = Image.new("L", (1654, 1200), 255)
    draw = ImageDraw.Draw(sheet)
    for x in (100, 300, 900):
        draw.rectangle((x, 100, {100: 300, 300: 900, 900: 1500}[x], 100 + 6 * 60), outline=0, width=2)
    for y in range(160, 460, 60):
        for x in range(102, 1500, 13):
            draw.line((x, y, x + 8, y), fill=0, width=2)
    found = find_ruling(numpy.asarray(sheet))
    assert [(grid.rows, len(grid.spans)) for grid in found.grids] == [(6, 3)]
    assert (found.frames, found.lines) == ((), ())


def test_specks_of_the_paper_hide_no_table_and_no_box_to_tick() -> None:
    sheet = Image.new("L", (1654, 1200), 255)
    draw = ImageDraw.Draw(sheet)
    for row in range(5):
        for x in range(100, 900, 200):
            draw.rectangle((x, 100 + 60 * row, x + 200, 160 + 60 * row), outline=0, width=2)
            draw.ellipse((x + 90, 125 + 60 * row, x + 94, 129 + 60 * row), fill=0)
    draw.rectangle((100, 600, 130, 630), outline=0, width=3)
    draw.ellipse((93, 604, 97, 608), fill=0)
    found = find_ruling(numpy.asarray(sheet))
    assert [(grid.rows, len(grid.spans)) for grid in found.grids] == [(5, 4)]
    assert len(found.ticks) == 1


def test_a_printed_column_of_a_table_is_not_to_be_filled_in() -> None:
    sheet = Image.new("L", (1654, 1600), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(26)
    for row in range(5):
        for x in range(100, 900, 200):
            draw.rectangle((x, 100 + 60 * row, x + 200, 160 + 60 * row), outline=0, width=2)
        draw.text((120, 112 + 60 * row), "Fleece", font=font, fill=0)
    for row in range(3):
        for x in (100, 400):
            draw.rectangle((x, 800 + 60 * row, x + 300, 860 + 60 * row), outline=0, width=2)
        draw.text((120, 812 + 60 * row), "Subtotal", font=font, fill=0)
    found = find_ruling(numpy.asarray(sheet))
    assert [(grid.rows, len(grid.spans), round(grid.box.x0, -1)) for grid in found.grids] == [(5, 3, 300)]
    wanted = [Box(400, 800 + 60 * row, 701, 861 + 60 * row) for row in range(3)]
    assert [overlap(box, each) > 0.9 for box, each in zip(found.frames, wanted, strict=True)] == [True] * 3


@pytest.mark.parametrize(
    ("words", "height", "is_field"),
    [
        ([(120, 14, "Item"), (420, 14, "Qty"), (720, 14, "Each")], 56, False),
        ([(120, 14, "Item"), (720, 14, "Each")], 56, False),
        ([(120, 14, "Remarks")], 56, True),
        ([(120, 14, "What else is there to say of it, of the goods and of the way")], 56, True),
        ([(120, 6, "Item"), (420, 6, "Qty"), (720, 6, "Each")], 90, True),
        ([(120, 40, "Item"), (420, 40, "Qty"), (720, 40, "Each")], 110, True),
        ([], 56, True),
    ],
    ids=["titles", "most have one", "one label", "a sentence", "room below", "far higher than a row", "empty"],
)
def test_one_frame_around_the_titles_of_a_table_is_no_place_to_write_in(
    words: list[tuple[int, int, str]], height: int, is_field: bool
) -> None:
    sheet = Image.new("L", (1100, 1400), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(f"{FONTS}/dejavu/DejaVuSans-Bold.ttf", 24)
    draw.rectangle((100, 500 - height, 1000, 500), outline=0, fill=225, width=3)
    for row in range(5):
        for x in (100, 400, 700):
            draw.rectangle((x, 500 + 60 * row, x + 300, 560 + 60 * row), outline=0, width=3)
    for x, y, text in words:
        draw.text((x, 500 - height + y), text, font=font, fill=0)
    found = find_ruling(numpy.asarray(sheet))
    assert [grid.rows for grid in found.grids] == [5]
    assert bool(found.frames) is is_field
