"""The contract of OCR engines, over every engine in the folder, on real print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFont

from transcribe import ocr
from transcribe.errors import EngineError, EngineMissing
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


@pytest.fixture(scope="module", params=ocr.names())
def engine(request: pytest.FixtureRequest) -> Engine:
    if problem := ocr.problem(request.param, ("fra",)):
        pytest.skip(f"{request.param} cannot read here: {problem}")
    return ocr.load(request.param, ("fra",))


def together(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("shadow", [False, True])
def test_it_reads_each_box_with_accents(engine: Engine, shadow: bool) -> None:
    read = engine.words(Page(number=1, picture=printed(shadow)), list(LINES))
    assert [together("".join(word.text for word in words)) for words in read] == [
        together(text) for text in LINES.values()
    ]


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


def test_the_whole_page_is_one_list_with_lines_apart(engine: Engine) -> None:
    (words,) = engine.words(Page(number=1, picture=printed()))
    text = "".join(word.text for word in words)
    assert "BC-2025-0417" in text
    assert "48,90" in text
    lines = {word.line for word in words}
    assert len(lines) == 2


@pytest.mark.promise("never a made-up number;")
def test_confidences_are_shares(engine: Engine) -> None:
    (words,) = engine.words(Page(number=1, picture=printed()))
    assert words
    assert all(word.confidence is None or 0.0 <= word.confidence <= 1.0 for word in words)


def test_a_colour_picture_reads_like_a_grey_one(engine: Engine) -> None:
    grey = printed()
    colour = numpy.repeat(grey[:, :, numpy.newaxis], 3, axis=2)
    boxes = list(LINES)
    texts = [
        [[word.text for word in words] for words in engine.words(Page(number=1, picture=picture), boxes)]
        for picture in (grey, colour)
    ]
    assert texts[0] == texts[1]


def test_the_source_begins_with_the_engines_name(engine: Engine) -> None:
    assert engine.source.startswith(engine.name + " ")
    assert engine.name in ocr.names()


def test_nothing_is_wrong_with_what_is_installed(engine: Engine) -> None:
    assert ocr.problem(engine.name, ("fra",)) is None


def test_a_language_that_is_not_installed_is_named_with_its_package() -> None:
    with pytest.raises(EngineMissing, match="apt-get install tesseract-ocr-kat"):
        ocr.load("tesseract", ("kat",))


def test_an_unknown_engine_lists_the_known_ones() -> None:
    with pytest.raises(EngineMissing, match="rapidocr, tesseract"):
        ocr.load("crystal-ball", ("fra",))


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
        (8, True),
        pytest.param(16, True, marks=pytest.mark.soak),
        pytest.param(160, False, marks=pytest.mark.soak),
        pytest.param(30, True, marks=pytest.mark.soak),
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


@pytest.mark.parametrize("height", [3000, pytest.param(9000, marks=pytest.mark.soak)])
def test_a_strip_of_a_few_pixels_gives_no_words_and_no_error(engine: Engine, height: int) -> None:
    picture = numpy.full((height, 20), 255, numpy.uint8)
    assert len(list(tiles(picture))) > 1
    assert engine.words(Page(number=1, picture=picture)) == [[]]
