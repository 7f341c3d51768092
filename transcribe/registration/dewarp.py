"""A page that was bent when it was photographed, pressed flat: its print is moved to where the blank has it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.forms import blank_grey
from transcribe.imaging import find_shift, flatten, grey, shrunk
from transcribe.model import Picture
from transcribe.registration.matching import FEWEST

Field = NDArray[numpy.float64]
"""Rows x columns of knots: how far the page's print lies from the blank's there, in pixels of the full page."""

SIDE = 600
"""Pixels of the longer side of the copies that are compared."""

WINDOW, REACH = 20, 9
"""Half the side of a window that is sought, and how far around its place, pixels of the copy: 35 px at 200 dpi."""

STEP = 22
"""Pixels of the copy from one window to the next."""

PRINTED = 9.0
"""Standard deviation of the blank's darkness in a window below which there is too little print to find it by."""

ALIKE = 0.5
"""Correlation from which a window is found: what is written beside the print lowers it."""


KNOTS = (13, 9)
"""Rows and columns of the net of shifts: paper bends in waves of a hand's width, not of a letter's."""

SMOOTHNESS_WEIGHT = 0.04
"""How stiff the net is: weight of its second differences against the pairs. At 0.35 waves of 14 px were followed by
half (fit 0.45 of 0.98), at 0.04 wholly."""

LOOSE, OUTLIER, TURNS = 24.0, 3.0, 6
"""Pixels of the page off the net at which a shift keeps a quarter of its weight: at first, and at last; and how often
weights are taken anew, so that great waves are followed before wrong matches are told from right ones."""


STILL = 1.2
"""A page whose print lies everywhere nearer than this, in pixels, is left as it is: moving it costs sharpness."""


Pairs = NDArray[numpy.float64]
"""Places found on both: rows of x and y on the blank, and how far across and down the same lies on the page."""


def dewarp(page: Picture, blank_path: str, pairs: Pairs) -> Picture:
    """The page (of the blank's size, laid on it as well as a flat page can be) pressed flat; itself where it is flat.

    `pairs` are matches of features, right or wrong: they show the great waves. Windows of print show what is left."""
    once = _moved(page, pairs, numpy.ones(len(pairs)))
    windows = _windows(once, blank_path)
    return _moved(once, windows[:, :4], windows[:, 4])


def _moved(page: Picture, pairs: Pairs, weights: Field) -> Picture:
    """The page moved as pairs with these weights pull at it; itself where they are too few, or hardly pull."""
    if len(pairs) < FEWEST:
        return page
    spread = _spread(pairs[:, :2] / (page.shape[1], page.shape[0]))
    across, down = (_displacement_grid(spread, pairs[:, axis], weights) for axis in (2, 3))
    if max(numpy.abs(across).max(), numpy.abs(down).max()) < STILL:
        return page
    height, width = page.shape[:2]
    right, below = (
        numpy.asarray(cv2.resize(net.astype(numpy.float32), (width, height), interpolation=cv2.INTER_CUBIC))
        for net in (across, down)
    )
    columns = right + numpy.arange(width, dtype=numpy.float32)[numpy.newaxis, :]
    rows = below + numpy.arange(height, dtype=numpy.float32)[:, numpy.newaxis]
    moved = cv2.remap(page, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return numpy.asarray(moved, dtype=numpy.uint8)


def _windows(page: Picture, blank_path: str) -> Field:
    """Windows of print found on the page: x, y, shift across and down in pixels of the page, and their weight."""
    scale = min(1.0, SIDE / max(page.shape[:2]))
    seen, wanted = _dark(grey(page), scale), _blank_dark(blank_path, scale)
    found = [window for x, y in _grid(wanted) if (window := _sought(seen, wanted, x, y)) is not None]
    table = numpy.array(found).reshape(-1, 5)
    table[:, :4] /= scale
    return table


def _dark(page: Picture, scale: float) -> Picture:
    return 255 - flatten(shrunk(page, scale))


@lru_cache(maxsize=16)
def _blank_dark(path: str, scale: float) -> Picture:
    return _dark(blank_grey(path), scale)


def _grid(wanted: Picture) -> list[tuple[int, int]]:
    """The middles of windows in which the blank has print."""
    edge = WINDOW + REACH
    return [
        (x, y)
        for y in range(edge, wanted.shape[0] - edge, STEP)
        for x in range(edge, wanted.shape[1] - edge, STEP)
        if wanted[y - WINDOW : y + WINDOW, x - WINDOW : x + WINDOW].std() >= PRINTED
    ]


def _sought(seen: Picture, wanted: Picture, x: int, y: int) -> tuple[float, ...] | None:
    """Where the window around (x, y) of the blank lies on the page: x, y, shift across and down, and their weight."""
    around = WINDOW + REACH
    window = wanted[y - WINDOW : y + WINDOW, x - WINDOW : x + WINDOW]
    found = find_shift(window, seen[y - around : y + around, x - around : x + around], REACH)
    if found.correlation < ALIKE or max(abs(found.across), abs(found.down)) > REACH - 3:
        return None  # so near the rim of what is searched the best place may lie beyond it
    likeness, column, row = found.correlations, found.across + REACH, found.down + REACH
    across = found.across + _between(likeness[row, column - 1 : column + 2])
    return x, y, across, found.down + _between(likeness[row - 1 : row + 2, column]), found.correlation


def _between(three: NDArray[Any]) -> float:
    """Where between the pixels the best place is: the top of the parabola through three values."""
    left, middle, right = (float(value) for value in three)
    bend = left - 2 * middle + right
    return 0.0 if bend >= 0 else max(-0.5, min(0.5, 0.5 * (left - right) / bend))


def _displacement_grid(spread: Field, shifts: Field, weights: Field) -> Field:
    """The smooth net nearest to the shifts: knots are interpolated linearly, second differences are held small, and
    shifts far from the net lose their weight (least squares, reweighted by Geman and McClure's function)."""
    rows, columns = KNOTS
    stiff = SMOOTHNESS_WEIGHT**2 * max(1.0, float(weights.sum())) * (_second_differences().T @ _second_differences())
    still = 1e-6 * numpy.eye(rows * columns)
    trusted, far = weights, LOOSE
    net: Field = numpy.zeros(rows * columns)
    for _ in range(TURNS):
        weighted = spread * trusted[:, numpy.newaxis]
        solved = numpy.linalg.solve(weighted.T @ spread + stiff + still, weighted.T @ shifts)
        net = numpy.asarray(solved, dtype=numpy.float64)
        off = shifts - spread @ net
        trusted = weights / (1 + (off / far) ** 2) ** 2
        far = max(OUTLIER, far / 2)
    return net.reshape(rows, columns)


def _spread(places: Field) -> Field:
    """Windows x knots: the share that each knot has in a place. Knots stand in the middles of the net's cells, as
    `cv2.resize` takes them."""
    rows, columns = KNOTS
    across, down = (_hats(side, count) for side, count in zip(places.T, (columns, rows), strict=True))
    return (down[:, :, numpy.newaxis] * across[:, numpy.newaxis, :]).reshape(len(places), rows * columns)


def _hats(shares: Field, count: int) -> Field:
    """Places x knots of one side: 1 at the knot, falling to 0 at the next ones."""
    at = numpy.clip(shares * count - 0.5, 0, count - 1)
    return numpy.asarray(numpy.maximum(0.0, 1.0 - abs(at[:, numpy.newaxis] - numpy.arange(count))), numpy.float64)


@lru_cache(maxsize=1)
def _second_differences() -> Field:
    rows, columns = (numpy.eye(count) for count in KNOTS)
    return numpy.vstack(
        [numpy.kron(rows, numpy.diff(columns, 2, axis=0)), numpy.kron(numpy.diff(rows, 2, axis=0), columns)]
    )
