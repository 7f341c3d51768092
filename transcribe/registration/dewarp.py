"""A page that was bent when it was photographed, pressed flat: its print is moved to where the blank has it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.forms import blank_grey
from transcribe.imaging import find_shift, flatten, grey, shrunk, shrunk_to
from transcribe.model import Picture
from transcribe.registration.matching import FEWEST

Field = NDArray[numpy.float64]
"""Rows x columns of knots: how far the page's print lies from the blank's there, in pixels of the full page."""

COPIES = ((400, 14), (1000, 7))
"""Pixels of the longer side of a copy that is compared, and how far around its place a window is sought on it: 64 px
at 200 dpi, then 13. Copies of 300 and 600 px did not follow waves of 20 px."""

WINDOW = 20
"""Half the side of a window that is sought, pixels of the copy."""

WINDOWS_COUNT = 30
"""Windows along the longer side. With 24 the tenth of a page that is laid worst was laid worse."""

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


Shifts = NDArray[numpy.float32]
"""2 x rows x columns: how far across and down the print lies from the blank's, for each pixel of a copy."""


def dewarp(page: Picture, blank_path: str) -> Picture:
    """The page (of the blank's size, laid on it as well as a flat page can be) pressed flat.

    Windows of print on a small copy show the great waves, on a larger one what is left of them."""
    height, width = page.shape[:2]
    dark = _dark(grey(page), COPIES[-1][0])
    scale = height / dark.shape[0]
    shifts: Shifts = numpy.zeros((2, *dark.shape), numpy.float32)
    for side, reach in COPIES:
        windows = _windows(_moved(dark, shifts), blank_path, side, reach)
        if len(windows) >= FEWEST:
            nets = _nets(windows, dark.shape)
            shifts = nets + numpy.stack([_moved(each, nets) for each in shifts])
    whole = numpy.stack([cv2.resize(each * scale, (width, height)) for each in shifts])
    return by_four_channels(page, lambda four: _moved(four, whole))


def by_four_channels(picture: Picture, work: Callable[[Picture], object]) -> Picture:
    """What OpenCV makes of a picture. A coloured one gets a fourth channel for it, which saves a third of the time."""
    if picture.ndim == 2:
        return numpy.asarray(work(picture), numpy.uint8)
    four = numpy.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA), numpy.uint8)
    return numpy.asarray(cv2.cvtColor(numpy.asarray(work(four)), cv2.COLOR_RGBA2RGB), numpy.uint8)


def _moved(picture: NDArray[Any], shifts: Shifts) -> NDArray[Any]:
    """What lies at each pixel's place moved by its shift, across and down."""
    height, width = picture.shape[:2]
    columns = shifts[0] + numpy.arange(width, dtype=numpy.float32)
    rows = shifts[1] + numpy.arange(height, dtype=numpy.float32)[:, numpy.newaxis]
    return cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _nets(windows: Field, shape: tuple[int, ...]) -> Shifts:
    """The smooth shifts, across and down, nearest to those of windows, for each pixel of a copy of this shape."""
    height, width = shape
    spread = _spread(windows[:, :2] / (width, height))
    nets = (_displacement_grid(spread, windows[:, axis], windows[:, 4]).astype(numpy.float32) for axis in (2, 3))
    return numpy.stack([cv2.resize(net, (width, height), interpolation=cv2.INTER_CUBIC) for net in nets])


def _windows(dark: Picture, blank_path: str, side: int, reach: int) -> Field:
    """Windows of print found on the page: x, y, shift across and down in pixels of `dark`, and their weight."""
    wanted, places = _blank_windows(blank_path, side, reach)
    seen = shrunk_to(dark, wanted.shape[1], wanted.shape[0])
    found = [window for x, y in places if (window := _sought(seen, wanted, x, y, reach)) is not None]
    table = numpy.array(found).reshape(-1, 5)
    table[:, :4] *= dark.shape[0] / wanted.shape[0]
    return table


def _dark(page: Picture, side: int) -> Picture:
    """How dark a grey page is beside its paper, on a copy of this longer side."""
    return 255 - flatten(shrunk(page, side / max(page.shape)))


@lru_cache(maxsize=16)
def _blank_windows(path: str, side: int, reach: int) -> tuple[Picture, list[tuple[int, int]]]:
    """A blank as dark as `_dark` says, and the middles of windows in which it has print."""
    wanted, edge = _dark(blank_grey(path), side), WINDOW + reach
    return wanted, [
        (x, y)
        for y in range(edge, wanted.shape[0] - edge, side // WINDOWS_COUNT)
        for x in range(edge, wanted.shape[1] - edge, side // WINDOWS_COUNT)
        if wanted[y - WINDOW : y + WINDOW, x - WINDOW : x + WINDOW].std() >= PRINTED
    ]


def _sought(seen: Picture, wanted: Picture, x: int, y: int, reach: int) -> tuple[float, ...] | None:
    """Where the window around (x, y) of the blank lies on the page: x, y, shift across and down, and their weight."""
    around = WINDOW + reach
    window = wanted[y - WINDOW : y + WINDOW, x - WINDOW : x + WINDOW]
    found = find_shift(window, seen[y - around : y + around, x - around : x + around], reach)
    if found.correlation < ALIKE or max(abs(found.across), abs(found.down)) > reach - 3:
        return None  # so near the rim of what is searched the best place may lie beyond it
    likeness, column, row = found.correlations, found.across + reach, found.down + reach
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
