"""Drafting from a filled page: it gives the same fields as its blank, and nothing of what somebody wrote."""

from __future__ import annotations

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.blanks import FONTS
from transcribe import ocr
from transcribe.form_drafting import draft_pages, without_writing
from transcribe.forms import definition
from transcribe.forms.blank_image import blank_grey
from transcribe.geometry import Box
from transcribe.model import Page

LETTERS = ImageFont.truetype(str(FONTS / "liberation" / "LiberationSans-Regular.ttf"), 30)
COLUMNS, TOP, ROW = (150, 800, 1100, 1500), 700, 60
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
    tops = [TOP, TOP + (40 if heading == "low" else ROW)]
    tops = [*(tops if heading != "above" else tops[1:]), *(tops[1] + ROW * number for number in range(1, 7))]
    for x in COLUMNS:
        inside = heading == "one frame" and x in COLUMNS[1:-1]
        pencil.line((x, tops[1 if inside else 0], x, tops[-1]), fill=60, width=3)
    for y in tops:
        pencil.line((COLUMNS[0], y, COLUMNS[-1], y), fill=60, width=3)
    for x, head in zip(COLUMNS, HEADS, strict=False):
        pencil.text((x + 14, TOP + (2 if heading == "low" else 12)), head, font=LETTERS, fill=40)
    for y in tops[-7:-2] if written else ():
        for x, text in zip(COLUMNS, WRITTEN, strict=False):
            pencil.text((x + 14, y + 12), text, font=LETTERS, fill=20)
    return Page(number=1, picture=numpy.asarray(page))


@pytest.mark.parametrize("heading", ["row", "low", "one frame", "above"])
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
