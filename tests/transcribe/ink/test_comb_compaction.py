"""What was written into a comb is closed up for the engines, and its letters counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
from PIL import Image

from transcribe import ocr
from transcribe.forms.comb_fields import comb
from transcribe.geometry import Box
from transcribe.ink.comb_compaction import CompactLine, joined_words
from transcribe.ink.ink_layer import InkLayer, ink_layer
from transcribe.model import Blank, Field, Form, Page, Reading, Word
from transcribe.ocr import Engine
from transcribe.ocr.engine import View
from transcribe.recognition import form_fields, form_page

if TYPE_CHECKING:
    from transcribe.model import Picture

BOX, PITCH = Box(200, 200, 200 + 16 * 44, 256), 44
HERE = form_fields.Circumstances(scan="s" * 64, at=datetime(2025, 3, 14, tzinfo=UTC), fit=1.0, quality=1.0)


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    """A comb of sixteen cells."""
    page = numpy.full((2339, 1654), 255, numpy.uint8)
    cv2.putText(page, "ORDER FORM", (200, 120), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 4)
    for x in range(BOX.x0, BOX.x1, PITCH):
        cv2.rectangle(page, (x, BOX.y0), (x + PITCH, BOX.y1), 60, 2)
    path = tmp_path / "blank.png"
    Image.fromarray(page).save(path)
    return path


def filled(blank: Path, text: str, shift: int = 0, size: float = 1.1) -> Picture:
    page = numpy.array(Image.open(blank))
    for cell, sign in enumerate(text):
        (wide, _), _ = cv2.getTextSize(sign, cv2.FONT_HERSHEY_SIMPLEX, size, 3)
        x = BOX.x0 + PITCH * cell + (PITCH - wide) // 2 + shift
        if sign != " ":
            cv2.putText(page, sign, (x, BOX.y1 - 16), cv2.FONT_HERSHEY_SIMPLEX, size, 40, 3)
    return page


def spot_of(page: Picture, blank: Path) -> tuple[InkLayer, form_fields.FieldRegion]:
    form = Form(
        name="comb",
        version=1,
        title={"en": "Comb"},
        fields=(Field(name="town", label={"en": "Town"}, type="text", box=BOX),),
        languages=("eng",),
        locale="en_GB",
        currency="EUR",
        digest="made",
        blanks=(Blank(path=str(blank), size=(1654, 2339)),),
    )
    sheet = ink_layer(page, str(blank))
    return sheet, form_fields.field_regions(form, 1, sheet)[0]


def read(page: Picture, blank: Path, engine: Engine) -> list[Reading]:
    sheet, spot = spot_of(page, blank)
    return form_page.readings(Page(number=1, picture=page), sheet, [spot], [engine], HERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """An engine that says the same of every box, and keeps what it was shown."""

    text: str
    then: str = ""
    """What it says from the second time on, where that is something else."""
    seen: list[Picture] = field(default_factory=list)
    name: str = "says"
    source: str = "says 1"
    view: View = "writing"

    def stretches(self, page: Page) -> None:
        """None: it cannot tell without reading."""

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        says = self.then if self.seen and self.then else self.text
        self.seen.extend(page.picture[box.y0 : box.y1, box.x0 : box.x1] for box in boxes or ())
        return [[Word(text=each, box=box, confidence=0.9) for each in says.split()] for box in boxes or ()]


def test_letters_of_a_comb_stand_beside_one_another_as_in_a_word(blank: Path) -> None:
    engine = Says(text="NEW TOWN")
    read(filled(blank, "NEW TOWN"), blank, engine)
    (shown,) = engine.seen
    assert shown.shape[1] < 0.75 * PITCH * len("NEW TOWN")
    dark = (shown < 128).any(axis=0)
    gaps = numpy.diff(numpy.flatnonzero(dark))
    assert (gaps > 12).sum() == 1  # the space
    assert not (shown[:4] < 200).any()  # nothing of the frame


@pytest.mark.parametrize("said", ["NEWTOWN", "NEW TOWN", "N EWTO WN"])
def test_spaces_of_a_reading_are_where_the_empty_cells_are(blank: Path, said: str) -> None:
    (found,) = read(filled(blank, "NEW TOWN"), blank, Says(text=said))
    assert (found.text, found.flags) == ("NEW TOWN", frozenset())


@pytest.mark.parametrize("said", ["NEW TOW", "NEW TOWNS"])
def test_a_reading_of_more_or_fewer_characters_than_cells_is_miscounted(blank: Path, said: str) -> None:
    (found,) = read(filled(blank, "NEW TOWN"), blank, Says(text=said))
    assert (found.text, found.flags) == (said, frozenset({"miscounted"}))


@pytest.mark.parametrize("said", ["EWTOWN", "NEWTOWNS"])
def test_so_it_is_where_the_engine_was_shown_the_page_as_it_lies(blank: Path, said: str) -> None:
    (found,) = read(filled(blank, "NEW TOWN"), blank, Says(text=said, view="page"))
    assert (found.text, found.flags) == (said, frozenset({"miscounted"}))


def test_a_reading_of_the_page_with_as_many_characters_as_cells_counts(blank: Path) -> None:
    (found,) = read(filled(blank, "NEW TOWN"), blank, Says(text="NEWTOWN", view="page"))
    assert (found.text, found.flags) == ("NEW TOWN", frozenset()), "spaces are where cells are empty"


@pytest.mark.parametrize("view", ["writing", "page"])
def test_a_letter_that_touches_a_divider_may_have_lost_a_stroke(blank: Path, view: View) -> None:
    """Dividers are taken off both pictures: 8 was read as 3 and 0 as C, and such values were decided."""
    whole, cut = (
        (read(filled(blank, "NEW TOWN", shift), blank, Says(text="NEW TOWN", view=view))) for shift in (0, 14)
    )
    assert [each.flags for each in (*whole, *cut)] == [frozenset(), frozenset({"partly read"})]


@pytest.mark.parametrize(("again", "text"), [("NEW", "NEXTOWN"), ("NEWTOWN", "NEW TOWN")])
def test_a_further_look_that_does_not_fit_the_cells_takes_no_others_place(blank: Path, again: str, text: str) -> None:
    page = filled(blank, "NEW TOWN")
    sheet, spot = spot_of(page, blank)
    first, second = Says(text="NEXTOWN", then=again), Says(text=again, view="page", source="says 2")
    by_first, _ = form_page.readings(Page(number=1, picture=page), sheet, [spot], [first, second], HERE)
    assert by_first.text == ("NEX TOWN" if text == "NEXTOWN" else text)


@pytest.mark.parametrize("name", ["tesseract", "rapidocr"])
def test_engines_read_a_comb(blank: Path, name: str) -> None:
    (found,) = read(filled(blank, "Lucy Miller 1274", size=0.9), blank, ocr.load(name, ("eng",)))
    assert found.text == "Lucy Miller 1274"


def test_a_box_without_a_comb_is_shown_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "plain.png"
    page = numpy.full((2339, 1654), 255, numpy.uint8)
    cv2.rectangle(page, (BOX.x0, BOX.y0), (BOX.x1, BOX.y1), 60, 2)
    Image.fromarray(page).save(path)
    assert comb(page, BOX, 1.0) is None
    engine = Says(text="NEWTOWN")
    (found,) = read(filled(path, "NEW TOWN"), path, engine)
    assert (found.text, found.flags) == ("NEWTOWN", frozenset())
    assert engine.seen[0].shape[1] > 0.9 * PITCH * len("NEW TOWN") - PITCH


def test_letters_of_a_comb_are_joined_up_to_an_empty_cell() -> None:
    from transcribe.forms import Comb

    cells = tuple((40 * number, 40 * number + 40) for number in range(8))
    comb = Comb(cells=cells, group_ends=frozenset({3}))
    letters = [
        Word(text=sign, box=Box.sized(40 * cell + 10, 5, 20, 40), confidence=0.9) for cell, sign in ((0, "A"), (1, "B"))
    ]
    apart = Word(text="C", box=Box.sized(40 * 3 + 10, 5, 20, 40), confidence=0.5)
    beyond = Word(text="D", box=Box.sized(40 * 4 + 10, 5, 20, 40), confidence=0.8)
    assert [each.text for each in joined_words([*letters, apart, beyond], comb)] == ["AB", "C", "D"]


@pytest.mark.parametrize(
    ("text", "spaces", "fits"),
    [
        ("RB-1231-74", {2, 6}, True),  # hyphens printed between groups
        ("RB 1231 74", {2, 6}, True),
        ("RB-123-74", {2, 6}, False),  # a digit lost, and as many signs as cells all the same
        ("RB-123174", {2, 6}, True),
        ("RB-123174", set(), False),  # no group ends, and no cell is empty: the sign was written
        ("RB-12317", set(), True),
        ("RB--1231--74", {2, 6}, False),
    ],
)
def test_a_sign_between_groups_may_be_print_and_is_not_counted_as_a_letter(
    text: str, spaces: set[int], fits: bool
) -> None:
    paper = numpy.full((40, 400), 255, numpy.uint8)
    line = CompactLine(picture=paper, box=BOX, pieces=8, least=8, most=8, spaces=frozenset(spaces))
    assert line.fits(text) is fits
