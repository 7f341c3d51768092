"""Codes and texts that stand beside their label, of any type without a finder of its own."""

from __future__ import annotations

import re

from transcribe import fields
from transcribe.extraction.key_values.date_fields import DATE
from transcribe.extraction.page_text.field_candidates import Candidate, candidate
from transcribe.extraction.page_text.labels import LabelMatch
from transcribe.extraction.page_text.page_text import PageText, ValueSpan, horizontal_distance, value_spans
from transcribe.extraction.page_text.text_lines import MIN_SEGMENT_GAP_HEIGHTS, Line
from transcribe.model import Field, Form
from transcribe.values import fold

_EDGE = re.compile(r"^[\s:;.,=#°|-]+|[\s:;,|=-]+$")
_CODE = re.compile(r"(?<![\w.,/-])(?:[^\W_][\w/.&-]*\d[\w/.-]*|\d)(?![.,]\d)")
OTHER_COLUMN_PENALTY = 0.15
"""What a value loses that stands in another column than the label before it."""

INSIDE_TEXT_PENALTY = 0.25
"""What a value loses whose label is a word in the middle of a text ("Service client")."""

OTHER_LABEL_PENALTY = 0.3
"""What a value below its label loses that stands right behind a label of its own line."""

BARE = {"reference", "ref", "referenz"}
TITLE = re.compile(r"^\W*(?:facture|invoice|rechnung|factuur|factura)\W*$", re.IGNORECASE)
MAX_TITLE_DISTANCE_HEIGHTS = 5.0
"""Line heights around a label that says no more than BARE in which the title of an invoice makes it doubtful."""

ONE_WORD_TYPES = {"code", "ean", "email", "phone", "siret", "vat"}
"""Types of which only the first fitting word is the value, whatever follows on the line."""


def candidates(sheet: PageText, field: Field, form: Form) -> list[Candidate]:
    """What stands beside the field's labels, most likely first, scores 0 to 1."""
    found = []
    for seen in sheet.labels_of(field.name):
        assert field.find is not None
        share = seen.label.rank / max(1, len(field.find.labels))
        for order, place in enumerate(value_spans(sheet, seen)[:3]):
            value = _value_span(sheet, place, field, form)
            if value is None:
                continue
            start, end = value
            score = 0.8 * seen.similarity * (1 - 0.3 * share) - 0.1 * order
            score += 0.05 if place.where == field.find.where else 0.0
            piece = sheet.lines[place.line].span(start, end)
            score -= INSIDE_TEXT_PENALTY if _is_inside_text(sheet, seen) else 0.0
            score -= OTHER_LABEL_PENALTY if place.where == "below" and _has_own_label(sheet, place.line, start) else 0.0
            score -= (
                OTHER_COLUMN_PENALTY if place.where == "right" and _is_in_other_column(sheet, place, piece) else 0.0
            )
            score += 0.15 if not fields.load(field.type).faults(piece.text, field, form) else -0.2
            found.append(candidate((piece,), score, doubtful=_may_be_invoice_number(sheet, seen)))
            break
    return sorted(found, key=lambda each: -each.score)


def _may_be_invoice_number(sheet: PageText, seen: LabelMatch) -> bool:
    """Whether a label says no more than "Référence" and stands near the bare title of an invoice: it may be the
    invoice's own number."""
    if fold(seen.label.text) not in BARE:
        return False
    room = MAX_TITLE_DISTANCE_HEIGHTS * sheet.lines[seen.line].height
    return any(
        TITLE.match(piece.text)
        and abs(piece.box.y0 - seen.box.y0) <= room
        and piece.box.x0 - room < seen.box.x1
        and piece.box.x1 + room > seen.box.x0
        for line in sheet.lines
        if line.page == sheet.lines[seen.line].page
        for piece in line.segments()
    )


def _is_inside_text(sheet: PageText, seen: LabelMatch) -> bool:
    """Whether other words stand before a label in its piece of the line: it is then a word of a text."""
    start = next(first for first, last, _ in sheet.lines[seen.line].pieces if first <= seen.start < last)
    return re.search(r"[^\W_]", sheet.lines[seen.line].text[start : seen.start]) is not None


def _has_own_label(sheet: PageText, line: int, start: int) -> bool:
    """Whether a label of the same line stands before a value, and nothing but signs between them."""
    text = sheet.lines[line].text
    return any(seen.end <= start and not re.search(r"[^\W_]", text[seen.end : start]) for seen in sheet.labels[line])


def _is_in_other_column(sheet: PageText, place: ValueSpan, piece: Line) -> bool:
    """Whether a value to the right of its label stands in another column."""
    gap = piece.box.x0 - place.label.box.x1
    return gap > MIN_SEGMENT_GAP_HEIGHTS * sheet.lines[place.line].height


def _value_span(sheet: PageText, place: ValueSpan, field: Field, form: Form) -> tuple[int, int] | None:
    """Start and end in the line of the value at a place; None where nothing there can be one."""
    line = sheet.lines[place.line].text
    raw = line[place.start : place.end]
    if field.pattern:
        hit = re.search(field.pattern, raw)
        return (place.start + hit.start(), place.start + hit.end()) if hit else None
    if field.type in ONE_WORD_TYPES:
        hits = list(_CODE.finditer(DATE.sub(lambda date: " " * len(date[0]), raw)))
        spans = [(place.start + hit.start(), place.start + hit.end()) for hit in hits]
        if place.where == "right":
            return spans[0] if spans else None
        return min(
            spans, key=lambda span: horizontal_distance(sheet, place.line, span[0], span[1], place.label), default=None
        )
    text = re.split(r"\s{2}", _EDGE.sub("", raw))[0]
    text = _EDGE.sub("", text)
    if not text:
        return None
    start = line.index(text, place.start)
    return start, start + len(text)
