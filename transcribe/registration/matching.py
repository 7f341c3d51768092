"""Features of a photo matched with those of a form's blank pages, and the homography on which they agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.forms import blank_grey
from transcribe.geometry import Box, Homography, project
from transcribe.imaging import grey, shrunk
from transcribe.model import Form, Page, Picture

SIDE = 1000
"""Pixels of the longer side on which features are sought: measured 32 of 32 right, median error 0.2 to 0.6 px of a
blank at 200 dpi; 1500 px were no better at three times the cost."""


CLOSER = 2000
"""Where too few features agree at `SIDE`, the page may be small in its photo, and they are sought again."""

SURE = 60
"""Inliers from which a match is no accident: foreign pages reach about half of it, true pages twice."""

STEPS = ((560, SURE), (SIDE, SURE), (CLOSER, SURE))
"""Sides on which features are sought one after the other, and inliers with which the next is not tried."""


DIM = 160
"""A photo whose lightest parts are darker is lightened: SIFT drops features of little contrast."""


FEATURES = 3000


RATIO = 0.8
"""Lowe's test: a match counts if the second best is clearly farther (Lowe 2004, section 7.1)."""


NEAR = 4.0
"""Pixels of the blank within which a match agrees with the homography."""


FEWEST = 25
"""Inliers below which there is no match: foreign pages reached 43 at 1500 px, fewer at 1000, true pages had 117."""


SEARCHES = ((SIDE, FEATURES), (CLOSER, 2 * FEATURES))
"""Sides of photo and blank, and features, with which a page is sought again that does not fit. Chosen by hand."""


FEWEST_TRIED = 8
"""Inliers from which a place of such a page is tried, as what lies there must be like the blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What SIFT sees on a picture; points are in pixels of the picture itself, `side` is that of the copy searched."""

    side: int
    points: NDArray[numpy.float32]
    descriptors: NDArray[numpy.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How a picture's features agree with one page of one form."""

    number: int
    inliers: int
    homography: Homography | None


def features(picture: Picture, side: int = SIDE, count: int = FEATURES) -> Features:
    """The clearest SIFT features of a picture, `count` at most, on a copy of `side` pixels; a dark one is lightened."""
    whole = grey(picture)
    scale = min(1.0, side / max(whole.shape))
    halved = shrunk(whole, 0.5) if scale <= 0.5 else whole  # which costs next to nothing, and spares most of the rest
    small = shrunk(halved, scale if halved is whole else 2 * scale)
    light = float(numpy.percentile(small[::4, ::4], 98))
    if 0 < light < DIM:
        small = numpy.asarray(cv2.convertScaleAbs(small, alpha=DIM / light), numpy.uint8)
    where, descriptors = _detected(small, count)
    return Features(side=side, points=where / scale, descriptors=descriptors)


def _detected(picture: Picture, count: int) -> tuple[NDArray[numpy.float32], NDArray[numpy.float32]]:
    """Where SIFT sees something in a grey picture, and what."""
    points, descriptors = cv2.SIFT.create(count).detectAndCompute(picture, None)
    if descriptors is None:
        return numpy.zeros((0, 2), numpy.float32), numpy.zeros((0, 128), numpy.float32)
    return numpy.array([point.pt for point in points], numpy.float32), numpy.asarray(descriptors, numpy.float32)


def known_match(page: Page, form: Form) -> Match | None:
    """How a page is remembered to lie on a form; None where that is not known."""
    known = page.alignment
    if known is None or known.form != form.digest:
        return None
    homography = numpy.array(known.homography, numpy.float64).reshape(3, 3)
    return Match(number=known.number, inliers=known.inliers, homography=homography)


def stepwise_match(picture: Picture, form: Form) -> Match:
    """The best match of a picture with a form: features are sought on a larger copy where too few agree."""
    best = Match(number=1, inliers=0, homography=None)
    for side, enough in STEPS:
        best = max(best, best_match(features(picture, side), form), key=lambda each: each.inliers)
        if best.inliers >= enough or max(picture.shape) <= side:
            break
    return best


def best_match(seen: Features, form: Form) -> Match:
    """The match with that page of the form with which most features agree."""
    found = (match(seen, form, number) for number in range(1, len(form.blanks) + 1))
    return max(found, key=lambda each: each.inliers)


def match(seen: Features, form: Form, number: int) -> Match:
    """The homography from a picture to page `number` of a form, by USAC_MAGSAC over the matches of features."""
    known = blank_features(blank_path(form, number), min(seen.side, SIDE))
    return _agreed(seen, known, number, one_to_one(seen, known), FEWEST)


def weak_matches(picture: Picture, form: Form) -> Iterator[Match]:
    """Matches of a picture in which few features agree, as most are of dirt or in shadow: only what lies there can tell
    whether they are right. Each feature of a blank is matched with one of the picture at most."""
    for side, count in SEARCHES:
        seen = features(picture, side, count)
        for number in range(1, len(form.blanks) + 1):
            known = blank_features(blank_path(form, number), side, count)
            found = _agreed(seen, known, number, one_to_one(seen, known), FEWEST_TRIED)
            if found.homography is not None:
                yield found


def _agreed(seen: Features, known: Features, number: int, pairs: Sequence[tuple[int, int]], fewest: int) -> Match:
    """The homography on which most pairs agree; none where fewer than `fewest` do."""
    nothing = Match(number=number, inliers=0, homography=None)
    if len(pairs) < fewest:
        return nothing
    source = seen.points[[pair[0] for pair in pairs]]
    target = known.points[[pair[1] for pair in pairs]]
    homography, agree = cv2.findHomography(source, target, cv2.USAC_MAGSAC, NEAR, maxIters=5000, confidence=0.999)
    inliers = 0 if agree is None else int(agree.sum())
    if homography is None or inliers < fewest:
        return nothing
    return Match(number=number, inliers=inliers, homography=homography.astype(numpy.float64))


@lru_cache(maxsize=32)
def blank_features(path: str, side: int = SIDE, count: int = FEATURES) -> Features:
    """The features of the blank in this file."""
    return features(blank_grey(path), side, count)


def blank_path(form: Form, number: int) -> str:
    """The file of the blank of this page of a form."""
    path = form.blanks[number - 1].path
    assert path is not None, "a form of free layout has no blank to lay a page onto"
    return path


def one_to_one(seen: Features, known: Features) -> list[tuple[int, int]]:
    """Indices (seen, known) of matches that pass Lowe's test, of each known feature only the nearest.

    Hundreds of specks may be like one letter of the print. Descriptors are whole numbers, so small that squares of
    distances are exact in a matrix product, which takes a third of the time of OpenCV's matcher and finds the same."""
    if len(seen.points) < 2 or len(known.points) < 2:
        return []
    squares = (seen.descriptors**2).sum(axis=1)[:, numpy.newaxis] + (known.descriptors**2).sum(axis=1)
    squares -= 2 * (seen.descriptors @ known.descriptors.T)
    here, there = numpy.arange(len(squares)), squares.argmin(axis=1)
    first = numpy.sqrt(squares[here, there])
    squares[here, there] = numpy.inf
    passed = numpy.flatnonzero(first < RATIO * numpy.sqrt(squares.min(axis=1)))
    farthest_first = passed[numpy.argsort(-first[passed], kind="stable")].tolist()
    nearest = {int(there[each]): each for each in farthest_first}
    return [(one, other) for other, one in nearest.items()]


def is_plausible(homography: Homography, shape: tuple[int, ...]) -> bool:
    """A photo of a flat page keeps the picture's orientation (no mirror) and does not fold it over."""
    height, width = shape[:2]
    corners = Box(0, 0, width, height).corners
    laid = numpy.array(project(homography, corners), numpy.float64)
    depth = (numpy.c_[corners, numpy.ones(4)] @ homography[2]).tolist()
    area = cv2.contourArea(laid.astype(numpy.float32), oriented=True)
    same_side = min(depth) > 0 or max(depth) < 0
    return bool(same_side and numpy.isfinite(laid).all() and area > 0)
