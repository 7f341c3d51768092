"""What is ruled on a blank: frames, lines to write on, boxes to tick, combs and tables are told apart."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Sequence
from itertools import accumulate

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFont

from flows.parts.drafting.layout.draft import draft_pages, without_writing
from flows.parts.drafting.layout.flat_page import flat_page, paper_corners
from flows.parts.drafting.layout.rulings import find_ruling
from tests.blanks import FONTS
from tests.camera import Level
from tests.flows.parts.drafting.own_form import FIELDS, blank_page, filled_page, font, photo
from transcribe import ocr
from transcribe.forms import definition
from transcribe.forms.definition import blank_grey
from transcribe.geometry import Box
from transcribe.imaging import grey
from transcribe.model import Page, Picture


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


@pytest.mark.parametrize(
    ("rows", "count", "dark", "sides"),
    [
        ("ruled", 8, False, "lllll"),
        ("ruled", 8, True, "ccccc"),
        ("dotted", 8, False, "ccccc"),
        ("tinted", 9, True, "lllll"),
    ],
)
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


LETTERS = ImageFont.truetype(str(FONTS / "liberation" / "LiberationSans-Regular.ttf"), 30)
COLUMNS_OF_FILLED_PLACES, TOP_OF_FILLED_PLACES, ROW = (150, 800, 1100, 1500), 700, 60
HEADS = ("Part or work", "Quantity", "Price")
WRITTEN = ("Labour, per hour", "17", "165.00")


def page_of(*, heading: str, written: bool) -> Page:
    """A page with two frames, three boxes to tick and a table.

    Its heading is one of its rows, lower, one frame, or above it.
    """
    page = Image.new("L", (1654, 2339), 255)
    pencil = ImageDraw.Draw(page)
    for number, (label, text) in enumerate((("Customer name", "Rupert Haddad"), ("Net total", "410.34"))):
        y = 200 + 160 * number
        pencil.text((150, y), label, font=LETTERS, fill=40)
        pencil.rectangle((150, y + 45, 900, y + 105), outline=60, width=3)
        if written:
            pencil.text((170, y + 58), text, font=LETTERS, fill=20)
    for number, label in enumerate(("Brakes", "Tyres", "Wipers")):
        x = 150 + 350 * number
        pencil.rectangle((x, 560, x + 36, 596), outline=60, width=3)
        pencil.text((x + 50, 558), label, font=LETTERS, fill=40)
        if written and number != 1:
            pencil.line((x + 6, 566, x + 30, 590), fill=20, width=5)
            pencil.line((x + 30, 566, x + 6, 590), fill=20, width=5)
    tops = [TOP_OF_FILLED_PLACES, TOP_OF_FILLED_PLACES + (40 if heading == "low" else ROW)]
    tops = [*(tops if heading != "above" else tops[1:]), *(tops[1] + ROW * number for number in range(1, 7))]
    for x in COLUMNS_OF_FILLED_PLACES:
        inside = heading == "one frame" and x in COLUMNS_OF_FILLED_PLACES[1:-1]
        pencil.line((x, tops[1 if inside else 0], x, tops[-1]), fill=60, width=3)
    for y in tops:
        pencil.line((COLUMNS_OF_FILLED_PLACES[0], y, COLUMNS_OF_FILLED_PLACES[-1], y), fill=60, width=3)
    for x, head in zip(COLUMNS_OF_FILLED_PLACES, HEADS, strict=False):
        pencil.text((x + 14, TOP_OF_FILLED_PLACES + (2 if heading == "low" else 12)), head, font=LETTERS, fill=40)
    for y in tops[-7:-2] if written else ():
        for x, text in zip(COLUMNS_OF_FILLED_PLACES, WRITTEN, strict=False):
            pencil.text((x + 14, y + 12), text, font=LETTERS, fill=20)
    return Page(number=1, picture=numpy.asarray(page))


@pytest.mark.parametrize(
    "heading", ["row", "above", *(pytest.param(it, marks=pytest.mark.soak) for it in ("low", "one frame"))]
)
def test_a_filled_page_gives_the_same_draft_as_its_blank(heading: str) -> None:
    engine = ocr.load("tesseract", ("eng",))
    blank, filled = (page_of(heading=heading, written=written) for written in (False, True))
    said = {"name": "x", "blanks": ["x.png"], "language": "eng", "locale": "en_GB"}
    expected = draft_pages([blank], engine, **said).text  # type: ignore[arg-type]  # the same words twice
    assert all(part in expected for part in ("customer_name", "net_total", "tyres", "part_or_work", "rows = 6"))
    assert "field_1" not in expected
    made = draft_pages([without_writing(filled)], engine, filled=[filled], **said).text  # type: ignore[arg-type]  # so
    assert made == expected


def test_nothing_that_is_written_in_frames_of_a_shipped_form_is_left_on_its_blank() -> None:
    form = definition.load("bon-de-commande")
    blank = blank_grey(str(form.blanks[0].path))
    page = Image.fromarray(blank.copy())
    pencil = ImageDraw.Draw(page)
    boxes = [each.box for each in form.fields if each.box and each.type not in ("checkbox", "signature")]
    for box in boxes:
        pencil.text((box.x0 + 12, box.y0 + 6), "Wq 7", font=LETTERS.font_variant(size=round(box.height * 0.6)), fill=30)
    made = without_writing(Page(number=1, picture=numpy.asarray(page))).picture
    inside = [Box(box.x0 + 6, box.y0 + 6, box.x1 - 6, box.y1 - 6).slices for box in boxes]
    written = sum(int((numpy.asarray(page)[each] < 100).sum()) - int((blank[each] < 100).sum()) for each in inside)
    left = sum(int((made[each] < 100).sum()) for each in inside)
    assert left < 0.1 * written


CLEAN = numpy.asarray(blank_page())


def taken(level: Level, seed: int) -> Picture:
    """A photograph, turned upright as its table shows."""
    picture = numpy.asarray(Image.open(io.BytesIO(photo(blank_page(), level, seed))).convert("RGB"))
    return picture if picture.shape[0] > picture.shape[1] else numpy.ascontiguousarray(numpy.rot90(picture))


def test_a_clean_page_is_given_back_itself_with_its_colours() -> None:
    assert flat_page(CLEAN) is CLEAN
    written = numpy.asarray(filled_page())
    assert flat_page(written) is written


@pytest.mark.parametrize(("level", "seed"), [("phone", 2), ("hard", 2)])
def test_frames_of_a_photographed_form_stand_where_they_are_printed(level: Level, seed: int) -> None:
    flat = flat_page(taken(level, seed))
    height, width = flat.shape
    across, down = 1654 / width, 2339 / height
    frames = find_ruling(flat).frames
    for name in ("slip_number", "hirer", "phone", "date_of_hire", "total_to_pay"):
        x0, y0, x1, y1 = FIELDS[name]
        there = Box(round(x0 / across), round(y0 / down), round(x1 / across), round(y1 / down))
        assert max((each.overlap_share(there) for each in frames), default=0) > 0.7, name


@pytest.mark.parametrize("seed", [1, 2])
def test_paper_of_a_photograph_comes_out_white_and_level(seed: int) -> None:
    flat = flat_page(taken("phone", seed))
    assert float((flat == 255).mean()) > 0.85
    assert flat.ndim == 2
    assert flat[:5].min() == 255, "the table beside the sheet is not on the blank"


@pytest.mark.parametrize("level", ["phone"])
def test_a_dark_letterhead_stays_dark_and_its_letters_are_no_frames(level: Level) -> None:
    page = blank_page()
    pencil = ImageDraw.Draw(page)
    pencil.rectangle((0, 0, 1654, 90), fill="#234f3c")
    pencil.text((80, 20), "Harbour Bicycles", fill="white", font=font(50, bold=True))
    picture = numpy.asarray(Image.open(io.BytesIO(photo(page, level, 4))).convert("RGB"))
    upright = picture if picture.shape[0] > picture.shape[1] else numpy.rot90(picture)
    flat = flat_page(numpy.ascontiguousarray(upright))
    band = flat[20:70, 40:-40]
    assert numpy.median(band) < 128
    drafted = draft_pages([Page(number=1, picture=flat)], ocr.load("tesseract", ("eng",)), name="x", blanks=["x.png"],
                          language="eng", locale="en_GB")  # fmt: skip
    boxes = [field["box"] for field in tomllib.loads(drafted.text)["field"]]
    of_heading = [box for box in boxes if box[1] < 200]
    assert of_heading == [], "letters of the heading are no frames"
    assert len(boxes) - len(of_heading) == len(FIELDS)


def test_a_picture_without_a_sheet_on_it_has_no_corners() -> None:
    assert paper_corners(grey(CLEAN)) is None
    noise = numpy.random.default_rng(3).integers(90, 160, (900, 700), numpy.uint8)
    assert paper_corners(noise) is None


@pytest.mark.parametrize("paper", [255, 250])
def test_a_large_table_on_a_clean_page_is_not_taken_for_its_sheet(paper: int) -> None:
    page = Image.new("L", (1654, 2339), paper)
    pen = ImageDraw.Draw(page)
    pen.text((104, 120), "Bon de commande", fill=20, font=font(60))
    for line in range(11):
        pen.line((104, 675 + 87 * line, 1550, 675 + 87 * line), fill=60, width=3)
    for across in (104, 340, 900, 1100, 1320, 1550):
        pen.line((across, 675, across, 675 + 870), fill=60, width=3)
    whole = numpy.asarray(page)
    assert paper_corners(whole) is None
    assert flat_page(whole) is whole


def test_a_clean_page_between_coloured_bands_is_no_sheet_on_a_table() -> None:
    page = blank_page()
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 1654, 236), fill="#0d598c")
    pen.rectangle((0, 2244, 1654, 2339), fill="#0d598c")
    assert paper_corners(grey(numpy.asarray(page))) is None


def test_coloured_bands_of_a_clean_page_are_no_lamplight() -> None:
    page = blank_page()
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 1654, 236), fill="#0d598c")
    pen.rectangle((100, 720, 1554, 790), fill="#f29a1a")
    banded = numpy.asarray(page)
    assert flat_page(banded) is banded, "its tints would go with the light"


def test_a_leaning_scan_is_made_level_without_being_cut() -> None:
    leaning = Image.fromarray(CLEAN).rotate(2.0, fillcolor="white")
    level = flat_page(numpy.asarray(leaning))
    assert level.shape[:2] == CLEAN.shape[:2]
    tops = [box.y0 for box in find_ruling(level).frames]
    assert len(tops) >= 5
