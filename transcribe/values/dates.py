"""Dates as people write them, read by the order and month names of a locale (CLDR, through Babel)."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from babel import Locale

from transcribe.values.folding import fold, tidy
from transcribe.values.numbers import locale_of

Parts = tuple[str, str, str]
"""Year, month and day as digits, not yet known to be a date: ("2024", "12", "75")."""

_TIME = re.compile(
    r"(?:(?<=\d)t|[à@]|\bat\b|\b)\s*\d{1,2}\s?[:h]\s?\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?\s?m\b\.?|z\b|h\b)?"
)
"""A time of day beside a date."""

_ORDINAL_ENDING = re.compile(r"(?<=\d)\s?(?:st|nd|rd|th|er|ère|re|º|°|ª)(?![^\W\d_])")
"""The ending of an ordinal number."""

_SEPARATORS = re.compile(r"[-./]+")
"""Signs between the numbers of a date."""

_DAMAGED_GROUP = re.compile(r"(?=.*\d|.{1,2}$)\w+")
"""A group of a damaged date: it still has a digit, or it is so short that it may have none."""

_TOKEN = re.compile(r"\d+|[^\W\d_]+")
"""A number or a word."""

_SMALL_WORDS = frozenset("le la du de del den der d l el am the of on al dd date".split())
"""Words that may stand in a date."""

_MONTH_LANGUAGES = ("en", "fr", "es", "de", "nl", "it", "pt")
"""Languages whose month names are known on every form."""

_CENTURIES = ("19", "20")
"""The first two digits of years."""

_FIRST_YEAR_OF_1900S = 69
"""Two-digit years from this one on are of the 1900s, as in POSIX strptime."""


MAX_DATE_LENGTH = 100
"""Characters of a date in words, with its weekday and time: a longer text is none. Chosen by hand."""


CELL_COUNTS = (6, 8)
"""Cells of a date whose digits are written each in its own."""


@lru_cache(maxsize=65536)
def date_parts(text: str, locale: str, foreign: bool) -> Parts | None:
    """The year, month and day that a text names, None where it does not name all three.

    `foreign` is for paper printed by others (a free layout): the other order of day and month counts there, where the
    locale's is impossible and the other is possible.
    """
    if len(text) > MAX_DATE_LENGTH:
        return None
    text = _ORDINAL_ENDING.sub("", _TIME.sub(" ", tidy(text.casefold()).casefold()))
    tokens = _TOKEN.findall(re.sub("[年月日]", "-", text))
    order = day_order(locale)
    names = _month_names(locale)
    numbers: list[str] = []
    month = None
    for token in tokens:
        if token.isdigit():
            numbers.append(token)
        elif month is None and (number := _month(token, names)):
            month = number
        elif fold(token) not in _weekdays(locale) and token not in _SMALL_WORDS:
            return None
    if month is not None:
        return _with_month(numbers, month, order)
    parts = _from_numbers(numbers, order, foreign) if len(numbers) == 3 else None
    if (parts and date_of_parts(parts)) or not _is_by_cells(text, numbers):
        return parts
    numbers = _cut("".join(numbers), order)
    return _from_numbers(numbers, order, foreign) if len(numbers) == 3 else None


def damaged_date_parts(text: str, locale: str) -> Parts | None:
    """Year, month and day of a date with letters misread for digits, in lower case; None for other texts.

    Only in this order does a damaged reading stay near the right one.
    """
    if len(text) > MAX_DATE_LENGTH:
        return None
    groups = tidy(tidy(text).casefold()).split()
    groups = [each for group in groups for each in _SEPARATORS.split(group) if each]
    if len(groups) != 3 or not all(_DAMAGED_GROUP.fullmatch(each) for each in groups):
        return None
    first, middle, last = groups
    if len(first) == 4 and len(middle) <= 2 and len(last) <= 2:
        return first, middle, last
    if len(last) == 4 and len(first) <= 2 and len(middle) <= 2:
        return (last, first, middle) if day_order(locale) == "mdy" else (last, middle, first)
    return None


def date_of_parts(parts: Parts) -> date | None:
    """The date, None where there is no such day."""
    year, month, day = parts
    if len(year) != 4 or len(month) > 2 or len(day) > 2:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def date_text(parts: Parts) -> str:
    """The parts of a date, possible or not, in ISO 8601 order. No year is shorter than its day: it would be one."""
    year, month, day = parts
    return f"{year.zfill(max(3, len(day)))}-{month.zfill(2)}-{day.zfill(2)}"


@lru_cache(maxsize=256)
def day_order(locale: str) -> str:
    """The order of a locale's short dates: "dmy", "mdy" or "ymd"."""
    pattern = locale_of(locale).date_formats["short"].pattern.lower()
    return "".join(sorted("dmy", key=pattern.find))


@lru_cache(maxsize=256)
def date_separator(locale: str) -> str:
    """The sign between the numbers of a locale's short dates: "/", "." or "-"."""
    pattern = locale_of(locale).date_formats["short"].pattern
    return next((c for c in pattern if c in "/.-"), "-")


def _from_numbers(numbers: list[str], order: str, foreign: bool) -> Parts:
    first, _, last = numbers
    if len(first) >= 3 and len(first) >= len(last):
        year, month, day = numbers
    elif len(last) >= 3 and order == "mdy":
        month, day, year = numbers
    elif len(last) >= 3:
        day, month, year = numbers
    else:
        by_letter = dict(zip(order, numbers, strict=True))
        year, month, day = by_letter["y"], by_letter["m"], by_letter["d"]
    parts = _full(year), month, day
    swapped = parts[0], day, month
    if foreign and len(first) < 3 and date_of_parts(parts) is None and date_of_parts(swapped) is not None:
        return swapped
    return parts


def _with_month(numbers: list[str], month: int, order: str) -> Parts | None:
    if len(numbers) != 2:
        return None
    first, last = numbers
    year_first = (len(first) >= 3 and len(first) >= len(last)) or (order == "ymd" and len(last) < 3)
    day, year = (last, first) if year_first else (first, last)
    return _full(year), str(month), day


def _is_by_cells(text: str, numbers: list[str]) -> bool:
    """Whether the digits of a date stand in cells of their own, so that gaps come where they may: 2 7 07 2 026."""
    return sum(map(len, numbers)) in CELL_COUNTS and text.replace(" ", "").isdigit()


def _cut(digits: str, order: str) -> list[str]:
    """The numbers of a date without separators: 20250312, 12032025 or 120325."""
    if len(digits) == 6:
        return [digits[:2], digits[2:4], digits[4:]]
    if len(digits) != 8:
        return [digits]
    if order == "ymd" or (digits[:2] in _CENTURIES and digits[4:6] not in _CENTURIES):  # 20072026 is the 20th of July
        return [digits[:4], digits[4:6], digits[6:]]
    return [digits[:2], digits[2:4], digits[4:]]


def _full(year: str) -> str:
    """A year of two digits with its century; a damaged one of another length stays, with three digits at least."""
    if len(year) != 2:
        return year.zfill(3)
    return ("19" if int(year) >= _FIRST_YEAR_OF_1900S else "20") + year


def _month(token: str, names: dict[str, int]) -> int | None:
    word = fold(token)
    if word in names:
        return names[word]
    if len(word) < 3:
        return None
    found = {number for name, number in names.items() if name.startswith(word)}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=256)
def _month_names(locale: str) -> dict[str, int]:
    """Folded month names, long and short, of the locale and of common languages; the locale's own win."""
    names: dict[str, int] = {}
    for where in (*(Locale(language) for language in reversed(_MONTH_LANGUAGES)), locale_of(locale)):
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in where.months[context][width].items():
                    if not fold(name).isdigit():
                        names[fold(name)] = number
    return names


@lru_cache(maxsize=256)
def _weekdays(locale: str) -> frozenset[str]:
    wheres = (*(Locale(language) for language in _MONTH_LANGUAGES), locale_of(locale))
    widths = ("wide", "abbreviated")
    return frozenset(
        fold(name) for where in wheres for width in widths for name in where.days["format"][width].values()
    )


@lru_cache(65536)
def with_day_as_month(text: str) -> str | None:
    """An ISO date with day and month the other way about; None where that is no other date."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None
    year, month, day = text[:4], text[5:7], text[8:]  # machines also read dates with four dashes
    if month == day:
        return None
    try:
        return date.fromisoformat(f"{year}-{day}-{month}").isoformat()
    except ValueError:
        return None
