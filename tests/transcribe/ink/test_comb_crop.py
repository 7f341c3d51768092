"""Letters of a comb that touch its teeth or reach over them are cut whole, without the teeth."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy
import pytest

from tests.transcribe.ink.test_comb_compaction import PITCH, blank, filled, spot_of
from transcribe.ink.comb_compaction import compact

__all__ = ["blank"]

INK = 160


@pytest.mark.parametrize(
    ("shift", "width"),
    [(14, 17), (16, 15), (20, 22)],
    ids=["at the tooth", "on the tooth", "over the tooth"],
)
def test_letters_that_reach_a_tooth_stay_whole(blank: Path, shift: int, width: int) -> None:
    page = filled(blank, "KKK", shift=shift, size=1.4)
    sheet, spot = spot_of(page, blank)
    assert spot.comb is not None
    (closed,) = compact(sheet, spot.ink, spot.comb)
    assert (closed.pieces, closed.least, closed.most) == (3, 3, 3)
    count, _, sizes, _ = cv2.connectedComponentsWithStats((closed.picture < INK).astype(numpy.uint8))
    assert [size[cv2.CC_STAT_WIDTH] >= width for size in sizes[1:count]] == [True] * 3
    assert max(size[cv2.CC_STAT_HEIGHT] for size in sizes[1:count]) <= 32  # a tooth has 56


def test_letters_that_touch_no_tooth_bring_nothing_of_one(blank: Path) -> None:
    sheet, spot = spot_of(filled(blank, "LIT", size=0.9), blank)
    assert spot.comb is not None
    (closed,) = compact(sheet, spot.ink, spot.comb)
    count, _, sizes, _ = cv2.connectedComponentsWithStats((closed.picture < INK).astype(numpy.uint8))
    assert count - 1 == 3
    assert sizes[1:, cv2.CC_STAT_HEIGHT].max() <= 24


def test_what_is_left_of_the_frame_is_no_letter_and_joins_none(blank: Path) -> None:
    page = filled(blank, "LET TILL", size=1.8)
    cv2.line(page, (210, 196), (500, 196), 90, 5)  # the frame as a page that lies a little beside its blank shows it
    sheet, spot = spot_of(page, blank)
    assert spot.comb is not None
    assert max(patch.box.width for patch in spot.ink.patches) > 2 * PITCH
    (closed,) = compact(sheet, spot.ink, spot.comb)
    assert (closed.pieces, closed.least, closed.most, closed.spaces) == (7, 7, 7, frozenset({3}))
