"""Blur of motion and focus, measured by the form's own print, and taken back."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.geometry import Box
from transcribe.imaging import flatten
from transcribe.model import Picture

REACH_PX = 16
"""How far blur spreads a point at most. Chosen by hand."""

MIN_SPREAD_PX = 1.35
"""Standard deviation of a point's blur from which it is removed: in motion it was 1.26 to 1.88, else .67 to 1.32."""

MIN_KERNEL_SHARE = 0.6
"""Least share of a kernel that lies in one patch: in motion it was .67 to .77, in noise .07."""

MIN_ALIKE = 0.97
"""Correlation of the kernels of all quarters of a page with its own, without which blur differs over the page. Of 24
pages with even blur the least was .98, of 10 that the camera was rolled or zoomed over .69 to .94."""

NOISE_SHARE = 0.005
"""The assumed noise, as a share of the picture's power.

With .002 to .02 RapidOCR read 75 to 77 of 97 handwritten texts in motion, and 66 with their blur.
"""


def deblurred(picture: Picture, blank: Picture, boxes: Iterable[Box]) -> Picture:
    """A grey page that lies on its blank, without blur; as it is where there is little.

    The blur is the kernel that makes the page of the blank outside its `boxes`, by least squares. It is taken back by
    N. Wiener's filter (Extrapolation, Interpolation and Smoothing of Stationary Time Series, 1949)."""
    size = tuple(map(cv2.getOptimalDFTSize, picture.shape))
    around = _around(blank.shape, boxes)
    kernel = _kernel(picture, blank, around, size)
    variances = [(kernel * (each - (kernel * each).sum()) ** 2).sum() for each in numpy.indices(kernel.shape)]
    if sum(variances) < 2 * MIN_SPREAD_PX**2 or not _is_even(kernel, picture, blank, around, size):
        return picture
    spread = numpy.fft.rfft2(kernel, size)
    sharp = spread.conj() * numpy.fft.rfft2(255.0 - picture, size) / (abs(spread) ** 2 + NOISE_SHARE)
    back = numpy.roll(numpy.fft.irfft2(sharp, size), REACH_PX, (0, 1))[: picture.shape[0], : picture.shape[1]]
    return numpy.asarray((255.0 - back).clip(0, 255), numpy.uint8)


def _around(shape: tuple[int, ...], boxes: Iterable[Box]) -> NDArray[numpy.float32]:
    """1 outside boxes, 0 inside."""
    around = numpy.ones(shape, numpy.float32)
    for box in boxes:
        around[box.padded(-REACH_PX // 2).slices] = 0
    return numpy.asarray(cv2.GaussianBlur(around, (0, 0), REACH_PX / 4))


def _is_even(
    kernel: NDArray[numpy.float64],
    picture: Picture,
    blank: Picture,
    around: NDArray[numpy.float32],
    size: tuple[int, ...],
) -> bool:
    """Whether every quarter of a page that gives a kernel gives this one, at most two pixels off."""
    down, across = (side // 2 for side in picture.shape)
    for rows in (slice(down), slice(down, None)):
        for columns in (slice(across), slice(across, None)):
            here = numpy.zeros_like(around)
            here[rows, columns] = around[rows, columns]
            own = _kernel(picture, blank, here, size).astype(numpy.float32)[2:-2, 2:-2]
            alike = cv2.matchTemplate(kernel.astype(numpy.float32), own, cv2.TM_CCOEFF_NORMED).max()
            if own.any() and alike < MIN_ALIKE:
                return False
    return True


def _kernel(
    picture: Picture, blank: Picture, around: NDArray[numpy.float32], size: tuple[int, ...]
) -> NDArray[numpy.float64]:
    """The blur kernel: how a point of print spreads over the pixels around it, the sum is 1.

    All 0 where that is not clear.
    """
    printed, seen = (numpy.fft.rfft2((255 - flatten(each)) * around, size) for each in (blank, picture))
    power = abs(printed) ** 2
    whole = numpy.fft.irfft2(printed.conj() * seen / (power + power.mean() / 100 + 1e-9), size)
    found = numpy.roll(whole, REACH_PX, (0, 1))[: 2 * REACH_PX + 1, : 2 * REACH_PX + 1]
    patches = cv2.connectedComponents((found > found.max() / 12).astype(numpy.uint8))[1]  # the rest is noise
    kernel = numpy.where(patches == patches.flat[found.argmax()], found, 0)
    is_cut = kernel[:: 2 * REACH_PX].any() or kernel[:, :: 2 * REACH_PX].any()
    is_clear = kernel.sum() > MIN_KERNEL_SHARE * abs(found).sum() and not is_cut
    return numpy.asarray(kernel / kernel.sum() if is_clear else numpy.zeros(found.shape))
