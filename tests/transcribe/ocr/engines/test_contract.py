"""The contract of OCR engines, over every engine that is installed.

Skipped with its name is one that cannot read here. Options come from the settings, as FAIRHAND_ENGINE__NAME__OPTION.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFont

from transcribe import ocr
from transcribe.geometry import Box
from transcribe.imaging import tiles
from transcribe.model import Page
from transcribe.ocr import Engine

if TYPE_CHECKING:
    from transcribe.model import Picture

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
LINES = {Box(40, 30, 760, 90): "Étagère métallique 48,90 €", Box(40, 130, 420, 190): "BC-2025-0417"}
EMPTY = Box(40, 300, 400, 360)


def printed(shadow: bool = False) -> Picture:
    image = Image.new("L", (800, 400), 245)
    draw = ImageDraw.Draw(image)
    for box, text in LINES.items():
        draw.text((box.x0 + 12, box.y0 + 10), text, font=ImageFont.truetype(FONT, 32), fill=25)
    picture = numpy.asarray(image, dtype=numpy.float32)
    light = numpy.linspace(1.0, 0.45, 800)[numpy.newaxis, :] if shadow else 1.0
    return (picture * light).astype(numpy.uint8)


def test_words_lie_inside_the_box_that_was_asked_for(engine: Engine) -> None:
    page = Page(number=1, picture=printed())
    for box, words in zip(LINES, engine.words(page, list(LINES)), strict=True):
        assert words
        for word in words:
            assert box.x0 - 6 <= word.box.x0 < word.box.x1 <= box.x1 + 6
            assert box.y0 - 6 <= word.box.y0 < word.box.y1 <= box.y1 + 6


@pytest.mark.promise("- one list for")
def test_an_empty_box_gives_no_words_and_keeps_its_place(engine: Engine) -> None:
    first_box, second_box = LINES
    first, empty, second = engine.words(Page(number=1, picture=printed()), [first_box, EMPTY, second_box])
    assert not empty
    assert first
    assert second


def test_a_box_outside_the_page_gives_nothing(engine: Engine) -> None:
    assert engine.words(Page(number=1, picture=printed()), [Box(900, 500, 1000, 560)]) == [[]]


def test_no_boxes_give_no_words(engine: Engine) -> None:
    assert engine.words(Page(number=1, picture=printed()), []) == []


@pytest.mark.promise("never a made-up number.")
def test_confidences_are_shares(engine: Engine) -> None:
    (words,) = engine.words(Page(number=1, picture=printed()))
    assert words
    assert all(word.confidence is None or 0.0 <= word.confidence <= 1.0 for word in words)


def test_the_source_begins_with_the_engines_name(engine: Engine) -> None:
    assert engine.source.startswith(engine.name + " ")
    assert engine.name in ocr.names()


def test_a_colour_picture_is_read_too(engine: Engine) -> None:
    colour = numpy.repeat(printed()[:, :, numpy.newaxis], 3, axis=2)
    assert len(engine.words(Page(number=1, picture=colour), list(LINES))) == len(LINES)


def test_stretches_are_boxes_or_none(engine: Engine) -> None:
    for box in engine.stretches(Page(number=1, picture=printed())) or ():
        assert box.x0 < box.x1
        assert box.y0 < box.y1


@pytest.mark.parametrize("height", [3000, pytest.param(9000, marks=pytest.mark.soak)])
def test_a_strip_of_a_few_pixels_gives_no_words_and_no_error(engine: Engine, height: int) -> None:
    picture = numpy.full((height, 20), 255, numpy.uint8)
    assert len(list(tiles(picture))) > 1
    assert engine.words(Page(number=1, picture=picture)) == [[]]
