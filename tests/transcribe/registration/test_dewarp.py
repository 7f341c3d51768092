"""Pages that were bent: print is moved to where the blank has it, wherever it can be followed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy
import pytest
from numpy.typing import NDArray

from transcribe.forms import blank_grey, definition
from transcribe.registration.dewarp import alike, dewarp, with_lines
from transcribe.registration.similarity import similarity

FORM = definition.load("bon-de-commande")
BLANK = str(FORM.blanks[0].path)


def bent(waves: int, height_px: float) -> numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.uint8]]:
    """The blank with so many waves of this height, across and down, under a stain."""
    page = blank_grey(BLANK).copy()
    cv2.circle(page, (700, 900), 160, 60, -1)
    rows, columns = numpy.indices(page.shape, dtype=numpy.float32)
    across = columns + height_px * numpy.sin(2 * numpy.pi * waves * rows / page.shape[0] + 0.3)
    down = rows + 0.6 * height_px * numpy.sin(2 * numpy.pi * waves * columns / page.shape[1] + 1)
    moved = cv2.remap(page, across.astype(numpy.float32), down.astype(numpy.float32), cv2.INTER_LINEAR, borderValue=255)
    return numpy.asarray(moved, numpy.uint8)


@pytest.mark.parametrize(("waves", "height_px"), [(1, 10), (1, 30), (2, 10), (2, 20), (3, 10)])
def test_print_of_a_bent_page_is_moved_to_where_the_blank_has_it(waves: int, height_px: int) -> None:
    page = bent(waves, height_px)
    assert similarity(page, FORM, 1).fit < 0.8
    assert similarity(dewarp(page, BLANK), FORM, 1).fit > 0.85


@pytest.mark.parametrize("height_px", [8, 12])
@pytest.mark.parametrize("place_px", [500, 900])
def test_lines_of_empty_rows_that_a_fold_bends_are_moved_to_where_the_blank_has_them(
    height_px: int, place_px: int
) -> None:
    """Optical flow loses lines, as they look the same all along: rows under a fold lay half a row too high."""
    blank, table = blank_grey(BLANK), FORM.tables[0].box
    assert table is not None
    rows, columns = numpy.indices(blank.shape, dtype=numpy.float32)
    ridge = height_px * numpy.maximum(0.0, 1.0 - abs(columns - place_px) / 250)
    across, down = numpy.asarray(columns, numpy.float32), numpy.asarray(rows + ridge, numpy.float32)
    page = numpy.asarray(cv2.remap(blank, across, down, cv2.INTER_LINEAR, borderValue=255), numpy.uint8)
    lines = numpy.zeros(blank.shape, numpy.bool_)
    lines[table.slices] = True
    lines &= (blank < 200) & (ridge > 0)
    seen, laid = ((each[lines] < 215).mean() for each in (page, dewarp(page, BLANK)))
    assert seen < 0.4
    assert laid > 0.75, "by optical flow alone .47 to .65"


@pytest.mark.parametrize("period_px", [16, 24, 32])
def test_stripes_are_not_followed(period_px: int) -> None:
    """What is followed on stripes comes back to where it began, as one stripe is like the next."""
    blank = blank_grey(BLANK)
    page, middle = blank.copy(), blank.shape[1] // 2
    page[:, middle:] = 200 + 50 * numpy.sin(2 * numpy.pi * numpy.arange(middle, blank.shape[1]) / period_px)
    left = (slice(100, -100), slice(100, middle - 200))
    off = dewarp(page, BLANK)[left].astype(float) - blank[left]
    assert numpy.abs(off).mean() < 0.5


@pytest.mark.parametrize("lines", [0, 1])
def test_a_page_of_a_blank_with_hardly_any_print_is_left_as_it_is(tmp_path: Path, lines: int) -> None:
    sheet = numpy.full((1000, 700), 255, numpy.uint8)
    for line in range(lines):
        cv2.putText(sheet, "No.", (100, 200 + 60 * line), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), sheet)
    page = numpy.roll(sheet, 5, axis=1)
    assert numpy.array_equal(dewarp(page, str(blank)), page)


def test_a_line_tells_nothing_of_shifts_along_it() -> None:
    """A column of empty cells was moved by half a row: its frame looks the same all along."""
    corner = numpy.zeros((1, 21, 21))
    corner[:, :, 10] = 255
    frame = corner.copy()
    corner[:, 8, 10:] = 255
    across, down = (alike(corner, frame, along)[0] for along in (2, 1))
    assert across > 0.8
    assert down < 0.5
    assert [alike(corner, corner, along)[0] for along in (2, 1)] == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("shift_px", [-2.6, 0.0, 1.4, 20.0])
def test_a_line_tells_how_far_it_lies_across_to_a_part_of_a_pixel_and_nothing_where_it_lies_far_off(
    axis: int, shift_px: float
) -> None:
    line = numpy.exp(-((numpy.arange(200) - 100.0) ** 2) / 4)
    moved = numpy.exp(-((numpy.arange(200) - 100.0 - shift_px) ** 2) / 4)
    wanted, seen = (numpy.tile((200 * each).astype(numpy.uint8), (200, 1)) for each in (line, moved))
    if axis == 1:
        wanted, seen = wanted.T, seen.T
    place = numpy.array([[100, 100]], numpy.float32)
    there, told = with_lines(wanted, seen, place, place, place, numpy.zeros((1, 2)))
    assert told[0, 1 - axis] == 0
    assert (told[0, axis] > 0.9) == (abs(shift_px) < 4)
    assert there[0, axis] == pytest.approx(100 + shift_px if abs(shift_px) < 4 else 100, abs=0.15)
    assert there[0, 1 - axis] == 100


def test_dots_that_come_again_and_what_is_darker_or_paler_than_the_line_are_none() -> None:
    """Of dots 4 px apart two pixels to the left look like two to the right; people strike out in thick ink."""
    places = numpy.arange(200)
    line, dots = numpy.exp(-((places - 100.0) ** 2) / 4), 0.6 * (places % 4 < 2)
    place = numpy.array([[100, 100]], numpy.float32)

    def told(wanted: NDArray[Any], seen: NDArray[Any]) -> float:
        one, other = (numpy.tile(each.astype(numpy.uint8), (200, 1)) for each in (wanted, seen))
        return float(with_lines(one, other, place, place, place, numpy.zeros((1, 2)))[1][0, 0])

    assert told(100 * line, 100 * line) > 0.9
    assert told(100 * line, 250 * line) == told(100 * line, 40 * line) == 0
    assert told(100 * dots, 100 * numpy.roll(dots, 2)) == 0


@pytest.mark.parametrize(("jump_px", "is_left"), [(20, True), (2, False)])
def test_a_page_is_left_as_it_lies_where_print_would_be_stretched_as_no_paper_is(
    jump_px: int, is_left: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside a fold the rows of a table were taken for the next ones, and a flat page was bent by most of a row."""

    def followed(wanted: Any, seen: Any, places: Any, begin: Any, halvings: int) -> Any:
        there = places.copy()
        there[places[:, 0] < 300, 1] += jump_px
        return there, numpy.ones(places.shape)

    monkeypatch.setattr("transcribe.registration.dewarp._followed", followed)
    page = blank_grey(BLANK)
    assert (dewarp(page, BLANK) is page) is is_left
