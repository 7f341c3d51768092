"""A reading exam of every engine that is installed, on real print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.transcribe.ocr.engines.test_contract import FONT, LINES, printed
from transcribe import ocr
from transcribe.errors import EngineError, EngineMissing
from transcribe.imaging import tiles
from transcribe.model import Page
from transcribe.ocr import Engine

if TYPE_CHECKING:
    from transcribe.model import Picture


def together(text: str) -> str:
    return "".join(text.split())


READS_LESS_WELL = {"easyocr"}
"""Engines that know no accents and take a wide margin for a sign: they only confirm what others say."""


@pytest.mark.parametrize("shadow", [False, True])
def test_it_reads_each_box_with_accents(engine: Engine, shadow: bool) -> None:
    read = engine.words(Page(number=1, picture=printed(shadow)), list(LINES))
    for text, words in zip(LINES.values(), read, strict=True):
        said = together("".join(word.text for word in words))
        assert said == together(text) or (engine.name in READS_LESS_WELL and together(text)[-6:] in said)


def test_the_whole_page_is_one_list_with_lines_apart(engine: Engine) -> None:
    (words,) = engine.words(Page(number=1, picture=printed()))
    text = "".join(word.text for word in words)
    assert "BC-2025-0417" in text
    assert "48,90" in text
    lines = {word.line for word in words}
    assert len(lines) == 2


def test_a_colour_picture_reads_like_a_grey_one(engine: Engine) -> None:
    grey = printed()
    colour = numpy.repeat(grey[:, :, numpy.newaxis], 3, axis=2)
    boxes = list(LINES)
    texts = [
        [[word.text for word in words] for words in engine.words(Page(number=1, picture=picture), boxes)]
        for picture in (grey, colour)
    ]
    assert texts[0] == texts[1]


def test_a_language_that_is_not_installed_is_named_with_its_package() -> None:
    with pytest.raises(EngineMissing, match="apt-get install tesseract-ocr-kat"):
        ocr.load("tesseract", ("kat",))


def test_tesseract_that_takes_too_long_is_an_error_to_be_tried_again() -> None:
    from transcribe.ocr.engines.tesseract import Tesseract

    hurried = Tesseract(languages=("fra",), version="0", seconds=0.001)
    with pytest.raises(EngineError) as failed:
        hurried.words(Page(number=1, picture=printed()))
    assert failed.value.retry


def strip(lines: int) -> Picture:
    """A receipt of so many numbered lines, far longer than wide."""
    image = Image.new("L", (400, 60 * lines), 245)
    draw = ImageDraw.Draw(image)
    for number in range(lines):
        draw.text((20, 60 * number + 14), f"Article {number + 100}", font=ImageFont.truetype(FONT, 30), fill=25)
    return numpy.asarray(image)


@pytest.mark.parametrize(
    ("lines", "lying"),
    [
        (60, False),
        *(pytest.param(*each, marks=pytest.mark.soak) for each in ((8, True), (16, True), (160, False), (30, True))),
    ],
)
def test_a_long_strip_is_read_line_by_line_where_each_stands(engine: Engine, lines: int, lying: bool) -> None:
    picture = strip(lines)
    if lying:  # a strip that is wide and low
        picture = numpy.hstack([picture[60 * number : 60 * number + 60] for number in range(lines)])
    assert len(list(tiles(picture))) > 2
    (words,) = engine.words(Page(number=1, picture=picture))
    found = {word.text: word.box for word in words if word.text.isdigit()}
    right = [number for number in range(lines) if str(number + 100) in found]
    assert len(right) > 0.95 * lines
    for number in right:
        box, place = found[str(number + 100)], (400 * number, 0) if lying else (0, 60 * number)
        assert place[0] <= box.x0 < box.x1 <= place[0] + 400
        assert place[1] <= box.y0 < box.y1 <= place[1] + 60
