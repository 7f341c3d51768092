"""A page laid straight: onto its blank form by features and a homography, or upright where the layout is free."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.forms import blank_grey
from transcribe.geometry import Box, Homography, project
from transcribe.imaging import grey, shrunk, straightened, use_one_thread
from transcribe.model import Form, Page, Picture, StoredAlignment
from transcribe.registration.matching import (
    CLOSER,
    SIDE,
    SURE,
    Features,
    Match,
    best_match,
    blank_path,
    by_four_channels,
    dewarp,
    features,
    is_plausible,
    known_match,
    match,
    stepwise_match,
    weak_matches,
)

FITS = 0.5
"""A page fits its form from this `fit` on; below it nothing that stands in the boxes is believed."""


FLAT = 0.98
"""A page that fits so well was flat: a page bent by half a millimetre has 0.6, a blurred photo of a flat one 0.9. With
0.97 folded pages that fit by .972, and .987 when pressed flat, had 1.6 % fewer fields decided."""


MOST = 4096
"""The most pages whose alignment this process remembers, some 500 bytes each; the oldest are forgotten.

Reading needs them after grouping has found them.
"""


_known: OrderedDict[tuple[str, int], StoredAlignment] = OrderedDict()


_lock = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """A page laid onto the blank: `page` has the blank's size, `number` says which page of the form it is.

    `fit` is 0 to 1: how alike blank and page are where the blank has print (median correlation of tiles), FITS at least
    where they are a little alike in each quarter, as wear makes a page less alike that lies right. It is 0 where no
    homography was found, and `page` is then the picture as it came. `inliers` are the matches that agree. `homography`
    takes pixels of the photo to pixels of the blank, as far as the paper was flat; where it was `bent`, `page` was
    pressed flat after that. `similarity` says where on the page it fits, None where there is nothing to fit."""

    page: Page
    fit: float
    inliers: int
    number: int
    homography: Homography | None = None
    bent: bool = False
    similarity: Similarity | None = None

    def laid(self, form: Form) -> StoredAlignment | None:
        """The alignment as a page keeps it, so that it need not be found again; None where no homography was found."""
        if self.homography is None:
            return None
        numbers = tuple(float(each) for each in self.homography.ravel())
        return StoredAlignment(form=form.digest, number=self.number, inliers=self.inliers, homography=numbers)

    @property
    def fits(self) -> bool:
        """Whether what stands in the boxes may be believed."""
        return self.fit >= FITS


def align(page: Page, form: Form) -> Aligned:
    """The page laid onto the page of the form that it fits best, whatever way up it was photographed.

    A page that does not fit gives a low `fit`, never an error; one of free layout is laid straight, with fit 1."""
    use_one_thread()
    if form.free:
        return Aligned(page=straightened(page, 0)[0], fit=1.0, inliers=0, number=page.number)
    if known := known_match(page, form):
        return lay(page, form, known)
    laid = lay(page, form, stepwise_match(page.picture, form))
    return laid if laid.fits else _sought_again(page, form, laid)


def _sought_again(page: Page, form: Form, laid: Aligned) -> Aligned:
    """The page where it is most like its blank by few features, if it is like it everywhere; else as it was laid.

    Of 24 pages laid on other forms none was as much as 0.03 like them; true pages under dirt and shadow 0.2 to 0.4."""
    best, most = laid, 0.0
    for found in weak_matches(page.picture, form):
        other = lay(page, form, found)
        alike = other.similarity
        if alike is not None and alike.is_everywhere and alike.fit > most:
            best, most = other, alike.fit
    return best


def lay(page: Page, form: Form, found: Match) -> Aligned:
    """The page laid onto the blank by a match that was found; how well it fits is measured on the result."""
    if found.homography is None or not is_plausible(found.homography, page.picture.shape):
        return Aligned(page=page, fit=0.0, inliers=found.inliers, number=found.number)
    straight = _warped(page.picture, found.homography, form.blanks[found.number - 1].size)
    pressed, alike = _pressed(straight, form, found.number)
    return Aligned(
        page=replace(page, number=found.number, picture=pressed, dpi=None),
        fit=max(alike.fit, FITS if alike.is_everywhere else 0.0),
        inliers=found.inliers,
        number=found.number,
        homography=found.homography,
        bent=pressed is not straight,
        similarity=alike,
    )


def _pressed(straight: Picture, form: Form, number: int) -> tuple[Picture, Similarity]:
    """The page and its fit, pressed flat if it fits better so: bent paper lies on no blank."""
    alike = similarity(straight, form, number)
    if alike.fit >= FLAT:
        return straight, alike
    pressed = dewarp(straight, blank_path(form, number))
    better = similarity(pressed, form, number)
    return (pressed, better) if better.fit > alike.fit else (straight, alike)


def _warped(picture: Picture, homography: Homography, size: tuple[int, int]) -> Picture:
    """The picture on the blank's grid; a picture that is much finer is averaged first, which also takes noise away."""
    scale = float(numpy.sqrt(abs(numpy.linalg.det(homography[:2, :2]))))
    if scale < 0.6:
        picture = shrunk(picture, scale)
        homography = homography @ numpy.diag([1 / scale, 1 / scale, 1.0])
    white = (255, 255, 255, 255)
    return by_four_channels(
        picture,
        lambda four: cv2.warpPerspective(
            four, homography, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=white
        ),
    )


def remember_alignment(file: str, page: int, laid: StoredAlignment | None) -> None:
    """Keep how a page of the file with this SHA-256 lies on the form that it was last laid on."""
    if laid is not None:
        with _lock:
            _known[file, page] = laid
            _known.move_to_end((file, page))
            if len(_known) > MOST:
                _known.popitem(last=False)


def remembered_alignment(file: str, page: int) -> StoredAlignment | None:
    """The remembered alignment of a page; None where there is none."""
    with _lock:
        return _known.get((file, page))


# How alike a page laid onto its blank and that blank are: the `fit` of a page.

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
    """The likeness of page and blank: the median of `alike`, the correlations of the tiles that count, 0 to 1.

    `middles` are the middles of these tiles, x and y in pixels of the blank. `plain` says which of them have plain
    print.
    """

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
            of_plain_tiles = self._replace(alike=self.alike[self.plain], middles=self.middles[self.plain], plain=None)
            return of_plain_tiles.astray(boxes)
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
    """The tiles of a picture, rows of pixels, each less its mean."""
    flat = _cut(picture).astype(numpy.float32)
    tiles: NDArray[numpy.float32] = flat - flat.mean(axis=1, keepdims=True)
    return tiles


def _cut(picture: Picture) -> Picture:
    """The tiles of a picture, rows of pixels."""
    rows, columns = picture.shape[0] // TILE, picture.shape[1] // TILE
    cut = picture[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE)
    return cut.swapaxes(1, 2).reshape(rows * columns, TILE * TILE)


# Which form a page is, and which page of it, by how many features agree; and whether a photo shows it twice.

CLEAR = 1.6
"""A sure guess has this many times the inliers of the next: forms of one house share a letterhead, not their fields."""


ROOM = 0.55
"""Share of the photo that a page covers at most where another of its size can lie beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One form that some pages may be: `order` says which page of the form each of them is, 0 for none.

    `inliers` are the features that agree, over all pages; `fit` is that of the worst page laid on the form. `turned`
    are the degrees by which each photo lies against the form, rounded to quarters."""

    form: Form
    order: tuple[int, ...]
    inliers: int
    fit: float
    turned: tuple[int, ...]
    aligned: tuple[Aligned, ...]

    @property
    def whole(self) -> bool:
        """Whether every page is a page of the form of its own."""
        return 0 not in self.order and len(set(self.order)) == len(self.order)


def identify(pages: Sequence[Page], forms: Iterable[Form]) -> tuple[Guess, ...]:
    """The forms with a blank that these pages may be, most agreeing features first. Pages may be in any order."""
    use_one_thread()
    known = [form for form in forms if not form.free]
    guesses = _guesses(pages, [features(page.picture) for page in pages], known)
    large = any(max(page.picture.shape) > SIDE for page in pages)
    if large and guesses and guesses[0].inliers < SURE * len(pages):
        closer = _guesses(pages, [features(page.picture, CLOSER) for page in pages], known)
        return max(guesses, closer, key=lambda each: each[0].inliers)
    return guesses


def _guesses(pages: Sequence[Page], seen: Sequence[Features], forms: Iterable[Form]) -> tuple[Guess, ...]:
    guesses = []
    for form in forms:
        found = [best_match(each, form) for each in seen]
        laid = tuple(lay(page, form, each) for page, each in zip(pages, found, strict=True))
        guesses.append(
            Guess(
                form=form,
                order=tuple(each.number if each.homography is not None else 0 for each in laid),
                inliers=sum(each.inliers for each in laid),
                fit=min((each.fit for each in laid), default=0.0),
                turned=tuple(_quarters(each.homography) for each in laid),
                aligned=laid,
            )
        )
    return tuple(sorted(guesses, key=lambda guess: (-guess.inliers, guess.form.name)))


def sure_guess(guesses: Sequence[Guess]) -> Guess | None:
    """The first guess where there is no doubt: it fits, many features agree, and no other form comes near."""
    if not guesses:
        return None
    best = guesses[0]
    others = max((guess.inliers for guess in guesses[1:]), default=0)
    known = best.whole and best.fit >= FITS and best.inliers >= SURE * len(best.order)
    return best if known and best.inliers >= CLEAR * others else None


def _quarters(homography: Homography | None) -> int:
    """Degrees by which the photo must be turned with the clock to stand upright: 0, 90, 180 or 270."""
    if homography is None:
        return 0
    degrees = numpy.degrees(numpy.arctan2(homography[1, 0], homography[0, 0]))
    return int(round(float(degrees) / 90.0) % 4) * 90


def shows_second_form(photo: Picture, laid: Aligned, form: Form) -> bool:
    """Whether a second sheet of the form lies on the photo, beside the page that was laid.

    As many features as of a sure match agree there with a page of the form. Nothing is looked for where the page fills
    the photo.
    """
    if laid.homography is None or not laid.fits:
        return False
    corners = Box(0, 0, *form.blanks[laid.number - 1].size).corners
    page = numpy.array(project(numpy.linalg.inv(laid.homography), corners), numpy.float32)
    if cv2.contourArea(page) > ROOM * photo.shape[0] * photo.shape[1]:
        return False
    rest = grey(photo).copy()
    cv2.fillConvexPoly(rest, numpy.rint(page).astype(numpy.int32), int(numpy.median(rest[::4, ::4])))
    seen = features(rest)
    return any(match(seen, form, number).inliers >= SURE for number in range(1, len(form.blanks) + 1))
