"""Which form a page is, and which page of it, by how many features agree; and whether a photo shows it twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy

from transcribe.geometry import Box, Homography, project
from transcribe.imaging import grey, use_one_thread
from transcribe.model import Form, Page, Picture
from transcribe.registration.align import FITS, Aligned, lay
from transcribe.registration.matching import CLOSER, SIDE, SURE, Features, best_match, features, match

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
    """How far the photo must be turned with the clock to stand upright: 0, 90, 180 or 270 degrees."""
    if homography is None:
        return 0
    degrees = numpy.degrees(numpy.arctan2(homography[1, 0], homography[0, 0]))
    return int(round(float(degrees) / 90.0) % 4) * 90


def shows_second_form(photo: Picture, laid: Aligned, form: Form) -> bool:
    """Whether as many features as of a page that surely matches agree with some page of the form, all of them beside
    the page that was laid. Nothing is sought where that page fills the photo."""
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
