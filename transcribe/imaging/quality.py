"""How good a photo of a page is, from 0 to 1, and what to do better when it is taken again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.geometry import Box, Homography, project
from transcribe.imaging.masks import Mask
from transcribe.imaging.resizing import shrunk
from transcribe.imaging.tiling import background, grey
from transcribe.model import Picture

LIGHT_SIDE_PX = 1000
"""Longer side of the copy on which light is measured. Chosen by hand."""


ADVICE_CODES = {"blur": "blurred", "contrast": "faint", "resolution": "too small", "cut": "cut off", "glare": "glare"}
"""The code of the advice for each measure that may be bad."""


DARK_CODE = "dark"
"""The code of the advice for a page in too little light."""


MIN_PAPER_LEVEL = 100.0
"""Paper darker than this, of 255, is in too little light: photographs that read well have 128 and more."""


PAPER_SHARE = 0.9
"""Share of a page that is no lighter than what is taken for its paper: print and shadows are darker."""


MIN_GOOD_MEASURE = 0.35
"""A measure below this is given as advice. Chosen by hand."""


STEEPEST_SHARE = 0.99
"""Share of a page's slopes that its steepest edges are not under: a hundredth of a page is edges of print."""


MIN_SHARPNESS_OF_PALE_PRINT = 0.6
"""A pale page whose sharpness is below this is blurred: sharp faint print has 0.9 and more."""


PATCH_GAP_PX = 31
"""Burnt-out patches nearer than this are one patch. On a copy of LIGHT_SIDE_PX more than a line of print lies
between."""


INK_SHARE = 0.6
"""Pixels darker than this share of their paper are ink. Chosen by hand."""


MOST_INK_IN_GLARE = 0.35
"""Ink in a patch, as a share of that outside: under a lamp 0 to 0.21 of forms, in paper beside shadow 0.47 and more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The measures of one page, each from 0 (bad) to 1 (good), "overall" among them.

    `advice` holds the codes of what is bad, `paper` is the level of the paper, of 255. `lit` is how sharp the page
    would be in full light: little light makes edges flat, as a blur does."""

    measures: Mapping[str, float]
    advice: tuple[str, ...]
    paper: float = 255.0
    lit: float = 1.0


def quality(
    picture: Picture, *, ink_contrast: float, noise: float, scale: float, outside: OutsidePhoto | None = None
) -> Quality:
    """The quality of a page that lies straight.

    `ink_contrast` is the darkness of its print over the paper, `noise` the standard deviation of bare paper, both 0 to
    255. `scale` is how many pixels of the photo make one at 200 dpi, `outside` what of the page it does not show (None:
    nothing). That is white and no glare, nor is lit paper whose print is seen. "overall" counts both as glare, as
    machines' claims were calibrated with that."""
    pixels = grey(picture)
    small = shrunk(pixels, LIGHT_SIDE_PX / max(pixels.shape))
    papers, shown = background(small), numpy.ones(small.shape, numpy.bool_)
    if outside:
        there = cv2.resize(1 - outside.mask, small.shape[::-1], interpolation=cv2.INTER_NEAREST)
        shown = cv2.erode(there, numpy.ones((5, 5), numpy.uint8)) > 0
    burnt = _burnt(small, papers)
    hiding = _hiding(burnt, small, papers)
    glare, white = (1.0 - _graded(float(each.mean()), 0.002, 0.03) for each in (hiding & shown, burnt))
    paper = float(numpy.quantile(papers[shown], PAPER_SHARE)) if shown.any() else 255.0
    slope = _steepest(pixels) / max(ink_contrast, 1.0)
    measures = {
        "blur": _sharpness(slope),
        "contrast": _graded(ink_contrast / max(4.0 * noise, 12.0), 2.0, 8.0) * _graded(ink_contrast, 30.0, 90.0),
        **_geometry(scale, 1.0 - float(outside.mask.mean()) if outside else 1.0),
        "glare": glare,
    }
    counted = [*(value for name, value in measures.items() if name != "glare"), white]
    lowest = min(counted)
    mean = float(numpy.prod(counted)) ** (1 / len(counted))
    lit = _sharpness(slope * 255.0 / max(paper, 1.0))
    said = advice(measures, paper, lit)
    return Quality(measures={**measures, "overall": 0.5 * (lowest + mean)}, advice=said, paper=paper, lit=lit)


def with_geometry(seen: Quality, *, scale: float, inside: float) -> Quality:
    """The quality with another scale and share inside the picture; "overall" stays."""
    measures = {**seen.measures, **_geometry(scale, inside)}
    return replace(seen, measures=measures, advice=advice(measures, seen.paper, seen.lit))


def advice(measures: Mapping[str, float], paper: float = 255.0, lit: float = 1.0) -> tuple[str, ...]:
    """The codes of what is bad. `paper` and `lit` are those of Quality.

    A blurred page is pale too: focus mends both, and pale print is not told. In too little light a page is flat and
    pale: light mends both, and a blur is told only where it would be left."""
    bad = [name for name in ADVICE_CODES if measures[name] < MIN_GOOD_MEASURE]
    if paper < MIN_PAPER_LEVEL and not {"blur", "contrast"}.isdisjoint(bad):
        left = [name for name in bad if name != "contrast" and (name != "blur" or lit < MIN_GOOD_MEASURE)]
        return (DARK_CODE, *(ADVICE_CODES[name] for name in left))
    if "contrast" in bad and measures["blur"] < MIN_SHARPNESS_OF_PALE_PRINT:
        bad = ["blur", *(name for name in bad if name not in ("blur", "contrast"))]
    return tuple(ADVICE_CODES[name] for name in bad)


def _geometry(scale: float, inside: float) -> dict[str, float]:
    return {"resolution": _graded(scale, 0.35, 0.8), "cut": _graded(inside, 0.90, 0.99)}


def photo_scale(homography: Homography, size: tuple[int, int]) -> float:
    """How many pixels of a photo make one of a page of this size. The homography leads to the page's pixels."""
    there = project(numpy.linalg.inv(homography), Box(0, 0, *size).corners)
    return float((abs(cv2.contourArea(numpy.array(there, numpy.float32))) / (size[0] * size[1])) ** 0.5)


def _graded(value: float, bad: float, good: float) -> float:
    """0 at `bad`, 1 at `good`, a straight line between."""
    return float(min(1.0, max(0.0, (value - bad) / (good - bad))))


def _sharpness(slope: float) -> float:
    """How sharp a page is whose steepest edges have this slope, in shares of the ink's contrast a pixel, 0 to 1.

    Sharp print at 200 dpi has 0.5; 1 px of blur gives 0.40, 2 px 0.20, 3 px 0.13: contrast / (px * sqrt(2 pi)). Below
    0.10 letters of 10 points run together."""
    return _graded(slope, 0.07, 0.30)


def _steepest(pixels: Picture) -> float:
    """The slope, in grey levels a pixel, that STEEPEST_SHARE of a page does not exceed.

    Slopes are central differences at every second pixel of every second row. Counting them is quicker than sorting."""
    if min(pixels.shape) < 3:
        return 0.0
    across = cv2.absdiff(pixels[1:-1:2, 2::2], pixels[1:-1:2, :-2:2]).astype(numpy.int32)
    down = cv2.absdiff(pixels[2::2, 1:-1:2], pixels[:-2:2, 1:-1:2]).astype(numpy.int32)
    counts = numpy.bincount((across * across + down * down).ravel())
    return 0.5 * sqrt(numpy.searchsorted(numpy.cumsum(counts), STEEPEST_SHARE * across.size))


def _burnt(small: Picture, papers: Picture) -> NDArray[numpy.bool_]:
    """Where a page is burnt out: patches at full white, on a copy of LIGHT_SIDE_PX pixels with the levels of its paper.

    A scan, and a photo whose paper is nearly white, has none."""
    if float(numpy.median(papers)) > 215:  # a scan, or a bright photo: its paper is as white as white gets
        return numpy.zeros(small.shape, numpy.bool_)
    return numpy.asarray(cv2.blur(small, (9, 9)) > 250)


def _hiding(burnt: NDArray[numpy.bool_], small: Picture, papers: Picture) -> NDArray[numpy.bool_]:
    """What of the burnt-out patches hides its print, as glare does; in paper beside a shadow's edge print is seen."""
    if not burnt.any():
        return burnt
    joining = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (PATCH_GAP_PX, PATCH_GAP_PX))
    count, patches = cv2.connectedComponents(cv2.morphologyEx(burnt.astype(numpy.uint8), cv2.MORPH_CLOSE, joining))
    inked, places = (small < INK_SHARE * papers).ravel(), patches.astype(numpy.intp).ravel()
    sizes = numpy.bincount(places, minlength=count)
    inks = numpy.bincount(places, weights=inked, minlength=count) / numpy.maximum(sizes, 1)
    return numpy.asarray(burnt & (inks <= MOST_INK_IN_GLARE * inks[0])[patches])


# What of a page lies outside its photograph, and the stripes by which people see that it is no paper.

MAX_CORNER_DISTANCE_PX = 30_000
"""Corners farther away are moved to this distance: OpenCV draws no farther."""


STRIPE_WIDTH_PX = 9
"""Width of a stripe, and of the gap after it. Chosen by hand: a field's box shows two of each and more."""


STRIPE_GREY_LEVELS = (150, 190)
"""The greys of the two stripes: paper is lighter, ink is darker. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class OutsidePhoto:
    """Where a page lies outside its photo: `mask` is 1 there, else 0."""

    mask: Mask

    @classmethod
    def beyond(cls, homography: Homography, photo: tuple[int, int], page: tuple[int, int]) -> OutsidePhoto:
        """What a page has beyond its photo, of which both (rows, columns) are given, and the homography to the page."""
        mask = numpy.ones(page, numpy.uint8)
        rim = numpy.array(project(homography, Box(0, 0, *photo[::-1]).corners))
        corners = rim.clip(-MAX_CORNER_DISTANCE_PX, MAX_CORNER_DISTANCE_PX)
        cv2.fillConvexPoly(mask, numpy.rint(corners).astype(numpy.int32), (0,))
        return cls(mask)

    def share(self, box: Box) -> float:
        """The share of a box that lies outside the photo."""
        part = self.mask[box.clipped(self.mask.shape[1], self.mask.shape[0]).slices]
        return float(part.mean()) if part.size else 0.0

    def striped(self, picture: Picture) -> Picture:
        """The page with grey stripes where it lies outside its photo; the picture itself is not changed."""
        if not self.mask.any():
            return picture
        rows, columns = numpy.nonzero(self.mask)
        dark, light = STRIPE_GREY_LEVELS
        shown = picture.copy()
        stripes = numpy.where((rows + columns) // STRIPE_WIDTH_PX % 2, light, dark).astype(numpy.uint8)
        shown[rows, columns] = stripes if picture.ndim == 2 else stripes[:, None]
        return shown
