"""Pages many times longer than wide, as tills print them, cut between their lines.

Engines bring a page to one size before they look for print. Of such a strip nothing is left then, or they fail."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.imaging.resizing import shrunk_to
from transcribe.model import Picture

MIN_STRIP_RATIO = 8.0
"""A page whose longer side is more than so many times the shorter one is a strip.

Receipts up to 13 were read well as pages, one of 36 was not, and one of 70 failed."""


TILE_ASPECT = 4.0
"""A tile is about so many times as long as it is wide. Chosen by hand."""


MIN_TILE_LENGTH_PX = 1000
"""No tile but the last is shorter. Chosen by hand."""


CUT_WINDOW_SHARE = 0.4
"""Share of a tile, at its end, in which the place to cut is looked for. Chosen by hand."""


EMPTY_ROW_SHARE = 0.1
"""Share of the difference between the emptiest and the fullest row up to which a row is empty. Chosen by hand."""


MAX_PATIENCE = 4.0
"""The longest strip takes four times as long as a page, measured: no engine that hangs is waited for for hours."""


MAX_PAGE_PIXELS = 4_000_000
"""A larger page is shrunk to this: a scan of 35 megapixels costs 2 s and 0.8 GB and is read no better."""


def ratio(picture: Picture) -> float:
    """How many times longer the longer side of a picture is."""
    height, width = picture.shape[:2]
    return float(max(height, width) / max(1, min(height, width)))


def is_strip(picture: Picture) -> bool:
    """Whether a page is so long that it must be cut into tiles."""
    return ratio(picture) > MIN_STRIP_RATIO


def shrinking(picture: Picture) -> float:
    """The factor, at most 1, that makes a page small enough when its sides are multiplied by it.

    A tile of a strip may have as many pixels as another page: else its print would become too small to read."""
    height, width = picture.shape[:2]
    most = MAX_PAGE_PIXELS * patience(picture)
    return float(min(1.0, (most / (height * width)) ** 0.5))


def patience(picture: Picture) -> float:
    """How many times longer an engine may take over this page than over another. It may have as many more pixels."""
    return min(MAX_PATIENCE, max(1.0, ratio(picture) / MIN_STRIP_RATIO))


def tiles(picture: Picture) -> Iterator[tuple[int, int, Picture]]:
    """The tiles of a page in order: x and y of the corner, and the pixels.

    They go down, or from left to right: a strip is cut where there is least print, any other page is one tile."""
    if not is_strip(picture):
        yield 0, 0, picture
        return
    height, width = picture.shape[:2]
    upright = height >= width
    shades = grey(picture) if upright else grey(picture).T
    for start, end in _cuts(numpy.asarray(shades.std(axis=1), dtype=numpy.float64), min(height, width)):
        yield (0, start, picture[start:end]) if upright else (start, 0, picture[:, start:end])


def widened_tile(tile: Picture) -> tuple[int, int, Picture]:
    """How far to the right and down a tile lies in a wider picture, and that picture.

    Paper is added beside a tile of a very narrow strip, so that it is no strip itself; others stay as they are."""
    height, width = tile.shape[:2]
    beside = (round(max(height, width) / TILE_ASPECT) - min(height, width)) // 2
    if beside <= 0 or not is_strip(tile):
        return 0, 0, tile
    x, y = (beside, 0) if height >= width else (0, beside)
    paper = numpy.median(tile.reshape(height * width, -1), axis=0).tolist()
    return x, y, numpy.asarray(cv2.copyMakeBorder(tile, y, y, x, x, cv2.BORDER_CONSTANT, value=paper), numpy.uint8)


def _cuts(print_in: NDArray[numpy.float64], width: int) -> Iterator[tuple[int, int]]:
    """Where tiles begin and end, from how much print each row holds."""
    length, start = max(MIN_TILE_LENGTH_PX, round(TILE_ASPECT * width)), 0
    while len(print_in) - start > length:
        window = print_in[start + round((1 - CUT_WINDOW_SHARE) * length) : start + length]
        empty = window <= window.min() + EMPTY_ROW_SHARE * numpy.ptp(window)
        end = start + length - len(window) + _widest_gap_middle(empty)
        yield start, end
        start = end
    yield start, len(print_in)


def _widest_gap_middle(empty: NDArray[numpy.bool_]) -> int:
    """The middle of the longest stretch of empty rows: a gap between two lines, not one between letters."""
    sides = numpy.flatnonzero(numpy.diff(numpy.concatenate(([False], empty, [False]))))
    begins, ends = sides[::2], sides[1::2]
    longest = int(numpy.argmax(ends - begins))
    return int(begins[longest] + ends[longest]) // 2


# The paper under the ink: its brightness over the page, and the page with that divided out.

PAPER_SHRINK_FACTOR = 4
"""The paper is looked for in a picture so many times smaller. That is 16 times quicker, and paper has no detail."""


MAX_STROKE_PX = 15
"""Side of the square that no stroke fills, in pixels of the smaller picture: what is broader is paper in a shadow.

At 13, 15, 17 and 21 px Tesseract read 83, 85, 81 and 78 % of typed fields on worn paper, and ink alone was in doubt
about 67, 60, 34 and 22 % of blank boxes there."""


SMOOTHING_PX = 5
"""Side of the median that follows, in pixels of the smaller picture. Chosen by hand."""


MIN_SHADOW_WIDTH_PX = 40
"""An evenly dark place this wide is a shadow. A marker's stroke is narrower, a finger's shadow broader."""


SMOOTHED_PX = 3
"""Side of the median that takes specks off."""


EVENED_PX = 21
"""Side of the square that no stroke of a letter fills, in pixels at 200 dpi. Of 307 typed values of which engines
differed, at sharp edges and in dirt, Tesseract read 40 as RapidOCR did on a smoothed page and 84 on an evened one."""


def grey(picture: Picture) -> Picture:
    """The picture in grey, rows x columns; itself where it is grey already."""
    if picture.ndim == 2:
        return picture
    return numpy.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=numpy.uint8)


def background(picture: Picture) -> Picture:
    """How bright the bare paper is at each pixel of a grey picture: light, and shadows with their edges."""
    square = numpy.ones((MAX_STROKE_PX, MAX_STROKE_PX), numpy.uint8)
    closed = cv2.morphologyEx(cv2.medianBlur(_small(picture), 3), cv2.MORPH_CLOSE, square)
    bright = cv2.medianBlur(closed, SMOOTHING_PX)
    return numpy.asarray(cv2.resize(bright, picture.shape[::-1]), dtype=numpy.uint8)


def flatten(picture: Picture, under: Picture | None = None) -> Picture:
    """A grey picture with its paper divided out: bare paper is 255 everywhere, ink keeps its contrast.

    `under` is the background, where the caller has it already."""
    under = background(picture) if under is None else under
    return numpy.asarray(cv2.divide(picture, under, scale=255), dtype=numpy.uint8)


def shadow(dark: Picture, most: float, unit: float) -> Picture:
    """The part of a flattened page's darkness that is shadow: broader than any stroke, not darker than `most`.

    At the edges of shadows paper is darker than `background` says. `unit` is the length of a pixel at 200 dpi."""
    side = max(3, round(MIN_SHADOW_WIDTH_PX * unit / PAPER_SHRINK_FACTOR))
    broad = cv2.morphologyEx(_small(dark), cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    broad[broad > most] = 0
    return numpy.asarray(cv2.resize(cv2.blur(broad, (3, 3)), dark.shape[::-1]), dtype=numpy.uint8)


def _small(picture: Picture) -> Picture:
    """A grey picture PAPER_SHRINK_FACTOR times smaller, a pixel wide and high at least."""
    height, width = picture.shape
    return shrunk_to(picture, max(1, width // PAPER_SHRINK_FACTOR), max(1, height // PAPER_SHRINK_FACTOR))


def smoothed(picture: Picture) -> Picture:
    """A grey picture with each pixel the median of a square around it: specks go, edges stay."""
    return numpy.asarray(cv2.medianBlur(picture, SMOOTHED_PX), numpy.uint8)


def evened(picture: Picture) -> Picture:
    """A grey picture with its light divided out as closely as strokes allow, and smoothed: `flatten` leaves edges."""
    square = numpy.ones((EVENED_PX, EVENED_PX), numpy.uint8)
    closed = cv2.morphologyEx(cv2.GaussianBlur(picture, (0, 0), 1), cv2.MORPH_CLOSE, square)
    return smoothed(flatten(picture, numpy.asarray(closed, numpy.uint8)))
