"""What of somebody's work is paid here: by how they are engaged, the rates and the floor in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from transcribe.store import Store

if TYPE_CHECKING:
    from transcribe.store import Floor, Rate

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
