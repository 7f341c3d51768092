"""Ink of the shared real sets pasted into boxes: answers of FUNSD's scanned forms, lines of handwritten wills.

The sets lie beside the repository (FAIRHAND_SHARED_DATA says where). FUNSD may be used for research only: what is made
of it stays in the cache.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy
from PIL import Image

from tests.bench.world.sheet import Sheet, Spot
from tests.bench.world.writing import Ink

SHARED = Path(__file__).parents[4] / "shared" / "data"
TYPES = ("text", "name", "address")
"""Types of fields that any line of text may stand in."""

LENGTHS = (4, 44)
"""Characters of what is pasted."""

MAX_LINE_HEIGHT_PX = 21
"""Of a box of FUNSD that holds one line: a typewriter's is 12 to 17 pixels high."""

WILL_SHARE = 0.2
"""Of what is pasted into boxes that are long enough for a line of a will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrap:
    """A line of real writing: its picture, where on it, and what it says."""

    file: str
    area: tuple[int, int, int, int] | None
    text: str
    ratio: float
    """Width over height."""


def paste(sheet: Sheet, truth: dict[str, str], chance: random.Random) -> tuple[Ink, dict[str, str]]:
    """Ink of scraps in the fields that are filled in and take any text, and what they say."""
    said: dict[str, str] = {}
    layer = numpy.zeros((sheet.picture.height, sheet.picture.width), numpy.uint8)
    for spot in sheet.spots:
        if spot.type in TYPES and truth[spot.key] and not spot.cells:
            scrap = _chosen(spot, chance)
            said[spot.key] = scrap.text
            _lay(layer, spot, scrap, sheet.scale, chance)
    return layer, said


def _chosen(spot: Spot, chance: random.Random) -> Scrap:
    """A scrap that is not too long for the box."""
    x0, y0, x1, y1 = spot.box
    room = (x1 - x0 - 20) / ((y1 - y0) * 0.5)
    forms, wills = _scraps()
    fitting = [each for each in wills if each.ratio < room] if chance.random() < WILL_SHARE else []
    return chance.choice(fitting or [each for each in forms if each.ratio < room] or forms[:1])


def _lay(layer: Ink, spot: Spot, scrap: Scrap, scale: float, chance: random.Random) -> None:
    """The scrap's ink in the spot's box, as high as writing is there."""
    x0, y0, x1, y1 = (round(value * scale) for value in spot.box)
    with Image.open(scrap.file) as image:
        grey = numpy.asarray(image.convert("L").crop(scrap.area) if scrap.area else image.convert("L"), numpy.uint8)
    ink = _ink(grey)
    high = min((y1 - y0) * (0.5 if scrap.area else 0.8), (x1 - x0 - 20 * scale) / scrap.ratio)
    ink = numpy.asarray(cv2.resize(ink, (round(high * scrap.ratio), round(high)), interpolation=cv2.INTER_CUBIC))
    left = x0 + round(chance.uniform(6, 16) * scale)
    top = y0 + round((y1 - y0 - ink.shape[0]) * chance.uniform(0.4, 0.6))
    part = layer[top : top + ink.shape[0], left : left + ink.shape[1]]
    numpy.maximum(part, ink[: part.shape[0], : part.shape[1]], out=part)


def _ink(grey: Ink) -> Ink:
    """How much darker than the paper around it each pixel is."""
    side = max(3, min(grey.shape) // 2 * 2 + 1)
    paper = cv2.GaussianBlur(cv2.dilate(grey, numpy.ones((side, side), numpy.uint8)), (0, 0), side)
    darker = numpy.clip(paper.astype(numpy.float32) - grey - 18, 0, None)
    return numpy.asarray(numpy.clip(darker / max(40.0, float(numpy.percentile(darker, 99))) * 255, 0, 255), numpy.uint8)


@cache
def _scraps() -> tuple[Sequence[Scrap], Sequence[Scrap]]:
    """Lines of forms and lines of wills."""
    shared = Path(os.environ.get("FAIRHAND_SHARED_DATA") or SHARED)
    if not (shared / "funsd" / "lines.jsonl").is_file():
        raise SystemExit(f"{shared} has no funsd/lines.jsonl: say where the shared sets are by FAIRHAND_SHARED_DATA")
    forms = []
    for line in (shared / "funsd" / "lines.jsonl").read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        for each in page["entities"]:
            x0, y0, x1, y1 = each["box"]
            if each["label"] == "answer" and y1 - y0 <= MAX_LINE_HEIGHT_PX and _is_usable(each["text"]):
                area = (x0 - 2, y0 - 2, x1 + 2, y1 + 2)
                ratio = (x1 - x0 + 4) / (y1 - y0 + 4)
                forms.append(
                    Scrap(file=str(shared / "funsd" / page["file"]), area=area, text=each["text"], ratio=ratio)
                )
    wills = []
    for line in (shared / "testaments_fr" / "lines.jsonl").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        file = shared / "testaments_fr" / told["file"]
        with Image.open(file) as image:
            ratio = image.width / image.height
        wills.append(Scrap(file=str(file), area=None, text=told["fields"]["text"], ratio=ratio))
    return forms, wills


def _is_usable(text: str) -> bool:
    return LENGTHS[0] <= len(text) <= LENGTHS[1] and "<" not in text and any(map(str.isalpha, text))
