"""Which page of a scan is which page of its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy

from transcribe.geometry import Homography
from transcribe.imaging import OutsidePhoto, Quality, photo_scale, quality
from transcribe.ink import InkLayer
from transcribe.model import Form, Page
from transcribe.recognition.layout_reader import LayoutReader
from transcribe.registration import FITS, Aligned, align


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How a scan is read. `fit` is the least with which what stands in a form's boxes is believed. `cascade`: on a form
    with a blank engines after the first are asked only for what it is not sure of (never on a bad page). After
    `failures_before_fallback` failures of an engine on a page the others read on; 0: the failure is raised. `masked`:
    pages are masked copies, too coarse to read where they do not lie on a form with payment data. `layouts` reads forms
    without a blank."""

    fit: float = FITS
    cascade: bool = False
    failures_before_fallback: int = 0
    masked: bool = False
    layouts: LayoutReader | None = None


DEFAULT_OPTIONS = ReadOptions()


@dataclass(frozen=True, slots=True)
class RegisteredPage:
    """A page as it came and as it was laid onto its form."""

    photo: Page
    aligned: Aligned

    @property
    def fit(self) -> float:
        return self.aligned.fit

    @property
    def homography(self) -> Homography:
        """From pixels of the photo to pixels of the blank; only of a page that fits."""
        assert self.aligned.homography is not None, "a page that fits was laid by a homography"
        return self.aligned.homography

    def quality(self, layer: InkLayer, form: Form) -> Quality:
        """How good the photo is, as the page lies on its blank."""
        came, _ = self._original_geometry()
        return quality(
            self.aligned.page.picture,
            ink_contrast=layer.contrast,
            noise=layer.noise,
            scale=photo_scale(came, form.blanks[self.aligned.number - 1].size) * layer.unit,
            outside=self.outside_photo(),
        )

    def outside_photo(self) -> OutsidePhoto:
        """What of the laid page the photo does not show."""
        rows, columns = self.aligned.page.picture.shape[:2]
        return OutsidePhoto.beyond(*self._original_geometry(), (rows, columns))

    def _original_geometry(self) -> tuple[Homography, tuple[int, int]]:
        """The homography from the photo as it was taken, and that photo's rows and columns."""
        if self.photo.flattened is None:
            rows, columns = self.photo.picture.shape[:2]
            return self.homography, (rows, columns)
        taken = numpy.array(self.photo.flattened.homography, numpy.float64).reshape(3, 3)
        return self.homography @ taken, self.photo.flattened.size[::-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAssignment:
    """Which page of a scan is read as which page of its form, by the form's page numbers.

    A missing page is filled by one that fits none, with fit 0. `advice`: "page missing", "page left over"."""

    pages: Mapping[int, RegisteredPage]
    advice: tuple[str, ...]

    @property
    def fit(self) -> float:
        """The fit of the worst page."""
        return min(page.fit for page in self.pages.values())

    def is_read(self, photo: Page, least_fit: float) -> bool:
        """Whether a photo is read as some page of the form."""
        return any(page.photo is photo and page.fit >= least_fit for page in self.pages.values())


def register_pages(pages: Sequence[Page], form: Form) -> list[RegisteredPage]:
    """Each page of a scan laid onto the page of the form that it fits best."""
    return [RegisteredPage(page, align(page, form)) for page in pages]


def assign_pages(registered: Sequence[RegisteredPage], form: Form, least_fit: float = FITS) -> PageAssignment:
    """The page that lies best on each page of the form; strays stand for those still missing."""
    best: dict[int, RegisteredPage] = {}
    for page in sorted(registered, key=lambda page: -page.fit):
        if page.fit >= least_fit:
            best.setdefault(page.aligned.number, page)
    strays = [page for page in registered if all(page is not used for used in best.values())]
    missing = [number for number in range(1, len(form.blanks) + 1) if number not in best]
    for place, number in enumerate(missing):
        stray = strays[min(place, len(strays) - 1)] if strays else registered[0]
        best[number] = RegisteredPage(stray.photo, replace(stray.aligned, page=stray.photo, fit=0.0, number=number))
    used = {id(page.photo) for page in best.values()}
    said = {"page missing": len(used) < len(best), "page left over": len(used) < len(registered)}
    return PageAssignment(pages=dict(sorted(best.items())), advice=tuple(each for each in said if said[each]))
