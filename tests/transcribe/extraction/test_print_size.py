"""The size of print on a page of free layout is measured, and print that its rim cuts is told."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy
import pytest
from PIL import Image

from transcribe.extraction.print_size import LETTER_HEIGHT_PX, share_inside, text_scale
from transcribe.geometry import Box
from transcribe.model import Picture, Word

CASES = Path(__file__).parents[2] / "cases"
CONTRAST = 120.0


def receipt(size: float = 1.0) -> Picture:
    with Image.open(CASES / "receipt-007.jpg") as file:
        shown = file.convert("RGB").resize((round(file.width * size), round(file.height * size)))
    return numpy.asarray(shown, numpy.uint8)


def word(height: int) -> Word:
    return Word(text="Total", box=Box(10, 10, 80, 10 + height), confidence=0.9)


def test_words_say_how_large_the_print_is() -> None:
    page = receipt()
    assert text_scale(page, [word(18)] * 12, CONTRAST) == pytest.approx(1.0)
    assert text_scale(page, [word(6)] * 12, CONTRAST) == pytest.approx(1 / 3)


def test_where_no_words_are_read_letters_say_it() -> None:
    whole, small = text_scale(receipt(), [], CONTRAST), text_scale(receipt(0.3), [], CONTRAST)
    assert whole > 0.8
    assert small < 0.5
    assert text_scale(numpy.full((500, 400), 250, numpy.uint8), [], CONTRAST) == 1.0


def test_print_that_the_rim_cuts_is_told() -> None:
    page = receipt()
    height = text_scale(page, [], CONTRAST) * LETTER_HEIGHT_PX
    assert share_inside(page, height, CONTRAST) > 0.95
    assert share_inside(numpy.ascontiguousarray(page[:, :300]), height, CONTRAST) <= 0.925
    assert share_inside(numpy.ascontiguousarray(page[:420]), height, CONTRAST) <= 0.925


def test_a_table_beside_the_page_is_no_print() -> None:
    table: Picture = numpy.full((900, 700), 70, numpy.uint8)
    for row in range(0, 900, 24):
        cv2.putText(table, "grain grain grain", (-8, row), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 10, 2)
    table[120:780, 120:580] = 240
    assert share_inside(table, 15.0, CONTRAST) == 1.0


def test_a_page_without_pixels_to_spare_is_no_error() -> None:
    tiny = numpy.full((6, 6, 3), 255, numpy.uint8)
    assert text_scale(tiny, [], CONTRAST) == 1.0
    assert share_inside(tiny, 13.0, CONTRAST) == 1.0
