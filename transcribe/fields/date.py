"""Dates: "12/03/25", "3 mars 2025" and "2025-03-12" by the order of the form's locale, as ISO 8601."""

from __future__ import annotations

import re
from datetime import date

from transcribe.fields._facts import Facts
from transcribe.model import Field, Form, Value
from transcribe.values import damaged_date_parts, date_of_parts, date_parts, date_separator, date_text, day_order, tidy

FACTS = Facts(
    name={"en": "date", "fr": "date", "es": "fecha"},
    plural={"en": "dates", "fr": "dates", "es": "fechas"},
    rank=8,
    family="date",
    holds="day",
    prior=1 / 1500,
    guessed=2,
    labels={"#date": 10},
    example="2026-12-31",
    fault_words={
        "not a date": "This is no date that exists.",
        "date far away": "This date is far from the time of this form.",
    },
)

_EARLIEST = "1950-01-01"
"""The earliest likely date, where a form has no option `earliest_date`: forms name people alive."""

_LATEST = "2049-12-31"
"""The latest likely date, where a form has no option `latest_date`: a later one mostly has a misread digit."""


def parse(text: str, field: Field, form: Form) -> Value:
    """ISO 8601, None where there is no such day."""
    found = _find(text, form)
    return None if found is None else found.isoformat()


def normalise(text: str, field: Field, form: Form) -> str:
    """Year, month and day in ISO order; else the text in lower case with one kind of separator.

    That holds for an impossible date ("75.12.2024" is "2024-12-75") and for a damaged one ("1O.03.2024" is
    "2024-03-1o") too.
    """
    parts = date_parts(text, form.locale, form.free)
    if parts is not None:
        return date_text(parts)
    plain = re.sub(r"\s*[-./,]\s*", "-", tidy(tidy(text).casefold())).strip("- ")
    damaged = damaged_date_parts(text, form.locale) or damaged_date_parts(plain, form.locale)
    if damaged is not None:
        return "-".join(damaged)
    again = date_parts(plain, form.locale, form.free)
    return plain if plain and again is None else tidy(tidy(text).casefold())


def write(value: Value, field: Field, form: Form) -> str:
    """The date in figures, in the order of the form's locale, the year in full: "12/03/2025"."""
    day = date.fromisoformat(str(value))
    figures = {"d": f"{day.day:02}", "m": f"{day.month:02}", "y": f"{day.year:04}"}
    return date_separator(form.locale).join(figures[letter] for letter in day_order(form.locale))


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not a date"; "date far away"."""
    if not text.strip():
        return ()
    found = _find(text, form)
    if found is None:
        return ("not a date",)
    earliest, latest = form.options.get("earliest_date", _EARLIEST), form.options.get("latest_date", _LATEST)
    return () if str(earliest) <= found.isoformat() <= str(latest) else ("date far away",)


def _find(text: str, form: Form) -> date | None:
    parts = date_parts(text, form.locale, form.free)
    return None if parts is None else date_of_parts(parts)
