"""How alike a page laid onto its blank and that blank are: the `fit` of a page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.forms import blank_grey
from transcribe.geometry import Box
from transcribe.imaging import grey
from transcribe.model import Form, Picture

TILE = 48
"""Pixels of a tile, on the halved blank, in which page and blank are compared: about 12 mm at 200 dpi."""
JUDGING_TILES = 12
"""Tiles that are enough to judge a page by, of print outside all boxes, or a part of it, nearest to a box."""

PLAIN_LEVELS = 8.0
"""Standard deviation, in levels of grey, of a tile whose print is plain: tints and hair lines have less, and light and
dirt drown them. On a form with a tint of 6 levels such tiles had a median of -0.3 where all others had 0.9."""

PLAIN_TILES = 48
"""Plain tiles that are enough to judge a page by, all over it. Chosen by hand."""


ASTRAY = 0.25
"""Share of the page's own fit that their median correlation is below where it does not: of 80 generated photographs two
had boxes below it. On one, laid by features of its upper half alone, boxes seemed blank whose writing lay beside."""


LITTLE, IN_EACH = 0.2, 0.05
"""Median correlation of all tiles, and of those of each quarter, from which a page lies where features say.

Of 24 photographs, worn once or twice over, eight with a fit of 0.25 to 0.5 lay within 5.1 px of where they do without
wear, with 0.2 or more and 0.09 or more. One laid 92 px off by 32 features had 0.08; one moved by 12 px may have 0.3:
this tells pages that lie elsewhere, not by how much they lie beside."""


class Similarity(NamedTuple):
    """How alike page and blank are: the median of `alike`, the correlations of the tiles that count, 0 to 1; and the
    middles of these tiles, x and y in pixels of the blank. `plain` says which of them have plain print."""

    fit: float
    alike: NDArray[numpy.float32]
    middles: NDArray[numpy.float64]
    plain: NDArray[numpy.bool_] | None = None

    @property
    def is_everywhere(self) -> bool:
        """Whether a page is like its blank in each quarter of the print, however little."""
        if self.fit < LITTLE:
            return False
        right, below = (self.middles > numpy.median(self.middles, axis=0)).T
        quarters = [
            self.alike[(right == across) & (below == down)] for across in (False, True) for down in (False, True)
        ]
        return all(each.size and numpy.median(each) >= IN_EACH for each in quarters)

    def astray(self, boxes: Sequence[Box]) -> list[bool]:
        """Whether the page lies off its blank where these boxes are, by tiles of plain print if they are enough."""
        if len(self.alike) <= JUDGING_TILES:
            return [False] * len(boxes)
        if self.plain is not None and not self.plain.all() and self.plain.sum() >= PLAIN_TILES:
            told = self._replace(alike=self.alike[self.plain], middles=self.middles[self.plain], plain=None)
            return told.astray(boxes)
        sides = numpy.array([tuple(box) for box in boxes], numpy.float64).reshape(-1, 1, 4)
        beside = numpy.maximum(numpy.maximum(sides[..., :2] - self.middles, self.middles - sides[..., 2:]), 0.0)
        nearest = numpy.hypot(beside[..., 0], beside[..., 1]).argpartition(JUDGING_TILES, axis=1)[:, :JUDGING_TILES]
        return [bool(each) for each in numpy.median(self.alike[nearest], axis=1) < ASTRAY * self.fit]


def similarity(straight: Picture, form: Form, number: int) -> Similarity:
    """Page and blank compared tile by tile, over the tiles where the blank has print.

    Tiles in boxes do not count where there are enough others: what was filled in is on the page alone."""
    path = form.blanks[number - 1].path
    assert path is not None, "a form of free layout has no blank to be like"
    print_ = _blank_tiles(path)
    levels = numpy.linalg.norm(print_, axis=1) / TILE
    printed = levels > 1.0
    outside = printed & ~_boxed(form, number, path)
    counted = numpy.flatnonzero(outside if outside.sum() >= JUDGING_TILES else printed)
    columns = blank_grey(path).shape[1] // 2 // TILE
    middles = (numpy.stack((counted % columns, counted // columns), axis=1) + 0.5) * 2 * TILE
    if not counted.size:
        return Similarity(0.0, numpy.zeros(0, numpy.float32), middles)
    page, print_ = _tiles(_half(grey(straight)))[counted], print_[counted]
    strength = numpy.linalg.norm(page, axis=1) * numpy.linalg.norm(print_, axis=1)
    alike = numpy.asarray((page * print_).sum(axis=1) / numpy.maximum(strength, 1e-6), numpy.float32)
    fit = float(numpy.clip(numpy.median(alike), 0.0, 1.0))
    return Similarity(fit, alike, middles, levels[counted] >= PLAIN_LEVELS)


@lru_cache(maxsize=32)
def _blank_tiles(path: str) -> NDArray[numpy.float32]:
    return _tiles(_half(blank_grey(path)))


def _boxed(form: Form, number: int, path: str) -> NDArray[numpy.bool_]:
    """Which tiles lie by more than half in a box of a field or a table."""
    inside = numpy.zeros(blank_grey(path).shape, numpy.uint8)
    placed = [(each.page, each.box) for each in form.fields] + [(each.page, each.box) for each in form.tables]
    for page, box in placed:
        if box and page == number:
            inside[box.slices] = 1
    return numpy.asarray(_cut(inside[::2, ::2]).mean(axis=1) > 0.5, numpy.bool_)


def _half(picture: Picture) -> Picture:
    """Half as large and a little soft, so that a pixel's error and a photo's blur weigh little."""
    return numpy.asarray(
        cv2.GaussianBlur(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), (0, 0), 1.2),
        numpy.uint8,
    )


def _tiles(picture: Picture) -> NDArray[numpy.float32]:
    """Tiles x pixels, each tile less its mean."""
    flat = _cut(picture).astype(numpy.float32)
    tiles: NDArray[numpy.float32] = flat - flat.mean(axis=1, keepdims=True)
    return tiles


def _cut(picture: Picture) -> Picture:
    """Tiles x pixels."""
    rows, columns = picture.shape[0] // TILE, picture.shape[1] // TILE
    cut = picture[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE)
    return cut.swapaxes(1, 2).reshape(rows * columns, TILE * TILE)
