"""Dates in the print, and which of them a field asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from transcribe import fields
from transcribe.extraction.page_text.field_candidates import Candidate, candidate
from transcribe.extraction.page_text.page_text import PageText, ValueSpan, horizontal_distance, value_spans
from transcribe.model import Field, Form

_MONTH = (
    r"(?:jan|feb|f[ée]v|m[aä]r|mac|apr|avr|ma[iy]|mei|jui?n|jui?l|aug|ao[uû]|ogo|sep|o[ck]t|nov|de[cz]|d[ée]c|dis)"
    r"[^\W\d_]{0,7}\.?"
)
"""How months begin in English, French, German and Malay; the field type knows which of them are the form's."""

_SEPARATED = r"\d{1,2} ?([./-]) ?\d{1,2} ?\1 ?(?:\d{4}|\d{2})|\d{4} ?([./-]) ?\d{1,2} ?\2 ?\d{1,2}"
_DAY_FIRST = rf"\d{{1,2}}(?:st|nd|rd|th|er)? ?[-./ ]? ?{_MONTH} ?[-./, ]? ?(?:\d{{4}}|\d{{2}})"
_MONTH_FIRST = rf"{_MONTH} ?\d{{1,2}}(?:,? |,)\d{{4}}"
_SOLID = r"(?:19|20)\d{2}[01]\d[0-3]\d"
DATE = re.compile(
    rf"(?<![\d./,-])(?:{_SEPARATED}|{_DAY_FIRST}|{_MONTH_FIRST}|{_SOLID})(?:(?!\d|[./-]\d)|(?=[0-2]?\d ?:\d\d))",
    re.IGNORECASE,
)
TIME_PATTERN = re.compile(r"\b[0-2]?\d ?: ?[0-5]\d\b")

LABEL_SCORE, TIME_SCORE, REPETITION_SCORE, OTHER_ROLE_SCORE, NO_DAY_SCORE = 0.4, 0.12, 0.08, -0.35, -0.15
"""What speaks for a date and against it, added to BARE; fitted by hand on half of the shared receipts and invoices."""

BASE_SCORE = 0.4
YEAR_PATTERN = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
"""With a year in full it is a date, even if no day in the form's order: a person then sees what is written."""

OTHER_ROLES = ("#due", "#delivery", "#born", "#registered", "#phone")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMatch:
    """One date in the print: where, as printed, and its value as the field type gives it (ISO 8601)."""

    line: int
    start: int
    end: int
    text: str
    value: str


def find_dates(sheet: PageText, field: Field, form: Form) -> list[DateMatch]:
    """Every plausible date of a sheet, in reading order; times, phone numbers and article numbers are none."""
    kind = fields.load(field.type)
    found = []
    for number, line in enumerate(sheet.lines):
        for hit in DATE.finditer(line.text):
            text = hit[0].strip()
            value = kind.parse(text, field, form)
            if value is not None and not kind.faults(text, field, form):
                found.append(DateMatch(line=number, start=hit.start(), end=hit.end(), text=text, value=str(value)))
            elif value is None and YEAR_PATTERN.search(text):
                found.append(DateMatch(line=number, start=hit.start(), end=hit.end(), text=text, value=""))
    return found


def candidates(sheet: PageText, field: Field, form: Form) -> list[Candidate]:
    """The dates that the field may mean, most likely first, scores 0 to 1."""
    every = find_dates(sheet, field, form)
    times = Counter(date.value for date in every)
    own = {each.name for each in form.fields if each.type == field.type}
    owners = dict(_label_owners(sheet, every, own))
    scored = []
    for order, date in enumerate(every):
        owner = owners.get(date)
        score = BASE_SCORE - 0.02 * order
        score += LABEL_SCORE if owner == field.name else 0.0
        if owner in own and owner != field.name:
            continue
        score += OTHER_ROLE_SCORE if owner in OTHER_ROLES else 0.0
        score += TIME_SCORE if TIME_PATTERN.search(sheet.lines[date.line].text[date.end :]) else 0.0
        score += REPETITION_SCORE if times[date.value] > 1 else 0.0
        score += NO_DAY_SCORE if not date.value else 0.0
        scored.append((max(0.01, min(1.0, score)), date))
    if any(owners.get(date) == field.name for date in every) or not _may_be_unlabelled(field, form):
        scored = [(score, date) for score, date in scored if owners.get(date) == field.name]
    scored.sort(key=lambda pair: -pair[0])
    return [candidate((sheet.lines[d.line].span(d.start, d.end),), score) for score, d in scored]


def _label_owners(sheet: PageText, every: list[DateMatch], own: set[str]) -> Iterator[tuple[DateMatch, str]]:
    """The field or role whose label stands beside a date; a role owns only what stands to its right."""
    for where in ("below", "right"):  # the later wins
        for seen in sheet.all_labels():
            for place in value_spans(sheet, seen):
                inside = [date for date in every if _is_inside(date, place)]
                if inside:
                    if place.where == where and (where == "right" or seen.label.owner in own):
                        nearest = min(inside, key=lambda d: horizontal_distance(sheet, d.line, d.start, d.end, seen))
                        yield (inside[0] if where == "right" else nearest), seen.label.owner
                    break


def _is_inside(date: DateMatch, place: ValueSpan) -> bool:
    return date.line == place.line and place.start <= date.start and date.end <= place.end + 1


def _may_be_unlabelled(field: Field, form: Form) -> bool:
    """Whether a date without a label can be this field's: it is the first date of the form."""
    return next(each.name for each in form.fields if each.type == field.type) == field.name
