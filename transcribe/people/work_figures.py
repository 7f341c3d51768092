"""What can be said of somebody's work: the same figures for an operator and for the person, never beside a rank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from transcribe.errors import FormError, NotFound
from transcribe.model import Form
from transcribe.people.outcome import is_same_reading
from transcribe.store import Store

if TYPE_CHECKING:
    from transcribe.store import Floor, Rate


MIN_AUDITED_COUNT = 20
"""The least audited fields of which figures speak. With fewer, one error more or less would be over a twentieth of
them."""

LATEST_WORK_COUNT = 5_000
"""The count of last readings and skips looked at: a month of full days. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFigures:
    """The work of one person. `seconds_a_field` is None where no time was measured.

    `hourly` is what an hour of measured time has come to, in micro-units by currency. `skips` are by reason, `appeals`
    by outcome ("open": nobody has heard it; "heard": its outcome is to come). `audited` fields were read again by lot,
    and `wrong` of them otherwise; both are None where there are too few.
    """

    readings: int
    seconds_a_field: float | None
    hours: float
    hourly: Mapping[str, int]
    skips: Mapping[str, int]
    appeals: Mapping[str, int]
    audited: int | None
    wrong: int | None


def work_figures(store: Store, forms: Callable[[str, int], Form], who: str, now: datetime) -> WorkFigures:
    """The figures of one person, of their last readings and skips, and of all their appeals and audited fields."""
    latest, pay = store.latest_work(who, LATEST_WORK_COUNT), store.pay_states(now, who)
    wrong, audited = _audits(store, forms, who)
    told = audited >= MIN_AUDITED_COUNT
    return WorkFigures(
        readings=latest.readings,
        seconds_a_field=latest.seconds / latest.timed if latest.timed else None,
        hours=sum(each.seconds for each in pay) / 3600,
        hourly={each.currency: each.an_hour for each in pay if each.an_hour is not None},
        skips=latest.skips,
        appeals=Counter(each.outcome or ("heard" if each.heard else "open") for each in store.appeals(who=who)),
        audited=audited if told else None,
        wrong=wrong if told else None,
    )


def _audits(store: Store, forms: Callable[[str, int], Form], who: str) -> tuple[int, int]:
    """How many audited fields this person had read otherwise than the expert, of how many."""
    wrong = audited = 0
    for pair in store.audited_readings(who):
        try:
            form = forms(pair.form, pair.form_version)
            field = form.field(pair.own.key.name)
        except (FormError, NotFound, KeyError):
            continue
        audited += 1
        wrong += not is_same_reading(pair.own, pair.expert, field, form)
    return wrong, audited


# What of somebody's work is paid here: by how they are engaged, the rates and the floor in force.

Extent = Literal["all", "some", "none"]
"""Of how many forms readings are paid."""

HOURLY = "hourly"
"""The engagement that is paid by the rate of an hour."""

UNPAID_ENGAGEMENTS = frozenset({"staff", "volunteer"})
"""Engagements without a ledger or a measured time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidWork:
    """What is paid. `readings`: of how many forms in use; `time`: also time without a reading, as for a question.

    `counted`: a ledger is kept, be it of nothing but zeros. Only a floor or the rate of an hour pays time.
    """

    engagement: str
    readings: Extent
    time: bool

    @property
    def counted(self) -> bool:
        """Whether time is measured and a ledger kept."""
        return self.engagement not in UNPAID_ENGAGEMENTS

    @property
    def any(self) -> bool:
        """Whether anything at all is paid."""
        return self.readings != "none" or self.time


def paid_work(store: Store, engagement: str, now: datetime) -> PaidWork:
    """What of the work of this engagement is paid now. A rate or a floor of zero pays nothing."""
    if engagement in UNPAID_ENGAGEMENTS:
        return PaidWork(engagement=engagement, readings="none", time=False)
    floor = store.floor(now)
    time = pays(floor) or pays(store.rate("", now, "hour"))
    if pays(floor):
        return PaidWork(engagement=engagement, readings="all", time=time)
    per: Literal["hour", "reading"] = "hour" if engagement == HOURLY else "reading"
    used = {form for form, _, _ in store.forms()} or {""}
    paid = {form for form in used if pays(store.rate(form, now, per))}
    readings: Extent = "none" if not paid else "all" if paid == used else "some"
    return PaidWork(engagement=engagement, readings=readings, time=time)


def paid_here(store: Store, now: datetime) -> PaidWork:
    """What is paid here to whoever works for pay: by the piece, or by the hour where only that pays."""
    by_piece = paid_work(store, "by reading", now)
    return by_piece if by_piece.readings != "none" else paid_work(store, HOURLY, now)


def pays(terms: Rate | Floor | None) -> bool:
    """Whether a rate or a floor pays anything."""
    return terms is not None and terms.micro > 0
