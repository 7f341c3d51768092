"""No two fields of a form stand on one place: a mistake that names both and says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from flows.home.form_library import FormLibrary
from tests.examples import examples
from tests.transcribe.forms.test_definition import GOOD, write
from transcribe.errors import FormError
from transcribe.forms import definition, load
from transcribe.forms.placement import MAX_OVERLAP_SHARE, overlapping
from transcribe.geometry import Box
from transcribe.model import Blank, Field, Form

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
