"""Writing that goes on across the side of its box: what stands inside may lack a letter, or have another box's."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
from PIL import Image

from tests.transcribe.ink.made_pages import framed_blank
from tests.transcribe.ink.test_comb_compaction import Says
from transcribe.geometry import Box
from transcribe.ink import ink_layer
from transcribe.model import Blank, Field, Form, Page
from transcribe.recognition import form_fields, form_page

if TYPE_CHECKING:
    from transcribe.model import Picture

SIDE = 400
QUANTITY, UNIT = Box(200, 200, SIDE, 240), Box(SIDE, 200, 600, 240)
BELOW = Box(200, 240, SIDE, 280)


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two rows of a narrow table, their columns parted by a thin line, under a printed title."""
    return framed_blank(tmp_path_factory.mktemp("blank"), QUANTITY, UNIT, BELOW, line=1)


def page_with(blank: Path, *texts: tuple[str, int]) -> Picture:
    """The form with each text written so that it begins at this x."""
    page = (numpy.asarray(Image.open(blank), dtype=numpy.float32) * 0.9).astype(numpy.uint8)
    for text, x in texts:
        cv2.putText(page, text, (x, 232), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 40, 2)
    return page


def goes_on(blank: Path, *texts: tuple[str, int]) -> list[bool]:
    inks = ink_layer(page_with(blank, *texts), str(blank)).inks([QUANTITY, UNIT, BELOW])
    return [each.goes_on for each in inks]


@pytest.mark.parametrize("x", [SIDE - 24, SIDE - 22, SIDE - 17])
def test_a_letter_across_the_side_or_the_next_one_behind_it_tells_of_both_boxes(blank: Path, x: int) -> None:
    assert goes_on(blank, ("25", x)) == [True, True, False]


def test_writing_that_keeps_its_distance_from_the_side_goes_on_in_no_box(blank: Path) -> None:
    assert goes_on(blank, ("25", SIDE - 42), ("kg", SIDE + 8)) == [False, False, False]
    assert goes_on(blank, ("25", SIDE - 42)) == goes_on(blank) == [False, False, False]


def test_a_line_across_the_side_is_no_letter(blank: Path) -> None:
    page = page_with(blank, ("25", SIDE - 100))
    cv2.line(page, (SIDE - 40, 214), (SIDE + 60, 225), 40, 2)
    assert not ink_layer(page, str(blank)).inks([QUANTITY])[0].goes_on


@pytest.mark.parametrize(("x", "flags"), [(SIDE - 22, {"partly read"}), (SIDE - 60, set[str]())])
def test_what_is_read_there_may_be_a_part(blank: Path, x: int, flags: set[str]) -> None:
    form = Form(
        name="made",
        version=1,
        title={"en": "made"},
        fields=(Field(name="quantity", label={"en": "Quantity"}, type="integer", box=QUANTITY),),
        tables=(),
        languages=("eng",),
        locale="en_GB",
        currency="EUR",
        digest="made",
        blanks=(Blank(path=str(blank), size=(1654, 2339)),),
    )
    page = page_with(blank, ("25", x))
    layer = ink_layer(page, str(blank))
    here = form_fields.Circumstances(scan="s" * 64, at=datetime(2025, 3, 14, tzinfo=UTC), fit=1.0, quality=1.0)
    regions = form_fields.field_regions(form, 1, layer)
    (found,) = form_page.readings(Page(number=1, picture=page), layer, regions, [Says(text="2")], here)
    assert (found.text, found.flags) == ("2", frozenset(flags))
