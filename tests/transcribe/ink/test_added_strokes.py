"""A pattern is found where it was moved to, and of equal places the nearest is taken."""

from __future__ import annotations

import numpy
from hypothesis import given
from hypothesis import strategies as st

from transcribe.ink.faint_strokes import find_shift

REACH = 6


def speckled(seed: int) -> numpy.ndarray:
    return numpy.random.default_rng(seed).integers(0, 256, (60, 60)).astype(numpy.uint8)


@given(st.integers(0, 99), st.integers(-REACH, REACH), st.integers(-REACH, REACH))
def test_a_pattern_is_found_where_it_was_moved_to(seed: int, across: int, down: int) -> None:
    page = speckled(seed)
    pattern = page[20 + down : 40 + down, 20 + across : 40 + across]
    found = find_shift(pattern, page[20 - REACH : 40 + REACH, 20 - REACH : 40 + REACH], REACH, 1.0)
    assert found[:2] == (across, down)
    assert found[2] > 0.999


def test_along_a_line_the_nearest_place_is_taken() -> None:
    page = numpy.zeros((60, 60), numpy.uint8)
    page[32] = 255
    found = find_shift(page[18:42, 20:40].copy(), page[20 - REACH : 44 + REACH, 20 - REACH : 40 + REACH], REACH, 1.0)
    assert found[:2] == (0, -2)
