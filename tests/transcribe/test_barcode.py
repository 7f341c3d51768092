"""Barcodes in a field's box are read, and nothing is read where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy
import pytest
import zxingcpp

from transcribe import barcode
from transcribe.model import Box

if TYPE_CHECKING:
    from transcribe.model import Picture

BOX = Box(60, 100, 700, 200)


def label(kind: zxingcpp.BarcodeFormat, text: str) -> Picture:
    made = numpy.asarray(zxingcpp.create_barcode(text, kind).to_image(scale=3))
    page = numpy.full((400, 800), 240, numpy.uint8)
    page[80 : 80 + made.shape[0], 100 : 100 + made.shape[1]] = numpy.where(made > 127, 240, 20)[:310]
    return page


@pytest.mark.parametrize(
    ("kind", "text"),
    [(zxingcpp.BarcodeFormat.EAN13, "3017620422003"), (zxingcpp.BarcodeFormat.Code128, "BC-2025-0417")],
)
def test_a_barcode_on_the_field_is_read(kind: zxingcpp.BarcodeFormat, text: str) -> None:
    assert barcode.barcodes(label(kind, text), BOX) == [text]


def test_writing_is_no_barcode() -> None:
    page = numpy.full((400, 800), 240, numpy.uint8)
    page[120:180, 100:600:37] = 20
    assert barcode.barcodes(page, BOX) == []


def test_a_box_at_the_edge_or_without_size_gives_nothing() -> None:
    page = numpy.full((400, 800), 240, numpy.uint8)
    assert barcode.barcodes(page, Box(790, 390, 800, 400)) == []
    assert barcode.barcodes(page, Box(10, 10, 10, 10)) == []
