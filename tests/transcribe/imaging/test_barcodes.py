"""Barcodes in a field's box are read, and nothing is read where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy
import pytest
import zxingcpp

from transcribe.geometry import Box
from transcribe.imaging.barcodes import barcodes

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
    [found] = barcodes(label(kind, text), BOX)
    assert (found.text, found.checked) == (text, True)
    assert 60 < found.box.y0 < found.box.y1 < 260


def test_writing_is_no_barcode() -> None:
    page = numpy.full((400, 800), 240, numpy.uint8)
    page[120:180, 100:600:37] = 20
    assert barcodes(page, BOX) == []


def test_a_box_at_the_edge_or_without_size_gives_nothing() -> None:
    page = numpy.full((400, 800), 240, numpy.uint8)
    assert barcodes(page, Box(790, 390, 800, 400)) == []
    assert barcodes(page, Box(10, 10, 10, 10)) == []


def test_a_barcode_of_a_kind_that_needs_no_check_proves_nothing() -> None:
    [found] = barcodes(label(zxingcpp.BarcodeFormat.Code39, "BC-2025"), BOX)
    assert (found.text, found.checked) == ("BC-2025", False)


def test_a_barcode_beside_the_box_and_one_of_two_in_it_prove_nothing() -> None:
    page = label(zxingcpp.BarcodeFormat.EAN13, "3017620422003")
    beside = barcodes(page, Box(60, 190, 700, 400))
    assert [each.checked for each in beside] == [False]
    other = numpy.asarray(zxingcpp.create_barcode("17", zxingcpp.BarcodeFormat.QRCode).to_image(scale=3))
    page[100 : 100 + other.shape[0], 500 : 500 + other.shape[1]] = numpy.where(other > 127, 240, 20)
    both = barcodes(page, BOX)
    assert {each.text for each in both} == {"3017620422003", "17"}
    assert not any(each.checked for each in both)
