"""The currency of what is paid in a home, where nobody names one."""

from __future__ import annotations

from datetime import datetime

from babel.core import get_global
from babel.numbers import get_territory_currencies, is_currency

from transcribe.errors import SettingsError
from transcribe.store import Store

USUAL_CURRENCY = "EUR"
"""The currency of what is set where nothing was before."""


def kept_currency(store: Store | None, form: str, now: datetime) -> str:
    """The currency of the rate in force for a form, else of the floor, else EUR."""
    if store is None:
        return USUAL_CURRENCY
    kept = store.rate(form, now) or store.rate(form, now, "hour") or store.floor(now)
    return kept.currency if kept else USUAL_CURRENCY


def paid_currency(code: str) -> str:
    """The code of a currency that somebody can be paid in. SettingsError where it is none."""
    if not is_currency(code):
        raise SettingsError(f"{code!r} is no currency. Write its ISO 4217 code, such as EUR.")
    if code not in _circulating():
        raise SettingsError(
            f"Nobody can be paid in {code}: no country has it as its money now. Write the ISO 4217 code of a currency "
            "that circulates, such as EUR."
        )
    return code


def _circulating() -> frozenset[str]:
    """The currencies that are legal tender somewhere now, by CLDR: no gold, no test codes, no former money."""
    places = get_global("territory_currencies")
    return frozenset(code for place in places for code in get_territory_currencies(place))
