"""Strips: pages many times longer than wide are cut between their lines."""

from __future__ import annotations

import numpy
import pytest

from transcribe.imaging import tiling
from transcribe.imaging.skew import skew


def lined(height: int, width: int) -> numpy.typing.NDArray[numpy.uint8]:
    """Paper with a dark stripe of 20 rows, then 20 empty ones, and so on."""
    page = numpy.full((height, width), 250, numpy.uint8)
    page[numpy.arange(height) % 40 < 20, ::3] = 20
    return page


@pytest.mark.parametrize("lying", [False, True])
def test_the_parts_of_a_strip_are_the_whole_strip_and_no_line_is_cut(lying: bool) -> None:
    page = lined(9000, 300)
    given = list(tiling.tiles(page.T if lying else page))
    assert len(given) > 5
    joined = numpy.concatenate([part for _, _, part in given], axis=1 if lying else 0)
    assert (joined == (page.T if lying else page)).all()
    for x, y, part in given:
        assert not tiling.is_strip(part)
        assert (x if lying else y) % 40 >= 20 or (x, y) == (0, 0)


def test_a_page_is_one_part() -> None:
    page = lined(2000, 300)
    ((x, y, part),) = tiling.tiles(page)
    assert (x, y, part is page) == (0, 0, True)


def test_a_part_of_few_pixels_gets_paper_beside_it() -> None:
    part = lined(1000, 20)
    right, down, wide = tiling.widened_tile(part)
    assert (down, tiling.is_strip(wide)) == (0, False)
    assert (wide[:, right : right + 20] == part).all()
    assert tiling.widened_tile(lined(1000, 300))[:2] == (0, 0)


def test_a_strip_keeps_its_print_legible_where_a_page_of_as_many_pixels_is_shrunk() -> None:
    assert tiling.shrinking(numpy.zeros((4000, 4000), numpy.uint8)) == pytest.approx(0.5)
    assert tiling.shrinking(numpy.zeros((30000, 400), numpy.uint8)) == 1.0


def test_the_narrowest_strip_is_waited_for_four_times_as_long_as_a_page_and_no_longer() -> None:
    assert tiling.patience(lined(2000, 300)) == 1.0
    assert tiling.patience(lined(30000, 16)) == 4.0


def test_a_strip_is_not_turned() -> None:
    aslant = numpy.full((30000, 16), 250, numpy.uint8)
    aslant[numpy.arange(30000) % 40 < 9, 3:] = 0
    assert skew(aslant) == 0.0
