"""What people showed of a scan's layout, read by machine: frames that they drew around fields, rows that they told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy

from transcribe.codes import Flag
from transcribe.extraction import AnnotatedCell, PageText, cells_of_rows, lines, text_in_box
from transcribe.forms import field_boxes
from transcribe.geometry import Box
from transcribe.imaging import cover, use_one_thread
from transcribe.ink import ink_layer
from transcribe.model import Form, Page, Place, ReadResult, Scan, Word
from transcribe.ocr import Engine, alternatives_of, confidence_of, reading
from transcribe.recognition import form_page
from transcribe.recognition.form_fields import Circumstances, FieldRegion
from transcribe.recognition.free_page import laid_pages, line_scale
from transcribe.recognition.page_assignment import RegisteredPage, assign_pages, register_pages
from transcribe.recognition.result import ReadResultBuilder
from transcribe.recognition.snippet_frames import letter_height, printed_letter_height, written_box
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

    Such a reading has its box, and speaks in place of what its engine said before. What was shown on a page that the
    scan has not is left out. Raises EngineError when an engine failed; it can be read again."""
    use_one_thread()
    reader = _Reader(scan=scan, form=form, engines=engines, now=now)
    if form.free:
        sheets = {page.number: page for page in laid_pages(pages)}
        for place in drawn.places:
            if place.page in sheets:
                reader.read_print(sheets[place.page], place)
        for table, rows in drawn.rows.items():
            if rows.page in sheets:
                reader.read_rows(sheets[rows.page], table, rows)
    else:
        laid = assign_pages(register_pages(pages, form), form).pages
        for place in drawn.places:
            if place.page in laid:
                reader.read_written(laid[place.page], place)
    return reader.kept.result(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads one scan where people showed something; `kept` is what came of it."""

    scan: Scan
    form: Form
    engines: Sequence[Engine]
    now: datetime
    kept: ReadResultBuilder = field(default_factory=ReadResultBuilder)

    def read_written(self, laid: RegisteredPage, place: Place) -> None:
        """A frame on a page of a form: what was written in it beyond its print; all where the page does not fit."""
        if not laid.aligned.fits:
            self.read_print(replace(laid.photo, number=place.page), place)
            return
        page, form = laid.aligned.page, self.form
        sheet = ink_layer(page.picture, form.blanks[place.page - 1].path)
        box = _on_page(place.box, page)
        spot = FieldRegion(key=place.key, field=form.field(place.key.name), box=box, ink=sheet.inks([box])[0])
        quality = laid.quality(sheet, form).measures["overall"]
        here = Circumstances(scan=self.scan.id, at=self.now, fit=laid.fit, quality=quality, form=form, box=box)
        payment = [each for _, of, each in field_boxes(form, place.page) if of.personal == "payment"]
        self.kept.readings += form_page.readings(page, sheet, [spot], self.engines, here, payment)
        self.kept.add_place(
            replace(place, box=box, confidence=DRAWN),
            cover(page.picture, payment),
            box,
            scale=1 / sheet.unit,
            writing=written_box(spot),
            letter=letter_height(sheet, box),
            strict=bool(form.options.get("strict")),
        )

    def read_print(self, page: Page, place: Place) -> None:
        """A frame on a page without a blank: the print in it, as each engine reads it there."""
        box, field = _on_page(place.box, page), self.form.field(place.key.name)
        words = {engine.source: _words_in(engine, page, box) for engine in self.engines}
        found = {source: text_in_box(lines(each, page.number), box, field, self.form) for source, each in words.items()}
        self._keep(page, AnnotatedCell(key=place.key, box=box, by_source=found, confidence=DRAWN), words)

    def read_rows(self, page: Page, table: str, rows: ToldRows) -> None:
        """A table whose rows were told: its cells where print shows the columns, else each of them is the whole row."""
        words = {engine.source: engine.words(page)[0] for engine in self.engines}
        prints = {source: PageText(lines=tuple(lines(each, page.number)), labels=()) for source, each in words.items()}
        for cell in cells_of_rows(prints, self.form.table(table), self.form, rows.rows, page.picture.shape[1]):
            self._keep(page, cell, words)

    def _keep(self, page: Page, cell: AnnotatedCell, words: Mapping[str, Sequence[Word]]) -> None:
        """The readings of a cell and its place with a picture, its print as large as that of these words is shown."""
        for source, found in cell.by_source.items():
            said = [line.words for line in found.lines] if found else []
            self.kept.readings.append(
                reading(
                    scan=self.scan.id,
                    key=cell.key,
                    source=source,
                    text=found.text if found else None,
                    at=self.now,
                    confidence=confidence_of([word for line in said for word in line]),
                    conditions={"place": cell.confidence or 0.0},
                    flags=() if found else (Flag.ILLEGIBLE,),
                    alternatives=alternatives_of(said),
                    box=cell.box,
                )
            )
        place = Place(scan=self.scan.id, key=cell.key, page=page.number, box=cell.box, confidence=cell.confidence)
        box, scale = _on_page(cell.box, page), line_scale([word for each in words.values() for word in each])
        letter = printed_letter_height(page.picture, box)
        self.kept.add_place(place, page.picture, box, scale=scale, writing=box, letter=letter)


def _words_in(engine: Engine, page: Page, box: Box) -> list[Word]:
    """The words that an engine sees on the piece of the page around a box, in pixels of the page."""
    around = min(AROUND[1], max(AROUND[0], box.height))
    wide = _on_page(box.padded(around), page)
    piece = numpy.ascontiguousarray(page.picture[wide.slices])
    seen = engine.words(Page(number=page.number, picture=piece, dpi=page.dpi))[0]
    return [replace(word, box=word.box.shifted(wide.x0, wide.y0)) for word in seen]


def _on_page(box: Box, page: Page) -> Box:
    """The part of a box that is on the page, one pixel at least."""
    height, width = page.picture.shape[:2]
    return box.clipped(width, height, least=1)
