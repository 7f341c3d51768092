"""Boxes and homographies: the laws that every user of them relies on."""

from __future__ import annotations

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcribe.geometry import Box, project
from transcribe.model import FieldKey, keys_in_words

SIDE = st.integers(-500, 2500)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """Boxes that hold at least one pixel."""
    x0, y0 = draw(SIDE), draw(SIDE)
    return Box(x0, y0, x0 + draw(st.integers(1, 900)), y0 + draw(st.integers(1, 900)))


@given(boxes(), SIDE, SIDE)
def test_a_shifted_box_keeps_its_size_and_comes_back(box: Box, right: int, down: int) -> None:
    shifted = box.shifted(right, down)
    assert (shifted.width, shifted.height, shifted.area) == (box.width, box.height, box.area)
    assert shifted.shifted(-right, -down) == box


@given(boxes(), boxes())
def test_overlap_is_the_pixels_that_both_have(one: Box, other: Box) -> None:
    assert one.overlap(other) == other.overlap(one) <= min(one.area, other.area)
    assert one.overlap(one) == one.area
    assert one.intersects(other) == (one.overlap(other) > 0)
    assert (one.overlap(other) == other.area) == one.contains(other)


@given(boxes(), boxes())
def test_overlap_is_of_rows_and_columns_and_below_zero_it_is_the_gap(one: Box, other: Box) -> None:
    across, down = one.overlap_across(other), one.overlap_down(other)
    assert (across, down) == (other.overlap_across(one), other.overlap_down(one))
    assert one.overlap(other) == max(0, across) * max(0, down)
    assert across >= 0 or one.padded(-across, 0).overlap_across(other) == 0
    assert one.shifted(0, 7).overlap_across(other) == across


@given(boxes(), boxes())
def test_the_share_is_of_the_smaller_box_and_symmetric(one: Box, other: Box) -> None:
    assert one.overlap_share(other) == other.overlap_share(one)
    assert 0 <= one.overlap_share(other) <= 1
    assert one.overlap_share(one) == 1


@given(SIDE, SIDE, st.integers(0, 900), st.integers(0, 900))
def test_a_box_is_as_large_as_it_is_sized(x: int, y: int, width: int, height: int) -> None:
    box = Box.sized(x, y, width, height)
    assert (box.x0, box.y0, box.width, box.height) == (x, y, width, height)


@given(boxes(), st.integers(0, 300), st.integers(0, 300))
def test_a_padded_box_holds_the_box_and_padding_less_gives_it_back(box: Box, across: int, down: int) -> None:
    padded = box.padded(across, down)
    assert padded.contains(box)
    assert padded.padded(-across, -down) == box
    assert box.padded(across) == box.padded(across, across)


@given(boxes(), st.integers(1, 2000), st.integers(1, 2000))
def test_a_clipped_box_is_what_of_the_box_lies_on_the_picture(box: Box, width: int, height: int) -> None:
    picture = Box(0, 0, width, height)
    clipped = box.clipped(width, height)
    assert picture.contains(clipped)
    assert clipped.area == box.overlap(picture)
    assert clipped.clipped(width, height) == clipped


@given(boxes(), st.integers(1, 2000), st.integers(1, 2000))
def test_a_clipped_box_keeps_as_many_pixels_as_are_asked_for(box: Box, width: int, height: int) -> None:
    picture, clipped = Box(0, 0, width, height), box.clipped(width, height, least=1)
    assert picture.contains(clipped)
    assert clipped.area >= 1
    if box.intersects(picture):
        assert clipped == box.clipped(width, height)


@given(st.lists(boxes(), min_size=1, max_size=8))
def test_the_enclosing_box_is_the_smallest_that_holds_all(around: list[Box]) -> None:
    enclosing = Box.enclosing(around)
    assert all(enclosing.contains(each) for each in around)
    assert enclosing.x0 in {each.x0 for each in around}
    assert enclosing.y1 in {each.y1 for each in around}
    assert Box.enclosing(reversed(around)) == enclosing


@given(st.lists(boxes(), min_size=1, max_size=8))
def test_the_box_around_corners_is_the_box_that_encloses(around: list[Box]) -> None:
    assert Box.around(corner for each in around for corner in each.corners) == Box.enclosing(around)


@given(st.lists(st.tuples(st.floats(-500, 2500), st.floats(-500, 2500)), min_size=1, max_size=8))
def test_a_box_around_points_is_rounded_to_whole_pixels(points: list[tuple[float, float]]) -> None:
    box = Box.around(points)
    whole = [(round(x), round(y)) for x, y in points]
    assert box == Box.around(whole)
    assert all(box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1 for x, y in whole)


def test_nothing_encloses_nothing() -> None:
    with pytest.raises(ValueError, match="values to unpack"):
        Box.enclosing([])
    with pytest.raises(ValueError, match="values to unpack"):
        Box.around([])


@given(boxes(), boxes())
def test_a_box_that_holds_another_holds_its_middle(one: Box, other: Box) -> None:
    assert one.contains_middle(one)
    if one.contains(other):
        assert one.contains_middle(other)


def test_slices_cut_the_pixels_of_the_box() -> None:
    picture = numpy.arange(20 * 30).reshape(20, 30)
    box = Box(3, 5, 9, 7)
    assert picture[box.slices].shape == (box.height, box.width)
    assert picture[box.slices][0, 0] == picture[5, 3]


@given(boxes(), st.sampled_from([0.5, 1.0, 2.0, 3.0]))
def test_a_scaled_box_is_as_many_times_as_large_to_a_pixel(box: Box, factor: float) -> None:
    scaled = box.scaled(factor)
    assert abs(scaled.width - factor * box.width) <= 1
    assert abs(scaled.height - factor * box.height) <= 1
    assert box.scaled(1.0) == box


HOMOGRAPHIES = st.builds(
    lambda angle, shift, tilt: numpy.array(
        [
            [numpy.cos(angle), -numpy.sin(angle), shift],
            [numpy.sin(angle), numpy.cos(angle), -shift],
            [tilt, -tilt, 1.0],
        ]
    ),
    st.floats(-3, 3),
    st.floats(-300, 300),
    st.floats(-1e-4, 1e-4),
)


@given(boxes(), HOMOGRAPHIES)
def test_points_are_projected_as_opencv_projects_them(box: Box, homography: numpy.ndarray) -> None:
    theirs = cv2.perspectiveTransform(numpy.array([box.corners], numpy.float64), homography)[0]
    numpy.testing.assert_allclose(project(homography, box.corners), theirs, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("key", [FieldKey("total"), FieldKey("lines.quantity", 0), FieldKey("lines.quantity", 12)])
def test_a_key_is_read_as_it_is_written(key: FieldKey) -> None:
    assert FieldKey.parse(str(key)) == key


@pytest.mark.parametrize(
    "name", ["lines.a[0", "lines.a0]", "lines.a[]", "lines.a[0]]", "lines.a[00]", "lines.a[-1]", "lines.a[٣]", "a[²]"]
)
def test_what_is_written_as_no_cell_names_none(name: str) -> None:
    assert FieldKey.parse(name) == FieldKey(name)


def test_a_row_that_no_database_can_hold_names_no_cell() -> None:
    for digits in (20, 5000):
        name = f"lines.a[{'9' * digits}]"
        assert FieldKey.parse(name) == FieldKey(name)


def test_the_fields_that_there_are_are_told_with_the_rows_of_a_table() -> None:
    keys = [FieldKey(""), FieldKey("lines.a", 0), FieldKey("lines.a", 2), FieldKey("lines.a", 1), FieldKey("total")]
    assert keys_in_words(keys) == "lines.a[0 to 2], total"
