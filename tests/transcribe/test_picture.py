"""The picture of a page says in words, shape and colour what became of each field."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy
from PIL import Image

from transcribe.gathered import Gathered
from transcribe.model import Box, Decision, FieldKey, Place, Reads, Task
from transcribe.picture import COLOURS, DASHES, HEAD, draw

if TYPE_CHECKING:
    from transcribe.model import Picture

KEYS = [FieldKey("total"), FieldKey("date"), FieldKey("comment"), FieldKey("name")]


def reads() -> Reads:
    kept = Gathered()
    shown: Picture = numpy.full((900, 700), 255, numpy.uint8)
    kept.picture(1, shown)
    for row, key in enumerate(KEYS):
        box = Box(60, 100 + 150 * row, 560, 160 + 150 * row)
        kept.places.append(Place(scan="s", key=key, page=1, box=box, confidence=1.0))
    return kept.reads(1.0)


def decision(key: FieldKey, **said: object) -> Decision:
    shared = {"value": "12.50", "text": "12,50", "probability": 0.997, "method": "machines"}
    return Decision(key=key, evidence=(), readings=(), parameters=0, **{**shared, **said})  # type: ignore[arg-type]  # a table of keywords


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def test_each_fate_has_its_colour_around_the_field() -> None:
    outcomes: dict[FieldKey, Decision | Task] = {
        KEYS[0]: decision(KEYS[0]),
        KEYS[1]: Task(scan="s", key=KEYS[1], kind="read", reason="engines disagree"),
        KEYS[2]: decision(KEYS[2], value=None, text="", null="blank"),
    }
    picture = opened(draw(reads(), outcomes))
    assert picture.size == (700, 900 + HEAD)
    for row, fate in enumerate(("decided", "asked", "blank", "nothing")):
        colour = tuple(bytes.fromhex(COLOURS[fate].lstrip("#")))  # type: ignore[index]  # a closed list of fates
        left = [picture.getpixel((60, y)) for y in range(100 + 150 * row + HEAD, 135 + 150 * row + HEAD)]
        assert colour in left, fate


def test_fates_differ_in_shape_as_well_as_in_colour() -> None:
    assert len(set(DASHES.values())) == len(DASHES)


def test_a_page_that_is_not_there_is_said() -> None:
    assert opened(draw(reads(), {}, page=7)).size[1] < 100
