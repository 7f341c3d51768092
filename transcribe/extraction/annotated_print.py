"""Reads frames that people drew, and table rows that they marked, on a page without a blank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy

from transcribe.codes import Flag
from transcribe.extraction.free_page import line_scale
from transcribe.extraction.key_values.text_in_box import text_in_box
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import lines
from transcribe.extraction.print_size import printed_letter_height
from transcribe.extraction.tables.annotated_rows import AnnotatedCell, cells_of_rows
from transcribe.geometry import Box
from transcribe.model import Page, Place, Word
from transcribe.ocr import Engine, alternatives_of, confidence_of, reading
from transcribe.recognition import DRAWN, Annotations, BegunReading
from transcribe.table_rows import ToldRows

AROUND = (24, 80)
"""Least and most pixels of the page around a frame that engines see with it.

Without them engines read cut lines as rubbish; what they read outside the frame is left out.
"""


def read_annotated(begun: BegunReading, sheets: Mapping[int, Page], drawn: Annotations) -> None:
    """Read the frames and rows that people drew on these pages, by number; those of other pages are left out."""
    for place in drawn.places:
        if place.page in sheets:
            _read_print(begun, sheets[place.page], place)
    for table, rows in drawn.rows.items():
        if rows.page in sheets:
            _read_rows(begun, sheets[rows.page], table, rows)


def _read_print(begun: BegunReading, page: Page, place: Place) -> None:
    """The readings of every engine inside a frame on a page without a blank."""
    box, field = _on_page(place.box, page), begun.form.field(place.key.name)
    words = {engine.source: _words_in(engine, page, box) for engine in begun.engines}
    found = {source: text_in_box(lines(each, page.number), box, field, begun.form) for source, each in words.items()}
    _keep(begun, page, AnnotatedCell(key=place.key, box=box, by_source=found, confidence=DRAWN), words)


def _read_rows(begun: BegunReading, page: Page, table: str, rows: ToldRows) -> None:
    """The cells of a table whose rows a person marked; where print shows no columns, each cell is the whole row."""
    words = {engine.source: engine.words(page)[0] for engine in begun.engines}
    prints = {source: PageText(lines=tuple(lines(each, page.number)), labels=()) for source, each in words.items()}
    for cell in cells_of_rows(prints, begun.form.table(table), begun.form, rows.rows, page.picture.shape[1]):
        _keep(begun, page, cell, words)


def _keep(begun: BegunReading, page: Page, cell: AnnotatedCell, words: Mapping[str, Sequence[Word]]) -> None:
    """Keep the readings of a cell, and its place with a picture; the print is shown as large as that of these words."""
    for source, found in cell.by_source.items():
        said = [line.words for line in found.lines] if found else []
        begun.kept.readings.append(
            reading(
                scan=begun.scan.id,
                key=cell.key,
                source=source,
                text=found.text if found else None,
                at=begun.now,
                confidence=confidence_of([word for line in said for word in line]),
                conditions={"place": cell.confidence or 0.0},
                flags=() if found else (Flag.ILLEGIBLE,),
                alternatives=alternatives_of(said),
                box=cell.box,
            )
        )
    place = Place(scan=begun.scan.id, key=cell.key, page=page.number, box=cell.box, confidence=cell.confidence)
    box, scale = _on_page(cell.box, page), line_scale([word for each in words.values() for word in each])
    letter = printed_letter_height(page.picture, box)
    begun.kept.add_place(place, page.picture, box, scale=scale, writing=box, letter=letter)


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
