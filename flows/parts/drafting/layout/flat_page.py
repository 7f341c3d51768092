"""A photograph of a form made into a blank: its paper found, laid flat and level, its light evened out."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.imaging import MIN_SKEW_DEGREES, background, flatten, grey, shrunk, skew, straightened
from transcribe.ink import A4_HEIGHT
from transcribe.model import Page

if TYPE_CHECKING:
    from transcribe.model import Picture

Corners = NDArray[numpy.float32]
"""The corners of paper in pixels of its picture: top left, top right, bottom right, bottom left."""

SOUGHT_SIDE_PX = 700
"""Longer side of the copy on which paper is looked for. Chosen by hand."""

MIN_PAPER_SHARE = 0.3
"""Share of a photograph from which a sheet on it is the form. Chosen by hand: advice on photographs asks for more."""

MAX_SCAN_SHARE = 0.97
"""A sheet that takes more of its picture came out of a scanner, and is laid nowhere. Chosen by hand."""

MIN_RECTANGULARITY = 0.9
"""Share of the four-cornered shape that the sheet itself must fill: less is no sheet seen whole. Chosen by hand."""

MAX_GROUND_LIGHT_SHARE = 0.93
"""The ground beside a sheet has less of the paper's light: 26 photographs 0.83 at most, printed frames 1.0."""

RIM_SHARES = (0.02, 0.05)
"""Distances from the sheet's rim, outside and inside, at which light is compared: shares of the longer side."""

PAPER_SIZES_PX = ((1654, 2339), (1700, 2200))
"""A4 and US Letter at 200 dpi."""

MAX_ASPECT_ERROR = 0.06
"""How far the sides of a sheet may be from those of a usual size to be taken for it: perspective misleads so far."""

MAX_SCAN_LIGHT_LEVELS = 45
"""Grey levels between the darkest and the brightest twentieth of the paper: more is a lamp's light. Chosen by hand."""

TINT_LEVELS = 3
"""Grey levels that are looked at to tell tints from lamplight: a computer draws each band in one, light has many."""

MIN_TINT_SHARE = 0.75
"""Share of the darker paper that has these levels where it is tinted: a drawn page 0.97, photographs 0.35 at most."""

MIN_PAPER_LIGHT_SHARE = 0.45
"""Share of the usual light of the paper below which a place is print, as a band behind a heading is.

Hands and lamps leave half of it on paper.
"""

RIM_SHARE = 0.004
"""Share of a sheet's longer side beside its rim where its ground shows: 9 pixels of A4. Chosen by hand."""

PAPER_WHITE_LEVEL = 225
"""From this level on evened paper is made white: what is paler is grain of the camera. Chosen by hand."""


def flat_page(picture: Picture) -> Picture:
    """The page as a scanner would have seen it: the sheet alone, level, grey, its paper white.

    A picture without a sheet on a darker ground is only made level, and its light evened out where it is uneven. One
    that needs neither is given back itself, in its colours.
    """
    whole = grey(picture)
    corners = paper_corners(whole)
    sheet = whole if corners is None else _laid_flat(whole, corners)
    level = straightened(Page(number=1, picture=sheet), 0)[0].picture
    if corners is None and not _is_unevenly_lit(whole):
        return picture if abs(skew(whole)) < MIN_SKEW_DEGREES else level
    even = _evened(level)
    even[even >= PAPER_WHITE_LEVEL] = 255
    if corners is not None:
        _paint_rim(even)
    return even


def paper_corners(whole: Picture) -> Corners | None:
    """The corners of the one bright sheet on a grey photograph; None where it shows no sheet, or nothing else."""
    small = shrunk(whole, SOUGHT_SIDE_PX / max(whole.shape))
    seen = numpy.asarray(cv2.GaussianBlur(small, (5, 5), 0), numpy.uint8)
    best: Corners | None = None
    best_area = MIN_PAPER_SHARE * seen.size
    for bright in _bright_parts(seen):
        for outline in cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]:
            area = cv2.contourArea(cv2.convexHull(outline))
            four = _four_cornered(numpy.asarray(outline, numpy.int32))
            if four is None or not best_area < area < MAX_SCAN_SHARE * seen.size or _runs_through(four, seen):
                continue
            if _ground_light_share(seen, four) < MAX_GROUND_LIGHT_SHARE:
                best, best_area = four, area
    return None if best is None else _ordered(best * (whole.shape[1] / small.shape[1]))


def _bright_parts(seen: Picture) -> list[Picture]:
    """Where paper may be: what is brighter than its ground by Otsu's threshold, and what edges enclose."""
    _, bright = cv2.threshold(seen, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    square = numpy.ones((9, 9), numpy.uint8)
    closed = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, square)
    edges = cv2.dilate(cv2.Canny(seen, 40, 120), numpy.ones((3, 3), numpy.uint8))
    filled = numpy.zeros_like(seen)
    outlines = cv2.findContours(edges, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    cv2.drawContours(filled, outlines, -1, 255, cv2.FILLED)
    return [numpy.asarray(each, numpy.uint8) for each in (cv2.morphologyEx(closed, cv2.MORPH_OPEN, square), filled)]


def _four_cornered(outline: NDArray[numpy.int32]) -> Corners | None:
    """The four corners of an outline; None where it has no four."""
    hull = cv2.convexHull(outline)
    around = cv2.arcLength(hull, closed=True)
    for slack in (0.01, 0.02, 0.03, 0.05):
        four = cv2.approxPolyDP(hull, slack * around, closed=True)
        if len(four) == 4:
            fills = cv2.contourArea(hull) / max(1.0, cv2.contourArea(four))
            return four.reshape(4, 2).astype(numpy.float32) if fills >= MIN_RECTANGULARITY else None
    return None


def _runs_through(four: Corners, seen: Picture) -> bool:
    """Whether a shape reaches from one side of the picture to the other: the paper between two printed bands does."""
    least, most = four.min(axis=0), four.max(axis=0)
    height, width = seen.shape
    return bool(((least < 1) & (most > (width - 2, height - 2))).any())


def _ground_light_share(seen: Picture, four: Corners) -> float:
    """The light beside a four-cornered shape as a share of that just inside. A frame printed on a page has 1."""
    shape = numpy.zeros(seen.shape, numpy.uint8)
    cv2.fillConvexPoly(shape, four.round().astype(numpy.int32), 255)
    near, far = (numpy.ones((round(share * max(seen.shape)) | 1,) * 2, numpy.uint8) for share in RIM_SHARES)
    beside = (cv2.dilate(shape, far) > 0) & (cv2.dilate(shape, near) == 0)
    inside = (cv2.erode(shape, far) == 0) & (cv2.erode(shape, near) > 0)
    if not beside.any() or not inside.any():
        return 0.0
    ground, paper = (float(numpy.quantile(seen[each], 0.75)) for each in (beside, inside))  # bare, between print
    return ground / max(1.0, paper)


def _ordered(four: Corners) -> Corners:
    """The corners clockwise from the one that is nearest to the top left."""
    middle = four.mean(axis=0)
    around = four[numpy.argsort(numpy.arctan2(four[:, 1] - middle[1], four[:, 0] - middle[0]))]
    return numpy.roll(around, -int(numpy.argmin(around.sum(axis=1))), axis=0)


def _laid_flat(whole: Picture, corners: Corners) -> Picture:
    """The sheet between its corners, in the size that it seems to have."""
    width, height = _size(corners)
    there = numpy.array(((0, 0), (width, 0), (width, height), (0, height)), numpy.float32)
    homography = cv2.getPerspectiveTransform(corners, there)
    laid = cv2.warpPerspective(whole, homography, (width, height), flags=cv2.INTER_AREA, borderValue=255)
    return numpy.asarray(laid, numpy.uint8)


def _size(corners: Corners) -> tuple[int, int]:
    """Width and height in pixels at 200 dpi: of a usual paper, else as high or wide as A4 is high."""
    sides = [float(numpy.linalg.norm(b - a)) for a, b in pairwise((*corners, corners[0]))]
    width, height = (sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2
    for short, long in PAPER_SIZES_PX:
        for usual in ((short, long), (long, short)):
            if abs(width / height * usual[1] / usual[0] - 1) < MAX_ASPECT_ERROR:
                return usual
    scale = A4_HEIGHT / max(width, height)
    return round(width * scale), round(height * scale)


def _evened(level: Picture) -> Picture:
    """The page with its light divided out. A dark band stays dark: divided by itself it would be nothing but grain."""
    under = background(level)
    usual = float(numpy.median(under))
    return flatten(level, numpy.where(under < MIN_PAPER_LIGHT_SHARE * usual, usual, under).astype(numpy.uint8))


def _is_unevenly_lit(whole: Picture) -> bool:
    """Whether bare paper is much darker in one place of a page than in another, as under a lamp, and not by tints."""
    paper = background(whole)
    dark, bright = numpy.percentile(paper, (5, 95))
    if bright - dark <= MAX_SCAN_LIGHT_LEVELS:
        return False
    counts = numpy.sort(numpy.bincount(whole[paper < bright - MAX_SCAN_LIGHT_LEVELS]))
    return bool(counts[-TINT_LEVELS:].sum() < MIN_TINT_SHARE * counts.sum())


def _paint_rim(sheet: Picture) -> None:
    """Whiten the rim of a sheet, where the ground beside it shows."""
    rim = round(RIM_SHARE * max(sheet.shape))
    sheet[:rim], sheet[-rim:], sheet[:, :rim], sheet[:, -rim:] = 255, 255, 255, 255
