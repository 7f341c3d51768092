"""Barcodes on pages of free layout: one more source for a field whose value one of them may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from transcribe import fields
from transcribe.extraction.locate import Located
from transcribe.fields import facts_of
from transcribe.geometry import Box
from transcribe.imaging import BARCODE_SOURCE, Barcode, barcodes_on_page
from transcribe.model import Field, Form, Page
from transcribe.ocr import reading


def with_barcodes(scan_id: str, pages: Sequence[Page], form: Form, found: Located, now: datetime) -> Located:
    """The located fields, with readings of barcodes.

    A barcode is a reading of fields whose type is printed as barcodes, or may be and has a pattern. It counts only
    where all fitting codes of the pages say the same, and proves nothing: it may be another's, as an article's. Where
    no engine found the field, its place is the barcode's.
    """
    wanted = [each for each in form.fields if _is_printed_as_barcode(each)]
    codes = [(page, code) for page in pages for code in barcodes_on_page(page.picture)] if wanted else []
    places, readings = list(found.places), list(found.readings)
    for field in wanted:
        fitting = [(page, code) for page, code in codes if _fits(code, field, form)]
        if len({code.text for _, code in fitting}) != 1:
            continue
        number = next(number for number, place in enumerate(places) if place.key.name == field.name)
        page, code = fitting[0]
        if places[number].confidence is None:
            places[number] = replace(places[number], page=page.number, box=_shown(page, code))
        readings.append(
            reading(
                scan=scan_id,
                key=places[number].key,
                source=BARCODE_SOURCE,
                text=code.text,
                at=now,
                confidence=None,
                conditions={"place": places[number].confidence or 0.0},
            )
        )
    return Located(places=tuple(places), readings=tuple(readings))


def _is_printed_as_barcode(field: Field) -> bool:
    barcode = facts_of(field.type).barcode
    return barcode == "is" or bool(barcode and field.pattern)


def _fits(code: Barcode, field: Field, form: Form) -> bool:
    kind = fields.load(field.type)
    return kind.parse(code.text, field, form) is not None and not kind.faults(code.text, field, form)


def _shown(page: Page, code: Barcode) -> Box:
    """A barcode with as much around it as it is high, as its number stands under its bars."""
    height, width = page.picture.shape[:2]
    return code.box.padded(code.box.height).clipped(width, height)
