"""Where engines read different things: one looks at other crops of the page, the other at the page itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcribe.recognition.test_plain_page import Finder, box_of
from tests.transcribe.recognition.test_read import FLAT, by_field, picture, read_picture
from transcribe.forms import blank_grey
from transcribe.forms import definition as forms
from transcribe.geometry import Box
from transcribe.model import Form, Page, Reading, Word
from transcribe.ocr.engine import View
from transcribe.recognition.engine_words import EngineWords, over_all

if TYPE_CHECKING:
    from transcribe.model import Picture

KEY = "order_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """An engine of the writing alone. It says one text at the first look and another one at the second, and keeps what
    it was shown."""

    first: str
    second: str
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
        says = (self.first, self.second)[min(look, 2) - 1]
        return [[Word(text=says, box=box, confidence=0.7)] if says else [] for box in boxes or ()]


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
    assert not numpy.array_equal(writing, page), "it is shown the page itself the second time"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterOfDirt(Writer):
    """It reads something far to the right of the detector's text too, as surely as it is told."""

    sure: float = 0.0

    def __hash__(self) -> int:
        return id(self)

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        dirt = [Word(text="6,", box=box.shifted(box.width + 80, 0), confidence=self.sure) for box in boxes or ()]
        text = [Word(text=self.first, box=replace_end(box, 0.3), confidence=0.7) for box in boxes or ()]
        return [[word, speck] for word, speck in zip(text, dirt, strict=True)]


def replace_end(box: Box, share: float) -> Box:
    return box._replace(x1=box.x0 + round(share * box.width))


@pytest.mark.parametrize(("sure", "text"), [(0.0, "BC-2025"), (0.45, "BC-2025"), (0.8, "BC-2025 6,")])
def test_what_it_reads_unsurely_where_no_detector_sees_text_is_dirt(form: Form, sure: float, text: str) -> None:
    writer = WriterOfDirt(first="BC-2025", second="", sure=sure)
    box = replace_end(box_of(form, KEY).padded(-8), 0.3)
    said = by_field(read_picture(picture(FLAT), form, [writer, Finder(found=[box], says="BC-2024")]))
    assert said[KEY]["writer"].text == text


@pytest.mark.parametrize("second", ["8C-2O25", "BC-2026", ""])
def test_else_its_first_reading_stays(form: Form, second: str) -> None:
    said = told(form, Writer(first="8C-2O25", second=second))
    assert said.text == "8C-2O25"
    assert "again" not in said.conditions


def test_where_both_say_the_same_at_once_nobody_is_asked_again(form: Form) -> None:
    writer = Writer(first="bc - 2025", second="BC-2025")
    said = told(form, writer)
    assert (said.text, said.conditions.get("again")) == ("bc - 2025", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """An engine of the page that says at each look what it is told, so sure, and keeps the boxes of its looks."""

    found: Box
    says: Sequence[tuple[str, float]]
    boxes: list[Box] = field(default_factory=list)
    name: str = "looker"
    source: str = "looker 1"
    view: View = "page"

    def __hash__(self) -> int:
        return id(self)

    def stretches(self, page: Page) -> list[Box]:
        return [self.found]

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        """Of its own field what it is told, of others nothing, and nothing on the blank."""
        if page.picture is blank_grey(str(forms.load("bon-de-commande").blanks[0].path)):
            return [[] for _ in boxes or ()]
        text, sure = self.says[min(len(self.boxes), len(self.says) - 1)]
        own = [box.overlap_share(self.found) > 0.5 for box in boxes or ()]
        self.boxes.extend(box for box, is_own in zip(boxes or (), own, strict=True) if is_own)
        return [
            [Word(text=text, box=box, confidence=sure)] if is_own and text else []
            for box, is_own in zip(boxes or (), own, strict=True)
        ]


def seen(form: Form, says: Sequence[tuple[str, float]], other: str = "80-Z025") -> tuple[Reading | None, Looker]:
    """What a looker reads of a field beside an engine that says something else, and the looker."""
    looker = Looker(found=box_of(form, KEY).padded(-8), says=says)
    writer = Writer(first=other, second=other)
    return by_field(read_picture(picture(FLAT), form, [writer, looker]))[KEY].get("looker"), looker


def test_in_doubt_it_looks_at_other_crops_and_says_what_is_the_most_probable_over_all(form: Form) -> None:
    said, looker = seen(form, [("BC-2O25", 0.7), ("BC-2025", 0.6), ("BC-2025", 0.8), ("", 0.0)])
    row, trimmed, widened, whole = looker.boxes
    assert trimmed.height < row.height < widened.height
    assert whole == box_of(form, KEY).padded(-8)
    assert said is not None
    assert said.text == "BC-2025"
    assert said.confidence == pytest.approx(1 - (0.4 * 0.2) ** 0.5, abs=1e-4)


@pytest.mark.parametrize(
    ("says", "other"), [(("BC-2025", 0.96), "8C"), (("BC-2025", 0.5), "BC - 2025"), (("", 0.0), "8C")]
)
def test_sure_or_borne_out_or_silent_it_looks_at_no_other_crop(form: Form, says: tuple[str, float], other: str) -> None:
    said, looker = seen(form, [says, ("XX-2025", 0.94)], other)
    assert len(looker.boxes) == 1
    assert ((said.text or "", said.confidence) if said else ("", 0.0)) == says


def look(text: str, sure: float) -> EngineWords:
    words = [Word(text=each, box=Box(0, 0, 9, 9), confidence=sure) for each in text.split()]
    return EngineWords("looker 1", [words] if words else [])


looks = st.lists(st.builds(look, st.sampled_from(["a", "b", "a b", ""]), st.floats(0.001, 1.0)), min_size=1, max_size=5)


@given(looks, st.data())
def test_a_look_that_says_the_same_makes_it_surer_and_the_order_of_looks_is_nothing(
    all_looks: list[EngineWords], data: st.DataObject
) -> None:
    all_looks = [look("a", 0.5), *all_looks]
    said = over_all(all_looks)
    assert said.text in {each.text for each in all_looks if each.text}
    assert 0.0 <= (said.confidence or 0.0) <= 1.0
    again = over_all([*all_looks, look(said.text, data.draw(st.floats(0.001, 1.0)))])
    assert again.text == said.text
    assert (again.confidence or 0.0) >= (said.confidence or 0.0) - 1e-12
    turned = over_all(data.draw(st.permutations(all_looks)))
    support = {
        text: sum(each.probability for each in all_looks if each.text == text) for text in (said.text, turned.text)
    }
    assert support[turned.text] == pytest.approx(support[said.text])
