"""Paper that was folded: the fold's line is no writing, and what is written across it goes to people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
from PIL import Image

from tests.transcribe.ink.made_pages import framed_blank, grain
from transcribe.geometry import Box
from transcribe.ink import mark_detection
from transcribe.ink.faint_strokes import added_strokes
from transcribe.ink.ink_layer import ink_layer

if TYPE_CHECKING:
    from transcribe.model import Picture

ABOVE, BELOW, TICK = Box(200, 400, 1000, 460), Box(200, 460, 1000, 520), Box(1101, 401, 1132, 432)
RIGHT, BOTTOM = 1653, 2338


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two framed rows and a box to tick under a printed title."""
    return framed_blank(tmp_path_factory.mktemp("blank"), ABOVE, BELOW, TICK, title_y=220)


def photographed(
    blank: Path, *folds: tuple[tuple[int, int], tuple[int, int]], word: tuple[int, int], dark: int = 130
) -> Picture:
    """A soft, grainy photo with a word and lines as dark as folds in a hard photo."""
    page = numpy.array(Image.open(blank))
    cv2.putText(page, "An glade", word, cv2.FONT_HERSHEY_SIMPLEX, 1, 50, 3)
    for start, end in folds:
        cv2.line(page, start, end, dark, 5)
    off = grain(3, page.shape)
    return numpy.clip(cv2.GaussianBlur(page, (0, 0), 1.4) * 0.9 + off, 0, 255).astype(numpy.uint8)


def test_a_fold_beside_the_writing_is_no_ink(blank: Path) -> None:
    """Nor does it make the rows doubtful that it runs through, though it leans a little."""
    page = photographed(blank, ((800, 0), (812, BOTTOM)), word=(300, 445))
    above, below = ink_layer(page, str(blank)).inks([ABOVE, BELOW])
    assert above.box is not None
    assert above.box.x1 < 500
    assert not above.doubtful
    assert below.filled < 0.02
    assert not below.doubtful


@pytest.mark.parametrize("fold", [((360, 0), (360, BOTTOM)), ((0, 435), (RIGHT, 440))])
def test_writing_that_a_fold_runs_through_goes_to_people(
    blank: Path, fold: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    """Its letters are cut by the fold, and those that touch it would be lost with it."""
    (above,) = ink_layer(photographed(blank, fold, word=(300, 445)), str(blank)).inks([ABOVE])
    assert above.filled > 0.98
    assert above.doubtful


def test_a_fold_paler_than_ink_leaves_a_row_empty_and_what_is_written_across_it_seen(blank: Path) -> None:
    page = photographed(blank, ((360, 0), (360, BOTTOM)), word=(300, 445), dark=222)
    above, below = ink_layer(page, str(blank)).inks([ABOVE, BELOW])
    assert above.filled > 0.98
    assert below.filled < 0.02
    assert not below.doubtful


def test_blurred_writing_that_a_fold_touches_all_along_is_not_taken_for_fold(blank: Path) -> None:
    """Its letters run together to strokes as long as pieces of a fold; without them the row would seem blank."""
    page = photographed(blank, ((0, 444), (RIGHT, 448)), word=(230, 446))
    page = numpy.minimum(page, cv2.blur(page, (31, 1)))
    (above,) = ink_layer(page, str(blank)).inks([ABOVE])
    assert above.filled > 0.98
    assert above.doubtful


def test_a_box_that_a_fold_runs_through_is_neither_ticked_nor_surely_empty(blank: Path) -> None:
    page = photographed(blank, ((0, 416), (RIGHT, 416)), word=(300, 510))
    sheet = ink_layer(page, str(blank))
    (tick,) = sheet.inks([TICK])
    strokes = added_strokes(page, str(blank), TICK, sheet.unit)
    assert mark_detection.probability_ticked(sheet, tick, TICK, strokes) is None


def test_a_line_struck_through_a_row_by_hand_stays_ink(blank: Path) -> None:
    """It ends on the form, and not at the rim of the paper."""
    sheet = ink_layer(photographed(blank, ((150, 435), (1500, 430)), word=(300, 445)), str(blank))
    assert sheet.folds is None
    assert sheet.ink[425:445, 700:900].any(axis=0).mean() > 0.9


def test_without_a_blank_a_line_across_is_no_fold(blank: Path) -> None:
    """A cut of a page may hold an underline from side to side."""
    page = photographed(blank, ((0, 435), (RIGHT, 435)), word=(300, 425))
    assert ink_layer(page, None).folds is None
