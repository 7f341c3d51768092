"""How a masked page lies is written into its file, and read from it by whoever decodes it."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from transcribe.intake.jpeg_metadata import (
    ALIGNMENT_MARK,
    COMMENT_MARKS,
    COMMENT_START,
    stored_alignment,
    stored_flattening,
    with_comment,
)
from transcribe.model import Flattened, StoredAlignment

NUMBERS = st.tuples(*[st.floats(-5000, 5000)] * 9)


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").save(out, "JPEG")
    return out.getvalue()


@given(NUMBERS, st.integers(1, 9), st.integers(0, 3000))
def test_what_is_stamped_is_read_again_exactly(numbers: tuple[float, ...], page: int, inliers: int) -> None:
    laid = StoredAlignment(form="ab" * 32, number=page, inliers=inliers, homography=numbers)
    assert stored_alignment(with_comment(jpeg(), laid)) == laid


@given(NUMBERS, st.integers(1, 9000), st.integers(1, 9000))
def test_what_a_flattened_picture_was_is_read_again_exactly(numbers: tuple[float, ...], wide: int, high: int) -> None:
    flat = Flattened(size=(wide, high), homography=numbers)
    assert stored_flattening(with_comment(jpeg(), flat)) == flat
    assert stored_alignment(with_comment(jpeg(), flat)) is None


def test_a_stamped_picture_is_the_same_picture() -> None:
    laid = StoredAlignment(form="ab" * 32, number=1, inliers=99, homography=(1.0, 0, 0, 0, 1, 0, 0, 0, 1))
    with Image.open(io.BytesIO(with_comment(jpeg(), laid))) as there, Image.open(io.BytesIO(jpeg())) as here:
        assert there.tobytes() == here.tobytes()


def comment(said: bytes) -> bytes:
    return COMMENT_START + (len(said) + 2).to_bytes(2, "big") + said + jpeg()[2:]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        jpeg(),
        COMMENT_START,
        comment(b"made by a camera"),
        comment(ALIGNMENT_MARK + b"{"),
        comment(ALIGNMENT_MARK + b"[]"),
        comment(ALIGNMENT_MARK + b'{"form": "a", "number": 1, "inliers": 1, "homography": [1, 2]}'),
        comment(
            ALIGNMENT_MARK + b'{"form": "a", "number": 0, "inliers": 1, "homography": [1, 0, 0, 0, 1, 0, 0, 0, 1]}'
        ),
        comment(
            ALIGNMENT_MARK + b'{"form": "a", "number": 1, "inliers": 1, "homography": [NaN, 0, 0, 0, 1, 0, 0, 0, 1]}'
        ),
    ],
)
def test_any_other_comment_says_nothing(content: bytes) -> None:
    assert stored_alignment(content) is None
    assert stored_flattening(content.replace(ALIGNMENT_MARK, COMMENT_MARKS[Flattened])) is None
