"""A photograph made into a blank: its sheet is found, laid flat, level and evened out; a clean page stays itself."""

from __future__ import annotations

import io
import tomllib
from typing import TYPE_CHECKING

import numpy
import pytest
from PIL import Image, ImageDraw

from tests.camera import Level
from tests.flows.drafting.own_form import FIELDS, blank_page, filled_page, font, photo
from transcribe import ocr
from transcribe.form_drafting.draft import draft_pages
from transcribe.form_drafting.flat_page import flat_page, paper_corners
from transcribe.form_drafting.rulings import find_ruling
from transcribe.geometry import Box
from transcribe.imaging import grey
from transcribe.model import Page

if TYPE_CHECKING:
    from transcribe.model import Picture

CLEAN = numpy.asarray(blank_page())


def taken(level: Level, seed: int) -> Picture:
    """A photograph, turned upright as its table shows."""
    picture = numpy.asarray(Image.open(io.BytesIO(photo(blank_page(), level, seed))).convert("RGB"))
    return picture if picture.shape[0] > picture.shape[1] else numpy.ascontiguousarray(numpy.rot90(picture))


def test_a_clean_page_is_given_back_itself_with_its_colours() -> None:
    assert flat_page(CLEAN) is CLEAN
    written = numpy.asarray(filled_page())
    assert flat_page(written) is written


@pytest.mark.parametrize(("level", "seed"), [("phone", 1), ("phone", 2), ("phone", 4), ("hard", 2)])
def test_frames_of_a_photographed_form_stand_where_they_are_printed(level: Level, seed: int) -> None:
    flat = flat_page(taken(level, seed))
    height, width = flat.shape
    across, down = 1654 / width, 2339 / height
    frames = find_ruling(flat).frames
    for name in ("slip_number", "hirer", "phone", "date_of_hire", "total_to_pay"):
        x0, y0, x1, y1 = FIELDS[name]
        there = Box(round(x0 / across), round(y0 / down), round(x1 / across), round(y1 / down))
        assert max((each.overlap_share(there) for each in frames), default=0) > 0.7, name


@pytest.mark.parametrize("seed", [1, 2])
def test_paper_of_a_photograph_comes_out_white_and_level(seed: int) -> None:
    flat = flat_page(taken("phone", seed))
    assert float((flat == 255).mean()) > 0.85
    assert flat.ndim == 2
    assert flat[:5].min() == 255, "the table beside the sheet is not on the blank"


@pytest.mark.parametrize("level", ["phone"])
def test_a_dark_letterhead_stays_dark_and_its_letters_are_no_frames(level: Level) -> None:
    page = blank_page()
    pencil = ImageDraw.Draw(page)
    pencil.rectangle((0, 0, 1654, 90), fill="#234f3c")
    pencil.text((80, 20), "Harbour Bicycles", fill="white", font=font(50, bold=True))
    picture = numpy.asarray(Image.open(io.BytesIO(photo(page, level, 4))).convert("RGB"))
    upright = picture if picture.shape[0] > picture.shape[1] else numpy.rot90(picture)
    flat = flat_page(numpy.ascontiguousarray(upright))
    band = flat[20:70, 40:-40]
    assert numpy.median(band) < 128
    drafted = draft_pages([Page(number=1, picture=flat)], ocr.load("tesseract", ("eng",)), name="x", blanks=["x.png"],
                          language="eng", locale="en_GB")  # fmt: skip
    boxes = [field["box"] for field in tomllib.loads(drafted.text)["field"]]
    of_heading = [box for box in boxes if box[1] < 200]
    assert of_heading == [], "letters of the heading are no frames"
    assert len(boxes) - len(of_heading) == len(FIELDS)


def test_a_picture_without_a_sheet_on_it_has_no_corners() -> None:
    assert paper_corners(grey(CLEAN)) is None
    noise = numpy.random.default_rng(3).integers(90, 160, (900, 700), numpy.uint8)
    assert paper_corners(noise) is None


@pytest.mark.parametrize("paper", [255, 250])
def test_a_large_table_on_a_clean_page_is_not_taken_for_its_sheet(paper: int) -> None:
    page = Image.new("L", (1654, 2339), paper)
    pen = ImageDraw.Draw(page)
    pen.text((104, 120), "Bon de commande", fill=20, font=font(60))
    for line in range(11):
        pen.line((104, 675 + 87 * line, 1550, 675 + 87 * line), fill=60, width=3)
    for across in (104, 340, 900, 1100, 1320, 1550):
        pen.line((across, 675, across, 675 + 870), fill=60, width=3)
    whole = numpy.asarray(page)
    assert paper_corners(whole) is None
    assert flat_page(whole) is whole


def test_a_clean_page_between_coloured_bands_is_no_sheet_on_a_table() -> None:
    page = blank_page()
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 1654, 236), fill="#0d598c")
    pen.rectangle((0, 2244, 1654, 2339), fill="#0d598c")
    assert paper_corners(grey(numpy.asarray(page))) is None


def test_coloured_bands_of_a_clean_page_are_no_lamplight() -> None:
    page = blank_page()
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 1654, 236), fill="#0d598c")
    pen.rectangle((100, 720, 1554, 790), fill="#f29a1a")
    banded = numpy.asarray(page)
    assert flat_page(banded) is banded, "its tints would go with the light"


def test_a_leaning_scan_is_made_level_without_being_cut() -> None:
    leaning = Image.fromarray(CLEAN).rotate(2.0, fillcolor="white")
    level = flat_page(numpy.asarray(leaning))
    assert level.shape[:2] == CLEAN.shape[:2]
    tops = [box.y0 for box in find_ruling(level).frames]
    assert len(tops) >= 5
