"""Codes and texts that stand beside their label, of any type without a finder of its own."""

from __future__ import annotations

import re

from transcribe import fields
from transcribe.layout.candidate import Candidate, candidate
from transcribe.layout.labels import Beside, Sheet, beside
from transcribe.model import Field, Form

_EDGE = re.compile(r"^[\s:;.,=#°|-]+|[\s:;,|=-]+$")
_CODE = re.compile(r"[^\W_][\w/.&-]*\d[\w/.-]*|\d")
FIRST_WORDS = {"code", "ean", "email", "phone", "siret", "vat"}
"""Types of which only the first fitting word is the value, whatever follows on the line."""


def candidates(sheet: Sheet, field: Field, form: Form) -> list[Candidate]:
    """What stands beside the field's labels, most likely first, scores 0 to 1."""
    found = []
    for seen in sheet.of(field.name):
        assert field.find is not None
        share = seen.label.rank / max(1, len(field.find.labels))
        for order, place in enumerate(beside(sheet, seen)[:3]):
            value = _value(sheet, place, field, form)
            if value is None:
                continue
            start, end = value
            score = 0.8 * seen.likeness * (1 - 0.3 * share) - 0.1 * order
            score += 0.05 if place.where == field.find.where else 0.0
            piece = sheet.lines[place.line].span(start, end)
            score += 0.15 if not fields.load(field.type).faults(piece.text, field, form) else -0.2
            found.append(candidate((piece,), score))
            break
    return sorted(found, key=lambda each: -each.score)


def _value(sheet: Sheet, place: Beside, field: Field, form: Form) -> tuple[int, int] | None:
    """Start and end in the line of the value at a place; None where nothing there can be one."""
    line = sheet.lines[place.line].text
    raw = line[place.start : place.end]
    if field.pattern:
        hit = re.search(field.pattern, raw)
        return (place.start + hit.start(), place.start + hit.end()) if hit else None
    if field.type in FIRST_WORDS:
        hit = _CODE.search(raw)
        return (place.start + hit.start(), place.start + hit.end()) if hit else None
    text = re.split(r"\s{2}", _EDGE.sub("", raw))[0]
    text = _EDGE.sub("", text)
    if not text:
        return None
    start = line.index(text, place.start)
    return start, start + len(text)
