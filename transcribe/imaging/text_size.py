"""How large the print of a page of free layout is, and whether the picture's rim cuts through it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.imaging.background import flatten, grey
from transcribe.model import Word

if TYPE_CHECKING:
    from transcribe.imaging.masks import Mask
    from transcribe.model import Picture

WORD, LETTER = 18.0, 13.0
"""Pixels of height, at 200 dpi, of words as engines frame them and of single letters, in print of 10 points."""
READ, LONG, ENOUGH = 0.5, 3, 10
"""Confidence and letters from which a word's height is believed, and how many such words are enough."""
INK, DARK = 0.4, 40
"""What is ink: this share of the page's ink contrast, and this much darker than the paper, 0 to 255."""
LIKE = (0.6, 1.8)
"""Least and most height of a letter at the rim, in heights of the page's print."""
PAPER = 0.8
"""The share of the page's brightness from which a side of the picture is paper, and not the table beside it."""
ONE_LETTER = 0.025
"""The share of a page that counts as cut off for each letter that the rim cuts: three are advice to take it again."""


def text_scale(picture: Picture, words: Sequence[Word], contrast: float) -> float:
    """How many pixels make one pixel of print of 10 points at 200 dpi; of a page without any print 1."""
    heights = sorted(
        word.box.height for word in words if (word.confidence or 0.0) > READ and len(word.text) >= LONG and _lies(word)
    )
    if len(heights) >= ENOUGH:
        return heights[len(heights) // 2] / WORD
    letters = _letters(_ink(picture, contrast))[:, cv2.CC_STAT_HEIGHT]
    return float(numpy.median(letters)) / LETTER if len(letters) >= ENOUGH else 1.0


def share_inside(picture: Picture, height: float, contrast: float) -> float:
    """The share of the page that is on the picture, by the letters of this height that one side of it cuts: nobody
    knows what stood beyond them."""
    shown = grey(picture)
    bright = float(numpy.percentile(shown[::8, ::8], 80))
    thick = max(16, round(5 * height))
    most = 0
    for side in _sides(shown, thick):
        if min(side.shape) > 8 and float(numpy.percentile(side[::2, ::2], 80)) >= PAPER * bright:
            most = max(most, _cut(side, height, contrast))
    return 1.0 - min(1.0, ONE_LETTER * most)


def _lies(word: Word) -> bool:
    return word.box.width > word.box.height


def _sides(picture: Picture, thick: int) -> Iterator[Picture]:
    """The four sides of a picture, each turned so that its rim is on the left."""
    yield picture[:, :thick]
    yield picture[:, : -thick - 1 : -1]
    yield numpy.ascontiguousarray(picture[:thick].T)
    yield numpy.ascontiguousarray(picture[: -thick - 1 : -1].T)


def _cut(side: Picture, height: float, contrast: float) -> int:
    """How many letters the left rim cuts."""
    ink = _ink(numpy.ascontiguousarray(side), contrast)
    if not ink[:, :2].any():
        return 0
    found = _letters(ink)
    size = numpy.maximum(found[:, cv2.CC_STAT_HEIGHT], found[:, cv2.CC_STAT_WIDTH])
    at_rim = (found[:, cv2.CC_STAT_LEFT] <= 1) & (size >= LIKE[0] * height) & (size <= LIKE[1] * height)
    return int(at_rim.sum())


def _ink(picture: Picture, contrast: float) -> Mask:
    """1 where a picture is as dark as ink."""
    return (255 - flatten(grey(picture)) > max(DARK, INK * contrast)).view(numpy.uint8)


def _letters(ink: Mask) -> NDArray[numpy.int32]:
    """The patches of ink of about the form of letters, as OpenCV tells them."""
    found = numpy.asarray(cv2.connectedComponentsWithStats(ink, connectivity=8)[2][1:], numpy.int32)
    wide, high, area = (found[:, each] for each in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    return found[(wide >= 2) & (high >= 3) & (wide < 6 * high) & (high < 8 * wide) & (area >= 6)]
