"""Drafting a form from its blank: the shipped blanks are found again, and every draft is a valid definition."""

from __future__ import annotations

import io
import shutil
import tomllib
from pathlib import Path

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz import fuzz

from tests.blanks import FONTS
from transcribe import ocr
from transcribe.errors import FormError
from transcribe.form_drafting.draft import draft_pages
from transcribe.forms import blank_image, definition
from transcribe.forms.preview import preview
from transcribe.geometry import Box
from transcribe.model import Field, Form, Page
from transcribe.ocr import Engine

FOUND = 0.9
"""The share of the shipped forms' fields that a draft must find."""


def overlap(one: Box, other: Box) -> float:
    across = max(0, min(one.x1, other.x1) - max(one.x0, other.x0))
    down = max(0, min(one.y1, other.y1) - max(one.y0, other.y0))
    return across * down / (one.area + other.area - across * down)


def is_found(field: Field, drafted: Form) -> bool:
    """Whether the draft has a field at this place whose label is that which is printed there."""
    assert field.box
    nearest = max(
        (each for each in drafted.fields if each.box),
        key=lambda each: overlap(each.box or Box(0, 0, 0, 0), field.box or Box(0, 0, 0, 0)),
    )
    assert nearest.box
    named = max(fuzz.ratio(nearest.label["en"].lower(), label.lower()) for label in field.label.values())
    return overlap(nearest.box, field.box) > 0.5 and named > 75


def draft(page: Page, engine: Engine, *, name: str, blank: str, language: str = "eng", locale: str = "en_GB") -> str:
    """The TOML of a form of one page."""
    return draft_pages([page], engine, name=name, blanks=[blank], language=language, locale=locale).text


@pytest.mark.parametrize(("name", "language"), [("bon-de-commande", "fra"), ("order-form", "eng")])
def test_a_draft_of_a_shipped_blank_has_nearly_all_its_fields(name: str, language: str, tmp_path: Path) -> None:
    shipped = definition.load(name)
    path = Path(str(shipped.blanks[0].path))
    shutil.copy(path, tmp_path)
    page = Page(number=1, picture=blank_image.blank_grey(str(path)))
    engine = ocr.load("tesseract", (language,))
    text = draft(page, engine, name="drafted", blank=path.name, language=language, locale=shipped.locale)
    (tmp_path / "drafted.toml").write_text(text, "utf-8")
    drafted = definition.load(str(tmp_path / "drafted.toml"))

    found = [is_found(field, drafted) for field in shipped.fields]
    assert sum(found) >= FOUND * len(found)
    assert len(drafted.fields) <= len(shipped.fields) * 1.1
    types = [each.type for each in shipped.fields if each.type in ("checkbox", "signature")]
    assert [each.type for each in drafted.fields if each.type in ("checkbox", "signature")] == types
    masked = [[each.name for each in form.fields if each.personal == "payment"] for form in (drafted, shipped)]
    assert len(masked[0]) == len(masked[1]) == 1, masked
    (lines,), (known,) = drafted.tables, shipped.tables
    assert lines.rows == known.rows
    assert lines.box
    assert known.box
    assert overlap(lines.box, known.box) > 0.9
    assert [column.field.type for column in lines.columns] == [column.field.type for column in known.columns]


@pytest.mark.parametrize("title", ['Gehölze <b>"x"</b>', "C:\\Bestellung", "Bon d’été: « plantes »", "注文書"])
def test_the_title_stays_as_it_was_typed(title: str) -> None:
    picture = numpy.full((400, 600), 255, numpy.uint8)
    picture[100:160, 100:102] = picture[100:160, 498:500] = picture[100:102, 100:500] = picture[158:160, 100:500] = 0
    text = draft(Page(number=1, picture=picture), ocr.load("tesseract", ("eng",)), name=title, blank="x.png")
    assert tomllib.loads(text)["title"] == title


def test_a_page_without_any_ruling_says_so() -> None:
    page = Page(number=1, picture=numpy.full((600, 400), 255, numpy.uint8))
    with pytest.raises(FormError, match="by hand"):
        draft(page, ocr.load("tesseract", ("eng",)), name="x", blank="x.png")


def test_a_heading_on_a_dark_band_is_no_field_and_a_total_that_is_due_is_an_amount(tmp_path: Path) -> None:
    sheet = Image.new("L", (1654, 1000), 255)
    draw = ImageDraw.Draw(sheet)
    large, small = ImageFont.load_default(44), ImageFont.load_default(24)
    draw.rectangle((80, 80, 1574, 190), fill=60)
    draw.text((110, 110), "NORTHWIND TRADERS", font=large, fill=255)
    for number, label in enumerate(("Order date", "Total due")):
        draw.text((80, 300 + 150 * number), label, font=small, fill=40)
        draw.rectangle((80, 334 + 150 * number, 600, 394 + 150 * number), outline=90, width=2)
    page = Page(number=1, picture=numpy.asarray(sheet))
    sheet.save(tmp_path / "sheet.png")
    (tmp_path / "sheet.toml").write_text(draft(page, ocr.load("tesseract", ("eng",)), name="sheet", blank="sheet.png"))
    drafted = definition.load(str(tmp_path / "sheet.toml"))
    assert [(each.name, each.type) for each in drafted.fields] == [("order_date", "date"), ("total_due", "amount")]


def test_the_preview_draws_every_box_on_the_blank() -> None:
    shipped = definition.load("bon-de-commande")
    drawn = numpy.asarray(Image.open(io.BytesIO(preview(shipped))).convert("RGB")).astype(int)
    plain = numpy.asarray(Image.open(str(shipped.blanks[0].path)).convert("RGB")).astype(int)
    assert drawn.shape == plain.shape
    changed = (drawn != plain).any(axis=2)
    for field in shipped.fields:
        assert field.box
        assert changed[field.box.y0 : field.box.y1, field.box.x0 : field.box.x1].mean() > 0.5
    assert not changed[2200:].any()


def test_a_free_layout_has_no_preview() -> None:
    with pytest.raises(FormError, match="free layout"):
        preview(definition.load("receipt"))


def test_labels_of_dotted_combs_are_read() -> None:
    sheet = Image.new("L", (1654, 1200), 255)
    draw = ImageDraw.Draw(sheet)
    small = ImageFont.load_default(24)
    for number, label in enumerate(("Surname", "Street address", "Town")):
        top = 200 + 140 * number
        draw.text((100, top - 34), label, font=small, fill=40)
        draw.rectangle((100, top, 1508, top + 56), outline=60, width=2)
        for x in range(144, 1508, 44):
            for y in range(top, top + 56, 8):
                draw.line((x, y, x, y + 3), fill=120, width=2)
    text = draft(
        Page(number=1, picture=numpy.asarray(sheet)), ocr.load("tesseract", ("eng",)), name="dots", blank="dots.png"
    )
    assert [f'label = "{label}"' in text for label in ("Surname", "Street address", "Town")] == [True] * 3


LEFT = {
    "Customer name": "name",
    "Delivery address": "address",
    "Phone": "phone",
    "E-mail address": "email",
    "VAT number": "vat",
    "Barcode": "ean",
    "Deliver by": "date",
    "Number of boxes": "integer",
    "Total weight kg": "decimal",
    "Total due": "amount",
}


def with_labels_left(size: float = 1, frame: bool = True) -> Image.Image:
    """A blank whose labels stand in a column at the left, and its frames or lines in another far from it."""
    sheet = Image.new("L", (round(1654 * size), round(2339 * size)), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(30 * size)
    draw.text((100 * size, 100 * size), "Hexley Supplies", font=ImageFont.load_default(54 * size), fill=0)
    for number, label in enumerate(LEFT):
        top = (300 + 120 * number) * size
        draw.text((100 * size, top + 14 * size), label, font=font, fill=0)
        if frame:
            draw.rectangle((640 * size, top, 1540 * size, top + 64 * size), outline=0, width=round(3 * size))
        else:
            draw.line((640 * size, top + 54 * size, 1540 * size, top + 54 * size), fill=0, width=round(2 * size))
    return sheet


@pytest.mark.parametrize(("size", "frame"), [(1, True), (1, False), (2, True)])
def test_labels_in_a_column_far_to_the_left_name_the_fields(size: float, frame: bool) -> None:
    page = Page(number=1, picture=numpy.asarray(with_labels_left(size, frame)))
    text = draft(page, ocr.load("tesseract", ("eng",)), name="left", blank="left.png")
    fields = tomllib.loads(text)["field"]
    assert [(each["label"], each["type"]) for each in fields] == list(LEFT.items())
    tops = [each["box"][1] / size for each in fields]
    assert all(abs(top - 300 - 120 * number) < 20 for number, top in enumerate(tops))
    assert all(abs(each["box"][2] / size - 1540) < 8 for each in fields)


def test_a_label_of_two_lines_is_one_and_a_frame_for_a_signature_keeps_its_height() -> None:
    sheet = Image.new("L", (1654, 1000), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(30)
    draw.text((100, 300), "Delivery\ninstructions", font=font, fill=0)
    draw.rectangle((560, 290, 1540, 410), outline=0, width=3)
    draw.text((100, 550), "Signature", font=font, fill=0)
    draw.rectangle((560, 500, 1540, 640), outline=0, width=3)
    text = draft(
        Page(number=1, picture=numpy.asarray(sheet)), ocr.load("tesseract", ("eng",)), name="two", blank="two.png"
    )
    first, second = tomllib.loads(text)["field"]
    assert (first["label"], first["type"]) == ("Delivery instructions", "text")
    assert second["type"] == "signature"
    assert overlap(Box(*second["box"]), Box(560, 500, 1540, 640)) > 0.9


def test_a_frame_without_print_beside_it_is_kept_and_said_to_have_no_name() -> None:
    sheet = Image.new("L", (1654, 1400), 255)
    draw = ImageDraw.Draw(sheet)
    draw.text((100, 310), "Customer", font=ImageFont.load_default(30), fill=0)
    for top in (300, 700):
        draw.rectangle((560, top, 1540, top + 70), outline=0, width=3)
    draw.line((560, 1200, 1540, 1200), fill=0, width=2)
    page = Page(number=1, picture=numpy.asarray(sheet))
    made = draft_pages(
        [page, page], ocr.load("tesseract", ("eng",)), name="x", blanks=["a.png", "b.png"], language="eng",
        locale="en_GB",
    )  # fmt: skip
    fields = tomllib.loads(made.text)["field"]
    assert [(each["name"], each.get("page", 1)) for each in fields] == [
        ("customer", 1),
        ("field_1", 1),
        ("customer_2", 2),
        ("field_2", 2),
    ]
    assert made.notes == (
        "No print stands beside field_1, field_2: name them, or delete what is no field.",
        "The print beside customer_2 stands beside another field too: give each a name that says which it is.",
        "2 lines or boxes to tick without print beside them were left out.",
    )


def test_a_language_whose_words_are_not_known_is_named() -> None:
    page = Page(number=1, picture=numpy.asarray(with_labels_left()))
    engine, notes = ocr.load("tesseract", ("eng",)), []
    for language in ("eng+pol", "eng+ita"):
        made = draft_pages([page], engine, name="x", blanks=["a.png"], language=language, locale="en_GB")
        notes.append([each for each in made.notes if "pol" in each or "ita" in each])
    assert notes == [["What labels mean in pol is not known: look through the type of each field."], []]


def test_a_label_before_one_place_is_not_that_of_the_place_below_it() -> None:
    sheet = Image.new("L", (1654, 1000), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(30)
    for x, y, label, x0, x1 in (
        (100, 300, "Ordered by", 300, 760),
        (800, 300, "Mobile", 930, 1540),
        (100, 376, "Delivery address", 400, 1540),
    ):
        draw.text((x, y), label, font=font, fill=0)
        draw.line((x0, y + 36, x1, y + 36), fill=0, width=2)
    page = Page(number=1, picture=numpy.asarray(sheet))
    text = draft(page, ocr.load("tesseract", ("eng",)), name="two", blank="two.png")
    assert [each["label"] for each in tomllib.loads(text)["field"]] == ["Ordered by", "Mobile", "Delivery address"]


def test_a_bracket_in_a_label_is_closed_by_a_short_word() -> None:
    sheet = Image.new("L", (1654, 700), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(28)
    for y, label in ((300, "Express (48 h)"), (400, "By post (5 d)")):
        draw.rectangle((300, y, 334, y + 34), outline=0, width=3)
        draw.text((350, y), label, font=font, fill=0)
    page = Page(number=1, picture=numpy.asarray(sheet))
    text = draft(page, ocr.load("tesseract", ("eng",)), name="ticks", blank="ticks.png")
    labels = [each["label"] for each in tomllib.loads(text)["field"]]
    assert labels[0] == "Express (48 h)"
    assert all(label.count("(") == label.count(")") for label in labels), labels


def test_light_headings_on_a_coloured_band_name_the_columns_and_are_no_fields() -> None:
    sheet = Image.new("RGB", (1654, 1200), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(str(FONTS / "liberation" / "LiberationSans-Bold.ttf"), 26)
    draw.rectangle((100, 140, 1500, 200), fill=(224, 123, 26))
    for row in range(6):
        for x0, x1 in ((100, 500), (500, 1000), (1000, 1500)):
            draw.rectangle((x0, 200 + 60 * row, x1, 260 + 60 * row), outline=(90, 90, 90), width=2)
    for x, label in ((120, "Description"), (520, "Quantity"), (1020, "Unit price")):
        draw.text((x, 154), label, font=font, fill="white")
    page = Page(number=1, picture=numpy.asarray(sheet))
    drafted = tomllib.loads(draft(page, ocr.load("tesseract", ("eng",)), name="band", blank="band.png"))
    assert "field" not in drafted
    (table,) = drafted["table"]
    assert [column["label"] for column in table["column"]] == ["Description", "Quantity", "Unit price"]


def test_print_in_two_languages_is_drafted_with_both(tmp_path: Path) -> None:
    page = Page(number=1, picture=blank_image.blank_grey(str(definition.load("order-form").blanks[0].path)))
    text = draft(page, ocr.load("tesseract", ("eng", "fra")), name="both", blank="both.png", language="eng+fra")
    assert tomllib.loads(text)["languages"] == ["eng", "fra"]
    assert {"date", "amount", "signature"} <= {each["type"] for each in tomllib.loads(text)["field"]}


def test_a_sign_between_two_words_of_a_label_parts_it_not() -> None:
    sheet = Image.new("L", (1654, 700), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(26)
    for y, label in ((300, "Practice  /  Dentist"), (420, "Name  /")):
        draw.text((120, y), label, font=font, fill=0)
        draw.rectangle((120, y + 36, 900, y + 90), outline=0, width=3)
    page = Page(number=1, picture=numpy.asarray(sheet))
    text = draft(page, ocr.load("tesseract", ("eng",)), name="signs", blank="signs.png")
    assert [each["label"] for each in tomllib.loads(text)["field"]] == ["Practice / Dentist", "Name"]
