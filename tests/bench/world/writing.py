"""Ink on a form: values typed or by hand, marks and signatures, as one layer of how much ink lies where."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tests.bench.world import fonts
from tests.bench.world.sheet import Area, Sheet, Spot

Ink = NDArray[numpy.uint8]
"""How much ink lies on each pixel, 0 to 255."""

MIN_SIZE = 20
"""The smallest letters that anybody writes, in pixels of the blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """A font, how large it is written, and whether it is a hand's."""

    path: str
    share: float
    by_hand: bool


def pens(hand: str, cache: Path) -> list[Pen]:
    """Every pen of a hand: fonts like handwriting for "hand", of print for any other."""
    if hand != "hand":
        return [Pen(path=str(fonts.DEBIAN / name), share=1.0, by_hand=False) for name in fonts.TYPED]
    return [Pen(path=str(fonts.hand(name, cache)), share=share, by_hand=True) for name, share in fonts.HANDS.items()]


def written(sheet: Sheet, truth: dict[str, str], pen: Pen, chance: random.Random) -> Ink:
    """The ink of everything that is filled in."""
    layer = Image.new("L", sheet.picture.size, 0)
    size = (chance.uniform(30, 36) if pen.by_hand else chance.uniform(25, 31)) * pen.share
    habit = Habit(size=size, left=chance.uniform(6, 22), slope=chance.uniform(-0.012, 0.012), lift=chance.uniform(0, 5))
    for spot in sheet.spots:
        said = truth[spot.key]
        x0, y0, x1, y1 = (round(value * sheet.scale) for value in spot.box)
        area = (x0, y0, x1, y1)
        if spot.type == "checkbox":
            if said == "true":
                _tick(layer, area, pen, sheet.scale, chance)
        elif spot.type == "signature":
            if said == "true":
                _signature(layer, area, sheet.scale, chance)
        elif said and spot.cells:
            _in_cells(layer, spot, said, pen, habit, sheet.scale, chance)
        elif said:
            _line(layer, area, said, pen, habit, sheet.scale, chance)
    return numpy.asarray(layer, dtype=numpy.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How one person writes on one page: letters' size, margin at the left, slope of lines, height over the line."""

    size: float
    left: float
    slope: float
    lift: float


def _line(
    layer: Image.Image, area: Area, said: str, pen: Pen, habit: Habit, scale: float, chance: random.Random
) -> None:
    """One line of writing in its box, made smaller where it would not fit."""
    x0, y0, x1, y1 = area
    size = min(habit.size * (chance.uniform(0.93, 1.07) if pen.by_hand else 1.0), (y1 - y0) / scale * 0.78 * pen.share)
    room = x1 - x0 - (habit.left + 4) * scale
    used = fonts.sized(pen.path, round(size * scale))
    if used.getlength(said) > room:
        used = fonts.sized(
            pen.path, round(max(MIN_SIZE * pen.share, size * room / scale / used.getlength(said) * scale) * scale)
        )
    x = x0 + habit.left * scale * (chance.uniform(0.5, 1.5) if pen.by_hand else 1.0)
    x = max(x0 + 3 * scale, min(x, x1 - used.getlength(said) - 3 * scale))
    base = y1 - (y1 - y0) * 0.24 - habit.lift * scale * 0.6
    if not pen.by_hand:
        ImageDraw.Draw(layer).text((x, base), said, font=used, fill=255, anchor="ls")
        return
    base += chance.uniform(-3, 4) * scale
    slope = habit.slope + chance.uniform(-0.008, 0.008)
    for number, letter in enumerate(said):
        along = used.getlength(said[: number + 1]) - used.getlength(letter)
        rise = math.sin(number * 0.9 + base) * 0.8 * scale + along * slope
        _letter(layer, letter, used, (x + along, base + rise), chance)


def _letter(
    layer: Image.Image, letter: str, used: ImageFont.FreeTypeFont, at: tuple[float, float], chance: random.Random
) -> None:
    """One letter a little turned, as no hand writes it twice the same."""
    if letter == " ":
        return
    side = round(used.size * 3)
    tile = Image.new("L", (side, side), 0)
    ImageDraw.Draw(tile).text((side // 3, side * 2 // 3), letter, font=used, fill=chance.randint(225, 255), anchor="ls")
    tile = tile.rotate(chance.uniform(-2.2, 2.2), Image.Resampling.BICUBIC, center=(side // 3, side * 2 // 3))
    place = (round(at[0] - side // 3), round(at[1] - side * 2 // 3 + chance.uniform(-0.02, 0.02) * used.size))
    _lay(layer, tile, place)


def _lay(layer: Image.Image, tile: Image.Image, at: tuple[int, int]) -> None:
    """The ink of a tile over what lies there already."""
    box = (at[0], at[1], at[0] + tile.width, at[1] + tile.height)
    under = layer.crop(box)
    layer.paste(Image.fromarray(numpy.maximum(numpy.asarray(under), numpy.asarray(tile))), at)


def _in_cells(
    layer: Image.Image, spot: Spot, said: str, pen: Pen, habit: Habit, scale: float, chance: random.Random
) -> None:
    """One character to a box: what parts groups is printed, not written."""
    x0, y0, x1, y1 = (value * scale for value in spot.box)
    count, gaps = sum(spot.cells), len(spot.cells) - 1
    gap = 16 * scale
    cell = (x1 - x0 - gaps * gap) / count
    used = fonts.sized(pen.path, round(min(habit.size, 34 * pen.share) * scale))
    for group, place, letter in _cells(said, spot.cells):
        x = x0 + (sum(spot.cells[:group]) + place) * cell + group * gap
        x += (cell - used.getlength(letter)) / 2 + (chance.uniform(-3, 3) * scale if pen.by_hand else 0)
        _letter(layer, letter, used, (x, y1 - (y1 - y0) * 0.25), chance)


def _cells(said: str, groups: tuple[int, ...]) -> Iterator[tuple[int, int, str]]:
    """Group, place in it and character: parts of the text that are as many as the groups begin one each."""
    parts = re.findall(r"\w+", said)
    if len(parts) != len(groups):
        whole = "".join(parts)
        ends = [sum(groups[: number + 1]) for number in range(len(groups))]
        parts = [whole[end - size : end] for end, size in zip(ends, groups, strict=True)]
    for group, part in enumerate(parts):
        for place, letter in enumerate(part[: groups[group]]):
            yield group, place, letter.upper()


def _tick(layer: Image.Image, area: Area, pen: Pen, scale: float, chance: random.Random) -> None:
    """A cross or a hook; a machine types an X."""
    x0, y0, x1, y1 = area
    middle, middle_y, reach = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) * chance.uniform(0.3, 0.48)
    if not pen.by_hand:
        used = fonts.sized(pen.path, round((y1 - y0) * 0.72))
        ImageDraw.Draw(layer).text((middle, middle_y), "X", font=used, fill=255, anchor="mm")
        return
    at = [
        (middle + dx * reach + chance.uniform(-3, 3) * scale, middle_y + dy * reach + chance.uniform(-3, 3) * scale)
        for dx, dy in ((-1, -1), (1, 1), (-1, 1), (1, -1), (-0.9, 0), (-0.3, 0.8), (1.1, -1.1))
    ]
    strokes = [at[0:2], at[2:4]] if chance.random() < 0.6 else [at[4:7]]
    for stroke in strokes:
        ImageDraw.Draw(layer).line(stroke, fill=245, width=round(3.4 * scale), joint="curve")


def _signature(layer: Image.Image, area: Area, scale: float, chance: random.Random) -> None:
    """Loops that lean and run out to the right, unlike any letters."""
    x0, y0, x1, y1 = area
    width, height = (x1 - x0) * chance.uniform(0.4, 0.7), (y1 - y0) * chance.uniform(0.3, 0.5)
    start, base = x0 + (x1 - x0) * chance.uniform(0.08, 0.25), y0 + (y1 - y0) * chance.uniform(0.45, 0.6)
    turns, phase = chance.uniform(4, 8), chance.uniform(0, 6)
    points = []
    for step in range(400):
        part = step / 399
        angle = part * turns * 2 * math.pi + phase
        reach = height * (1 - 0.65 * part) * (0.6 + 0.4 * math.sin(phase + part * 9))
        x = start + width * part + math.cos(angle) * width * 0.05 + reach * 0.25 * math.sin(angle)
        points.append((x, base - reach * math.sin(angle)))
    pen = ImageDraw.Draw(layer)
    pen.line(points, fill=240, width=round(3 * scale), joint="curve")
    pen.line(
        [(start, base + height * 0.7), (start + width * 1.2, base + height * 0.4)], fill=240, width=round(2.6 * scale)
    )


@lru_cache(maxsize=64)
def letters(path: str) -> frozenset[str]:
    """The characters that a font draws as something else than its sign for a missing one."""
    used = fonts.sized(path, 40)
    missing = bytes(used.getmask("\uffff"))
    return frozenset(
        letter
        for letter in map(chr, (*range(33, 127), *range(161, 384), 0x20AC))
        if bytes(used.getmask(letter)) != missing
    )
