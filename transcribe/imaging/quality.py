"""How good a photo of a page is, from 0 to 1, and what to do better when it is taken again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.geometry import Box, project
from transcribe.imaging.background import background, grey
from transcribe.imaging.resizing import shrunk

if TYPE_CHECKING:
    from transcribe.geometry import Homography
    from transcribe.model import Picture

Rim = NDArray[numpy.float64]
"""The four corners of a photo, one after the other, in pixels of the page."""
FAR = 30_000
"""Pixels beyond which a corner need not be known: OpenCV draws no farther."""

SIDE = 1000
"""Pixels of the longer side of the copy that light is measured on."""

ADVICE = {"blur": "blurred", "contrast": "faint", "resolution": "too small", "cut": "cut off", "glare": "glare"}
"""The code of what to take again, by the measure that is bad."""

BAD = 0.35
"""A measure below this is given as advice."""

BLURRED_TOO = 0.6
"""A pale page whose sharpness is below this is blurred: sharp faint print has 0.9 and more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The measures of one page, each 0 bad to 1 good, "overall" among them; `advice` are codes of what is bad."""

    measures: Mapping[str, float]
    advice: tuple[str, ...]


def quality(
    picture: Picture, *, ink_contrast: float, noise: float, scale: float, inside: float, rim: Rim | None = None
) -> Quality:
    """The quality of a page as it lies straight.

    `ink_contrast` is the darkness of its print over the paper (0 to 255), `noise` the standard deviation of bare paper,
    `scale` how many pixels of the photo make one pixel at 200 dpi, `inside` the share of the page that is on the photo,
    `rim` the photo's corners on the page, None where the page is all of it. What lies beyond the rim is white, and no
    glare; "overall" counts it with glare all the same, as that is what machines' claims were calibrated with.
    """
    pixels = grey(picture)
    burnt = _burnt(pixels)
    glare, white = (1.0 - _between(float(each.mean()), 0.002, 0.03) for each in (_within(burnt, rim, pixels), burnt))
    measures = {
        "blur": _sharpness(pixels, ink_contrast),
        "contrast": _between(ink_contrast / max(4.0 * noise, 12.0), 2.0, 8.0) * _between(ink_contrast, 30.0, 90.0),
        **_geometry(scale, inside),
        "glare": glare,
    }
    counted = [*(value for name, value in measures.items() if name != "glare"), white]
    lowest = min(counted)
    mean = float(numpy.prod(counted)) ** (1 / len(counted))
    return Quality(measures={**measures, "overall": 0.5 * (lowest + mean)}, advice=advice(measures))


def with_geometry(seen: Quality, *, scale: float, inside: float) -> Quality:
    """A page's quality with another scale and share inside of the picture; "overall" stays as it was."""
    measures = {**seen.measures, **_geometry(scale, inside)}
    return Quality(measures=measures, advice=advice(measures))


def advice(measures: Mapping[str, float]) -> tuple[str, ...]:
    """The codes of what is bad. A blurred page is pale too, as its ink runs into its paper: what mends it is focus."""
    bad = [name for name in ADVICE if measures[name] < BAD]
    if "contrast" in bad and measures["blur"] < BLURRED_TOO:
        bad = ["blur", *(name for name in bad if name not in ("blur", "contrast"))]
    return tuple(ADVICE[name] for name in bad)


def _geometry(scale: float, inside: float) -> dict[str, float]:
    return {"resolution": _between(scale, 0.35, 0.8), "cut": _between(inside, 0.90, 0.99)}


def geometry(homography: Homography, photo: tuple[int, int], size: tuple[int, int]) -> tuple[float, float]:
    """How many pixels of the photo (rows, columns) make one of the laid page in its middle, and the share of the page
    (width, height) that is on the photo. `homography` takes pixels of the photo to pixels of the page."""
    back = numpy.linalg.inv(homography)
    width, height = size
    there = numpy.array(project(back, Box(0, 0, width, height).corners), numpy.float32)
    rows, columns = photo
    frame = numpy.array(Box(0, 0, columns, rows).corners, numpy.float32)
    common, _ = cv2.intersectConvexConvex(there, frame)
    area = abs(cv2.contourArea(there))
    return (area / (width * height)) ** 0.5, common / max(area, 1.0)


def rim_of_paper(homography: Homography, photo: tuple[int, int]) -> Rim:
    """The corners of a photo (rows, columns) on the page."""
    rows, columns = photo
    return numpy.array(project(homography, Box(0, 0, columns, rows).corners), numpy.float64)


def _between(value: float, bad: float, good: float) -> float:
    """0 at `bad`, 1 at `good`, a straight line between."""
    return float(min(1.0, max(0.0, (value - bad) / (good - bad))))


def _sharpness(pixels: Picture, ink_contrast: float) -> float:
    """How steep the steepest edges are, in shares of the ink's contrast a pixel: 0.5 where print is sharp at 200 dpi.

    A step blurred by a normal curve of s pixels has its steepest slope at contrast / (s * sqrt(2 pi)): 1 px of blur is
    0.40, 2 px 0.20, 3 px 0.13. Below 0.10 letters of 10 points run together.
    """
    return _between(_steepest(pixels, 0.99) / max(ink_contrast, 1.0), 0.07, 0.30)


def _steepest(pixels: Picture, share: float) -> float:
    """The slope in grey levels a pixel that this share of a page does not exceed, by its central differences at every
    second pixel of every second row; counted, which is quicker than sorting."""
    if min(pixels.shape) < 3:
        return 0.0
    across = cv2.absdiff(pixels[1:-1:2, 2::2], pixels[1:-1:2, :-2:2]).astype(numpy.int32)
    down = cv2.absdiff(pixels[2::2, 1:-1:2], pixels[:-2:2, 1:-1:2]).astype(numpy.int32)
    counts = numpy.bincount((across * across + down * down).ravel())
    place = int(numpy.searchsorted(numpy.cumsum(counts), share * across.size))
    return 0.5 * sqrt(place)


def _burnt(pixels: Picture) -> NDArray[numpy.bool_]:
    """Where a page is burnt out, on a small copy: patches at full white, far brighter than the paper beside them."""
    small = shrunk(pixels, SIDE / max(pixels.shape))
    usual = float(numpy.median(background(small)))
    if usual > 215:  # a scan, or a bright photo: its paper is as white as white gets
        return numpy.zeros(small.shape, numpy.bool_)
    return numpy.asarray(cv2.blur(small, (9, 9)) > 250)


def _within(burnt: NDArray[numpy.bool_], rim: Rim | None, pixels: Picture) -> NDArray[numpy.bool_]:
    """What is burnt out on the photo itself."""
    if rim is None or not burnt.any():
        return burnt
    shown = numpy.zeros(burnt.shape, numpy.uint8)
    corners = numpy.clip(rim * burnt.shape[0] / pixels.shape[0], -FAR, FAR)
    cv2.fillConvexPoly(shown, numpy.rint(corners).astype(numpy.int32), 1)
    return burnt & (cv2.erode(shown, numpy.ones((5, 5), numpy.uint8)) > 0)
