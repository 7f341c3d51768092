"""Read a scan by machine: its pages laid onto the form, the place of each field, and what every source says of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from transcribe import align, fixed, ink
from transcribe.align import Aligned
from transcribe.fixed import Circumstances
from transcribe.model import Blank, Box, FieldKey, Form, Page, PagePicture, Place, Reading, Reads, Scan
from transcribe.ocr import Engine
from transcribe.quality import Quality, geometry, quality
from transcribe.reading import INK, reading
from transcribe.snippet import masked, page_picture, snippet

if TYPE_CHECKING:
    from transcribe.model import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How a scan is read. `fit` is the least with which what stands in a form's boxes is believed."""

    fit: float = align.FITS


@dataclass(slots=True)
class _Kept:
    """What reading the pages of a scan has gathered so far."""

    places: list[Place] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    pictures: list[PagePicture] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    qualities: list[Quality] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)

    def put(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        self.files[sha256] = content
        return sha256

    def picture(self, number: int, shown: Picture) -> None:
        """Keep the picture of a page, on which the boxes of its places lie."""
        size = (shown.shape[1], shown.shape[0])
        self.pictures.append(PagePicture(number=number, sha256=self.put(page_picture(shown)), size=size))

    def reads(self, fit: float | None) -> Reads:
        codes = [*(code for each in self.qualities for code in each.advice), *self.advice]
        return Reads(
            places=tuple(self.places),
            readings=tuple(self.readings),
            fit=fit,
            quality=_worst([each.measures for each in self.qualities]),
            pictures=tuple(self.pictures),
            files=self.files,
            advice=tuple(dict.fromkeys(codes)),
        )


def read(
    scan: Scan,
    pages: Sequence[Page],
    form: Form,
    engines: Sequence[Engine],
    now: datetime,
    options: ReadOptions = ReadOptions(),
) -> Reads:
    """Places and machine readings of every field of a scan, with the pictures that people are shown.

    Pages may come in any order and any way up. Every field gets at least one reading: a field of a page that does not
    fit its form, or is missing, gets one without text and the flag "not fitting", and the whole page as its place.
    Raises EngineError when an engine failed; the scan can be read again.
    """
    kept = _Kept()
    laid = _by_number([_Laid(page, align.align(page, form)) for page in pages], form, options)
    for number, each in sorted(laid.items()):
        if each.aligned.fit >= options.fit:
            _read_page(kept, scan, each, form, engines, now)
        else:
            _read_nothing(kept, scan, each, number, form, now)
    if len(pages) < len(form.blanks):
        kept.advice.append("page missing")
    return kept.reads(min(each.fit for each in laid.values()))


@dataclass(frozen=True, slots=True)
class _Laid:
    """A page as it came and as it was laid onto its form."""

    photo: Page
    aligned: Aligned

    @property
    def fit(self) -> float:
        return self.aligned.fit


def _by_number(found: Sequence[_Laid], form: Form, options: ReadOptions) -> dict[int, _Laid]:
    """The page that lies best on each page of the form; pages that lie on none stand for those still missing."""
    best: dict[int, _Laid] = {}
    for each in sorted(found, key=lambda each: -each.fit):
        if each.fit >= options.fit:
            best.setdefault(each.aligned.number, each)
    strays = [each for each in found if all(each is not used for used in best.values())] or list(found)
    missing = [number for number in range(1, len(form.blanks) + 1) if number not in best]
    for place, number in enumerate(missing):
        stray = strays[min(place, len(strays) - 1)]
        best[number] = _Laid(stray.photo, replace(stray.aligned, page=stray.photo, fit=0.0, number=number))
    return best


def _read_page(kept: _Kept, scan: Scan, laid: _Laid, form: Form, engines: Sequence[Engine], now: datetime) -> None:
    page, blank = laid.aligned.page, form.blanks[laid.aligned.number - 1]
    sheet = ink.sheet(page.picture, blank.path)
    seen = _quality(laid, sheet, blank)
    spots = fixed.spots(form, page.number, sheet)
    here = Circumstances(scan=scan.id, at=now, fit=laid.fit, quality=seen.measures["overall"])
    kept.qualities.append(seen)
    kept.readings += fixed.readings(page, sheet, spots, engines, here)
    shown = masked(page.picture, [spot.box for spot in spots if spot.field.personal == "payment"])
    kept.picture(page.number, shown)
    for spot in spots:
        cut = None if spot.field.personal == "payment" else kept.put(snippet(shown, spot.box, scale=1 / sheet.unit))
        place = Place(scan=scan.id, key=spot.key, page=page.number, box=spot.box, snippet=cut, confidence=1.0)
        kept.places.append(place)


def _read_nothing(kept: _Kept, scan: Scan, laid: _Laid, number: int, form: Form, now: datetime) -> None:
    """The fields of a page that does not fit: each is somewhere on the whole picture, and nothing of it was read."""
    shown = laid.photo.picture
    kept.picture(number, shown)
    kept.advice.append("not fitting")
    box = Box(0, 0, shown.shape[1], shown.shape[0])
    for key, each, _ in fixed.boxes(form, number):
        cut = None if each.personal == "payment" else kept.pictures[-1].sha256
        kept.places.append(Place(scan=scan.id, key=key, page=number, box=box, snippet=cut, confidence=None))
        kept.readings.append(_not_fitting(scan, key, laid.fit, now))


def _not_fitting(scan: Scan, key: FieldKey, fit: float, now: datetime) -> Reading:
    return reading(
        scan=scan.id,
        key=key,
        source=INK,
        text=None,
        at=now,
        confidence=None,
        conditions={"fit": fit, "place": 0.0},
        flags=("not fitting",),
    )


def _quality(laid: _Laid, sheet: ink.Sheet, blank: Blank) -> Quality:
    assert laid.aligned.homography is not None, "a page that fits was laid by a homography"
    rows, columns = laid.photo.picture.shape[:2]
    scale, inside = geometry(laid.aligned.homography, (rows, columns), blank.size)
    return quality(
        laid.aligned.page.picture,
        ink_contrast=sheet.contrast,
        noise=sheet.noise,
        scale=scale * sheet.unit,
        inside=inside,
    )


def _worst(measures: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Each measure as the worst page has it."""
    worst: dict[str, float] = {}
    for page in measures:
        for name, value in page.items():
            worst[name] = round(min(value, worst.get(name, 1.0)), 4)
    return worst
