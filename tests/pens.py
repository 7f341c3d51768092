"""Writes an order onto its blank: typed, or in fonts that look like block handwriting; marks and signatures by pen."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from tests.customers import Order, in_capitals
from transcribe.geometry import Box
from transcribe.model import Field, Form

Hand = Literal["typed", "block"]
FONTS = Path("/usr/share/fonts")
PACKAGES = (
    "fonts-dejavu-core fonts-liberation fonts-crosextra-carlito fonts-crosextra-caladea fonts-freefont-ttf "
    "fonts-comic-neue fonts-klee fonts-breip fonts-dkg-handwriting fonts-bwht fonts-rufscript"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """A font, how large it is written (pixels), and whether it has capitals without accents only."""

    font: str
    sizes: tuple[int, int]
    capitals: bool = False


TYPED = tuple(
    Pen(font=f"truetype/{name}", sizes=(27, 33))
    for name in (
        "dejavu/DejaVuSans.ttf",
        "dejavu/DejaVuSansMono.ttf",
        "dejavu/DejaVuSerif.ttf",
        "liberation/LiberationSans-Regular.ttf",
        "liberation/LiberationSerif-Regular.ttf",
        "liberation/LiberationMono-Regular.ttf",
        "crosextra/Carlito-Regular.ttf",
        "crosextra/Caladea-Regular.ttf",
        "freefont/FreeSans.ttf",
    )
)
BLOCK = (
    Pen(font="opentype/comic-neue/ComicNeue-Regular.otf", sizes=(34, 42)),
    Pen(font="opentype/comic-neue/ComicNeue-Italic.otf", sizes=(34, 42)),
    Pen(font="truetype/klee/KleeOne-Regular.ttf", sizes=(32, 40)),
    Pen(font="truetype/klee/KleeOne-SemiBold.ttf", sizes=(32, 40)),
    Pen(font="truetype/breip/Breip.ttf", sizes=(38, 46), capitals=True),
    Pen(font="truetype/fifthhorseman/dkg.ttf", sizes=(38, 44), capitals=True),
    Pen(font="opentype/bwht/BecauseWeConnect-Regular.otf", sizes=(36, 42), capitals=True),
    Pen(font="opentype/bwht/BecauseWeCreate-Regular.otf", sizes=(40, 48), capitals=True),
    Pen(font="opentype/bwht/BecauseWeOrganize-Regular.otf", sizes=(32, 38), capitals=True),
    Pen(font="truetype/rufscript/Rufscript010.ttf", sizes=(32, 38), capitals=True),
)
INKS = ((20, 20, 24), (28, 28, 60), (24, 40, 110), (50, 50, 54))


def pen(hand: Hand, chance: random.Random) -> Pen:
    """A pen for one page; an error that names the packages to install where its font is missing."""
    chosen = chance.choice(TYPED if hand == "typed" else BLOCK)
    if not (FONTS / chosen.font).is_file():
        raise SystemExit(f"The font {chosen.font} is missing. Install: apt-get install {PACKAGES}")
    return chosen


def filled(
    form: Form, order: Order, used: Pen, hand: Hand, chance: random.Random
) -> tuple[Image.Image, dict[str, str]]:
    """The blank with the order on it, and the fields as they are written (capitals where the pen has no others)."""
    path = form.blanks[0].path
    assert path is not None
    page = Image.open(path).convert("RGB")
    ink = chance.choice(INKS)
    written = dict(order.fields)
    for key in tuple(form.keys()):
        field, name = form.field(key.name), str(key)
        text = order.payment.get(name) or order.fields.get(name, "")
        box = box_of(form, key.name, key.row)
        if field.type == "checkbox":
            if text == "true":
                _mark(page, box, ink, chance)
        elif field.type == "signature":
            if text == "true":
                _signature(page, box, ink, chance)
        elif text:
            said = in_capitals(text) if used.capitals else text
            if name in written:
                written[name] = said
            _write(page, box, said, field, used, hand, ink, chance)
    return page, written


def box_of(form: Form, name: str, row: int | None) -> Box:
    """Where a field stands on the blank; rows divide the table's height evenly."""
    if row is None:
        box = form.field(name).box
        assert box is not None
        return box
    table = form.table(name.partition(".")[0])
    span = next(column.span for column in table.columns if column.field.name == name)
    assert table.box is not None
    assert span is not None
    height = table.box.height / table.rows
    return Box(span[0], round(table.box.y0 + height * row), span[1], round(table.box.y0 + height * (row + 1)))


def _write(
    page: Image.Image,
    box: Box,
    text: str,
    field: Field,
    used: Pen,
    hand: Hand,
    ink: tuple[int, ...],
    chance: random.Random,
) -> None:
    """The text in its box, smaller where it would not fit; a hand wavers, a machine hardly."""
    size = chance.randint(*used.sizes)
    room = box.width - 22
    while True:
        font = ImageFont.truetype(str(FONTS / used.font), size)
        width = font.getlength(text) + (len(text) if hand == "block" else 0)
        if width <= room or size <= 14:
            break
        size -= 1
    right = hand == "typed" and field.type in ("amount", "integer") and chance.random() < 0.5
    slack = max(0, int(room - width))
    x = box.x1 - 12 - width if right else box.x0 + 10 + chance.randint(0, min(14, slack))
    up, down = font.getbbox("H")[1], font.getbbox("H")[3]
    y = (box.y0 + box.y1) / 2 - (up + down) / 2 + chance.randint(-3, 3)
    draw = ImageDraw.Draw(page)
    if hand == "typed":
        draw.text((x, y), text, font=font, fill=ink)
        return
    lean = chance.uniform(-0.012, 0.012)
    for letter in text:
        waver = chance.uniform(-1.6, 1.6)
        draw.text((x, y + waver), letter, font=font, fill=tuple(min(255, part + chance.randint(0, 18)) for part in ink))
        step = font.getlength(letter) + chance.uniform(0.2, 1.6)
        x, y = x + step, y + lean * step


def _mark(page: Image.Image, box: Box, ink: tuple[int, ...], chance: random.Random) -> None:
    draw, wide = ImageDraw.Draw(page), chance.choice((3, 4, 5))

    def near(x: float, y: float) -> tuple[float, float]:
        return (
            box.x0 + box.width * (x + chance.uniform(-0.1, 0.1)),
            box.y0 + box.height * (y + chance.uniform(-0.1, 0.1)),
        )

    if chance.random() < 0.5:
        draw.line([near(0.1, 0.1), near(0.9, 0.9)], fill=ink, width=wide)
        draw.line([near(0.9, 0.1), near(0.1, 0.9)], fill=ink, width=wide)
    else:
        draw.line([near(0.1, 0.5), near(0.4, 0.9), near(1.0, -0.05)], fill=ink, width=wide, joint="curve")


def _signature(page: Image.Image, box: Box, ink: tuple[int, ...], chance: random.Random) -> None:
    """A few loops from left to right."""
    draw = ImageDraw.Draw(page)
    x, step = box.x0 + box.width * 0.1, box.width * 0.8 / 60
    middle, points = (box.y0 + box.y1) / 2, []
    for _ in range(60):
        points.append((x + chance.uniform(-9, 9), middle + chance.gauss(0, box.height * 0.16)))
        x += step
    smooth = [
        (sum(p[0] for p in points[at : at + 4]) / 4, sum(p[1] for p in points[at : at + 4]) / 4) for at in range(56)
    ]
    draw.line(smooth, fill=ink, width=chance.choice((3, 4)), joint="curve")
