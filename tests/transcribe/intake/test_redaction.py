"""What is painted over of payment data, before anything of a page is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
from PIL import Image

from transcribe.geometry import Box
from transcribe.intake.redaction import PAINT_GREY_LEVELS, redact
from transcribe.model import Blank, Field, Form, Page
from transcribe.registration.align import Aligned
from transcribe.registration.similarity import Similarity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from transcribe.model import Picture

CARD = Box(200, 200, 1000, 260)


@pytest.fixture
def form(tmp_path: Path) -> Form:
    """A form whose one box is for a card number."""
    page = numpy.full((2339, 1654), 255, numpy.uint8)
    cv2.rectangle(page, (CARD.x0, CARD.y0), (CARD.x1, CARD.y1), 60, 2)
    cv2.putText(page, "ORDER FORM", (200, 120), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 4)
    Image.fromarray(page).save(tmp_path / "blank.png")
    return Form(
        name="made",
        version=1,
        title={"en": "Made"},
        languages=("eng",),
        locale="en_GB",
        currency="EUR",
        digest="made",
        blanks=(Blank(path=str(tmp_path / "blank.png"), size=(1654, 2339)),),
        fields=(Field(name="card", type="code", label={"en": "Card"}, box=CARD, personal="payment"),),
    )


def copy_of(form: Form, page: Picture) -> Picture:
    laid = Aligned(
        page=Page(number=1, picture=page), fit=1.0, inliers=200, number=1, homography=numpy.eye(3, dtype=numpy.float64)
    )
    return redact(page, laid, form)


def written(form: Form, low: int, size: float = 1.1) -> Picture:
    page = (numpy.asarray(Image.open(str(form.blanks[0].path))) * 0.9).astype(numpy.uint8)
    cv2.putText(page, "4711 0815", (230, CARD.y1 - 18 + low), cv2.FONT_HERSHEY_SIMPLEX, size, 40, 3)
    return page


@pytest.mark.parametrize(("alike", "clear"), [(0.9, True), (0.1, False)])
def test_a_page_that_does_not_lie_on_its_blank_where_the_payment_box_is_becomes_too_coarse_to_read(
    form: Form, alike: float, clear: bool
) -> None:
    middles = numpy.stack((numpy.arange(40.0) * 40, numpy.full(40, 230.0)), axis=1)
    likeness = Similarity(0.9, numpy.full(40, alike, numpy.float32), middles)
    page = written(form, 0)
    laid = Aligned(
        page=Page(number=1, picture=page), fit=0.9, inliers=200, number=1, homography=numpy.eye(3), similarity=likeness
    )
    assert (redact(page, laid, form).shape == page.shape) == clear


@pytest.mark.promise('`personal = "payment"` has the box painted over before a picture is kept.', "When a photo comes")
@pytest.mark.parametrize("low", [0, 22, 30])
def test_a_number_that_hangs_out_of_its_box_is_painted_over_whole(form: Form, low: int) -> None:
    page, bare = written(form, low), written(form, -9999)
    number = (page != bare) & (bare > 200)  # what the number covers beside the frame
    assert number.any()
    assert (copy_of(form, page)[number] == PAINT_GREY_LEVELS).all()


NUMBER = "4929 1375 0246 8813"


def put(form: Form, text: str, x: int, y: int) -> tuple[Picture, NDArray[numpy.bool_]]:
    """A page with a text whose first letter stands there, and where it covers paper or print."""
    page = written(form, -9999)
    bare = page.copy()
    cv2.putText(page, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 40, 3)
    return page, page != bare


@pytest.mark.promise('`personal = "payment"` has the box painted over before a picture is kept.', "When a photo comes")
@pytest.mark.parametrize(
    ("x", "y"),
    [
        pytest.param(700, CARD.y1 - 16, id="runs out at the right"),
        pytest.param(20, CARD.y1 - 16, id="begins before the box"),
        pytest.param(230, CARD.y1 + 46, id="stands under the box"),
        pytest.param(230, CARD.y0 - 14, id="stands above the box"),
        pytest.param(CARD.x1 + 20, CARD.y1 - 16, id="stands beside the box"),
    ],
)
def test_a_number_that_stands_partly_or_wholly_beside_its_box_is_painted_over_whole(form: Form, x: int, y: int) -> None:
    page, number = put(form, NUMBER, x, y)
    shown = copy_of(form, page)
    assert (shown[number & (page < 120)] == PAINT_GREY_LEVELS).all()
    assert (shown[CARD.y0 + 5 : CARD.y1 - 5, CARD.x0 + 5 : CARD.x1 - 5] == PAINT_GREY_LEVELS).all(), "it is no blank"


def test_what_is_written_in_another_field_beside_a_payment_box_stays(form: Form) -> None:
    note = Field(name="note", type="text", label={"en": "Note"}, box=Box(200, 264, 1000, 330))
    beside = replace(form, fields=(*form.fields, note))
    page, text = put(beside, "12 pots", 230, 310)
    cv2.putText(page, "4711 0815", (230, CARD.y1 - 18), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 40, 3)
    inside = text & (numpy.arange(len(page)) > CARD.y1 + 12)[:, numpy.newaxis]
    assert (copy_of(beside, page)[inside] == page[inside]).all()


def test_three_signs_beside_an_empty_box_are_no_number(form: Form) -> None:
    page, _ = put(form, "B 7", 300, CARD.y1 + 46)
    assert (copy_of(form, page) == page).all()


@pytest.mark.parametrize("shape", [(19000, 30), (30, 19000, 3), (30000, 16), (16, 16)])
def test_a_strip_that_fits_no_form_is_made_too_coarse_to_read_like_any_page(form: Form, shape: tuple[int, ...]) -> None:
    strip = numpy.random.default_rng(1).integers(0, 255, shape, numpy.uint8)
    nowhere = Aligned(page=Page(number=1, picture=strip), fit=0.0, inliers=0, number=1)
    assert max(redact(strip, nowhere, form).shape[:2]) == 960


@pytest.mark.promise("When a photo comes")
def test_a_box_without_a_number_stays_as_it_is(form: Form) -> None:
    page = written(form, -9999)
    assert (copy_of(form, page) == page).all()


def test_a_number_within_its_box_hides_nothing_around(form: Form) -> None:
    page = written(form, 0)
    shown = copy_of(form, page)
    assert (shown[: CARD.y0 - 11] == page[: CARD.y0 - 11]).all()
    assert (shown[CARD.y1 + 12 :] == page[CARD.y1 + 12 :]).all()
