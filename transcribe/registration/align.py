"""A page laid straight: onto its blank form by features and a homography, or upright where the layout is free."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock

import cv2
import numpy

from transcribe.geometry import Homography
from transcribe.imaging import shrunk, straightened, use_one_thread
from transcribe.model import Form, Page, Picture, StoredAlignment
from transcribe.registration.dewarp import by_four_channels, dewarp
from transcribe.registration.matching import (
    Match,
    blank_path,
    is_plausible,
    known_match,
    stepwise_match,
    weak_matches,
)
from transcribe.registration.similarity import Similarity, similarity

FITS = 0.5
"""A page fits its form from this `fit` on; below it nothing that stands in the boxes is believed."""
FLAT = 0.98
"""A page that fits so well was flat: a page bent by half a millimetre has 0.6, a blurred photo of a flat one 0.9. With
0.97 folded pages that fit by .972, and .987 when pressed flat, had 1.6 % fewer fields decided."""

MOST = 4096
"""Pages of which this process remembers how they lie, which whoever reads them needs after whoever put them together:
some 500 bytes each. Of more the oldest are forgotten."""

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
        """What a page remembers of this, so that it need not be found again; None where no homography was found."""
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
    """The page pressed flat where it fits better so, and how it fits: paper that was bent lies on no blank."""
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
    """How the page lies, as far as that is remembered."""
    with _lock:
        return _known.get((file, page))
