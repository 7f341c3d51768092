"""Barcodes on a page of free layout are read for the fields that they fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy
import zxingcpp

from transcribe.extraction.barcode_fields import with_barcodes
from transcribe.extraction.locate import Located, locate
from transcribe.forms import definition as forms
from transcribe.model import Field, Form, Page, Picture

NOW = datetime(2025, 6, 1, tzinfo=UTC)
EAN = zxingcpp.BarcodeFormat.EAN13


def receipt(*more: Field) -> Form:
    form = forms.load("receipt")
    return replace(form, fields=(*form.fields, *more))


def field(name: str, type: str, pattern: str | None = None) -> Field:
    return Field(name=name, type=type, label={"en": name}, pattern=pattern)


def page(*codes: tuple[zxingcpp.BarcodeFormat, str]) -> Picture:
    shown = numpy.full((1000, 900), 250, numpy.uint8)
    for number, (kind, text) in enumerate(codes):
        bars = numpy.asarray(zxingcpp.create_barcode(text, kind).to_image(scale=3))[:200]
        shown[100 + 300 * number : 100 + 300 * number + bars.shape[0], 80 : 80 + bars.shape[1]] = bars
    return shown


def found(form: Form, shown: Picture) -> Located:
    pages = [Page(number=1, picture=shown)]
    return with_barcodes("s", pages, form, locate("s", pages, {"one 1": {1: []}}, form, NOW), NOW)


def said(form: Form, shown: Picture) -> dict[str, str | None]:
    readings = found(form, shown).readings
    return {each.key.name: each.text for each in readings if each.source.startswith("zxing")}


ARTICLE, PARCEL = field("article", "ean"), field("parcel", "code", r"PC-\d{4}")


def test_a_barcode_is_read_for_the_field_that_it_fits() -> None:
    shown = page((EAN, "3017620422003"), (zxingcpp.BarcodeFormat.Code128, "PC-2025"))
    assert said(receipt(ARTICLE, PARCEL), shown) == {
        "article": "3017620422003",
        "parcel": "PC-2025",
    }
    assert said(receipt(field("number", "code")), shown) == {}


def test_two_different_barcodes_that_fit_are_of_nobody_knows_what() -> None:
    assert said(receipt(ARTICLE), page((EAN, "3017620422003"), (EAN, "4006381333931"))) == {}


def test_a_field_that_no_engine_found_is_shown_where_its_barcode_stands_and_is_not_proven_by_it() -> None:
    located = found(receipt(ARTICLE), page((EAN, "3017620422003")))
    place = next(each for each in located.places if each.key.name == "article")
    assert place.box.y0 < 300
    assert place.box.y1 < 600
    assert place.confidence is None
    assert all("checks itself" not in each.flags for each in located.readings)
