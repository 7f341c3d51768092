"""What each form pays, as people are told before they begin: its rate, an hour as measured, and its faults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from transcribe.i18n import said
from transcribe.model import Form
from transcribe.pay_arithmetic import an_hour
from transcribe.people import MIN_MEASURED_READINGS, PayFault, pay_faults
from transcribe.review.context import Forms
from transcribe.review.views.form_choices import latest_forms
from transcribe.store import Rate, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PayTerms:
    """What one form pays.

    `measured` is what an hour of reading it by the piece has come to, in micro-units. None while too few readings were
    measured.
    """

    title: str
    rate: Rate | None
    hourly: Rate | None
    measured: int | None
    retention_days: int | None
    training: bool | None
    faults: tuple[PayFault, ...]


def pay_terms(store: Store, forms: Forms, language: str, now: datetime) -> tuple[PayTerms, ...]:
    """The terms of every form that is kept and installed, by title."""
    return tuple(
        sorted(
            (_pay_terms(store, form, language, now) for form in latest_forms(store, forms)), key=lambda each: each.title
        )
    )


def _pay_terms(store: Store, form: Form, language: str, now: datetime) -> PayTerms:
    rate, pace = store.rate(form.name, now), store.pace(form.name)
    known = rate is not None and pace.readings >= MIN_MEASURED_READINGS
    training = form.options.get("training")
    return PayTerms(
        title=said(form.title, language) or form.name,
        rate=rate,
        hourly=store.rate(form.name, now, "hour"),
        measured=an_hour(rate.micro * pace.readings, pace.seconds) if rate and known else None,
        retention_days=form.retention_days,
        training=None if training is None else bool(training),
        faults=pay_faults(rate, store.floor(now), pace),
    )
