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

from flows.parts.drafting.layout.draft import draft_pages
from flows.parts.drafting.layout.emptied_boxes import emptied
from flows.parts.drafting.layout.grids import Drafted, each_on_its_own, field_toml
from tests.blanks import FONTS
from tests.flows.parts.drafting.own_form import FIELDS, blank_page, filled_page
from transcribe import ocr
from transcribe.errors import FormError
from transcribe.fields import looks_like_payment, type_of
from transcribe.forms import definition
from transcribe.forms.field_boxes import preview
from transcribe.geometry import Box
from transcribe.imaging import grey
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
    page = Page(number=1, picture=definition.blank_grey(str(path)))
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
    page = Page(number=1, picture=definition.blank_grey(str(definition.load("order-form").blanks[0].path)))
    text = draft(page, ocr.load("tesseract", ("eng", "fra")), name="both", blank="both.png", language="eng+fra")
    assert tomllib.loads(text)["languages"] == ["eng", "fra"]
    assert {"date", "amount", "signature"} <= {each["type"] for each in tomllib.loads(text)["field"]}


@pytest.mark.parametrize(
    ("label", "kind", "currency"),
    [
        ("Total EUR", "amount", "EUR"),
        ("Prix (CHF)", "amount", "CHF"),
        ("Summe €", "amount", "EUR"),
        ("Total $", "amount", None),  # of many countries: that of the form
        ("Total", "amount", None),
        ("Paid in EUR", "checkbox", None),
    ],
)
def test_an_amount_is_in_the_currency_that_its_label_names(label: str, kind: str, currency: str | None) -> None:
    """Under en_GB "Total EUR" was drafted in pounds."""
    drafted = field_toml(Drafted(name="total", label=label, type=kind, box=Box(0, 0, 9, 9)))
    assert tomllib.loads(drafted)["field"][0].get("currency") == currency


def test_a_sign_between_two_words_of_a_label_parts_it_not() -> None:
    sheet = Image.new("L", (1654, 700), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(26)
    for y, label in ((300, "Practice  /  Dentist"), (420, "Name  /")):
        draw.text((120, y), label, font=font, fill=0)
        draw.rectangle((120, y + 36, 900, y + 90), outline=0, width=3)
    page = Page(number=1, picture=numpy.asarray(sheet))
    text = draft(page, ocr.load("tesseract", ("eng",)), name="signs", blank="signs.png")
    assert [each["label"] for each in tomllib.loads(text)["field"]] == ["Practice / Dentist", "Name"]


BLANK, FILLED = (grey(numpy.asarray(page)) for page in (blank_page(), filled_page()))
BOXES = [Box(x0 + 1, y0 + 1, x1, y1) for x0, y0, x1, y1 in FIELDS.values()]


@pytest.mark.promise("What is written in", "If the only page")
def test_writing_is_taken_from_the_boxes_and_their_frames_stay() -> None:
    done = emptied(FILLED, BOXES)
    for box in BOXES:
        inside = box.padded(-6)
        assert done[inside.slices].min() > 240, box
        around = box.padded(2)
        frame = BLANK[around.slices] < 128
        assert float((done[around.slices][frame] < 160).mean()) > 0.9, box


def test_nothing_outside_the_boxes_changes() -> None:
    done = emptied(FILLED, BOXES)
    outside = numpy.ones(FILLED.shape, bool)
    for box in BOXES:
        outside[box.slices] = False
    assert (done[outside] == FILLED[outside]).all()
    assert emptied(FILLED, []) is not FILLED
    assert (emptied(FILLED, []) == FILLED).all()


def test_dividers_of_a_comb_stay() -> None:
    page = Image.new("L", (1654, 2339), 255)
    pencil = ImageDraw.Draw(page)
    pencil.rectangle((100, 100, 580, 160), outline=60, width=3)
    edges = range(160, 580, 60)
    for x in edges:
        pencil.line((x, 138, x, 160), fill=60, width=3)  # low dividers
    printed = numpy.asarray(page).copy()
    for x in range(115, 560, 60):
        pencil.line((x, 110, x + 25, 150), fill=30, width=6)
    done = emptied(numpy.asarray(page), [Box(102, 102, 579, 159)])
    assert (done[104:134, 106:574] > 240).all()
    for x in edges:
        assert printed[150, x] < 100
        assert done[150, x] < 100, x


def test_a_box_outside_the_page_does_nothing() -> None:
    assert (emptied(FILLED, [Box(5000, 5000, 5100, 5100)]) == FILLED).all()


PANEL = Box(100, 100, 900, 400)
UPPER, LOWER = Box(300, 120, 880, 180), Box(300, 220, 880, 280)


def test_a_panel_around_labelled_places_goes() -> None:
    labels = {PANEL: "Customer", UPPER: "Name", LOWER: "Street"}
    assert list(each_on_its_own(labels, [PANEL], [])) == [UPPER, LOWER]


def test_lines_in_a_frame_that_have_its_label_go() -> None:
    assert list(each_on_its_own({PANEL: "Notes", UPPER: "Notes"}, [PANEL], [])) == [PANEL]


def test_a_frame_around_a_table_and_what_lies_in_a_table_go() -> None:
    table = Box(110, 110, 890, 390)
    assert each_on_its_own({PANEL: "Description", UPPER: "x"}, [PANEL], [table]) == {}


def test_room_above_a_line_begins_below_what_stands_there() -> None:
    signature = Box(250, 460, 700, 600)
    for tick in (Box(300, 440, 330, 470), Box(300, 480, 330, 510)):
        found = each_on_its_own({signature: "Signed", tick: "Collect"}, [], [])
        assert found == {signature: Box(250, tick.y1, 700, 600), tick: tick}


@pytest.mark.parametrize(
    ("label", "language", "kind"),
    [
        ("Article (EAN)", "fra", "ean"),
        ("SIRET", "fra", "siret"),
        ("N° SIREN", "fra", "luhn"),
        ("N° TVA", "fra", "vat"),
        ("TVA 20 %", "fra", "amount"),
        ("Montant TVA", "fra", "amount"),
        ("N° de carte", "fra", "luhn"),
        ("N° carte client", "fra", "code"),
        ("Poids total kg", "fra", "decimal"),
        ("Nombre de colis", "fra", "integer"),
        ("Nombre y apellidos", "spa", "name"),
        ("Nº de IVA", "spa", "vat"),
        ("Código postal", "spa", "code"),
        ("Correo electrónico", "spa", "email"),
        ("Firma", "spa", "signature"),
        ("Firma", "deu", "name"),
        ("P. unitario", "spa", "amount"),
        ("Cant", "spa", "integer"),
        ("Fraises (barq.)", "fra", "text"),
        ("Frais de port", "fra", "amount"),
        ("IK-Nummer", "deu", "code"),
        ("Straße, Hausnummer", "deu", "address"),
        ("PLZ", "deu", "code"),
        ("PLZ, Ort", "deu", "address"),
        ("Lieferung gewünscht am", "deu", "date"),
        ("Auftrag-Nr.", "deu", "code"),
        ("Kunden-Nr. Labor", "deu", "code"),
        ("Artikelnr.", "deu", "code"),
        ("Straße / Nr.", "deu", "address"),
        ("Tel.-Nr.", "deu", "phone"),
        ("Lieferadresse", "deu", "address"),
        ("Rechnungsanschrift", "deu", "address"),
        ("E-Mail-Adresse", "deu", "email"),
        ("Mailadresse", "deu", "email"),
        ("Anz.", "deu", "integer"),
        ("Stück", "deu", "integer"),
        ("Anzahlung", "deu", "text"),
        ("Anprobe am", "deu", "date"),
        ("Abholtermin", "deu", "date"),
        ("Expresszuschlag", "deu", "amount"),
        ("Versandkosten", "deu", "amount"),
        ("Kostenstelle", "deu", "text"),
        ("Vorname", "deu", "name"),
        ("Rate €", "eng", "amount"),
        ("Deposit paid (£)", "eng", "amount"),
        ("Sales tax", "eng", "amount"),
        ("Sales tax ID", "eng", "code"),
        ("ZIP", "eng", "code"),
        ("City, State, ZIP", "eng", "address"),
        ("USt-IdNr.", "deu", "vat"),
        ("Straße", "deu", "address"),
        ("Total VAT", "eng", "amount"),
        ("VAT no.", "eng", "vat"),
        ("Order no", "eng", "code"),
        ("No. of boxes", "eng", "integer"),
        ("Each", "eng", "amount"),
        ("Unit rate", "eng", "amount"),
        ("Weight each", "eng", "decimal"),
        ("Qty each", "eng", "integer"),
        ("Wanted by", "eng", "date"),
        ("Needed by", "eng", "date"),
        ("Due", "eng", "date"),
        ("Required by", "eng", "date"),
        ("Deliver by", "eng", "date"),
        ("Deliver on", "eng", "date"),
        ("Date signed", "eng", "date"),
        ("Date of signature", "eng", "date"),
        ("Signed on", "eng", "date"),
        ("Signed", "eng", "signature"),
        ("Signature and date", "eng", "signature"),
        ("Delivery charge", "eng", "amount"),
        ("Late fees", "eng", "amount"),
        ("Date de la signature", "fra", "date"),
        ("Date et signature", "fra", "signature"),
        ("Unterschriftsdatum", "deu", "date"),
        ("Datum der Unterschrift", "deu", "date"),
        ("Datum, Unterschrift", "deu", "signature"),
        ("Fecha de la firma", "spa", "date"),
        ("Fecha y firma", "spa", "signature"),
        ("Gastos de envío", "spa", "amount"),
        ("Delivered by", "eng", "text"),
        ("P.U", "fra", "amount"),
        ("Unitaire", "fra", "amount"),
        ("L’unité", "fra", "amount"),
        ("Poids unitaire", "fra", "decimal"),
        ("Voulu pour", "fra", "date"),
        ("Souhaitée avant", "fra", "date"),
        ("C/U", "spa", "amount"),
        ("Cada uno", "spa", "amount"),
        ("Valor unitario", "spa", "amount"),
        ("Entregar antes del", "spa", "date"),
        ("Vencimiento", "spa", "date"),
        ("Je Stück", "deu", "amount"),
        ("Einzelpreis", "deu", "amount"),
        ("Benötigt bis", "deu", "date"),
        ("Fällig", "deu", "date"),
        ("Warenwert", "deu", "amount"),
        ("Gutschrift", "deu", "amount"),
        ("Fracht", "deu", "amount"),
        ("Partita IVA", "ita", "vat"),
        ("P.IVA", "ita", "vat"),
        ("IVA 22 %", "ita", "amount"),
        ("IVA", "spa", "amount"),
        ("Data", "ita", "date"),
        ("Data e firma", "ita", "signature"),
        ("Consegna entro il", "ita", "date"),
        ("Data", "eng", "text"),
        ("Q.tà", "ita", "integer"),
        ("Colli", "ita", "integer"),
        ("Prezzo", "ita", "amount"),
        ("Importo", "ita", "amount"),
        ("Totale ordine", "ita", "amount"),
        ("Codice", "ita", "code"),
        ("CAP", "ita", "code"),
        ("Indirizzo", "ita", "address"),
        ("Ragione sociale", "ita", "name"),
        ("Note", "ita", "text"),
        ("Handtekening", "nld", "signature"),
        ("Leverdatum", "nld", "date"),
        ("Aantal", "nld", "integer"),
        ("Prijs per stuk", "nld", "amount"),
        ("Totaal", "nld", "amount"),
        ("Bestelnummer", "nld", "code"),
        ("Naam", "nld", "name"),
        ("Adres", "nld", "address"),
        ("Btw-nummer", "nld", "vat"),
    ],
)
def test_words_of_a_label_name_the_type(label: str, language: str, kind: str) -> None:
    assert type_of(label, language) == kind


@pytest.mark.parametrize(
    ("label", "kind", "is_payment"),
    [
        ("Card number", "luhn", True),
        ("N° de carte", "code", True),
        ("Kartennummer", "text", True),
        ("Número de tarjeta", "code", True),
        ("Kaartnummer", "integer", True),
        ("CVC", "code", True),
        ("Card expiry date", "date", True),
        ("IBAN", "text", True),
        ("Nr karty", "luhn", True),
        ("IMEI", "luhn", False),
        ("N° SIREN", "luhn", False),
        ("N° carte client", "code", False),
        ("Carte bancaire", "checkbox", False),
        ("Expiry date", "date", False),
        ("Customer no.", "code", False),
    ],
)
def test_what_looks_like_payment_data_is_told_by_its_label_and_its_check_digit(
    label: str, kind: str, is_payment: bool
) -> None:
    assert looks_like_payment(label, kind) is is_payment
