"""What people showed of a scan's layout, read by machine: frames that they drew around fields, rows that they told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy

from transcribe.codes import Flag
from transcribe.extraction import AnnotatedCell, PageText, cells_of_rows, lines, text_in_box
from transcribe.forms import field_boxes
from transcribe.geometry import Box
from transcribe.imaging import cover, crop, cropped, use_one_thread
from transcribe.ink import ink_layer
from transcribe.model import Form, Page, Place, Reading, ReadResult, Scan, Word
from transcribe.ocr import Engine, alternatives_of, confidence_of, reading
from transcribe.recognition import form_page
from transcribe.recognition.form_fields import Circumstances, FieldRegion
from transcribe.recognition.free_page import laid_pages, line_scale
from transcribe.recognition.page_assignment import RegisteredPage, assign_pages, register_pages
from transcribe.recognition.result import ReadResultBuilder
from transcribe.recognition.snippet_frames import frame_of, letter_height, printed_letter_height, written_box
from transcribe.table_rows import ToldRows

AROUND = (24, 80)
"""Pixels of the page around a frame that engines see with it, at least and at most: cut lines are read as rubbish, and
what they read outside the frame is left out."""

DRAWN = 1.0
"""How sure a place is that a person drew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """What people showed and no machine has read since: fields where they stand, and tables with their rows."""

    places: tuple[Place, ...] = ()
    rows: Mapping[str, ToldRows] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.places or self.rows)


def read_annotated(
    scan: Scan, pages: Sequence[Page], form: Form, engines: Sequence[Engine], drawn: Annotations, now: datetime
) -> ReadResult:
    """What machines read where people say that it stands: places with their pictures, and a reading of every engine.

    Such a reading has its box, and speaks in place of what its engine said before. Raises EngineError when an engine
    failed; it can be read again. What was shown on a page that the scan has not is left out.
    """
    use_one_thread()
    kept = ReadResultBuilder()
    if form.free:
        sheets = {page.number: page for page in laid_pages(pages)}
        for place in drawn.places:
            if place.page in sheets:
                _read_free(kept, scan, sheets[place.page], place, form, engines, now)
        for table, rows in drawn.rows.items():
            if rows.page in sheets:
                _read_rows(kept, scan, sheets[rows.page], table, rows, form, engines, now)
    else:
        laid = assign_pages(register_pages(pages, form), form).pages
        for place in drawn.places:
            if place.page not in laid:
                continue
            _read_fixed(kept, scan, laid[place.page], place, form, engines, now)
    return kept.result(None)


def _read_fixed(
    kept: ReadResultBuilder,
    scan: Scan,
    laid: RegisteredPage,
    place: Place,
    form: Form,
    engines: Sequence[Engine],
    now: datetime,
) -> None:
    """A frame on a page of a form: what was written in it beyond the form's print. A page that does not fit has no such
    print, and is read as it is."""
    page, payment = laid.aligned.page, _payment_boxes(form, place.page)
    if not laid.aligned.fits:
        _read_free(kept, scan, replace(laid.photo, number=place.page), place, form, engines, now)
        return
    sheet = ink_layer(page.picture, form.blanks[place.page - 1].path)
    box = _on_page(place.box, page)
    spot = FieldRegion(key=place.key, field=form.field(place.key.name), box=box, ink=sheet.inks([box])[0])
    here = Circumstances(
        scan=scan.id, at=now, fit=laid.fit, quality=laid.quality(sheet, form).measures["overall"], form=form
    )
    kept.readings += [_at(said, box) for said in form_page.readings(page, sheet, [spot], engines, here, payment)]
    shown = cover(page.picture, payment)
    cut = kept.add_field_picture(crop(shown, box, scale=1 / sheet.unit, strict=bool(form.options.get("strict"))))
    frame = frame_of(cropped(shown, box, 1 / sheet.unit), box, written_box(spot), letter_height(sheet, box))
    kept.places.append(replace(place, box=box, snippet=cut, confidence=DRAWN, frame=frame))


def _payment_boxes(form: Form, number: int) -> list[Box]:
    return [box for _, each, box in field_boxes(form, number) if each.personal == "payment"]


def _at(said: Reading, box: Box) -> Reading:
    """A reading of a place that was drawn, with its box: it is another one than the same words read elsewhere."""
    return reading(
        scan=said.scan,
        key=said.key,
        source=said.source,
        text=said.text,
        at=said.at,
        confidence=said.confidence,
        conditions=said.conditions,
        flags=said.flags,
        alternatives=said.alternatives,
        box=box,
    )


def _read_free(
    kept: ReadResultBuilder, scan: Scan, page: Page, place: Place, form: Form, engines: Sequence[Engine], now: datetime
) -> None:
    """A frame on a page without a blank: the print in it, as each engine reads it there."""
    box = _on_page(place.box, page)
    seen = {engine.source: _words_in(engine, page, box) for engine in engines}
    for source, words in seen.items():
        found = text_in_box(lines(words, page.number), box, form.field(place.key.name), form)
        said = [line.words for line in found.lines] if found else []
        kept.readings.append(
            reading(
                scan=scan.id,
                key=place.key,
                source=source,
                text=found.text if found else None,
                at=now,
                confidence=confidence_of([word for line in said for word in line]),
                conditions={"place": DRAWN},
                flags=() if found else (Flag.ILLEGIBLE,),
                alternatives=alternatives_of(said),
                box=box,
            )
        )
    _keep_place(kept, page, replace(place, box=box, confidence=DRAWN), [w for words in seen.values() for w in words])


def _keep_place(kept: ReadResultBuilder, page: Page, place: Place, words: Sequence[Word]) -> None:
    box, scale = _on_page(place.box, page), line_scale(words)
    cut = kept.add_field_picture(crop(page.picture, box, scale=scale))
    frame = frame_of(cropped(page.picture, box, scale), box, box, printed_letter_height(page.picture, box))
    kept.places.append(replace(place, snippet=cut, frame=frame))


def _words_in(engine: Engine, page: Page, box: Box) -> list[Word]:
    """The words that an engine sees on the piece of the page around a box, in pixels of the page."""
    around = min(AROUND[1], max(AROUND[0], box.height))
    wide = _on_page(box.padded(around), page)
    piece = numpy.ascontiguousarray(page.picture[wide.slices])
    return [
        replace(word, box=word.box.shifted(wide.x0, wide.y0))
        for word in engine.words(Page(number=page.number, picture=piece, dpi=page.dpi))[0]
    ]


def _on_page(box: Box, page: Page) -> Box:
    """The part of a box that is on the page, one pixel at least."""
    height, width = page.picture.shape[:2]
    return box.clipped(width, height, least=1)


def _read_rows(
    kept: ReadResultBuilder,
    scan: Scan,
    page: Page,
    table: str,
    rows: ToldRows,
    form: Form,
    engines: Sequence[Engine],
    now: datetime,
) -> None:
    """A table whose rows were told: its cells where the columns can be told from the print, else the row as a whole is
    the place of each of its cells."""
    words = {engine.source: engine.words(page)[0] for engine in engines}
    prints = {source: PageText(lines=tuple(lines(each, page.number)), labels=()) for source, each in words.items()}
    every = [word for each in words.values() for word in each]
    for cell in cells_of_rows(prints, form.table(table), form, rows.rows, page.picture.shape[1]):
        place = Place(scan=scan.id, key=cell.key, page=page.number, box=cell.box, confidence=cell.confidence)
        kept.readings += list(_of_cell(cell, place, now))
        _keep_place(kept, page, place, every)


def _of_cell(cell: AnnotatedCell, place: Place, now: datetime) -> Iterator[Reading]:
    for source, found in cell.by_source.items():
        said = [line.words for line in found.lines] if found else []
        yield reading(
            scan=place.scan,
            key=place.key,
            source=source,
            text=found.text if found else None,
            at=now,
            confidence=confidence_of([word for line in said for word in line]),
            conditions={"place": cell.confidence or 0.0},
            flags=() if found else (Flag.ILLEGIBLE,),
            alternatives=alternatives_of(said),
            box=cell.box,
        )
