"""Amounts, times and shares as a person reads them: in their language and their time zone."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision
from babel.units import format_unit

from transcribe.i18n import N_, translation
from transcribe.pay_arithmetic import MICRO_PLACES, MICRO_UNITS, payable

MOST_DIGITS = 4
"""Places of an amount of less than a cent: a hundredth of a cent. Chosen by hand."""
MOST_KEPT_COUNT = 20_000
"""Amounts whose words are kept, and as many numbers, shares and times, of some 100 bytes each: a page has a thousand of
them, and to word them takes half of its time. Chosen by hand."""
LESS_THAN = N_("less than %(amount)s")
"""Of an amount that would be rounded to nothing."""
SECONDS_A_MINUTE = 60
"""By definition."""
SECONDS_AN_HOUR = 3600
"""By definition."""

LOCALES = {"en": "en_GB"}
"""Where the dates and money of a language are taken from, if not from itself: 6 Nov 2026 is one day to all readers."""


def amount(micro: int, currency: str, language: str) -> str:
    """Micro-units of a currency at its own digits, such as "10,83 €". Without a currency it is the number alone."""
    return placed_amount(micro, currency, 0, language)


def whole_due(due: int, currency: str) -> int:
    """Of what is due as much as is paid: whole cents. What is less than nothing is shown as it is."""
    return payable(due, currency) or min(0, due)


def full_amount(micro: int, currency: str, language: str) -> str:
    """As `amount`, with all places that it has: what is carried to the next period is less than a cent."""
    return exact_amount(micro, currency, language, MICRO_PLACES)


def exact_amount(micro: int, currency: str, language: str, most: int = MOST_DIGITS) -> str:
    """As `amount`, with up to four places, or so many: one reading may pay less than a cent."""
    is_tiny = 2 * abs(micro) * 10**most <= MICRO_UNITS
    return placed_amount(micro, currency, most if is_tiny else places_of(micro, currency, most), language)


def placed_amount(micro: int, currency: str, places: int, language: str) -> str:
    """Micro-units with so many places, as all of a column have; never fewer than the currency has itself.

    Nothing is nothing, without more places. What would be rounded to nothing is said to be less than the least.
    """
    if not currency:
        return format_decimal(Decimal(micro) / MICRO_UNITS, "#,##0.00####", locale=_locale(language))
    own = get_currency_precision(currency)
    places = max(places, own) if micro else own
    if not micro or 2 * abs(micro) * 10**places > MICRO_UNITS:
        return _with_places(micro, currency, language, places)
    if micro < 0:
        return _with_places(micro, currency, language, places_of(micro, currency))
    least = _with_places(MICRO_UNITS // 10**places, currency, language, places)
    return translation(language).gettext(LESS_THAN) % {"amount": least}


def places_of(micro: int, currency: str, most: int = MICRO_PLACES) -> int:
    """How many places an amount needs, at most so many; 0 where those of its currency are enough."""
    text = f"{Decimal(micro) / MICRO_UNITS:.{most}f}".partition(".")[2].rstrip("0")
    return len(text) if currency and len(text) > get_currency_precision(currency) else 0


def line_places(micro: int, currency: str) -> int:
    """How many places the amount of one line needs, at most one more than its currency has: tenths of cents."""
    return places_of(micro, currency, get_currency_precision(currency) + 1) if currency else 0


@lru_cache(MOST_KEPT_COUNT)
def _with_places(micro: int, currency: str, language: str, places: int) -> str:
    value, locale = Decimal(micro) / MICRO_UNITS, _locale(language)
    if places == get_currency_precision(currency):
        return format_currency(value, currency, locale=locale)
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", f"0.{'0' * places}")
    return format_currency(value, currency, pattern, locale, currency_digits=False)


@lru_cache(MOST_KEPT_COUNT, typed=True)
def share(value: float, language: str, places: int = 1) -> str:
    """A share such as 0.05 as "5%", with at most so many places and the language's own sign and gap."""
    locale = _parsed(language)
    pattern = locale.percent_formats[None].pattern.replace("0", "0." + "#" * places, 1)
    return format_percent(Decimal(str(round(value, places + 2))), pattern, locale=locale)


def percent_sign(language: str) -> str:
    """The sign of a share with the gap before it, as the language writes it."""
    return str(_parsed(language).percent_formats[None].suffix[0])


def signed(value: float, language: str) -> str:
    """A number with its sign and one place: "+1.5"."""
    return format_decimal(Decimal(str(round(value, 1))), "+#,##0.0;-#,##0.0", locale=_parsed(language))


def certainty(probability: float, language: str) -> str:
    """A probability as a share, rounded down: 100% is what is certain."""
    return share(math.floor(probability * 1000 + 1e-6) / 1000, language)


@lru_cache(MOST_KEPT_COUNT, typed=True)
def number(value: float, language: str, places: int = 1) -> str:
    """A number with at most so many places."""
    return format_decimal(Decimal(str(round(value, places))), "#,##0." + "#" * places, locale=_parsed(language))


def spent(seconds: float, language: str) -> str:
    """A time that was spent, in the largest unit that it fills: "45 seconds", "1.5 minutes", "2 hours"."""
    whole = round(seconds)
    unit, size = ("second", 1)
    if whole >= SECONDS_AN_HOUR:
        unit, size = ("hour", SECONDS_AN_HOUR)
    elif whole >= SECONDS_A_MINUTE:
        unit, size = ("minute", SECONDS_A_MINUTE)
    value = whole if size == 1 else Decimal(str(round(seconds / size, 1)))
    value = int(value) if value == int(value) else value  # 1.0 has the noun of many, 1 its own
    return format_unit(value, f"duration-{unit}", "long", format="#,##0.#", locale=_locale(language))


@lru_cache(MOST_KEPT_COUNT, typed=True)
def moment(at: datetime, zone: str, language: str) -> str:
    """A time where the person lives. It is in UTC where their time zone is unknown here."""
    local, locale = at.astimezone(_zone(zone)), _locale(language)
    words = {"{1}": format_date(local, "medium", locale), "{0}": format_time(local, "short", locale=locale)}
    pattern = str(locale.datetime_formats["medium"])
    for place, text in words.items():
        pattern = pattern.replace(place, text)
    return pattern


def clock(at: datetime, zone: str, language: str) -> str:
    """The time of day where the person lives."""
    return format_time(at.astimezone(_zone(zone)), "short", locale=_locale(language))


def local_day(at: datetime, zone: str) -> date:
    """The day of a time where the person lives."""
    return at.astimezone(_zone(zone)).date()


def day(at: datetime, zone: str, language: str) -> str:
    """The day of a time where the person lives."""
    return format_date(local_day(at, zone), "medium", locale=_locale(language))


def weekday(on: date, language: str) -> str:
    """A day with its name, such as "vendredi 6 novembre 2026"."""
    return format_date(on, "full", locale=_locale(language))


def short_weekday(on: date, language: str) -> str:
    """The short name of a day of the week."""
    return format_date(on, "EEE", locale=_locale(language))


def month(name: str, language: str) -> str:
    """A month such as "2026-11" in words."""
    year, number_of_month = map(int, name.split("-"))
    return format_date(date(year, number_of_month, 1), "MMMM yyyy", locale=_locale(language))


def _locale(language: str) -> Locale:
    """Where the dates and money of a language are taken from."""
    return _parsed(LOCALES.get(language, language))


@cache
def _parsed(name: str) -> Locale:
    """A locale by its name, parsed once: a table has hundreds of cells."""
    return Locale.parse(name)


def _zone(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
