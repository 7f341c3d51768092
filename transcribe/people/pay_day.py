"""The promised day of payment: what was earned in one month is paid by a day of the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPromise:
    """What was earned before `earned_before` is paid by the end of the day `by`; what is earned now by `next_by`."""

    earned_before: datetime
    by: datetime
    next_by: datetime

    def is_late(self, now: datetime) -> bool:
        """Whether the day has passed."""
        return now >= self.by + timedelta(days=1)


def pay_promise(day: int, now: datetime) -> PayPromise | None:
    """The promise in force where the operator pays by this day of the month, 1 to 28.

    None for 0: nothing is promised.     Months are those of UTC.
    """
    if not day:
        return None
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (month + timedelta(days=31)).replace(day=1)
    return PayPromise(earned_before=month, by=month.replace(day=day), next_by=following.replace(day=day))
