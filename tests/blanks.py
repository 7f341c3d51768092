"""Draws the blank pages of the two shipped order forms from their own definitions: `python -m tests.blanks`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from transcribe.forms.definition import SHIPPED

FONTS = Path("/usr/share/fonts/truetype")
SANS, BOLD = "dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf"
SERIF, SERIF_BOLD = "liberation/LiberationSerif-Regular.ttf", "liberation/LiberationSerif-Bold.ttf"
INK, BLUE, LINE, TINT, PAPER = "#1c2230", "#1f4e79", "#7d8794", "#e6edf4", "#ffffff"

TERMS_FR = (
    "Conditions : paiement à trente jours fin de mois, sans escompte. Franco de port dès 250 € HT.",
    "Toute commande passée vaut acceptation de nos conditions générales de vente. Les marchandises restent",
    "notre propriété jusqu'au paiement complet. Vos données servent au traitement de la commande et à lui seul ;",
    "droit d'accès et de rectification : donnees@lefevre-fils.example.",
)
TERMS_EN = (
    "Prices exclude VAT. Orders over £200 are delivered free of charge; smaller orders bear the delivery charge.",
    "Goods remain the property of Hexley Supplies until paid for in full. Tell us within 7 days of any damage.",
    "Return this form to orders@hexley.example or to Hexley Supplies, Unit 4, Old Maltings, Stowmarket IP14 1AG.",
)


class Sheet:
    """A page that is drawn on."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.image = Image.new("RGB", size, PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def text(
        self, x: float, y: float, text: str, size: int, font: str = SANS, ink: str = INK, anchor: str = "la"
    ) -> None:
        self.draw.text((x, y), text, font=ImageFont.truetype(str(FONTS / font), size), fill=ink, anchor=anchor)

    def dots(self, x0: int, x1: int, y: int) -> None:
        for x in range(x0, x1, 9):
            self.draw.ellipse((x, y - 1, x + 2, y + 1), fill=INK)

    def save(self, path: Path) -> None:
        self.image.quantize(16, dither=Image.Dither.NONE).save(path, optimize=True)


def draw_bon_de_commande(definition: dict[str, Any]) -> Sheet:
    """Frames around every field, labels above them, the table ruled."""
    sheet = Sheet(tuple(definition["size"]))
    _french_print(sheet)
    _framed_fields(sheet, definition["field"])
    _ruled_table(sheet, definition["table"][0])
    return sheet


def _french_print(sheet: Sheet) -> None:
    draw = sheet.draw
    draw.rounded_rectangle((100, 84, 236, 220), 20, fill=BLUE)
    draw.polygon([(128, 186), (168, 110), (208, 186)], outline=PAPER, width=7)
    draw.line((146, 152, 190, 152), fill=PAPER, width=7)
    sheet.text(262, 84, "Papeterie Lefèvre & Fils", 40, BOLD, BLUE)
    sheet.text(262, 140, "12, rue de l'Hôtel-de-Ville, 69002 Lyon", 23)
    sheet.text(262, 172, "Tél. 04 72 00 41 78   ·   commandes@lefevre-fils.example", 23)
    sheet.text(262, 204, "SIRET 552 100 554 00025   ·   TVA FR 27 552100554", 19, ink=LINE)
    sheet.text(1554, 92, "BON DE COMMANDE", 44, BOLD, anchor="ra")
    sheet.text(1554, 154, "à retourner signé", 24, ink=LINE, anchor="ra")
    draw.line((100, 244, 1554, 244), fill=BLUE, width=4)
    sheet.text(100, 1450, "Mode de paiement", 23, BOLD, BLUE, anchor="ls")
    sheet.text(100, 1874, "Fait pour servir et valoir ce que de droit.", 23, SERIF)
    sheet.text(100, 1910, "La signature vaut bon pour accord ; la faire précéder", 23, SERIF)
    sheet.text(100, 1942, "de la mention « lu et approuvé ».", 23, SERIF)
    for number, line in enumerate(TERMS_FR):
        sheet.text(100, 2120 + 36 * number, line, 24, SERIF)
    sheet.text(1554, 2262, "LF-2025-A   ·   1/1", 19, ink=LINE, anchor="ra")


def _framed_fields(sheet: Sheet, fields: list[dict[str, Any]]) -> None:
    draw = sheet.draw
    for field in fields:
        name, label = field["name"], field["label"]["fr"]
        x0, y0, x1, y1 = field["box"]
        if field["type"] == "checkbox":
            draw.rectangle((x0, y0, x1 - 1, y1 - 1), outline=INK, width=3)
            sheet.text(x1 + 14, (y0 + y1) / 2, label, 25, anchor="lm")
        elif name in ("subtotal", "vat", "total"):
            draw.rectangle((x0, y0, x1 - 1, y1 - 1), outline=INK, width=4 if name == "total" else 2)
            sheet.text(x0 - 16, (y0 + y1) / 2, label, 25, BOLD if name == "total" else SANS, anchor="rm")
        else:
            draw.rectangle((x0, y0, x1 - 1, y1 - 1), outline=LINE, width=2)
            sheet.text(x0, y0 - 8, label + (" *" if field.get("required") else ""), 21, ink=BLUE, anchor="ls")


def _ruled_table(sheet: Sheet, table: dict[str, Any]) -> None:
    x0, y0, x1, y1 = table["box"]
    draw, height = sheet.draw, (y1 - y0) / table["rows"]
    draw.rectangle((x0, y0 - 58, x1, y0), fill=BLUE)
    for column in table["column"]:
        sheet.text(column["span"][0] + 14, y0 - 29, column["label"]["fr"], 23, BOLD, PAPER, anchor="lm")
    for row in range(table["rows"] + 1):
        draw.line((x0, y0 + height * row, x1, y0 + height * row), fill=LINE, width=2)
    for x in {column["span"][0] for column in table["column"]} | {x1}:
        draw.line((x, y0, x, y1), fill=LINE, width=2)


def draw_order_form(definition: dict[str, Any]) -> Sheet:
    """Dotted rules to write on, labels to their left, no frame anywhere."""
    sheet = Sheet(tuple(definition["size"]))
    _english_print(sheet)
    _ruled_fields(sheet, definition["field"])
    _dotted_table(sheet, definition["table"][0])
    return sheet


def _english_print(sheet: Sheet) -> None:
    draw = sheet.draw
    sheet.text(100, 84, "Hexley Supplies", 62, SERIF_BOLD)
    sheet.text(100, 162, "Everything for the workshop since 1931", 28, SERIF, LINE)
    draw.polygon([(1500, 90), (1546, 117), (1546, 171), (1500, 198), (1454, 171), (1454, 117)], outline=INK, width=8)
    sheet.text(1500, 144, "H", 56, SERIF_BOLD, anchor="mm")
    sheet.text(1420, 124, "Order form", 54, SERIF, anchor="ra")
    draw.line((100, 226, 1554, 226), fill=INK, width=3)
    draw.line((100, 234, 1554, 234), fill=INK, width=1)
    sheet.text(100, 1528, "How will you pay?", 28, SERIF_BOLD, anchor="ls")
    for number, line in enumerate(TERMS_EN):
        sheet.text(100, 2140 + 38 * number, line, 25, SERIF)
    sheet.text(1554, 2272, "HX/04 (1 of 1)", 20, SERIF, LINE, anchor="ra")


def _ruled_fields(sheet: Sheet, fields: list[dict[str, Any]]) -> None:
    for field in fields:
        x0, y0, x1, y1 = field["box"]
        name, label = field["name"], field["label"]["en"]
        if field["type"] == "checkbox":
            sheet.draw.ellipse((x0 + 2, y0 + 2, x1 - 3, y1 - 3), outline=INK, width=3)
            sheet.text(x1 + 14, (y0 + y1) / 2, label, 28, SERIF, anchor="lm")
        elif name == "signature":
            sheet.dots(x0, x1, y1 - 10)
            sheet.text(x0 - 18, y1 - 12, label, 28, SERIF, anchor="rs")
        else:
            sheet.dots(x0, x1, y1 - 10)
            sheet.text(x0 - 18, y1 - 16, label, 28, SERIF_BOLD if name == "total" else SERIF, anchor="rs")


def _dotted_table(sheet: Sheet, table: dict[str, Any]) -> None:
    left, top, right, bottom = table["box"]
    for column in table["column"]:
        sheet.text(column["span"][0] + 6, top - 20, column["label"]["en"], 28, SERIF_BOLD, anchor="ls")
    sheet.draw.line((left, top - 4, right, top - 4), fill=INK, width=3)
    height = (bottom - top) // table["rows"]
    for row in range(1, table["rows"] + 1):
        for column in table["column"]:
            sheet.dots(column["span"][0], column["span"][1], top + height * row - 10)


def main() -> None:
    """Draw both blanks beside their definitions."""
    for name, draw in (("bon-de-commande", draw_bon_de_commande), ("order-form", draw_order_form)):
        definition = tomllib.loads((SHIPPED / f"{name}.toml").read_text("utf-8"))
        draw(definition).save(SHIPPED / definition["blank"])


if __name__ == "__main__":
    main()
