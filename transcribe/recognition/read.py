"""Read a scan by machine: its pages laid onto the form, the place of each field, and what every source says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy

from transcribe.codes import BESIDE_BOXES, FIELDS_OUTSIDE, TEXT_OUTSIDE, TWO_FORMS, Flag
from transcribe.errors import ScanError
from transcribe.forms import blank_grey, field_boxes
from transcribe.geometry import Box, project
from transcribe.imaging import OutsidePhoto, cover, grey, use_one_thread
from transcribe.ink import InkLayer, ink_layer
from transcribe.model import INK, Form, Page, Place, ReadResult, Scan
from transcribe.ocr import Engine, FallbackEngine, TimedEngine, hocr, reading, without_failed
from transcribe.recognition.asked_regions import Cascade, ask_engines, engine_readings
from transcribe.recognition.form_fields import Circumstances, FieldRegion, field_regions
from transcribe.recognition.form_page import ink_readings
from transcribe.recognition.layout_reader import BegunReading
from transcribe.recognition.page_assignment import (
    DEFAULT_OPTIONS,
    ReadOptions,
    RegisteredPage,
    assign_pages,
    register_pages,
)
from transcribe.recognition.plain_page import plain_page, text_rows
from transcribe.recognition.presence import with_text_beside
from transcribe.recognition.result import ReadResultBuilder, page_transform
from transcribe.recognition.snippet_frames import letter_height, written_box
from transcribe.registration import deblurred, shows_second_form

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

    Pages may come in any order and any way up. A field of a page that is missing, or does not fit its form, gets a
    reading without text and the flag "not fitting", and the whole page as its place. Raises EngineError when an engine
    failed, or under `failures_before_fallback` every engine on one page, and the scan can be read again; ScanError
    under `masked` where a page is too coarse to be read."""
    use_one_thread()
    timed = [TimedEngine(engine=engine) for engine in engines]
    if not options.failures_before_fallback:
        reads = _read(scan, pages, form, timed, now, options)
    else:
        spared = [FallbackEngine(engine=engine, times=options.failures_before_fallback) for engine in timed]
        reads = without_failed(_read(scan, pages, form, spared, now, options), spared)
    return replace(reads, seconds={each.name: each.seconds for each in timed})


def _read(
    scan: Scan, pages: Sequence[Page], form: Form, engines: Sequence[Engine], now: datetime, options: ReadOptions
) -> ReadResult:
    builder = ReadResultBuilder()
    if form.free:
        assert options.layouts is not None, "a form of free layout is read by a part"
        begun = BegunReading(scan=scan, form=form, engines=engines, now=now, kept=builder)
        options.layouts.read(begun, pages)
        return builder.result(None)
    registered_pages = register_pages(pages, form)
    if options.masked and form.has_payment and any(registered.fit < options.fit for registered in registered_pages):
        raise ScanError(COARSE.format(form=form.name), COARSE_ADVICE)
    assignment = assign_pages(registered_pages, form, options.fit)
    for number, registered in assignment.pages.items():
        if registered.fit >= options.fit:
            _read_page(builder, scan, registered, form, engines, now, options)
        else:
            _keep_unread_page(builder, scan, registered, number, form, now)
            if not assignment.is_read(registered.photo, options.fit):
                builder.advice.append("not fitting")  # else it fits, and stands for a page that is missing
    builder.advice += assignment.advice
    if any(shows_second_form(it.photo.picture, it.aligned, form) for it in assignment.pages.values()):
        builder.advice.append(TWO_FORMS)
    return builder.result(assignment.fit)


def pictures(pages: Sequence[Page]) -> ReadResult:
    """The pages as they came, for people, and no reading: their form is not known yet."""
    builder = ReadResultBuilder()
    for page in pages:
        builder.add_page_picture(page.number, page.picture)
    return builder.result(None)


def _read_page(
    builder: ReadResultBuilder,
    scan: Scan,
    registered: RegisteredPage,
    form: Form,
    engines: Sequence[Engine],
    now: datetime,
    options: ReadOptions,
) -> None:
    """Ink, the regions of fields, the engines' words, readings, and pictures of one page that lies on its blank."""
    page, homography = registered.aligned.page, registered.homography
    shown, blank = page, form.blanks[page.number - 1].path
    layer = ink_layer(page.picture, blank)
    quality = registered.quality(layer, form)
    if blank and quality.measures["blur"] < 1.0:
        sharp = deblurred(grey(page.picture), blank_grey(blank), [box for *_, box in field_boxes(form, page.number)])
        page, layer = replace(page, picture=sharp), ink_layer(sharp, blank)
    outside = registered.outside_photo()
    regions = field_regions(form, page.number, layer, registered.aligned.similarity, outside)
    overall = quality.measures["overall"]
    circumstances = Circumstances(scan=scan.id, at=now, fit=registered.fit, quality=overall, form=form)
    hocr_source = hocr.hocr_engine(registered.photo, lambda box: Box.around(project(homography, box.corners)))
    sources = [*engines, *([hocr_source] if hocr_source else [])]
    cascade = Cascade(form=form) if options.cascade else None
    covered = [region.box for region in regions if region.field.personal == "payment"]
    bare = replace(page, picture=layer.without_specks(grey(page.picture)))
    found = plain_page(bare, layer.blank, regions, covered, sources, layer.unit)
    plain = with_text_beside(found, layer)
    regions = list(plain.regions)
    asked = ask_engines(page, layer, plain, sources, circumstances, cascade)
    builder.qualities.append(quality)
    if any(region.outside for region in regions):
        builder.advice.append(FIELDS_OUTSIDE)
    builder.advice += [BESIDE_BOXES] if plain.offset else []
    builder.advice += [TEXT_OUTSIDE] if plain.outside else []
    builder.readings += ink_readings(page, regions, asked, layer, circumstances)
    builder.readings += engine_readings(asked, layer, circumstances)
    builder.source_words += [words for region in asked for words in region.source_words(page.number)]
    builder.transforms[page.number] = page_transform(registered.photo.number, homography)
    _keep_pictures(builder, scan, shown, form, regions, layer, outside)


def _keep_pictures(
    builder: ReadResultBuilder,
    scan: Scan,
    page: Page,
    form: Form,
    regions: Sequence[FieldRegion],
    layer: InkLayer,
    outside: OutsidePhoto,
) -> None:
    """The page's picture with payment data covered, and the picture and place of each field.

    What lies outside the photo is striped: white, it would look like paper. A field's picture reaches as far as text
    that is seen across its box's sides, and beside it where that may be the field's."""
    hidden = [each for each in regions if each.field.personal == "payment"]
    covered = [box for each in hidden for box in (each.box, *each.beside)]
    shown = cover(outside.striped(page.picture), covered)
    builder.add_page_picture(page.number, shown)
    strict = bool(form.options.get("strict"))  # readers see the field alone
    for region in regions:
        seen = region.box if strict else Box.enclosing((region.box, *(region.stretches or ()), *region.beside))
        place = Place(scan=scan.id, key=region.key, page=page.number, box=region.box, confidence=1.0)
        if region.field.personal == "payment":
            builder.places.append(place)
            continue
        writing = written_box(region)
        letter = letter_height(layer, writing)
        builder.add_place(
            place,
            shown,
            seen,
            scale=1 / layer.unit,
            writing=writing,
            letter=letter,
            strict=strict,
            lines=text_rows(region.stretches or ()),
        )


def _keep_unread_page(
    builder: ReadResultBuilder, scan: Scan, registered: RegisteredPage, number: int, form: Form, now: datetime
) -> None:
    """The fields of a page that does not fit: each is somewhere on the whole picture, and nothing of it was read."""
    shown = registered.photo.picture
    whole = builder.add_page_picture(number, shown)
    builder.transforms[number] = page_transform(registered.photo.number, numpy.eye(3))
    box = Box(0, 0, shown.shape[1], shown.shape[0])
    for key, field, _ in field_boxes(form, number):
        snippet = None if field.personal == "payment" else whole
        builder.places.append(Place(scan=scan.id, key=key, page=number, box=box, snippet=snippet, confidence=None))
        builder.readings.append(
            reading(
                scan=scan.id,
                key=key,
                source=INK,
                text=None,
                at=now,
                confidence=None,
                conditions={"fit": registered.fit, "place": 0.0},
                flags=(Flag.NOT_FITTING,),
            )
        )
