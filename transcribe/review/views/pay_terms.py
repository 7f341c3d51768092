"""What each form pays, as people are told before they begin: its rate, an hour as measured, and its faults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from transcribe.i18n import said
from transcribe.model import Form
from transcribe.pay_arithmetic import an_hour
from transcribe.people import HOURLY, MIN_MEASURED_READINGS, NO_PACE, PayFault, pay_faults, pays
from transcribe.review.context import Forms
from transcribe.review.views.form_choices import latest_forms
from transcribe.store import Rate, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PayTerms:
    """What one form pays. `rate` is that of a reading, or of an hour for those who are paid by it.

    `has_floor`: a floor of an hour pays the time where there is no rate. `measured` is what an hour of reading it by
    the piece has come to, in micro-units. None while too few readings were measured.
    """

    title: str
    rate: Rate | None
    has_floor: bool
    measured: int | None
    retention_days: int | None
    training: bool | None
    faults: tuple[PayFault, ...]


def pay_terms(store: Store, forms: Forms, language: str, now: datetime, engagement: str) -> tuple[PayTerms, ...]:
    """The terms of every form that is kept and installed for people of this engagement, by title."""
    terms = (_pay_terms(store, form, language, now, engagement) for form in latest_forms(store, forms))
    return tuple(sorted(terms, key=lambda each: each.title))


def _pay_terms(store: Store, form: Form, language: str, now: datetime, engagement: str) -> PayTerms:
    by_hour, floor = engagement == HOURLY, store.floor(now)
    # An hour is never paid under the floor, so its speed says nothing.
    pace = NO_PACE if by_hour else store.pace(form.name)
    rate = store.rate(form.name, now, "hour" if by_hour else "reading")
    known = rate is not None and pace.readings >= MIN_MEASURED_READINGS
    training = form.options.get("training")
    return PayTerms(
        title=said(form.title, language) or form.name,
        rate=rate,
        has_floor=pays(floor),
        measured=an_hour(rate.micro * pace.readings, pace.seconds) if rate and known else None,
        retention_days=form.retention_days,
        training=None if training is None else bool(training),
        faults=pay_faults(rate, floor, pace),
    )
