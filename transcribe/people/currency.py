"""The currency of what is paid in a home, where nobody names one."""

from __future__ import annotations

from datetime import datetime

from transcribe.store import Store

USUAL_CURRENCY = "EUR"
"""The currency of what is set where nothing was before."""


def kept_currency(store: Store | None, form: str, now: datetime) -> str:
    """The currency of the rate in force for a form, else of the floor, else EUR."""
    if store is None:
        return USUAL_CURRENCY
    kept = store.rate(form, now) or store.rate(form, now, "hour") or store.floor(now)
    return kept.currency if kept else USUAL_CURRENCY
