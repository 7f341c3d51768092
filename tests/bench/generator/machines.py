"""How the two engines misread: damaged glyphs both see, confusions, lost accents, cropped ends, an honest try at
confidence."""

from __future__ import annotations

import random
from collections.abc import Mapping

from tests.bench.generator.glyphs import like, without_accents
from tests.bench.generator.orders import Item, Shape
from tests.bench.generator.people import Said

SLIP = {"ocrA": 0.004, "ocrB": 0.008}
"""Chance of a confusion a printed character; three times that by hand."""


def engine_reading(item: Item, engine: str, shape: Shape, chance: random.Random) -> Said:
    """What an engine reads, with the lowest confidence of its characters."""
    slip = SLIP[engine] * (3 if item.by_hand else 1) * shape.noise * shape.print_noise
    taken_for = like(shape.print)
    text, start = _cropped(item, chance)
    seen, confidences, at = [], [], 0
    while at < len(text):
        glyph, wrong, taken = _glyph(item, text, at, start, slip, taken_for, chance)
        seen.append(glyph)
        confidences.append(chance.betavariate(7, 3.5) if wrong else chance.betavariate(22, 1.2))
        at += taken
    return Said(engine, "".join(seen), min(confidences, default=0.0))


def _cropped(item: Item, chance: random.Random) -> tuple[str, int]:
    """What of the text lies inside the crop, and where it starts."""
    if item.cropped and chance.random() < 0.8:
        from_left = item.number % 2 == 1
        return (item.written[1:], 1) if from_left else (item.written[:-1], 0)
    return item.written, 0


def _glyph(
    item: Item, text: str, at: int, start: int, slip: float, taken_for: Mapping[str, str], chance: random.Random
) -> tuple[str, bool, int]:
    """(what is seen, whether that is wrong, how many characters it stands for)."""
    glyph = text[at]
    if at + start in item.damage and chance.random() < 0.72:
        return item.damage[at + start], True, 1
    if at + start in item.serif and chance.random() < 0.5:
        return "7", True, 1
    if text[at : at + 2] == "rn" and chance.random() < slip * 6:
        return "m", True, 2
    if ord(glyph) > 127 and chance.random() < slip * 8:
        return without_accents(glyph), True, 1
    if chance.random() >= slip:
        return glyph, False, 1
    which = chance.random()
    if which < 0.78 and glyph in taken_for:
        return chance.choice(taken_for[glyph]), True, 1
    return ("" if which < 0.9 else glyph + chance.choice(".,'1l")), True, 1
