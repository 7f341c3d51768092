"""Codes and texts that stand beside their label, of any type without a finder of its own."""

from __future__ import annotations

import re

from transcribe import fields
from transcribe.extraction.key_values.company_patterns import INVOICE_TITLE
from transcribe.extraction.key_values.date_fields import DATE
from transcribe.extraction.page_text.consensus import FieldCandidate, field_candidate
from transcribe.extraction.page_text.labels import LabelMatch, pattern_of, texts_of
from transcribe.extraction.page_text.page_text import PageText, ValueSpan, horizontal_distance, value_spans
from transcribe.extraction.page_text.text_lines import MIN_SEGMENT_GAP_HEIGHTS, TextLine
from transcribe.fields import facts_of
from transcribe.model import Field, Form
from transcribe.values import fold, found_pattern

_EDGE = re.compile(r"^[\s:;.,=#°|-]+|[\s:;,|=-]+$")
_CODE = re.compile(r"(?<![\w.,/-])(?:[^\W_][\w/.&-]*\d[\w/.-]*|\d)(?![.,]\d)")

_CODE_BEFORE = re.compile(r"(?:^|[\s:.#°])[A-Z]{1,4} ?[/-]? ?$")
_CODE_BEHIND = re.compile(r"^ ?[/-]? ?[A-Z]{0,3}\d")

OTHER_COLUMN_PENALTY = 0.15
"""The score that a value loses if it stands in another column than the label before it. Chosen by hand."""

INSIDE_TEXT_PENALTY = 0.25
"""The score that a value loses if its label is a word in the middle of a text ("Service client"). Chosen by hand."""

OTHER_LABEL_PENALTY = 0.3
"""The score that a value below its label loses if it stands right behind a label of its own line. Chosen by hand."""

MAX_TITLE_DISTANCE_HEIGHTS = 5.0
"""The title of an invoice at most so many line heights from a bare "Référence" makes that doubtful. Chosen by hand."""


def candidates(page_text: PageText, field: Field, form: Form) -> list[FieldCandidate]:
    """The values beside the field's labels, most likely first, scores 0 to 1."""
    by_label = [_labelled_candidate(page_text, match, field, form) for match in page_text.labels_of(field.name)]
    return sorted((value for value in by_label if value is not None), key=lambda value: -value.score)


def _labelled_candidate(page_text: PageText, match: LabelMatch, field: Field, form: Form) -> FieldCandidate | None:
    """The first value among the three nearest places beside a label; None where none of them holds one."""
    assert field.find is not None
    rank_share = match.label.rank / max(1, len(field.find.labels))
    for order, place in enumerate(value_spans(page_text, match)[:3]):
        span = _value_span(page_text, place, field, form)
        if span is None:
            continue
        piece = page_text.lines[place.line].span(*span)
        score = 0.8 * match.similarity * (1 - 0.3 * rank_share) - 0.1 * order
        score += 0.05 if place.where == field.find.where else 0.0
        score -= INSIDE_TEXT_PENALTY if _is_inside_text(page_text, match) else 0.0
        if place.where == "below":
            score -= OTHER_LABEL_PENALTY if _has_own_label(page_text, place.line, span[0]) else 0.0
        else:
            score -= OTHER_COLUMN_PENALTY if _is_in_other_column(page_text, place, piece) else 0.0
        score += 0.15 if not fields.load(field.type).faults(piece.text, field, form) else -0.2
        is_part = facts_of(field.type).is_free_code and not field.pattern and _may_go_on(page_text, place, span)
        return field_candidate((piece,), score, doubtful=is_part or _may_be_invoice_number(page_text, match))
    return None


def _may_go_on(page_text: PageText, place: ValueSpan, span: tuple[int, int]) -> bool:
    """Whether more of a code may stand right before or behind it, with a space between: "F 2026 0412", "2026 / 118"."""
    text = pattern_of(DATE).sub(lambda date: " " * len(date[0]), page_text.lines[place.line].text[: place.end])
    return bool(_CODE_BEFORE.search(text[place.start : span[0]]) or _CODE_BEHIND.search(text[span[1] :]))


def _may_be_invoice_number(page_text: PageText, match: LabelMatch) -> bool:
    """Whether a label says no more than "Référence" and stands near the bare title of an invoice.

    What it names may then be the invoice's own number.
    """
    if fold(match.label.text) not in texts_of("bare_reference"):
        return False
    reach = MAX_TITLE_DISTANCE_HEIGHTS * page_text.lines[match.line].height
    return any(
        pattern_of(INVOICE_TITLE).match(piece.text)
        and abs(piece.box.y0 - match.box.y0) <= reach
        and piece.box.x0 - reach < match.box.x1
        and piece.box.x1 + reach > match.box.x0
        for line in page_text.lines
        if line.page == page_text.lines[match.line].page
        for piece in line.segments()
    )


def _is_inside_text(page_text: PageText, match: LabelMatch) -> bool:
    """Whether other words stand before a label in its piece of the line: it is then a word of a text."""
    line = page_text.lines[match.line]
    start = next(first for first, last, _ in line.pieces if first <= match.start < last)
    return re.search(r"[^\W_]", line.text[start : match.start]) is not None


def _has_own_label(page_text: PageText, line: int, start: int) -> bool:
    """Whether a label of the same line stands before a value, and nothing but signs between them."""
    text = page_text.lines[line].text
    return any(
        match.end <= start and not re.search(r"[^\W_]", text[match.end : start]) for match in page_text.labels[line]
    )


def _is_in_other_column(page_text: PageText, place: ValueSpan, piece: TextLine) -> bool:
    """Whether a value to the right of its label stands in another column."""
    gap = piece.box.x0 - place.match.box.x1
    return gap > MIN_SEGMENT_GAP_HEIGHTS * page_text.lines[place.line].height


def _value_span(page_text: PageText, place: ValueSpan, field: Field, form: Form) -> tuple[int, int] | None:
    """Start and end in the line of the value at a place; None where nothing there can be one."""
    line = page_text.lines[place.line].text
    raw = line[place.start : place.end]
    if field.pattern:
        hit = found_pattern(raw, field.pattern)
        return (place.start + hit[0], place.start + hit[1]) if hit else None
    if facts_of(field.type).is_one_word:
        return _code_span(page_text, place, raw)
    text = re.split(r"\s{2}", _EDGE.sub("", raw))[0]
    text = _EDGE.sub("", text)
    if not text:
        return None
    start = line.index(text, place.start)
    return start, start + len(text)


def _code_span(page_text: PageText, place: ValueSpan, raw: str) -> tuple[int, int] | None:
    """Start and end of the code at a place: the first right of its label, the nearest below it; dates are none."""
    hits = list(_CODE.finditer(pattern_of(DATE).sub(lambda date: " " * len(date[0]), raw)))
    spans = [(place.start + hit.start(), place.start + hit.end()) for hit in hits]
    if place.where == "right":
        return spans[0] if spans else None
    return min(
        spans, key=lambda span: horizontal_distance(page_text, place.line, span[0], span[1], place.match), default=None
    )
