"""All that is measured of a home's quality, counted in one go beside the pages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flows.home import Home
from flows.measuring.audit_curves import monday
from flows.measuring.latest_scans import LatestScans, latest_scans
from flows.steps import audited_values
from reconcile.learning import AuditedValue

AUDITED_SCAN_COUNT = 2_000
"""So many scans are looked at, those that came last of the audited: some ten seconds of work. Chosen by hand."""

WEEKS_COUNT = 26
"""Work of so many weeks is shown: half a year. Chosen by hand."""

DECIDED = ("decided by people", "decided by machine")
"""What tells how many fields people were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekOfWork:
    """Fields of a form that were first decided in the week that began on a Monday, by whom."""

    form: str
    monday: date
    by_people: int
    by_machine: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What audits, the latest scans and the summaries of work tell."""

    audited: list[AuditedValue]
    latest: LatestScans
    weeks: list[WeekOfWork]


def measure(home: Home, now: datetime) -> Measured:
    """Count all of it: some ten seconds in a large home."""
    return Measured(
        audited=audited_values(home, AUDITED_SCAN_COUNT), latest=latest_scans(home), weeks=weeks_of_work(home, now)
    )


def weeks_of_work(home: Home, now: datetime) -> list[WeekOfWork]:
    """How many fields were decided in each of the last weeks, by whom, from the summaries."""
    counts: Counter[tuple[date, str, str]] = Counter()
    first = monday(now.date()) - timedelta(weeks=WEEKS_COUNT - 1)
    since = datetime.combine(first, datetime.min.time(), now.tzinfo)
    for each in home.store.work_done(since, DECIDED):
        counts[monday(each.at.date()), each.form, each.what] += each.count
    return [
        WeekOfWork(
            form=form,
            monday=week,
            by_people=counts[week, form, DECIDED[0]],
            by_machine=counts[week, form, DECIDED[1]],
        )
        for week, form in sorted({(week, form) for week, form, _ in counts})
    ]
