"""Pages that were bent: print is moved to where the blank has it, wherever it can be followed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from transcribe.forms import blank_grey, definition
from transcribe.geometry import Box
from transcribe.model import Picture
from transcribe.registration.align import similarity
from transcribe.registration.deblurring import deblurred
from transcribe.registration.matching import alike, dewarp, with_lines
from transcribe.registration.writing_offset import LEAST_PX, REACH_PX, writing_offset

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


@pytest.mark.parametrize(("waves", "height_px"), [(1, 30), (2, 20), (3, 10)])
def test_print_of_a_bent_page_is_moved_to_where_the_blank_has_it(waves: int, height_px: int) -> None:
    page = bent(waves, height_px)
    assert similarity(page, FORM, 1).fit < 0.8
    assert similarity(dewarp(page, BLANK), FORM, 1).fit > 0.85


@pytest.mark.parametrize(("place_px", "height_px"), [(500, 12), (900, 8)])
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

    monkeypatch.setattr("transcribe.registration.matching._followed", followed)
    page = blank_grey(BLANK)
    assert (dewarp(page, BLANK) is page) is is_left


PLACE = Box(300, 420, 760, 480)
SHAPE = (701, 1121)
"""Rows and columns that no fast transform takes as they are, and an odd number of columns that it takes instead."""


def blank(words: Sequence[str] = ("Order form", "Name of the customer", "Address", "Quantity and price")) -> Picture:
    page = numpy.full(SHAPE, 255, numpy.uint8)
    for number, word in enumerate(words):
        cv2.putText(page, word, (60, 80 + 90 * number), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 30, 2)
        cv2.putText(page, word[::-1], (620, 60 + 90 * number), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 30, 2)
        cv2.putText(page, word, (80 + 250 * number, 600 + 20 * number), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 30, 2)
    if words:
        cv2.rectangle(page, (PLACE.x0, PLACE.y0), (PLACE.x1, PLACE.y1), 90, 2)
        cv2.rectangle(page, (60, 520), (900, 660), 90, 2)
    return page


def filled(page: Picture, text: str = "Clerkenwell 17") -> Picture:
    return numpy.asarray(cv2.putText(page.copy(), text, (310, 465), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 60, 2))


def photographed(page: Picture, kernel: numpy.ndarray, noise: float = 2.0) -> Picture:
    """A page in dim light that gets darker to the right, seen through this kernel."""
    light = 0.85 - 0.3 * numpy.linspace(0, 1, page.shape[1])[numpy.newaxis]
    moved = cv2.filter2D(page.astype(numpy.float32), -1, kernel) * light
    off = numpy.random.default_rng(7).normal(0, noise, page.shape)
    return numpy.asarray((moved + off).clip(0, 255), numpy.uint8)


def streak(length: float, degrees: float) -> numpy.ndarray:
    """The kernel of a camera that moves so far in this direction."""
    kernel = numpy.zeros((61, 61), numpy.float32)
    across, down = numpy.cos(numpy.radians(degrees)), numpy.sin(numpy.radians(degrees))
    for at in numpy.linspace(-length / 2, length / 2, 200):
        kernel[round(30 + at * down), round(30 + at * across)] += 1
    soft = cv2.GaussianBlur(kernel, (0, 0), 0.7)
    return numpy.asarray(soft / soft.sum())


def unlike(one: Picture, other: Picture) -> float:
    """How differently two pages show the text in its place, as a share of what there is to see."""
    a, b = (each[PLACE.padded(-6).slices].astype(float).ravel() for each in (one, other))
    return 1.0 - float(numpy.corrcoef(a, b)[0, 1])


@pytest.mark.parametrize(("degrees", "length"), [(0, 6), (35, 9), (90, 9), (140, 6)])
def test_a_text_in_motion_becomes_sharp_though_only_the_forms_print_is_known(length: float, degrees: float) -> None:
    page = filled(blank())
    seen = photographed(page, streak(length, degrees))
    sharp = deblurred(seen, blank(), [PLACE])
    assert unlike(sharp, page) < 0.85 * unlike(seen, page)
    assert sharp.shape == page.shape


def test_a_page_out_of_focus_becomes_sharper() -> None:
    page = filled(blank())
    seen = photographed(page, cv2.getGaussianKernel(31, 2.0) @ cv2.getGaussianKernel(31, 2.0).T, noise=1.0)
    assert unlike(deblurred(seen, blank(), [PLACE]), page) < 0.7 * unlike(seen, page)


@pytest.mark.parametrize("spread", [0.3, 0.8, 1.1])
def test_a_sharp_page_is_left_as_it_is(spread: float) -> None:
    gauss = cv2.getGaussianKernel(31, spread)
    seen = photographed(filled(blank()), gauss @ gauss.T)
    assert deblurred(seen, blank(), [PLACE]) is seen


@pytest.mark.parametrize(("left", "right"), [((9, 35), (4, 35)), ((10, 90), (5, 90)), ((9, 0), (9, 90))])
def test_a_page_whose_blur_differs_from_place_to_place_is_left_as_it_is(
    left: tuple[float, float], right: tuple[float, float]
) -> None:
    """As where the camera was rolled: one kernel that is taken back for all of it makes some places worse."""
    seen, other = (photographed(filled(blank()), streak(*each)) for each in (left, right))
    seen[:, SHAPE[1] // 2 :] = other[:, SHAPE[1] // 2 :]
    assert deblurred(seen, blank(), [PLACE]) is seen


@pytest.mark.parametrize(("length", "degrees"), [(34, 20), (40, 90), (44, 0)])
def test_blur_that_reaches_farther_than_is_looked_at_is_left(length: float, degrees: float) -> None:
    seen = photographed(filled(blank()), streak(length, degrees))
    assert deblurred(seen, blank(), [PLACE]) is seen


def test_where_the_forms_print_tells_nothing_a_page_is_left_as_it_is() -> None:
    """A blank without print, a page without the blank's print, and one that is black."""
    seen = photographed(filled(blank()), streak(9, 35))
    assert deblurred(seen, blank(()), [PLACE]) is seen
    other = photographed(filled(numpy.full(SHAPE, 255, numpy.uint8)), streak(9, 35))
    assert deblurred(other, blank(), [PLACE]) is other
    black = numpy.zeros(SHAPE, numpy.uint8)
    assert deblurred(black, blank(), [PLACE]) is black


FIELDS = [Box(100, y, 700, y + 60) for y in range(200, 1000, 110)] + [
    Box(900, y, 1500, y + 60) for y in (200, 420, 750)
]
TEXTS = [Box(box.x0 + 15, box.y0 + 12, box.x0 + 300 + 20 * number, box.y1 - 8) for number, box in enumerate(FIELDS)]


def moved(boxes: list[Box], across: int, down: int) -> list[Box]:
    return [each.shifted(across, down) for each in boxes]


@given(st.integers(-76, 76), st.integers(-76, 76))
def test_writing_that_was_moved_lies_in_its_boxes_again_with_the_offset(across: int, down: int) -> None:
    texts = moved(TEXTS, across, down)
    found = writing_offset(texts, FIELDS, 1.0)
    if abs(down) >= 48:  # a wide text that lies to the right is still mostly in its box
        assert found is not None
    if found:
        back = moved(texts, -found.across, -found.down)
        assert all(box.overlap_share(text) >= 0.75 for box, text in zip(FIELDS, back, strict=True))
        assert max(abs(found.across), abs(found.down)) >= LEAST_PX
        assert max(abs(found.across), abs(found.down)) <= REACH_PX


@given(st.integers(-8, 8), st.integers(-6, 6))
def test_writing_in_its_boxes_has_no_offset(across: int, down: int) -> None:
    assert writing_offset(moved(TEXTS, across, down), FIELDS, 1.0) is None


def test_a_few_notes_between_the_boxes_are_no_offset() -> None:
    notes = [Box(740, 230, 860, 270), Box(300, 1100, 700, 1140), Box(1520, 600, 1640, 640), Box(100, 1200, 400, 1240)]
    assert writing_offset([*TEXTS, *notes], FIELDS, 1.0) is None


def test_dirt_at_the_edge_of_the_paper_is_no_offset() -> None:
    """Dark spots beside the boxes would lie in them if all boxes were moved, and most writing would still do so."""
    rows = range(40, 1240, 60)
    cells = [Box(x0, y, x1, y + 60) for y in rows for x0, x1 in ((100, 700), (700, 1200))]
    words = [Box(x, y + 10, x + 250, y + 52) for y in rows for x in (115, 715)]
    spots = [Box(20, y + 12, 62, y + 46) for y in rows[::5]]
    assert len(spots) == 4
    assert writing_offset([*words, *spots], cells, 1.0) is None


def test_a_column_of_digits_at_its_left_frame_is_no_offset() -> None:
    rows = range(400, 1000, 60)
    cells = [Box(x0, y, x1, y + 60) for y in rows for x0, x1 in ((100, 700), (700, 860))]
    words = [Box(115, y + 10, 480, y + 52) for y in rows]
    digits = [Box(684, y + 10, 732, y + 52) for y in rows]  # a third is paper that the detector sees beside the digit
    assert writing_offset([*words, *digits], cells, 1.0) is None


def test_lengths_grow_with_a_finer_blank() -> None:
    fine = [each.scaled(1.5) for each in FIELDS]
    found = writing_offset([each.scaled(1.5) for each in moved(TEXTS, 0, 45)], fine, 1.5)
    assert found is not None
    assert abs(found.down - 1.5 * 45) <= 1.5 * 16
    assert writing_offset([], fine, 1.5) is None
    assert writing_offset(moved(TEXTS, 0, 45)[:4], FIELDS, 1.0) is None, "too few to tell"
