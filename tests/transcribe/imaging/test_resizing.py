"""Pictures are made smaller, never larger, and those that need not change are the same."""

from __future__ import annotations

import numpy
from hypothesis import given
from hypothesis import strategies as st

from transcribe.imaging.resizing import shrunk, shrunk_to

PICTURES = st.builds(
    lambda seed, height, width: numpy.random.default_rng(seed).integers(0, 256, (height, width)).astype(numpy.uint8),
    *(st.integers(0, 99), st.integers(8, 90), st.integers(8, 90)),
)


@given(PICTURES, st.floats(0.2, 2))
def test_a_picture_is_shrunk_and_never_made_larger(picture: numpy.ndarray, scale: float) -> None:
    small = shrunk(picture, scale)
    if scale >= 1:
        assert small is picture
    assert all(
        abs(after - before * min(1, scale)) <= 0.5 + 1e-9
        for after, before in zip(small.shape, picture.shape, strict=True)
    )
    assert abs(float(small.mean()) - float(picture.mean())) < 40


@given(PICTURES, st.integers(2, 8), st.integers(2, 8))
def test_a_picture_is_averaged_to_a_size(picture: numpy.ndarray, width: int, height: int) -> None:
    assert shrunk_to(picture, width, height).shape == (height, width)
    assert shrunk_to(picture, picture.shape[1], picture.shape[0]) is picture
