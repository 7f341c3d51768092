"""A barcode in a field's box: what engines read of its bars is set aside, what is printed beside them is not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
import zxingcpp
from PIL import Image

from tests.fakes import ScriptedEngine
from transcribe.forms import definition as forms
from transcribe.ink.ink_layer import ink_layer
from transcribe.model import Form, Page, Reading
from transcribe.recognition import form_fields, form_page

if TYPE_CHECKING:
    from transcribe.model import Picture

EAN = "4006381333931"
HERE = form_fields.Circumstances(scan="s", at=datetime(2025, 3, 14, tzinfo=UTC), fit=1.0, quality=1.0)


@pytest.fixture
def form(tmp_path: Path) -> Form:
    page = numpy.full((2339, 1654), 255, numpy.uint8)
    cv2.rectangle(page, (420, 250), (1300, 480), 0, 3)
    cv2.putText(page, "Article", (100, 320), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 2)
    Image.fromarray(page).save(tmp_path / "label.png")
    path = tmp_path / "label.toml"
    path.write_text(
        'name="label"\nversion=1\ntitle="Label"\nlanguages=["eng"]\nlocale="en_GB"\nblank="label.png"\n'
        '[[field]]\nname="article"\ntype="ean"\nbox=[430,260,1290,470]\n',
        encoding="utf-8",
    )
    return forms.load(path)


def stuck_on(form: Form, printed: str = "") -> Picture:
    """The form with a barcode in its field, and a number under the bars."""
    page = numpy.array(Image.open(form.blanks[0].path or ""))
    bars = numpy.asarray(zxingcpp.create_barcode(EAN, zxingcpp.BarcodeFormat.EAN13).to_image(scale=3))
    bars = cv2.resize(bars, (500, 110), interpolation=cv2.INTER_NEAREST)
    page[280:390, 500:1000] = bars
    cv2.putText(page, printed, (520, 445), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 20, 3)
    return page


def read(form: Form, page: Picture, *texts: str) -> dict[str, Reading]:
    """What each source says of the field; each text is one engine's."""
    sheet = ink_layer(page, form.blanks[0].path)
    engines = [ScriptedEngine(form=form, says={"article": text}, name=f"e{n}") for n, text in enumerate(texts)]
    found = form_page.readings(
        Page(number=1, picture=page), sheet, form_fields.field_regions(form, 1, sheet), engines, HERE
    )
    return {each.source.partition(" ")[0]: each for each in found}


def test_bars_are_no_writing(form: Form) -> None:
    said = read(form, stuck_on(form), "IIII1II", "")
    assert set(said) == {"zxing"}
    assert said["zxing"].text == EAN
    assert said["zxing"].flags == {"checks itself"}


@pytest.mark.parametrize(("text", "kept"), [(EAN, True), ("3017620422003", True), ("006381", False), ("II", False)])
def test_a_number_under_the_bars_is_a_reading_and_a_piece_of_it_is_none(form: Form, text: str, kept: bool) -> None:
    said = read(form, stuck_on(form, text), text)
    assert ("e0" in said) is kept
    assert not kept or (said["e0"].text, said["e0"].flags) == (text, frozenset())


def test_writing_without_a_barcode_is_read_as_ever(form: Form) -> None:
    page = numpy.array(Image.open(form.blanks[0].path or ""))
    cv2.putText(page, EAN, (520, 400), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 20, 3)
    assert read(form, page, EAN)["e0"].text == EAN
    assert set(read(form, page, "", EAN)) == {"e0", "e1"}
