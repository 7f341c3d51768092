"""A page laid straight: onto its blank form by features and a homography, or upright where the layout is free."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.forms import blank_image
from transcribe.imaging.background import grey
from transcribe.imaging.skew import LEVEL, skew
from transcribe.model import Form, Laid, Page
from transcribe.registration.dewarp import unbent
from transcribe.registration.similarity import Likeness, likeness

if TYPE_CHECKING:
    from transcribe.model import Picture

cv2.setNumThreads(
    1
)  # pages are read side by side, one a core; threads inside OpenCV would only fight for the same cores

Homography = NDArray[numpy.float64]

SIDE = 1000
"""Pixels of the longer side on which features are sought: measured 32 of 32 right, median error 0.2 to 0.6 px of a
blank at 200 dpi; 1500 px were no better at three times the cost."""
CLOSER = 2000
"""Where too few features agree at `SIDE`, the page may be small in its photo, and they are sought again."""
SURE = 60
"""Inliers from which a match is no accident: foreign pages reach about half of it, true pages twice."""
DIM = 160
"""A photo whose lightest parts are darker is lightened: SIFT drops features of little contrast."""
FEATURES = 3000
RATIO = 0.8
"""Lowe's test: a match counts if the second best is clearly farther (Lowe 2004, section 7.1)."""
NEAR = 4.0
"""Pixels of the blank within which a match agrees with the homography."""
FEWEST = 25
"""Inliers below which there is no match: foreign pages reached 43 at 1500 px, fewer at 1000, true pages had 117."""
FITS = 0.5
"""A page fits its form from this `fit` on; below it nothing that stands in the boxes is believed."""
FLAT = 0.97
"""A page that fits this well was flat: a page bent by half a millimetre has 0.6, a blurred photo of a flat one 0.9."""
MOST_BENT = 100
"""Pixels of the blank beyond which a match is wrong, however bent the paper was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """A page laid onto the blank: `page` has the blank's size, `number` says which page of the form it is.

    `fit` is 0 to 1: how alike blank and page are where the blank has print (median correlation of tiles); 0 where no
    homography was found, and `page` is then the picture as it came. `inliers` are the matches that agree.
    `homography` takes pixels of the photo to pixels of the blank, as far as the paper was flat; where it was `bent`,
    `page` was pressed flat after that. `likeness` says where on the page it fits, None where there is nothing to fit.
    """

    page: Page
    fit: float
    inliers: int
    number: int
    homography: Homography | None = None
    bent: bool = False
    likeness: Likeness | None = None

    def laid(self, form: Form) -> Laid | None:
        """What a page remembers of this, so that it need not be found again."""
        if self.homography is None:
            return None
        numbers = tuple(float(each) for each in self.homography.ravel())
        return Laid(form=form.digest, number=self.number, inliers=self.inliers, homography=numbers)

    @property
    def fits(self) -> bool:
        """Whether what stands in the boxes may be believed."""
        return self.fit >= FITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What SIFT sees on a picture; points are in pixels of the picture itself."""

    points: NDArray[numpy.float32]
    descriptors: NDArray[numpy.float32]


def align(page: Page, form: Form) -> Aligned:
    """The page laid onto the page of the form that it fits best, whatever way up it was photographed.

    A page that does not fit gives a low `fit`, never an error. A form of free layout gives the page laid straight with
    fit 1: there is nothing to fit.
    """
    if form.free:
        return Aligned(page=lay_straight(page), fit=1.0, inliers=0, number=page.number)
    if page.laid and page.laid.form == form.digest:
        known = numpy.array(page.laid.homography, numpy.float64).reshape(3, 3)
        return lay(page, form, Match(number=page.laid.number, inliers=page.laid.inliers, homography=known))
    best = best_match(features(page.picture), form)
    if best.inliers < SURE and max(page.picture.shape) > SIDE:
        best = max(best, best_match(features(page.picture, CLOSER), form), key=lambda each: each.inliers)
    return lay(page, form, best)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How a picture's features agree with one page of one form."""

    number: int
    inliers: int
    homography: Homography | None


def features(picture: Picture, side: int = SIDE) -> Features:
    """SIFT features of a picture, sought on a copy of `side` pixels; a dark photo is first made as light as others."""
    whole = grey(picture)
    scale = min(1.0, side / max(whole.shape))
    small = _smaller(whole, scale)
    light = float(numpy.percentile(small[::4, ::4], 98))
    if 0 < light < DIM:
        small = numpy.asarray(cv2.convertScaleAbs(small, alpha=DIM / light), numpy.uint8)
    points, descriptors = cv2.SIFT.create(FEATURES).detectAndCompute(small, None)
    if descriptors is None:
        return Features(points=numpy.zeros((0, 2), numpy.float32), descriptors=numpy.zeros((0, 128), numpy.float32))
    where = numpy.array([point.pt for point in points], numpy.float32) / scale
    return Features(points=where, descriptors=numpy.asarray(descriptors, numpy.float32))


def best_match(seen: Features, form: Form) -> Match:
    """The match with that page of the form with which most features agree."""
    found = (match(seen, form, number) for number in range(1, len(form.blanks) + 1))
    return max(found, key=lambda each: each.inliers)


def match(seen: Features, form: Form, number: int) -> Match:
    """The homography from a picture to page `number` of a form, by USAC_MAGSAC over the matches of features."""
    known = _blank_features(_path(form, number))
    nothing = Match(number=number, inliers=0, homography=None)
    pairs = _pairs(seen, known)
    if len(pairs) < FEWEST:
        return nothing
    source = seen.points[[pair[0] for pair in pairs]]
    target = known.points[[pair[1] for pair in pairs]]
    homography, agree = cv2.findHomography(source, target, cv2.USAC_MAGSAC, NEAR, maxIters=5000, confidence=0.999)
    inliers = 0 if agree is None else int(agree.sum())
    if homography is None or inliers < FEWEST:
        return nothing
    return Match(number=number, inliers=inliers, homography=homography.astype(numpy.float64))


def lay(page: Page, form: Form, found: Match) -> Aligned:
    """The page laid onto the blank by a match that was found; how well it fits is measured on the result."""
    if found.homography is None or not _is_plausible(found.homography, page.picture.shape):
        return Aligned(page=page, fit=0.0, inliers=found.inliers, number=found.number)
    straight = _warped(page.picture, found.homography, form.blanks[found.number - 1].size)
    pressed, alike = _pressed(straight, form, found.number)
    return Aligned(
        page=replace(page, number=found.number, picture=pressed, dpi=None),
        fit=alike.fit,
        inliers=found.inliers,
        number=found.number,
        homography=found.homography,
        bent=pressed is not straight,
        likeness=alike,
    )


def _pressed(straight: Picture, form: Form, number: int) -> tuple[Picture, Likeness]:
    """The page pressed flat where it fits better so, and how it fits: paper that was bent lies on no blank."""
    alike, path = likeness(straight, form, number), _path(form, number)
    if alike.fit >= FLAT:
        return straight, alike
    seen, known = features(straight), _blank_features(path)
    pairs = numpy.array(_pairs(seen, known), numpy.intp).reshape(-1, 2)
    there, here = known.points[pairs[:, 1]], seen.points[pairs[:, 0]]
    table = numpy.hstack((there, here - there)).astype(numpy.float64)
    near = numpy.abs(table[:, 2:]).max(axis=1, initial=0.0) < MOST_BENT
    pressed = unbent(straight, path, table[near])
    better = likeness(pressed, form, number)
    return (pressed, better) if better.fit > alike.fit else (straight, alike)


def lay_straight(page: Page, quarter_turns: Callable[[Picture], int] | None = None) -> Page:
    """The page upright and level, for free layouts: turned by quarters as the caller's engine says, then deskewed.

    `quarter_turns` says how many quarters to turn the picture against the clock; without it the page keeps its way up.
    """
    return straightened(page, quarter_turns(page.picture) if quarter_turns else 0)[0]


def straightened(page: Page, turns: int) -> tuple[Page, Homography]:
    """The page turned so many quarters against the clock and made level, and the homography from the pixels that came
    in to those of the page."""
    turned, quarters = numpy.rot90(page.picture, turns % 4), _quarters(page.picture.shape, turns % 4)
    angle = skew(turned)
    if abs(angle) < LEVEL:
        return replace(page, picture=numpy.ascontiguousarray(turned)), quarters
    height, width = turned.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    white = (255, 255, 255)
    level = cv2.warpAffine(
        turned, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=white
    )
    levelled = numpy.vstack((turn, (0.0, 0.0, 1.0)))
    return replace(page, picture=numpy.asarray(level, numpy.uint8)), levelled @ quarters


def _quarters(shape: tuple[int, ...], turns: int) -> Homography:
    """The homography of turning a picture of this shape so many quarters against the clock; sides stand between pixels,
    so that a box's x1 is outside of it."""
    height, width = shape[:2]
    made = {
        0: ((1, 0, 0), (0, 1, 0)),
        1: ((0, 1, 0), (-1, 0, width)),
        2: ((-1, 0, width), (0, -1, height)),
        3: ((0, -1, height), (1, 0, 0)),
    }
    return numpy.array((*made[turns], (0, 0, 1)), numpy.float64)


def _smaller(picture: Picture, scale: float) -> Picture:
    if scale >= 1:
        return picture
    return numpy.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), numpy.uint8)


# --- features --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _blank_features(path: str) -> Features:
    return features(blank_image.grey(path))


def _path(form: Form, number: int) -> str:
    path = form.blanks[number - 1].path
    assert path is not None, "a form of free layout has no blank to lay a page onto"
    return path


def _pairs(seen: Features, known: Features) -> Sequence[tuple[int, int]]:
    """Indices (seen, known) of matches that pass Lowe's test."""
    if len(seen.points) < 2 or len(known.points) < 2:
        return ()
    both = cv2.BFMatcher(cv2.NORM_L2).knnMatch(seen.descriptors, known.descriptors, 2)
    return [(best.queryIdx, best.trainIdx) for best, second in both if best.distance < RATIO * second.distance]


# --- laying ----------------------------------------------------------------------------------------------------------


def _is_plausible(homography: Homography, shape: tuple[int, ...]) -> bool:
    """A photo of a flat page keeps the picture's orientation (no mirror) and does not fold it over."""
    height, width = shape[:2]
    corners = numpy.array([[[0, 0], [width, 0], [width, height], [0, height]]], numpy.float64)
    laid = cv2.perspectiveTransform(corners, homography)[0]
    depth = (numpy.c_[corners[0], numpy.ones(4)] @ homography[2]).tolist()
    area = cv2.contourArea(laid.astype(numpy.float32), oriented=True)
    same_side = min(depth) > 0 or max(depth) < 0
    return bool(same_side and numpy.isfinite(laid).all() and area > 0)


def _warped(picture: Picture, homography: Homography, size: tuple[int, int]) -> Picture:
    """The picture on the blank's grid; a picture that is much finer is averaged first, which also takes noise away."""
    scale = float(numpy.sqrt(abs(numpy.linalg.det(homography[:2, :2]))))
    if scale < 0.6:
        picture = _smaller(picture, scale)
        homography = homography @ numpy.diag([1 / scale, 1 / scale, 1.0])
    white = (255, 255, 255)
    laid = cv2.warpPerspective(
        picture, homography, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=white
    )
    return numpy.asarray(laid, numpy.uint8)
