"""Features of a photo matched with those of a form's blank pages, and the homography on which they agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import cv2
import numpy
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from transcribe.forms import blank_grey
from transcribe.geometry import Box, Homography, project
from transcribe.imaging import flatten, grey, shrunk, shrunk_to
from transcribe.model import Form, Page, Picture

SIDE = 1000
"""Pixels of the longer side of the copy on which features are sought.

Of 32 pages 32 were right, with a median error of 0.2 to 0.6 px of a blank at 200 dpi; 1500 px were no better at three
times the cost.
"""


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
    """The SIFT features of a picture.

    Points are in pixels of the picture itself, `side` is that of the copy searched.
    """

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
    """The places and descriptors of the SIFT features of a grey picture."""
    points, descriptors = cv2.SIFT.create(count).detectAndCompute(picture, None)
    if descriptors is None:
        return numpy.zeros((0, 2), numpy.float32), numpy.zeros((0, 128), numpy.float32)
    return numpy.array([point.pt for point in points], numpy.float32), numpy.asarray(descriptors, numpy.float32)


def known_match(page: Page, form: Form) -> Match | None:
    """The remembered match of a page with a form; None where there is none."""
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

    Hundreds of specks may be like one letter of the print. Descriptors are small whole numbers, so squares of distances
    are exact in a matrix product, which takes a third of the time of OpenCV's matcher.
    """
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


# A page that was bent when it was photographed, pressed flat: its print is moved to where the blank has it.

Field = NDArray[numpy.float64]
"""Rows x columns of knots: how far the page's print lies from the blank's there, in pixels of the copy."""

Places = NDArray[numpy.float32]
"""Rows of x and y, in pixels of the copy."""

COPY_PX = 1000
"""Pixels of the longer side of the copy on which print is followed from the blank to the page."""

WINDOW = 10
"""Half the side of the window of print around a place, pixels of the copy: windows of 41 px followed less."""

PRINTED = 14.0
"""Standard deviation of the blank's darkness in a window below which there is too little print: 9 laid none better."""

ALIKE = 0.5
"""Correlation from which print is found: what is written beside it lowers it."""

ROUNDS = (3, 1, None)
"""By round, how often the copy is halved (None: lines are looked for).

The great waves of paper are found first, then what is left of them, and folds last. Of ten pages with folds and wear
3.7 % of the print lay too far off to be seen without the last, 1.8 % with it.
"""

KNOTS = (20, 14)
"""Rows and columns of the net of shifts. With (13, 9) 406 fields of 84 bent pages lay more than 6 px off, with this
371, with this in the last round alone 369."""

STIFFNESS = 0.025
"""How stiff the net is, by its second differences: with 0.01 flat pages lay worse, with 0.04 bent ones."""

MAX_STEP_PX = 9.0
"""The most that neighbouring knots may differ, as paper does not stretch by a fifth.

Where a table's rows were taken for the next ones it was 9.2 to 32, of 39 pages with wear and folds 8.0 at most.
"""

LINE_REACH_PX = 4
"""How far lines are looked for on the copy. At 8 px squared paper, and what people struck out, were taken for lines."""

MAX_LINE_RATIO = 2.0
"""How many times darker or paler than the blank's own a line may be: else it is something else. Chosen by hand."""

MIN_LINE_LEAD, BESIDE_LINE_PX = 0.3, 2
"""The least lead in likeness of a line over what lies this many pixels or more beside it.

Of repeated dots none has it.
"""

LOST_PX = 2.0
"""How far from its start a place may lie after it was followed there and back.

Without this print lay .60 px off, not .55.
"""

ENOUGH = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 15, 0.03)
"""Steps on each copy, and pixels of a step, after which a place is not followed further: 30 laid no page better."""

OUTLIER_PX, TURNS = 6.0, 3
"""How far off the net a shift keeps a quarter of its weight, and how often weights are taken: wrong places go so."""


def dewarp(page: Picture, blank_path: str) -> Picture:
    """The page (of the blank's size, laid on it as well as a flat page can be) pressed flat.

    Places of print are followed from the blank to the page by the optical flow of Lucas and Kanade, on halved copies
    first (Bouguet 2000), and back again: a place that does not come back was lost. Lines of tables are lost so, and are
    looked for across once the page lies nearly right."""
    height, width = page.shape[:2]
    wanted, places = _blank_places(blank_path)
    copy_height, copy_width = wanted.shape
    seen = shrunk_to(_dark(grey(page)), copy_width, copy_height)
    laid = there = places
    likeness: Field = numpy.zeros(places.shape)
    nets: list[Field] = []
    spread = _spread(places / (copy_width, copy_height))
    for halvings in ROUNDS if len(places) >= FEWEST else ():
        if halvings is None:
            there, likeness = with_lines(wanted, seen, places, laid, there, likeness)
        else:
            there, likeness = _followed(wanted, seen, places, laid, halvings)
        if (likeness >= ALIKE).sum(axis=0).min() < FEWEST:
            break
        nets = [
            _displacement_grid(spread[sure >= ALIKE], shift[sure >= ALIKE], sure[sure >= ALIKE])
            for shift, sure in zip((there - places).T.astype(numpy.float64), likeness.T, strict=True)
        ]
        if max(abs(numpy.diff(net, axis=axis)).max() for net in nets for axis in (0, 1)) > MAX_STEP_PX:
            return page
        laid = places + numpy.stack([spread @ net.ravel() for net in nets], axis=1).astype(numpy.float32)
    if not nets:
        return page
    scale = height / copy_height
    sized = [(scale * net).astype(numpy.float32) for net in nets]
    columns, rows = (cv2.resize(net, (width, height), interpolation=cv2.INTER_CUBIC) for net in sized)
    how = cv2.INTER_LINEAR | cv2.WARP_RELATIVE_MAP
    return by_four_channels(page, lambda four: cv2.remap(four, columns, rows, how, borderMode=cv2.BORDER_REPLICATE))


def by_four_channels(picture: Picture, work: Callable[[Picture], object]) -> Picture:
    """A picture after an OpenCV operation; a coloured one gets a fourth channel for it, which saves a third of the
    time."""
    if picture.ndim == 2:
        return numpy.asarray(work(picture), numpy.uint8)
    four = numpy.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA), numpy.uint8)
    return numpy.asarray(cv2.cvtColor(numpy.asarray(work(four)), cv2.COLOR_RGBA2RGB), numpy.uint8)


def _followed(wanted: Picture, seen: Picture, places: Places, begin: Places, halvings: int) -> tuple[Places, Field]:
    """Where places of the blank lie on the page, sought from where they are thought to lie; and how alike the print is
    there, as far as it tells of shifts across and down: 0 where a place was lost."""
    there, found = _flow(wanted, seen, places, begin, halvings)
    back, returned = _flow(seen, wanted, there, there + places - begin, halvings)
    came_back = found & returned & (numpy.hypot(*(back - places).T) < LOST_PX)
    one, other = _cut_out(wanted, places), _cut_out(seen, there)
    likeness = numpy.stack([alike(one, other, along) for along in (2, 1)], axis=1)
    return there, likeness * came_back[:, numpy.newaxis]


def with_lines(
    wanted: Picture, seen: Picture, places: Places, begin: Places, there: Places, likeness: Field
) -> tuple[Places, Field]:
    """The places that were followed, and for lost ones how far a line lies across, near where it is expected.

    Likeness is as `_followed` gives it.
    """
    there, likeness = there.copy(), likeness.copy()
    for axis, (down, across) in enumerate(((0, LINE_REACH_PX), (LINE_REACH_PX, 0))):
        one = _cut_out(wanted, places).mean(axis=1 + axis)[:, numpy.newaxis]
        lost = numpy.flatnonzero((likeness[:, axis] < ALIKE) & (one.std(axis=2)[:, 0] >= PRINTED))
        other = _cut_out(seen, begin[lost], down, across).mean(axis=1 + axis)[:, numpy.newaxis]
        there[lost, axis], likeness[lost, axis] = _shifts(one[lost], other, begin[lost, axis], there[lost, axis])
    return there, likeness


def _shifts(one: Field, other: Field, begin: Places, there: Places) -> tuple[Places, Field]:
    """Where lines lie along one axis, and how alike they are there; `there` and 0 where that is not clear. `one` and
    `other` are places x 1 x pixels: the darkness across the blank's lines, and the page's with more on both sides."""
    steps = [other[..., step : step + one.shape[2]] for step in range(2 * LINE_REACH_PX + 1)]
    shares = numpy.stack([each.std(axis=2)[:, 0] for each in steps], axis=1) / one.std(axis=2)
    found = numpy.stack([alike(one, each, 2) for each in steps], axis=1)
    found[(shares * MAX_LINE_RATIO < 1) | (shares > MAX_LINE_RATIO)] = 0.0
    best, most = found.argmax(axis=1), found.max(axis=1, initial=0.0)
    far = abs(numpy.arange(len(steps)) - best[:, numpy.newaxis]) > BESIDE_LINE_PX
    lead = most - numpy.where(far, found, 0.0).max(axis=1, initial=0.0)
    is_clear = (most >= ALIKE) & (lead >= MIN_LINE_LEAD) & (best > 0) & (best < len(steps) - 1)
    places, at = numpy.arange(len(best)), best.clip(1, len(steps) - 2)
    before, after = found[places, at - 1], found[places, at + 1]
    between = (after - before) / numpy.maximum(4 * most - 2 * (before + after), 1e-6)  # a parabola's top
    laid = numpy.rint(begin) + best - LINE_REACH_PX + between.clip(-0.5, 0.5)
    return numpy.where(is_clear, laid, there).astype(numpy.float32), numpy.where(is_clear, most, 0.0)


def alike(one: Field, other: Field, along: int) -> Field:
    """The likeness of windows, -1 to 1, without what does not change along one of their sides.

    A line tells nothing of shifts along it, and looks the same wherever it crosses a stripe.
    """
    one, other = (each - each.mean(axis=along, keepdims=True) for each in (one, other))
    strength = numpy.sqrt((one**2).sum(axis=(1, 2)) * (other**2).sum(axis=(1, 2)))
    return numpy.asarray((one * other).sum(axis=(1, 2)) / numpy.maximum(strength, 1e-6), numpy.float64)


def _cut_out(picture: Picture, middles: Places, down: int = 0, across: int = 0) -> Field:
    """Places x rows x columns: the windows around these places, with so many pixels more above and below, and on either
    side; beyond the rim as at the rim."""
    around = (WINDOW + down, WINDOW + across)
    padded = numpy.pad(picture, [(each, each) for each in around], "edge")
    windows = sliding_window_view(padded, tuple(2 * each + 1 for each in around))
    x, y = numpy.rint(middles).astype(int).clip(0, numpy.array(picture.shape[::-1]) - 1).T
    return numpy.asarray(windows[y, x], numpy.float64)


def _flow(
    here: Picture, there: Picture, places: Places, begin: Places, halvings: int
) -> tuple[Places, NDArray[numpy.bool_]]:
    """Where places of one picture lie on the other, and which of them could be followed."""
    window, flags = (2 * WINDOW + 1,) * 2, cv2.OPTFLOW_USE_INITIAL_FLOW
    found, status, _ = cv2.calcOpticalFlowPyrLK(
        here, there, places, begin.copy(), winSize=window, maxLevel=halvings, criteria=ENOUGH, flags=flags
    )
    return numpy.asarray(found, numpy.float32), numpy.asarray(status[:, 0] > 0)


def _dark(page: Picture) -> Picture:
    """How dark a grey page is beside its paper, on a copy."""
    return 255 - flatten(shrunk(page, COPY_PX / max(page.shape)))


@lru_cache(maxsize=16)
def _blank_places(path: str) -> tuple[Picture, Places]:
    """A blank as dark as `_dark` says, and the places on it, x and y, around which it has print."""
    wanted = _dark(blank_grey(path))
    places = [
        (x, y)
        for y in range(WINDOW, wanted.shape[0] - WINDOW, 2 * WINDOW)
        for x in range(WINDOW, wanted.shape[1] - WINDOW, 2 * WINDOW)
        if wanted[y - WINDOW : y + WINDOW, x - WINDOW : x + WINDOW].std() >= PRINTED
    ]
    return wanted, numpy.array(places, numpy.float32).reshape(-1, 2)


def _displacement_grid(spread: Field, shifts: Field, weights: Field) -> Field:
    """The smooth net nearest to the shifts: knots are interpolated linearly, second differences are held small, and
    shifts far from the net lose their weight (least squares, reweighted by Geman and McClure's function)."""
    held = max(1.0, float(weights.sum())) * _stiff() + 1e-6 * numpy.eye(spread.shape[1])
    trusted = weights
    net: Field = numpy.zeros(spread.shape[1])
    for _ in range(TURNS):
        weighted = spread * trusted[:, numpy.newaxis]
        net = numpy.asarray(numpy.linalg.solve(weighted.T @ spread + held, weighted.T @ shifts), numpy.float64)
        off = shifts - spread @ net
        trusted = weights / (1 + (off / OUTLIER_PX) ** 2) ** 2
    return net.reshape(KNOTS)


def _spread(places: Field) -> Field:
    """Windows x knots: the share that each knot, in the middle of a cell of the net, has in a place."""
    across, down = (_hats(side, count) for side, count in zip(places.T, KNOTS[::-1], strict=True))
    return (down[:, :, numpy.newaxis] * across[:, numpy.newaxis, :]).reshape(len(places), KNOTS[0] * KNOTS[1])


def _hats(shares: Field, count: int) -> Field:
    """Places x knots of one side: 1 at the knot, falling to 0 at the next ones."""
    at = numpy.clip(shares * count - 0.5, 0, count - 1)
    return numpy.asarray(numpy.maximum(0.0, 1.0 - abs(at[:, numpy.newaxis] - numpy.arange(count))), numpy.float64)


@cache
def _stiff() -> Field:
    """Knots x knots: what a net costs by its second differences."""
    rows, columns = map(numpy.eye, KNOTS)
    bent = numpy.vstack(
        [numpy.kron(rows, numpy.diff(columns, 2, axis=0)), numpy.kron(numpy.diff(rows, 2, axis=0), columns)]
    )
    return numpy.asarray(STIFFNESS**2 * bent.T @ bent, numpy.float64)
