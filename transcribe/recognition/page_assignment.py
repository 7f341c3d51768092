"""Which page of a scan is which page of its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy

from transcribe.geometry import Homography
from transcribe.imaging import Quality, geometry, quality, rim_of_paper
from transcribe.ink import InkLayer
from transcribe.model import Form, Page
from transcribe.registration import FITS, Aligned, align


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How a scan is read. `fit` is the least with which what stands in a form's boxes is believed. `cascade`: on a form
    with a blank engines after the first are asked only for what it is not sure of (never on a bad page). A page on
    which an engine fails `without` times is read by the others; 0: its failure is raised. `masked`: pages are the
    masked copies that are kept of them, so that one that does not lie on a form with payment data is too coarse for
    anybody to read a field on it.
    """

    fit: float = FITS
    cascade: bool = False
    without: int = 0
    masked: bool = False


DEFAULT_OPTIONS = ReadOptions()


@dataclass(frozen=True, slots=True)
class RegisteredPage:
    """A page as it came and as it was laid onto its form."""

    photo: Page
    aligned: Aligned

    @property
    def fit(self) -> float:
        return self.aligned.fit

    def quality(self, sheet: InkLayer, form: Form) -> Quality:
        """How good the photo is, as the page lies on its blank."""
        came, photo = self._came()
        size = form.blanks[self.aligned.number - 1].size
        scale, inside = geometry(came, photo, size)
        return quality(
            self.aligned.page.picture,
            ink_contrast=sheet.contrast,
            noise=sheet.noise,
            scale=scale * sheet.unit,
            inside=inside,
            rim=rim_of_paper(came, photo),
        )

    def _came(self) -> tuple[Homography, tuple[int, int]]:
        """The homography from the photo as it was taken, and that photo's rows and columns."""
        assert self.aligned.homography is not None, "a page that fits was laid by a homography"
        if self.photo.flattened is None:
            rows, columns = self.photo.picture.shape[:2]
            return self.aligned.homography, (rows, columns)
        taken = numpy.array(self.photo.flattened.homography, numpy.float64).reshape(3, 3)
        return self.aligned.homography @ taken, self.photo.flattened.size[::-1]


def register_pages(
    pages: Sequence[Page], form: Form, options: ReadOptions = DEFAULT_OPTIONS
) -> dict[int, RegisteredPage]:
    """The page that lies best on each page of the form; pages that lie on none stand for those still missing, with a
    fit of 0."""
    return _placed(_laid(pages, form), form, options)


def _laid(pages: Sequence[Page], form: Form) -> list[RegisteredPage]:
    return [RegisteredPage(page, align(page, form)) for page in pages]


def _placed(found: Sequence[RegisteredPage], form: Form, options: ReadOptions) -> dict[int, RegisteredPage]:
    best: dict[int, RegisteredPage] = {}
    for each in sorted(found, key=lambda each: -each.fit):
        if each.fit >= options.fit:
            best.setdefault(each.aligned.number, each)
    strays = [each for each in found if all(each is not used for used in best.values())]
    missing = [number for number in range(1, len(form.blanks) + 1) if number not in best]
    for place, number in enumerate(missing):
        stray = strays[min(place, len(strays) - 1)] if strays else found[0]
        best[number] = RegisteredPage(stray.photo, replace(stray.aligned, page=stray.photo, fit=0.0, number=number))
    return best


def _odd_pages(pages: Sequence[Page], laid: Mapping[int, RegisteredPage]) -> list[str]:
    """What is wrong with the number of pages: some stand for a page of the form that is missing, or were not read."""
    used = {id(each.photo) for each in laid.values()}
    missing = ["page missing"] if len(used) < len(laid) else []
    return missing + (["page left over"] if len(used) < len(pages) else [])
