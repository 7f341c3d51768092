"""An engine that is shown the writing alone is asked again where one that is shown the page reads something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy
import pytest

from tests.transcribe.recognition.test_plain_page import Finder, box_of
from tests.transcribe.recognition.test_read import FLAT, by_field, picture, read_picture
from transcribe.forms import definition as forms
from transcribe.geometry import Box
from transcribe.model import Form, Page, Reading, Word
from transcribe.ocr.engine import View

if TYPE_CHECKING:
    from transcribe.model import Picture

KEY = "order_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """An engine of the writing alone. It says one text at the first look, another one at the second and one at those
    after it, and keeps what it was shown; at first a word more `beyond` the field's text, as sure as is told."""

    first: str
    second: str
    third: str = ""
    sure_at_first: float = 0.7
    beyond: tuple[Box, float] | None = None
    shown: list[Picture] = field(default_factory=list)
    name: str = "writer"
    source: str = "writer 1"
    view: View = "writing"

    def __hash__(self) -> int:
        return id(self)

    def stretches(self, page: Page) -> None:
        return None

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        self.shown.append(page.picture)
        look = len(self.shown)
        says = (self.first, self.second, self.third)[min(look, 3) - 1]
        sure = self.sure_at_first if look == 1 else 0.7
        more = []
        if self.beyond and len(self.shown) == 1:
            more = [Word(text="2025", box=self.beyond[0], confidence=self.beyond[1])]
        return [[Word(text=says, box=box, confidence=sure), *more] if says else [] for box in boxes or ()]


@pytest.fixture(scope="module")
def form() -> Form:
    return forms.load("bon-de-commande")


def told(form: Form, writer: Writer, page_says: str = "BC-2025") -> Reading:
    box = box_of(form, KEY).padded(-8)
    return by_field(read_picture(picture(FLAT), form, [writer, Finder(found=[box], says=page_says)]))[KEY]["writer"]


def test_what_it_says_then_is_its_reading_where_it_is_what_the_other_engine_says(form: Form) -> None:
    writer = Writer(first="8C-2O25", second="bc-2025")
    said = told(form, writer)
    assert (said.text, said.confidence) == ("bc-2025", 0.7)
    assert said.conditions["again"] == 1.0
    assert "plain" not in said.conditions
    writing, page = writer.shown
    inside = box_of(form, KEY).padded(-8).slices
    assert not numpy.array_equal(writing[inside], page[inside]), "it is shown another picture the second time"


def test_where_the_second_look_fails_it_gets_a_third_picture(form: Form) -> None:
    writer = Writer(first="8C-2O25", second="BC-2O25", third="BC-2025")
    said = told(form, writer)
    assert (said.text, said.conditions.get("again")) == ("BC-2025", 1.0)
    assert set(numpy.unique(writer.shown[2])) == {0, 255}, "in black and white"
    assert len(writer.shown) == 3


def test_of_what_it_was_surer_at_first_its_first_reading_stays(form: Form) -> None:
    said = told(form, Writer(first="8C-2O25", second="BC-2025", third="BC-2025", sure_at_first=0.95))
    assert (said.text, said.conditions.get("again")) == ("8C-2O25", None)


@pytest.mark.parametrize("second", ["8C-2O25", "BC-2026", ""])
def test_else_its_first_reading_stays(form: Form, second: str) -> None:
    said = told(form, Writer(first="8C-2O25", second=second))
    assert said.text == "8C-2O25"
    assert "again" not in said.conditions


def test_where_both_say_the_same_at_once_nobody_is_asked_again(form: Form) -> None:
    writer = Writer(first="bc - 2025", second="BC-2025")
    said = told(form, writer)
    assert (said.text, said.conditions.get("again")) == ("bc - 2025", None)


@pytest.mark.parametrize(("sure", "text"), [(0.9, "8C 2025"), (0.3, "BC-2025")])
def test_a_part_of_a_text_does_not_take_the_place_of_more_that_was_surely_seen(
    form: Form, sure: float, text: str
) -> None:
    box = box_of(form, KEY)
    beyond = Box(box.x1 + 200, box.y0, box.x1 + 300, box.y1)
    assert told(form, Writer(first="8C", second="BC-2025", beyond=(beyond, sure))).text == text
