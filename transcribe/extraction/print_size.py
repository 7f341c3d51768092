"""The size of print on a page of free layout, and letters that the picture's rim cuts."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.geometry import Box
from transcribe.imaging import MIN_UPRIGHT_CLARITY, MIN_WORD_LETTERS, Mask, flatten, grey
from transcribe.model import Picture, Word
from transcribe.recognition import body_height

WORD_HEIGHT_PX = 18.0
"""Height of words as engines frame them, in print of 10 points at 200 dpi."""


LETTER_HEIGHT_PX = 13.0
"""Height of single letters in print of 10 points at 200 dpi."""


MIN_SAMPLE_COUNT = 10
"""How many words, or letters, are enough to tell the size of print. Chosen by hand."""


MIN_INK_CONTRAST_SHARE = 0.4
"""Ink is darker than this share of the page's ink contrast. Chosen by hand."""


MIN_INK_DARKNESS_LEVELS = 40
"""Ink is this much darker than the paper, of 0 to 255. Chosen by hand."""


RIM_LETTER_HEIGHTS = (0.6, 1.8)
"""Least and most height of a letter at the rim, in heights of the page's print. Chosen by hand."""


MIN_PAPER_BRIGHTNESS_SHARE = 0.8
"""A side of the picture this bright is paper, not the table beside it. A share of the page's brightness. Chosen by
hand."""


CUT_SHARE_PER_LETTER = 0.025
"""The share of a page that counts as cut off for each letter that the rim cuts: three are advice to take it again."""


def text_scale(picture: Picture, words: Sequence[Word], contrast: float) -> float:
    """The size of the page's print in sizes of 10-point print at 200 dpi; 1 without any print."""
    sure = [each for each in words if (each.confidence or 0.0) > MIN_UPRIGHT_CLARITY]
    level = [each.box for each in sure if len(each.text) >= MIN_WORD_LETTERS and each.box.width > each.box.height]
    heights = sorted(box.height for box in level)
    if len(heights) >= MIN_SAMPLE_COUNT:
        return heights[len(heights) // 2] / WORD_HEIGHT_PX
    letters = _letters(_ink(picture, contrast))[:, cv2.CC_STAT_HEIGHT]
    return float(numpy.median(letters)) / LETTER_HEIGHT_PX if len(letters) >= MIN_SAMPLE_COUNT else 1.0


def share_inside(picture: Picture, height: float, contrast: float) -> float:
    """The share of the page that is on the picture, 0 to 1, by the letters that its rim cuts.

    The worst side counts. `height` is that of the page's letters in pixels. What stood beyond is not known."""
    shown = grey(picture)
    bright = float(numpy.percentile(shown[::8, ::8], 80))
    thick = max(16, round(5 * height))
    most = 0
    for turns in range(4):
        side = numpy.ascontiguousarray(numpy.rot90(shown, turns)[:, :thick])  # its rim is on the left
        if min(side.shape) > 8 and float(numpy.percentile(side[::2, ::2], 80)) >= MIN_PAPER_BRIGHTNESS_SHARE * bright:
            most = max(most, _count_cut(side, height, contrast))
    return 1.0 - min(1.0, CUT_SHARE_PER_LETTER * most)


def _count_cut(side: Picture, height: float, contrast: float) -> int:
    """How many letters the left rim cuts."""
    ink = _ink(side, contrast)
    if not ink[:, :2].any():
        return 0
    found = _letters(ink)
    size = numpy.maximum(found[:, cv2.CC_STAT_HEIGHT], found[:, cv2.CC_STAT_WIDTH])
    least, most = (share * height for share in RIM_LETTER_HEIGHTS)
    return int(((found[:, cv2.CC_STAT_LEFT] <= 1) & (size >= least) & (size <= most)).sum())


def _ink(picture: Picture, contrast: float) -> Mask:
    """1 where a picture is as dark as ink."""
    level = max(MIN_INK_DARKNESS_LEVELS, MIN_INK_CONTRAST_SHARE * contrast)
    return (255 - flatten(grey(picture)) > level).view(numpy.uint8)


def _letters(ink: Mask) -> NDArray[numpy.int32]:
    """The patches of ink of about the form of letters, as OpenCV tells them."""
    found = numpy.asarray(cv2.connectedComponentsWithStats(ink, connectivity=8)[2][1:], numpy.int32)
    wide, high, area = (found[:, each] for each in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    return found[(wide >= 2) & (high >= 3) & (wide < 6 * high) & (high < 8 * wide) & (area >= 6)]


def printed_letter_height(picture: Picture, box: Box) -> float:
    """As `letter_height`, of a page without a blank: print is darker than the middle between darkest and brightest."""
    height, width = picture.shape[:2]
    shown = grey(picture)[box.clipped(width, height).slices]
    if shown.size == 0:
        return 0.0
    dark, bright = numpy.percentile(shown, (1, 90))
    return float(body_height(shown < (dark + bright) / 2)) if bright - dark >= MIN_INK_DARKNESS_LEVELS else 0.0
