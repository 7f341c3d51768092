"""Counts what audits found and what the work came to, for the tables of records.db."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from flows.home import Home, now
from flows.measuring import field_qualities
from flows.steps import audited_values
from reconcile.records import MonthOfWork, quality
from transcribe.pay_arithmetic import HOUR_SECONDS, MICRO_UNITS
from transcribe.store import facts

MIN_PEOPLE_COUNT = 5
"""The fewest people whose hours and pay are told together. Five is usual in official statistics."""

MAX_SHARE_OF_ONE = 0.5
"""The largest share of one person in hours or pay that are told: above it the total would nearly be theirs."""

SETTLED_DAYS = 7
"""A month is counted so long after its end: top-ups of its last days are written by then. Chosen by hand."""


def refresh_quality(home: Home, *, only_missing: bool = False) -> None:
    """Count audits and finished months of work, and write both into records.db; nothing else of it changes.

    With `only_missing` only where no audit stands there, as after a restore: it would be a day until somebody is told.
    """
    if only_missing and (not home.settings.records.exists() or quality.is_counted(home.settings.records)):
        return
    at = now()
    fields = field_qualities(audited_values(home), at)
    kept = quality.months_kept(home.settings.records)
    work = [each for each in home.store.work_by_month(_counted_before(at)) if (each.month, each.currency) not in kept]
    quality.keep(home.settings.records, fields, months_of_work(work))


def months_of_work(work: Iterable[facts.WorkOfMonth]) -> Iterator[MonthOfWork]:
    """Each month in each currency, without figures that would tell of one person."""
    months: dict[tuple[str, str], list[facts.WorkOfMonth]] = defaultdict(list)
    for each in work:
        months[each.month, each.currency].append(each)
    for (month, currency), people in sorted(months.items()):
        told = may_tell(people)
        hours = sum(each.seconds for each in people) / HOUR_SECONDS
        pay = sum(each.micro for each in people) / MICRO_UNITS
        yield MonthOfWork(
            month=month,
            currency=currency,
            people=len(people),
            hours=round(hours, 1) if told else None,
            pay=round(pay, 2) if told else None,
            pay_per_hour=round(pay / hours, 2) if told else None,
        )


def may_tell(people: Sequence[facts.WorkOfMonth]) -> bool:
    """Whether hours and pay of these people together tell of none of them."""
    if len(people) < MIN_PEOPLE_COUNT:
        return False
    for amounts in ([each.seconds for each in people], [each.micro for each in people]):
        if sum(amounts) <= 0 or max(amounts) > MAX_SHARE_OF_ONE * sum(amounts):
            return False
    return True


def _counted_before(at: datetime) -> datetime:
    """The beginning of the first month that is not counted yet: months end in UTC."""
    first = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if at.day > SETTLED_DAYS:
        return first
    return first.replace(month=first.month - 1) if first.month > 1 else first.replace(year=first.year - 1, month=12)
