"""Amounts, times and shares as a person reads them: in their language and their time zone."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent

from transcribe.pay_arithmetic import MICRO_UNITS

AMOUNT_PATTERN = "#,##0.00####\N{NO-BREAK SPACE}¤¤"
"""Two to six places, as one reading may pay less than a cent. The code of the currency, as "$" is several
currencies."""


ENGLISH_MOMENT = "d MMM y, HH:mm"
"""A time in English that no reader takes for another: 11/26/26 is a day to some and none to others."""


def amount(micro: int, currency: str, language: str) -> str:
    """Micro-units of a currency, such as "0.05 EUR". Without a currency it is the number alone."""
    value = Decimal(micro) / MICRO_UNITS
    if not currency:
        return format_decimal(value, "#,##0.00####", locale=language)
    return format_currency(value, currency, AMOUNT_PATTERN, locale=language, currency_digits=False)


def share(value: float, language: str) -> str:
    """A share such as 0.05 as "5%", with at most one place and the language's own sign and gap."""
    pattern = Locale.parse(language).percent_formats[None].pattern
    return format_percent(value, pattern.replace("0", "0.#", 1), locale=language)


def number(value: float, language: str, places: int = 1) -> str:
    """A number with at most so many places."""
    return format_decimal(Decimal(str(round(value, places))), "#,##0." + "#" * places, locale=language)


def minutes(seconds: float, language: str) -> str:
    """Seconds as minutes with one place."""
    return format_decimal(Decimal(str(seconds)) / 60, "#,##0.0", locale=language)


def moment(at: datetime, zone: str, language: str) -> str:
    """A time where the person lives. It is in UTC where their time zone is unknown here."""
    return format_datetime(at, "short" if language != "en" else ENGLISH_MOMENT, tzinfo=_zone(zone), locale=language)


def day(at: datetime, zone: str, language: str) -> str:
    """The day of a time where the person lives."""
    return format_date(at.astimezone(_zone(zone)).date(), "medium", locale="en_GB" if language == "en" else language)


def _zone(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
