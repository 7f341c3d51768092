"""What is darker than its surroundings is black, in any light."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from transcribe.imaging import black_on_white


@pytest.mark.parametrize("light", [90, 160, 250])
def test_paper_without_ink_is_white_in_any_light(light: int) -> None:
    assert black_on_white(numpy.full((80, 120), light, numpy.uint8)).min() == 255


@examples(30)
@given(st.integers(80, 250), st.integers(80, 250))
def test_strokes_are_black_on_both_sides_of_a_shadows_edge(left: int, right: int) -> None:
    page = numpy.full((120, 240), left, numpy.uint8)
    page[:, 120:] = right
    stroke = numpy.zeros(page.shape, bool)
    stroke[50:54, 20:80] = stroke[50:54, 160:220] = True
    page[stroke] = page[stroke] // 4
    made = black_on_white(page)
    assert set(numpy.unique(made)) <= {0, 255}
    assert made[51:53, 25:75].max() == 0
    assert made[51:53, 165:215].max() == 0
    assert made[100:, :60].min() == made[100:, 180:].min() == 255
