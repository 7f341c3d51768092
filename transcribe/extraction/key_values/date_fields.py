"""Dates in the print, and the date that a field asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from transcribe import fields
from transcribe.extraction.page_text.consensus import FieldCandidate, field_candidate
from transcribe.extraction.page_text.labels import pattern_of
from transcribe.extraction.page_text.page_text import PageText, ValueSpan, horizontal_distance, value_spans
from transcribe.model import Field, Form

TIME_PATTERN = re.compile(r"\b[0-2]?\d ?: ?[0-5]\d\b")
"""A time of day, hours and minutes."""

YEAR_PATTERN = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
"""A year in full. Print with one is a date even if it is no day in the form's order: a person then sees it."""

BASE_SCORE = 0.4
"""The score of the first date of a page. Fitted by hand on half of the shared receipts and invoices."""

LABEL_SCORE = 0.4
"""The score that a date gains beside the field's label. Fitted by hand on half of the shared receipts and invoices."""

TIME_SCORE = 0.12
"""The score that a date gains before a time of day. Fitted by hand on half of the shared receipts and invoices."""

REPETITION_SCORE = 0.08
"""The score that a date gains that stands on the page twice.

Fitted by hand on half of the shared receipts and invoices.
"""

OTHER_ROLE_SCORE = -0.35
"""The score that a date loses beside the label of another role.

Fitted by hand on half of the shared receipts and invoices.
"""

NO_DAY_SCORE = -0.15
"""The score that a date loses that is no day in the form's order.

Fitted by hand on half of the shared receipts and invoices.
"""

OTHER_ROLES = ("#due", "#delivery", "#born", "#registered", "#phone")
"""Roles whose labels speak against a date beside them."""


DATE = (
    r"(?<![\d./,-])(?:\d{1,2} ?([./-]) ?\d{1,2} ?\1 ?(?:\d{4}|\d{2})|\d{4} ?([./-]) ?\d{1,2} ?\2 ?\d{1,2}|"
    r"\d{1,2}<day_ordinal>? ?[-./ ]? ?<month>[^\W\d_]{0,7}\.? ?[-./, ]? ?(?:\d{4}|\d{2})|"
    r"<month>[^\W\d_]{0,7}\.? ?\d{1,2}(?:,? |,)\d{4}|(?:19|20)\d{2}[01]\d[0-3]\d)(?:(?!\d|[./-]\d)|"
    r"(?=[0-2]?\d ?:\d\d))"
)
"""Dates in figures, with the names of months in any language that we know, and of eight digits.

The field type knows which names are those of the form's language."""


THREE_NUMBERS_PATTERN = re.compile(r"(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(?:\d{2}|\d{4})")
"""A date of three numbers, the year last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMatch:
    """One date in the print: its place and its text as printed.

    `value` is the date as the field type gives it (ISO 8601), "" where the text is no day in the form's order.
    """

    line: int
    start: int
    end: int
    text: str
    value: str

    @property
    def first(self) -> str:
        """What stands first in a date of three numbers that begins with no year, as it was read: "day" or "month"."""
        numbers = THREE_NUMBERS_PATTERN.fullmatch(self.text)
        if numbers is None or not self.value or numbers[1] == numbers[2]:
            return ""
        return "month" if int(numbers[1]) == int(self.value[5:7]) else "day"

    @property
    def may_be_turned(self) -> bool:
        """Whether day and month may change places."""
        numbers = THREE_NUMBERS_PATTERN.fullmatch(self.text)
        return numbers is not None and max(int(numbers[1]), int(numbers[2])) <= 12 and bool(self.first)


def find_dates(page_text: PageText, field: Field, form: Form) -> list[DateMatch]:
    """Every plausible date of a page, in reading order; times, phone numbers and article numbers are none."""
    kind = fields.load(field.type)
    dates = []
    for number, line in enumerate(page_text.lines):
        for hit in pattern_of(DATE).finditer(line.text):
            text = hit[0].strip()
            value = kind.parse(text, field, form)
            if value is not None and not kind.faults(text, field, form):
                dates.append(DateMatch(line=number, start=hit.start(), end=hit.end(), text=text, value=str(value)))
            elif value is None and YEAR_PATTERN.search(text):
                dates.append(DateMatch(line=number, start=hit.start(), end=hit.end(), text=text, value=""))
    return dates


def candidates(page_text: PageText, field: Field, form: Form) -> list[FieldCandidate]:
    """The dates that the field may mean, most likely first, scores 0 to 1."""
    dates = find_dates(page_text, field, form)
    occurrences = Counter(date.value for date in dates)
    date_fields = {other.name for other in form.fields if other.type == field.type}
    owners = dict(_label_owners(page_text, dates, date_fields))
    scored = []
    for order, date in enumerate(dates):
        owner = owners.get(date)
        if owner in date_fields and owner != field.name:
            continue
        score = BASE_SCORE - 0.02 * order
        score += LABEL_SCORE if owner == field.name else 0.0
        score += OTHER_ROLE_SCORE if owner in OTHER_ROLES else 0.0
        score += TIME_SCORE if TIME_PATTERN.search(page_text.lines[date.line].text[date.end :]) else 0.0
        score += REPETITION_SCORE if occurrences[date.value] > 1 else 0.0
        score += NO_DAY_SCORE if not date.value else 0.0
        scored.append((max(0.01, min(1.0, score)), date))
    if any(owners.get(date) == field.name for date in dates) or not _may_be_unlabelled(field, form):
        scored = [(score, date) for score, date in scored if owners.get(date) == field.name]
    scored.sort(key=lambda pair: -pair[0])
    orders = {date.first for date in dates}
    return [
        field_candidate(
            (page_text.lines[d.line].span(d.start, d.end),),
            score,
            doubtful=d.may_be_turned and {"day", "month"} <= orders,
        )
        for score, d in scored
    ]


def _label_owners(
    page_text: PageText, dates: list[DateMatch], date_fields: set[str]
) -> Iterator[tuple[DateMatch, str]]:
    """Dates with the field or role whose label stands beside them. A role owns only what stands to its right."""
    by_line: dict[int, list[DateMatch]] = {}
    for date in dates:
        by_line.setdefault(date.line, []).append(date)
    for where in ("below", "right"):  # the later wins
        for match in page_text.all_labels():
            for span in value_spans(page_text, match):
                inside = [date for date in by_line.get(span.line, ()) if _is_inside(date, span)]
                if inside:
                    if span.where == where and (where == "right" or match.label.owner in date_fields):
                        nearest = min(
                            inside,
                            key=lambda date: horizontal_distance(page_text, date.line, date.start, date.end, match),
                        )
                        yield (inside[0] if where == "right" else nearest), match.label.owner
                    break


def _is_inside(date: DateMatch, span: ValueSpan) -> bool:
    return date.line == span.line and span.start <= date.start and date.end <= span.end + 1


def _may_be_unlabelled(field: Field, form: Form) -> bool:
    """Whether a date without a label can be this field's: it is the first date of the form."""
    return next(other.name for other in form.fields if other.type == field.type) == field.name
