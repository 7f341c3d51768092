"""A form that no sample has, drawn here: its blank, and filled in by somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy
from PIL import Image, ImageDraw, ImageFont

from tests.camera import Level, photograph

FONTS = Path("/usr/share/fonts/truetype")
INK = "#1a2a6a"
FIELDS = {
    "slip_number": (480, 300, 1300, 366),
    "hirer": (480, 410, 1300, 476),
    "phone": (480, 520, 1300, 586),
    "date_of_hire": (480, 630, 1300, 696),
    "helmet": (480, 750, 520, 790),
    "total_to_pay": (1250, 1280, 1534, 1346),
    "signature": (480, 1440, 1300, 1600),
}
LABELS = ("Slip number", "Hirer", "Phone", "Date of hire")
COLUMNS = {"bike": (120, 820), "days": (820, 1000), "price": (1000, 1250), "amount": (1250, 1534)}
TOP, ROW = 870, 70
TEXTS = {
    "slip_number": "SL-48273",
    "hirer": "Nora Quist",
    "phone": "020 7946 0018",
    "date_of_hire": "14/11/2026",
    "total_to_pay": "64.00",
}
LINES = (("City bike", "2", "16.00", "32.00"), ("Cargo bike", "4", "8.00", "32.00"))


def font(size: int, *, bold: bool = False, hand: bool = False) -> ImageFont.FreeTypeFont:
    name = "liberation/LiberationMono-Regular" if hand else f"dejavu/DejaVuSans{'-Bold' if bold else ''}"
    return ImageFont.truetype(str(FONTS / f"{name}.ttf"), size)


def blank_page() -> Image.Image:
    """The empty form: four frames, a box to tick, a table of four rows, a sum, a frame to sign."""
    page = Image.new("RGB", (1654, 2339), "white")
    pencil = ImageDraw.Draw(page)
    pencil.text((120, 110), "Harbour Bike Hire", fill="#111", font=font(56, bold=True))
    hint = "Rental slip. Please write in block letters and keep inside the frames."
    pencil.text((120, 190), hint, fill="#222", font=font(24))
    for label, name in zip(LABELS, FIELDS, strict=False):
        pencil.text((120, FIELDS[name][1] + 14), label, fill="#111", font=font(30))
    pencil.text((540, 752), "Helmet", fill="#111", font=font(28))
    pencil.text((900, 1294), "Total to pay", fill="#111", font=font(30))
    pencil.text((120, 1454), "Signature", fill="#111", font=font(30))
    for box in FIELDS.values():
        pencil.rectangle(box, outline="#333", width=3)
    for name, (x0, x1) in COLUMNS.items():
        pencil.text((x0 + 12, TOP + 14), name.capitalize(), fill="#111", font=font(28, bold=True))
        pencil.rectangle((x0, TOP, x1, TOP + 5 * ROW), outline="#333", width=3)
    for row in range(6):
        pencil.line((120, TOP + row * ROW, 1534, TOP + row * ROW), fill="#333", width=3)
    terms = "Bicycles come back before six in the evening. Lost keys are charged at 15.00."
    pencil.text((120, 2180), terms, fill="#222", font=font(22))
    return page


def filled_page(texts: Mapping[str, str] | None = None, lines: Sequence[Sequence[str]] = LINES) -> Image.Image:
    """The form as somebody filled it in, with a cross in its box and a signature."""
    page = blank_page()
    pencil = ImageDraw.Draw(page)
    for name, text in {**TEXTS, **(texts or {})}.items():
        x0, y0, _, _ = FIELDS[name]
        pencil.text((x0 + 18, y0 + 9), text, fill=INK, font=font(40, hand=True))
    for ends in ((486, 756, 514, 784), (514, 756, 486, 784)):
        pencil.line(ends, fill=INK, width=5)
    for row, cells in enumerate(lines, 1):
        for (x0, _), text in zip(COLUMNS.values(), cells, strict=True):
            pencil.text((x0 + 18, TOP + row * ROW + 11), text, fill=INK, font=font(40, hand=True))
    waves = [(520 + 12 * at, 1520 + 40 * numpy.sin(at * 0.9) - at) for at in range(40)]
    pencil.line([(float(x), float(y)) for x, y in waves], fill=INK, width=5)
    return page


def photo(page: Image.Image, level: Level = "phone", seed: int = 7) -> bytes:
    """A photograph of a page: on a table, from an angle, under a lamp."""
    return _photo(page.mode, page.size, page.tobytes(), level, seed)


@cache
def _photo(mode: str, size: tuple[int, int], pixels: bytes, level: Level, seed: int) -> bytes:
    page = Image.frombytes(mode, size, pixels)
    return photograph(numpy.asarray(page), level, numpy.random.default_rng(seed))
