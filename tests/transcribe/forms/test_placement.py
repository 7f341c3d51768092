"""No two fields of a form stand on one place: a mistake that names both and says what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from flows.home.home import FormLibrary
from tests.examples import examples
from tests.transcribe.forms.test_definition import GOOD, write
from transcribe.errors import FormError
from transcribe.forms import definition, load
from transcribe.forms.comb_fields import comb, combs
from transcribe.forms.field_boxes import field_boxes
from transcribe.forms.mistakes import MAX_OVERLAP_SHARE, overlapping
from transcribe.geometry import Box
from transcribe.model import Blank, Field, Form, Picture

ON_TOTAL = '\n[[field]]\nname = "tax"\ntype = "amount"\nbox = [20, 252, 110, 270]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the blank and the list of the good form."""
    Image.new("L", (200, 300), 255).save(tmp_path / "small.png")
    (tmp_path / "numbers.csv").write_text("no,id\n417,a\n", "utf-8")
    return tmp_path


def on_blank(*boxes: Box) -> Form:
    """A form whose fields, f0 and so on, stand in these boxes."""
    fields = [
        Field(name=f"f{number}", type="text", label={"en": "F"}, page=1, box=box) for number, box in enumerate(boxes)
    ]
    return Form(
        name="test",
        version=1,
        title={"en": "Test"},
        languages=("eng",),
        locale="en_GB",
        currency="EUR",
        digest="made",
        blanks=(Blank(path="test.png", size=(2000, 2000)),),
        fields=tuple(fields),
        tables=(),
        rules=(),
        masters=(),
    )


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (ON_TOTAL, ('"tax"', '"total"')),
        ('\n[[field]]\nname = "inside"\ntype = "text"\nbox = [20, 60, 50, 80]\n', ('"lines.quantity"', '"inside"')),
    ],
)
def test_two_fields_on_one_place_are_a_mistake_that_names_both(folder: Path, more: str, told: tuple[str, ...]) -> None:
    path = write(folder, GOOD + more)
    for refuse in (
        FormLibrary(folder / "home").check,
        lambda name: FormLibrary(folder / "home").install(Path(name)),
    ):
        with pytest.raises(FormError) as error:
            refuse(path)
        (line,) = str(error.value).splitlines()
        assert all(name in line for name in told)
        assert line.startswith("small.toml: field ")
        assert line.endswith("Draw them apart (fairhand forms preview shows them), or take one of the two out.")


def test_it_is_told_with_all_other_mistakes(folder: Path) -> None:
    path = write(folder, GOOD.replace('type = "code"', 'type = "cod"') + ON_TOTAL)
    with pytest.raises(FormError) as error:
        FormLibrary(folder / "home").check(path)
    assert len(str(error.value).splitlines()) == 2


def test_a_form_that_is_in_use_goes_on(folder: Path) -> None:
    assert load(write(folder, GOOD + ON_TOTAL)).name == "small"


@pytest.mark.parametrize("name", definition.shipped())
def test_no_shipped_form_has_two_fields_on_one_place(name: str) -> None:
    assert list(overlapping(name, load(name))) == []


SIDE = st.integers(1, 900)
BOX = st.builds(Box.sized, SIDE, SIDE, SIDE, SIDE)


@examples(60)
@given(one=BOX, other=BOX)
def test_which_field_comes_first_changes_nothing_and_a_box_within_another_is_always_found(one: Box, other: Box) -> None:
    found = [len(list(overlapping("x", on_blank(*boxes)))) for boxes in ((one, other), (other, one))]
    assert found == [int(one.overlap_share(other) > MAX_OVERLAP_SHARE)] * 2
    assert found[0] == 1 or not one.contains(other)


BOX_OF_COMB_FIELDS = Box(100, 100, 496, 156)
WIDTH = 44


def framed(
    teeth: Sequence[int], box: Box = BOX_OF_COMB_FIELDS, level: int = 60, top: int | None = None, dotted: bool = False
) -> Picture:
    """A box with upright strokes in it, from `top` down, as a grey page."""
    page = numpy.full((300, 800), 255, numpy.uint8)
    cv2.rectangle(page, (box.x0, box.y0), (box.x1, box.y1), level, 2)
    for x in teeth:
        for y in range(box.y0 if top is None else top, box.y1, 8):
            cv2.line(page, (x, y), (x, min(box.y1, y + (3 if dotted else 8))), level, 2)
    return page


EVERY = range(BOX_OF_COMB_FIELDS.x0 + WIDTH, BOX_OF_COMB_FIELDS.x1, WIDTH)


@pytest.mark.parametrize(
    "page",
    [framed(EVERY), framed(EVERY, dotted=True), framed(EVERY, top=138), framed(EVERY, level=200)],
    ids=["ruled", "dotted", "low teeth", "light"],
)
def test_a_box_with_teeth_at_even_distances_is_a_comb(page: Picture) -> None:
    found = comb(page, BOX_OF_COMB_FIELDS, 1.0)
    assert found is not None
    assert len(found.cells) == 9
    assert abs(found.pitch - WIDTH) <= 1
    assert [found.cell_of(BOX_OF_COMB_FIELDS.x0 + WIDTH * cell + 20) for cell in range(9)] == list(range(9))
    assert not found.group_ends


def test_teeth_below_a_label_in_the_box_are_a_comb() -> None:
    box = Box(100, 100, 496, 188)
    page = framed(EVERY, box, top=box.y0 + 34)
    cv2.putText(page, "Fill in: lift, till (hh mm)", (box.x0 + 8, box.y0 + 24), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 30, 1)
    found = comb(page, box, 1.0)
    assert found is not None
    assert len(found.cells) == 9


def test_boxes_beside_one_another_are_a_comb_and_a_wider_gap_ends_a_group() -> None:
    page = numpy.full((300, 800), 255, numpy.uint8)
    lefts = [100, 146, 212, 258, 324, 370, 416, 462]  # DD MM YYYY
    for x in lefts:
        cv2.rectangle(page, (x, 100), (x + 40, 150), 60, 2)
    found = comb(page, Box(96, 96, 506, 154), 1.0)
    assert found is not None
    assert [x0 for x0, _ in found.cells] == pytest.approx(lefts, abs=2)
    assert found.group_ends == {1, 3}


def test_a_frame_columns_uneven_strokes_and_print_are_no_comb() -> None:
    label = framed([])
    cv2.putText(
        label,
        "Name and address",
        (BOX_OF_COMB_FIELDS.x0 + 6, BOX_OF_COMB_FIELDS.y0 + 26),
        cv2.FONT_HERSHEY_SIMPLEX,
        0.7,
        30,
        2,
    )
    tinted = framed([])
    tinted[BOX_OF_COMB_FIELDS.y0 : BOX_OF_COMB_FIELDS.y1, BOX_OF_COMB_FIELDS.x0 : BOX_OF_COMB_FIELDS.x1] = 215
    compartments = framed(
        [BOX_OF_COMB_FIELDS.x0 + 132, BOX_OF_COMB_FIELDS.x0 + 264]
    )  # three wide ones: day, month and year
    for page in (framed([]), framed([300]), framed([130, 210, 330, 400]), label, tinted, compartments):
        assert comb(page, BOX_OF_COMB_FIELDS, 1.0) is None


@pytest.mark.parametrize("name", ["bon-de-commande", "order-form"])
def test_no_field_of_a_shipped_form_has_a_comb(name: str) -> None:
    shipped = definition.load(name)
    page = shipped.blanks[0]
    places = tuple(box for _, _, box in field_boxes(shipped, 1))
    assert set(combs(str(page.path), places, max(page.size) / 2339)) == {None}
