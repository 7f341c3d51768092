"""How texts of an electronic order must look: numbers, days, codes, and what XML can hold."""

from __future__ import annotations

import re
from datetime import date

UNIT_CODE = re.compile(r"[A-Z0-9]{2,3}")
"""How a code of UN/ECE Recommendation 20 looks, such as C62 (one) or KGM (kilogram)."""

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
