"""A filled page before any camera sees it: the blank with typed or handwritten ink in its boxes."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import tarfile
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import cv2
import numpy
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tests.bench.second_world.values import words
from transcribe.forms import field_boxes
from transcribe.geometry import Box
from transcribe.model import Form

SCALE = 1.5
"""Pages are drawn at 300 pixels an inch, blanks at 200."""

FONTS = Path(__file__).parent / "fonts.toml"
SHARED = Path(os.environ.get("FAIRHAND_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")
WILLS_SHARE = 0.8
"""So many remarks on handwritten French pages are lines of real wills (the shared set testaments_fr, CC BY 4.0)."""


class Pen(NamedTuple):
    """A font, how high its capitals are written (pixels at 200 an inch), its colour, and whether it is like a hand."""

    name: str
    height: int
    colour: tuple[int, int, int]
    by_hand: bool


def pen(hand: str, chance: Random) -> Pen:
    """What fills in one page: "typed" or "hand"."""
    name = chance.choice(sorted(tomllib.loads(FONTS.read_text(encoding="utf-8"))[hand]))
    by_hand = hand == "hand"
    colours = (
        ((28, 46, 138), (20, 22, 30), (46, 60, 110), (12, 20, 84)) if by_hand else ((12,) * 3, (30,) * 3, (48,) * 3)
    )
    height = chance.randint(22, 31) if by_hand else chance.randint(17, 23)
    return Pen(name=name, height=height, colour=chance.choice(colours), by_hand=by_hand)


@lru_cache(maxsize=64)
def font_file(name: str) -> bytes:
    """The font out of its package as npm packs it; kept in FAIRHAND_BENCH_CACHE where that is set."""
    kept = Path(os.environ.get("FAIRHAND_BENCH_CACHE") or ".bench-cache") / "second-fonts" / f"{name}.woff"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory() as folder:
            asked = ["npm", "pack", "--silent", f"@fontsource/{name}@5.3.0"]
            done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=True)
            with tarfile.open(Path(folder) / done.stdout.split()[-1]) as packed:
                member = packed.extractfile(f"package/files/{name}-latin-400-normal.woff")
                assert member is not None
                kept.write_bytes(member.read())
    content = kept.read_bytes()
    wanted = {k: v for some in tomllib.loads(FONTS.read_text(encoding="utf-8")).values() for k, v in some.items()}
    if hashlib.sha256(content).hexdigest() != wanted[name]:
        raise SystemExit(f"The font {kept} is not the one that this world is written in.")
    return content


@lru_cache(maxsize=512)
def font(name: str, height: float) -> ImageFont.FreeTypeFont:
    """The font at the size at which its capitals are so high, in pixels of the page."""
    tried = ImageFont.truetype(io.BytesIO(font_file(name)), 200)
    top, bottom = tried.getbbox("H")[1::2]
    return ImageFont.truetype(io.BytesIO(font_file(name)), max(8, round(200 * height / (bottom - top))))


class Page:
    """A page being filled in: the layer of its ink, white where there is ink."""

    def __init__(self, form: Form, used: Pen, chance: Random) -> None:
        blank = form.blanks[0]
        assert blank.path is not None
        self.form, self.used, self.chance = form, used, chance
        size = [round(side * SCALE) for side in blank.size]
        self.paper = Image.open(blank.path).convert("RGB").resize((size[0], size[1]), Image.Resampling.LANCZOS)
        self.layer = Image.new("L", self.paper.size)
        self.draw = ImageDraw.Draw(self.layer)
        self.on_will = used.by_hand and form.name == "fiche-stage" and chance.random() < WILLS_SHARE
        self.flush_right = chance.random() < (0.3 if used.by_hand else 0.6)

    def fill(self, truth: Mapping[str, str]) -> dict[str, str]:
        """Write the truth; what is written on the page comes back."""
        written = dict(truth)
        combs = words()["combs"] if self.form.name == "solicitud-alta" else {}
        for key, field, box in field_boxes(self.form, 1):
            said, name = truth[str(key)], str(key)
            if field.type == "signature":
                if said == "true":
                    self.sign(box)
            elif field.type == "checkbox":
                if said == "true":
                    self.tick(box)
            elif name == "remarks" and said and self.on_will:
                written[name] = self.paste(box)
            elif said and name in combs:
                for place, letter in enumerate(said):
                    self.letter(box, place, combs[name], letter)
            elif said:
                self.write(box, said, field.type in ("amount", "integer"))
        return written

    def write(self, box: Box, text: str, is_number: bool) -> None:
        """A text in its box, smaller where it would not fit."""
        chance, room, height = self.chance, (box.width - 18) * SCALE, min(self.used.height, 0.62 * box.height)
        face = font(self.used.name, height * SCALE)
        while face.getlength(text) > room and height > 9:
            height -= 1
            face = font(self.used.name, height * SCALE)
        slack = room - face.getlength(text)
        x = (
            box.x0 * SCALE
            + 12
            + (slack if is_number and self.flush_right else chance.uniform(0, max(0, min(24, slack))))
        )
        if self.form.name == "fiche-stage":
            y = (box.y1 - chance.uniform(8, 14)) * SCALE
        else:
            y = ((box.y0 + box.y1 + height) / 2 + chance.uniform(-3, 4)) * SCALE
        if not self.used.by_hand:
            self.draw.text((x, y), text, fill=255, font=face, anchor="ls")
            return
        slope = chance.uniform(-0.012, 0.012)
        for word in text.split(" "):
            wide = face.getlength(word + " ") * chance.uniform(0.93, 1.04)
            self.stamp(word, face, x, y + chance.uniform(-3, 3))
            x, y = x + wide, y + slope * wide

    def stamp(self, word: str, face: ImageFont.FreeTypeFont, x: float, y: float, turn: float = 1.4) -> None:
        """A word with its baseline at a place, turned a little."""
        size = (int(face.getlength(word)) + 60, int(face.size * 2.4))
        tile = Image.new("L", size)
        ImageDraw.Draw(tile).text((30, size[1] * 0.62), word, fill=255, font=face, anchor="ls")
        tile = tile.rotate(self.chance.gauss(0, turn), Image.Resampling.BICUBIC, center=(30, size[1] * 0.62))
        self.layer.paste(255, (round(x - 30), round(y - size[1] * 0.62)), tile)

    def letter(self, box: Box, place: int, cells: int, letter: str) -> None:
        """A letter in its cell of a comb."""
        face = font(self.used.name, min(self.used.height + 2, 28) * SCALE)
        x = (box.x0 + box.width * (place + 0.5) / cells) * SCALE - face.getlength(letter) / 2
        y = ((box.y0 + box.y1) / 2 + min(self.used.height + 2, 28) / 2) * SCALE
        if self.used.by_hand:
            x, y = x + self.chance.gauss(0, 4), y + self.chance.gauss(0, 3.5)
        self.stamp(letter, face, x, y, 4.0 if self.used.by_hand else 0.0)

    def tick(self, box: Box) -> None:
        """A mark in a box: an X of the machine, or a cross, a hook or a scrawl by hand."""
        kind = self.chance.choice(("cross", "hook", "scrawl", "cross")) if self.used.by_hand else "cross"
        points = {
            "cross": (((0.05, 0.1), (0.95, 0.9)), ((0.9, 0.05), (0.1, 0.95))),
            "hook": (((0.1, 0.5), (0.4, 0.95), (1.15, -0.2)),),
            "scrawl": (((0.1, 0.3), (0.9, 0.2), (0.15, 0.5), (0.9, 0.55), (0.1, 0.8), (0.85, 0.85)),),
        }[kind]
        loose = 0.1 if self.used.by_hand else 0.0
        for stroke in points:
            line = [
                (
                    (box.x0 + box.width * (u + self.chance.uniform(-loose, loose))) * SCALE,
                    (box.y0 + box.height * (v + self.chance.uniform(-loose, loose))) * SCALE,
                )
                for u, v in stroke
            ]
            self.draw.line(line, fill=255, width=self.chance.randint(4, 6), joint="curve")

    def sign(self, box: Box) -> None:
        """A scrawl that runs through its box from left to right."""
        made = numpy.random.default_rng(self.chance.getrandbits(32))
        steps = made.normal(0, 1, (2, 240))
        smooth = numpy.array([numpy.convolve(each, numpy.hanning(17), "same") for each in steps])
        x = numpy.linspace(0.1, made.uniform(0.5, 0.8), 240) + 0.018 * smooth[0]
        y = 0.5 + 0.075 * smooth[1] * numpy.linspace(1.4, 0.5, 240)
        line = numpy.stack((box.x0 + box.width * x, box.y0 + box.height * numpy.clip(y, 0.02, 0.98)), 1) * SCALE
        self.draw.line([(float(u), float(v)) for u, v in line], fill=255, width=5, joint="curve")

    def paste(self, box: Box) -> str:
        """A line of a real will, pasted with its ink; what it says."""
        file, text = self.chance.choice(words()["wills"])
        path = SHARED / "testaments_fr" / file
        if not path.is_file():
            raise SystemExit(f"{path} is missing: FAIRHAND_SHARED_DATA says where the shared sets lie.")
        line = numpy.asarray(Image.open(path).convert("L"), numpy.float32)
        paper = cv2.GaussianBlur(cv2.dilate(line, numpy.ones((25, 25))), (0, 0), 15)
        ink = numpy.clip((paper - line - 25) / 70, 0, 1)
        share = min(box.height * 1.15 * SCALE / line.shape[0], (box.width - 20) * SCALE / line.shape[1])
        small = numpy.clip(2.2 * cv2.resize(ink, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), 0, 1)
        tile = Image.fromarray((255 * small).astype(numpy.uint8))
        self.layer.paste(255, (round(box.x0 * SCALE) + 12, round(box.y1 * SCALE - tile.height)), tile)
        return str(text)

    def picture(self) -> NDArray[Any]:
        """The page with its ink on it."""
        ink: NDArray[Any] = numpy.asarray(self.layer, numpy.float32) / 255
        made = numpy.random.default_rng(self.chance.getrandbits(32))
        ink = wavering(ink, made) if self.used.by_hand else ink * (0.86 + 0.14 * clouds(made, ink.shape, 9))
        paper, colour = numpy.asarray(self.paper, numpy.float32), numpy.array(self.used.colour, numpy.float32)
        return numpy.asarray(paper + (numpy.minimum(paper, colour) - paper) * ink[..., None] * 0.94, numpy.uint8)


def clouds(made: numpy.random.Generator, shape: tuple[int, ...], cell: float) -> NDArray[Any]:
    """Smooth noise from 0 to 1 whose blots are about so many pixels wide."""
    small = made.random((int(shape[0] / cell) + 2, int(shape[1] / cell) + 2), numpy.float32)
    return numpy.clip(cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), 0, 1)


def wavering(ink: NDArray[Any], made: numpy.random.Generator) -> NDArray[Any]:
    """The ink as a hand makes it: letters bent each in its own way, strokes thicker, thinner and paler."""
    height, width = ink.shape
    reach, cell = made.uniform(4, 9), made.uniform(28, 45)
    x, y = numpy.meshgrid(numpy.arange(width, dtype=numpy.float32), numpy.arange(height, dtype=numpy.float32))
    bent = cv2.remap(
        ink,
        x + reach * (clouds(made, ink.shape, cell) - 0.5),
        y + reach * (clouds(made, ink.shape, cell) - 0.5),
        cv2.INTER_LINEAR,
    )
    soft: Any = cv2.GaussianBlur(bent, (0, 0), made.uniform(0.6, 1.6))
    soft /= numpy.percentile(soft[bent > 0.7], 50)
    level = made.uniform(0.35, 0.6) + 0.2 * (clouds(made, ink.shape, 60) - 0.5)
    return numpy.asarray(numpy.clip((soft - level) * 3 + 0.5, 0, 1) * (0.72 + 0.28 * clouds(made, ink.shape, 24)))
