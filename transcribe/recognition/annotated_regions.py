"""What people showed of a scan's layout, read by machine: frames that they drew around fields, rows that they told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from transcribe.forms import field_boxes
from transcribe.imaging import cover, use_one_thread
from transcribe.ink import ink_layer
from transcribe.model import Form, Page, Place, ReadResult, Scan
from transcribe.ocr import Engine
from transcribe.recognition import form_page
from transcribe.recognition.form_fields import Circumstances, FieldRegion
from transcribe.recognition.layout_reader import DRAWN, Annotations, BegunReading, LayoutReader
from transcribe.recognition.page_assignment import RegisteredPage, assign_pages, register_pages
from transcribe.recognition.snippet_frames import letter_height, written_box


def read_annotated(
    scan: Scan,
    pages: Sequence[Page],
    form: Form,
    engines: Sequence[Engine],
    drawn: Annotations,
    now: datetime,
    layouts: LayoutReader | None,
) -> ReadResult:
    """What machines read where people say that it stands: places with their pictures, and a reading of every engine.

    Such a reading has its box, and speaks in place of what its engine said before. What was shown on a page that the
    scan has not is left out. `layouts` reads pages that lie on no blank: without it a place there has its picture
    alone. Raises EngineError when an engine failed; it can be read again."""
    use_one_thread()
    begun = BegunReading(scan=scan, form=form, engines=engines, now=now)
    if form.free:
        assert layouts is not None, "a form of free layout is read by a part"
        sheets = {page.number: page for page in layouts.laid_pages(pages)}
    else:
        laid = assign_pages(register_pages(pages, form), form).pages
        sheets = {number: replace(it.photo, number=number) for number, it in laid.items() if not it.aligned.fits}
        for place in drawn.places:
            if place.page in laid.keys() - sheets.keys():
                _read_written(begun, laid[place.page], place)
    if layouts is not None:
        layouts.read_annotated(begun, sheets, drawn)
    else:
        for place in drawn.places:
            if place.page in sheets:
                _keep_unread(begun, sheets[place.page], place)
    return begun.kept.result(None)


def _keep_unread(begun: BegunReading, page: Page, place: Place) -> None:
    """Keep a place with its picture, of which nothing was read."""
    box = place.box.clipped(*page.picture.shape[1::-1], least=1)
    begun.kept.add_place(replace(place, confidence=DRAWN), page.picture, box, scale=1.0, writing=box, letter=0.0)


def _read_written(begun: BegunReading, laid: RegisteredPage, place: Place) -> None:
    """A frame on a page that lies on its form: what was written in it beyond its print."""
    page, form = laid.aligned.page, begun.form
    sheet = ink_layer(page.picture, form.blanks[place.page - 1].path)
    box = place.box.clipped(*page.picture.shape[1::-1], least=1)
    spot = FieldRegion(key=place.key, field=form.field(place.key.name), box=box, ink=sheet.inks([box])[0])
    quality = laid.quality(sheet, form).measures["overall"]
    here = Circumstances(scan=begun.scan.id, at=begun.now, fit=laid.fit, quality=quality, form=form, box=box)
    payment = [each for _, of, each in field_boxes(form, place.page) if of.personal == "payment"]
    begun.kept.readings += form_page.readings(page, sheet, [spot], begun.engines, here, payment)
    begun.kept.add_place(
        replace(place, box=box, confidence=DRAWN),
        cover(page.picture, payment),
        box,
        scale=1 / sheet.unit,
        writing=written_box(spot),
        letter=letter_height(sheet, box),
        strict=bool(form.options.get("strict")),
    )
