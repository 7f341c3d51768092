"""Read a scan by machine: its pages laid onto the form, the place of each field, and what every source says of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import cv2
import numpy

from transcribe.errors import ScanError
from transcribe.forms import field_boxes
from transcribe.geometry import Box, Homography
from transcribe.imaging import cover, crop
from transcribe.ink import ink_layer
from transcribe.model import INK, FieldKey, Form, Page, Place, Reading, ReadResult, Scan
from transcribe.ocr import Engine, FallbackEngine, hocr, reading, without_failed
from transcribe.recognition import form_fields, form_page
from transcribe.recognition.cascade import Cascade
from transcribe.recognition.form_page import Circumstances
from transcribe.recognition.free_page import read_free
from transcribe.recognition.page_assignment import (
    DEFAULT_OPTIONS,
    ReadOptions,
    RegisteredPage,
    _laid,
    _odd_pages,
    _placed,
)
from transcribe.recognition.result import ReadResultBuilder, page_transform
from transcribe.registration import shows_second_form

COARSE = (
    "it does not lie on the form {form}, and what was kept of it is too coarse to read, as nobody knows where payment "
    "data stand on it."
)
COARSE_ADVICE = "Photograph it again, flat and whole,"


def read(
    scan: Scan,
    pages: Sequence[Page],
    form: Form,
    engines: Sequence[Engine],
    now: datetime,
    options: ReadOptions = DEFAULT_OPTIONS,
) -> ReadResult:
    """Places and machine readings of every field of a scan, with the pictures that people are shown.

    Pages may come in any order and any way up. Every field gets at least one reading: a field of a page that does not
    fit its form, or is missing, gets one without text and the flag "not fitting", and the whole page as its place.
    Raises EngineError when an engine failed, or under `without` every engine on one page; the scan can be read again.
    Raises ScanError under `masked` where a page is too coarse to be read.
    """
    if not options.without:
        return _read(scan, pages, form, engines, now, options)
    spared = [FallbackEngine(engine=engine, times=options.without) for engine in engines]
    return without_failed(_read(scan, pages, form, spared, now, options), spared)


def _read(
    scan: Scan, pages: Sequence[Page], form: Form, engines: Sequence[Engine], now: datetime, options: ReadOptions
) -> ReadResult:
    kept = ReadResultBuilder()
    if form.free:
        read_free(kept, scan, pages, form, engines, now)
        return kept.reads(None)
    found = _laid(pages, form)
    if options.masked and form.has_payment and any(each.fit < options.fit for each in found):
        raise ScanError(COARSE.format(form=form.name), COARSE_ADVICE)
    laid = _placed(found, form, options)
    for number, each in sorted(laid.items()):
        if each.fit >= options.fit:
            _read_page(kept, scan, each, form, engines, now, options)
        else:
            _read_nothing(kept, scan, each, number, form, now)
            if not any(other.photo is each.photo and other.fit >= options.fit for other in laid.values()):
                kept.advice.append("not fitting")  # else it fits, and stands for a page that is missing
    kept.advice += _odd_pages(pages, laid)
    if any(shows_second_form(each.photo.picture, each.aligned, form) for each in laid.values()):
        kept.advice.append("two forms")
    return kept.reads(min(each.fit for each in laid.values()))


def pictures(pages: Sequence[Page]) -> ReadResult:
    """The pages as they came, for people, and nothing that was read: nobody knows yet which form they are."""
    kept = ReadResultBuilder()
    for page in pages:
        kept.picture(page.number, page.picture)
    return kept.reads(None)


def _read_page(
    kept: ReadResultBuilder,
    scan: Scan,
    laid: RegisteredPage,
    form: Form,
    engines: Sequence[Engine],
    now: datetime,
    options: ReadOptions,
) -> None:
    page, blank = laid.aligned.page, form.blanks[laid.aligned.number - 1]
    sheet = ink_layer(page.picture, blank.path)
    seen = laid.quality(sheet, form)
    spots = form_fields.field_regions(form, page.number, sheet, laid.aligned.similarity)
    here = Circumstances(scan=scan.id, at=now, fit=laid.fit, quality=seen.measures["overall"])
    kept.qualities.append(seen)
    beside = hocr.beside(laid.photo, partial(_moved, laid.aligned.homography))
    cascade = Cascade(form=form) if options.cascade else None
    kept.readings += form_page.readings(
        page, sheet, spots, [*engines, *([beside] if beside else [])], here, cascade, kept.seen
    )
    shown = cover(page.picture, [spot.box for spot in spots if spot.field.personal == "payment"])
    kept.picture(page.number, shown)
    assert laid.aligned.homography is not None, "a page that fits was laid by a homography"
    kept.lying[page.number] = page_transform(laid.photo.number, laid.aligned.homography)
    strict = bool(form.options.get("strict"))  # readers see the field alone
    for spot in spots:
        picture = crop(shown, spot.box, scale=1 / sheet.unit, strict=strict)
        cut = None if spot.field.personal == "payment" else kept.put(picture)
        place = Place(scan=scan.id, key=spot.key, page=page.number, box=spot.box, snippet=cut, confidence=1.0)
        kept.places.append(place)


def _moved(homography: Homography | None, box: Box) -> Box:
    """A box on the photo as the upright box around it on the blank."""
    assert homography is not None, "a page that fits was laid by a homography"
    corners = numpy.array([[[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]]], numpy.float64)
    there = numpy.rint(cv2.perspectiveTransform(corners, homography)[0]).astype(int)
    return Box(*there.min(axis=0).tolist(), *there.max(axis=0).tolist())


def _read_nothing(
    kept: ReadResultBuilder, scan: Scan, laid: RegisteredPage, number: int, form: Form, now: datetime
) -> None:
    """The fields of a page that does not fit: each is somewhere on the whole picture, and nothing of it was read."""
    shown = laid.photo.picture
    whole = kept.picture(number, shown)
    kept.lying[number] = page_transform(laid.photo.number, numpy.eye(3))
    box = Box(0, 0, shown.shape[1], shown.shape[0])
    for key, each, _ in field_boxes(form, number):
        cut = None if each.personal == "payment" else whole
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
