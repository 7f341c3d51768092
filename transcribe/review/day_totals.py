"""What each person did and earned today, kept in this process and brought up to date from the ledger's new lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from transcribe.model import Transcriber
from transcribe.store import Store

EARNED_KINDS = frozenset({"reading", "time", "top-up", "rounding", "correction"})
"""Lines of the ledger that are earned: the others are payments."""


@dataclass(slots=True, kw_only=True)
class DayTotal:
    """Seconds counted and micro-units earned by currency since `since`; lines up to `number` are in it."""

    since: datetime
    number: int = 0
    seconds: float = 0.0
    micro: Counter[str] = field(default_factory=Counter)


class DayTotals:
    """The totals of everybody who asked today."""

    def __init__(self) -> None:
        self._of: dict[str, DayTotal] = {}
        self._one_at_a_time = Lock()  # two pages of one person must not add the same lines twice

    def today(self, store: Store, person: Transcriber, now: datetime) -> DayTotal:
        """The totals of a person since midnight where they live."""
        with self._one_at_a_time:
            return self._today(store, person, now)

    def _today(self, store: Store, person: Transcriber, now: datetime) -> DayTotal:
        begin = _midnight(now, person.time_zone)
        total = self._of.get(person.id)
        if total is None or total.since != begin:
            total = self._of[person.id] = DayTotal(since=begin)
        for line in store.ledger(person.id, after=total.number):
            total.number = max(total.number, line.number)
            if line.at >= begin and line.kind in EARNED_KINDS:
                total.seconds += line.seconds
                total.micro[line.currency] += line.micro
        return total


def _midnight(now: datetime, zone: str) -> datetime:
    try:
        local = now.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        local = now.astimezone(ZoneInfo("UTC"))
    passed = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return now - passed
