"""Fields that lie outside their photograph are never blank by machine, and people see that no paper is there."""

from __future__ import annotations

from io import BytesIO

import numpy
import pytest
from PIL import Image

from tests.fakes import ScriptedEngine
from tests.transcribe.recognition.test_read import FLAT, by_field, form, picture, read_picture
from transcribe.archive_names import opened
from transcribe.forms import field_boxes
from transcribe.model import Form, ReadResult

__all__ = ["form"]

CUT_X = 1200
"""Where the photograph ends: the prices and amounts of the order lines lie beyond it. The page is 1654 pixels wide."""


@pytest.fixture(scope="module")
def cut(form: Form) -> ReadResult:
    return read_picture(picture(FLAT)[:, :CUT_X].copy(), form, [ScriptedEngine(form=form)])


def outside_and_inside(form: Form) -> tuple[set[str], set[str]]:
    boxes = [(str(key), field, box) for key, field, box in field_boxes(form, 1) if field.personal != "payment"]
    outside = {key for key, _, box in boxes if box.x1 - CUT_X > 0.15 * box.width}
    return outside, {key for key, _, box in boxes if box.x1 < CUT_X - 10}


def test_a_field_outside_the_photograph_is_not_blank_by_machine(cut: ReadResult, form: Form) -> None:
    said, (outside, inside) = by_field(cut), outside_and_inside(form)
    assert len(outside) > 5
    for key in outside:
        assert said[key]["ink"].text is None, key
        assert said[key]["ink"].flags == {"outside photo"}, key
    assert not [key for key in inside if "ink" in said[key] and "outside photo" in said[key]["ink"].flags]


def test_a_photograph_without_some_fields_says_so(cut: ReadResult, form: Form) -> None:
    assert "fields outside" in cut.advice
    whole = read_picture(picture(FLAT), form, [ScriptedEngine(form=form)])
    assert "fields outside" not in whole.advice


def test_people_see_stripes_and_no_white_paper_outside_the_photograph(cut: ReadResult, form: Form) -> None:
    with Image.open(BytesIO(cut.files[cut.pictures[0].sha256])) as image:
        page = numpy.asarray(image.convert("L"))
    beyond = page[:, round(page.shape[1] * (CUT_X + 20) / 1654) :]
    assert numpy.percentile(beyond, 99) < 230
    assert beyond.std() > 10, "stripes, no even grey"
    outside, _ = outside_and_inside(form)
    place = next(each for each in cut.places if str(each.key) in outside and each.box.x0 > CUT_X + 20)
    assert place.snippet is not None
    pack, start, end = opened(place.snippet)
    with Image.open(BytesIO(cut.files[pack][start:end])) as image:
        assert numpy.percentile(numpy.asarray(image.convert("L")), 99) < 230
