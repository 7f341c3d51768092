"""People who read at hours and on days of their own, and a batch at some moment of it: what a forecast is tried on."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
MOST_DAYS = 100
"""Days in which anybody reads: more than nearly every batch needs."""

NEEDED, SHARES = (1, 2, 3, 4), (0.6, 0.3, 0.07, 0.03)
"""Readings that a field needs, and how often."""

FIELDS = (200, 1000, 4000)
"""How many fields of a batch people are asked for."""

KINDS = (
    "always",
    "office",
    "morning",
    "evenings",
    "midnight",
    "nights",
    "mixed",
    "one day",
    "two days",
    "weekends",
    "lessons",
    "breaks",
    "rarely",
    "fading",
)
"""How people work. `fading` come less and less, `breaks` for minutes between other work, `lessons` for 50 minutes."""

WEEKDAYS = {"one day": (2,), "two days": (1, 3), "weekends": (5, 6), "lessons": (0, 2, 4), "morning": range(6)}
"""The days of the week on which they work, where not on all (`ANY_DAY`) or on the first five."""

ANY_DAY = ("always", "evenings", "midnight", "rarely")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A batch at some moment: what was sent, fields that are open, readings a finished field took, and its real end."""

    sent: list[datetime]
    open_fields: int
    readings_per_field: float
    now: datetime
    end: datetime


def moment(kind: str, seed: int) -> Moment | None:
    """A batch of one to five people of one kind at a moment of its course; None where it does not end in time."""
    chance = random.Random(f"{kind} {seed}")
    people = chance.choice([1, 2, 3, 5])
    kinds = [chance.choice(["office", "evenings"]) if kind == "mixed" else kind for _ in range(people)]
    working = heapq.merge(*(_sent(each, random.Random(chance.random())) for each in kinds))
    needs = chance.choices(NEEDED, SHARES, k=chance.choice(FIELDS))
    count = max(25, int(chance.uniform(0.15, 0.9) * sum(needs)))
    sent = list(itertools.islice(working, sum(needs) + 1))
    if sum(needs) >= len(sent):
        return None
    finished = sum(read <= count for read in itertools.accumulate(needs))
    return Moment(
        sent=sent[:count],
        open_fields=len(needs) - finished,
        readings_per_field=count / max(1, finished),
        now=sent[count - 1] + (sent[count] - sent[count - 1]) * chance.random(),
        end=sent[sum(needs) - 1],
    )


def _sent(kind: str, chance: random.Random) -> Iterator[datetime]:
    """When one person sends readings, one after another."""
    pace = 30 * math.exp(chance.gauss(0, 0.4))
    for begin, end in _shifts(kind, chance):
        at = begin + timedelta(seconds=chance.expovariate(1 / pace))
        while at < end:
            yield at
            at += timedelta(seconds=chance.expovariate(1 / pace))


def _shifts(kind: str, chance: random.Random) -> Iterator[tuple[datetime, datetime]]:
    """From when to when one person works."""
    for number in range(MOST_DAYS):
        day = MONDAY + timedelta(days=number)
        if kind in ANY_DAY or number % 7 in WEEKDAYS.get(kind, range(5)):
            for begin, hours in _day(kind, number, chance):
                yield day + timedelta(hours=begin), day + timedelta(hours=begin + hours)


def _day(kind: str, number: int, chance: random.Random) -> list[tuple[float, float]]:
    """The shifts of one day: the hour at which each begins, and its hours."""
    match kind:
        case "always":
            return [(0.0, 24.0)]
        case "evenings":
            times = chance.choice([0, 1, 1, 2])
            return sorted((17 + 5 * chance.random(), chance.choice([0.25, 0.5, 1.0, 1.5])) for _ in range(times))
        case "midnight":
            return [(21 + 2 * chance.random(), 3 + 2 * chance.random())] if chance.random() < 0.7 else []
        case "nights":
            return [(22 + 0.3 * chance.random(), 7 + chance.random())] if chance.random() < 0.9 else []
        case "weekends":
            return [(9 + 2 * chance.random(), 2 + 4 * chance.random())] if chance.random() < 0.9 else []
        case "lessons":
            return [(10.0, 5 / 6)] if chance.random() < 0.9 else []
        case "breaks":
            begins = sorted(7 + 12 * chance.random() for _ in range(3) if chance.random() < 0.5)
            return [(begin, (5 + 20 * chance.random()) / 60) for begin in begins]
        case "rarely":
            return [(8 + 12 * chance.random(), 0.3 + 1.5 * chance.random())] if chance.random() < 0.3 else []
        case "fading":
            return [(9 + 4 * chance.random(), 1 + 3 * chance.random())] if chance.random() < 0.9 * 0.9**number else []
        case "morning" | "one day":
            begin = 8.5 + chance.random()
            return [(begin, 3.5 if kind == "morning" else 6.0)] if chance.random() < 0.95 else []
        case _:  # an office, with a break at noon
            begin = 8.5 + chance.random()
            return [(begin, 3.5), (begin + 4.25, 3.25 + chance.random())] if chance.random() < 0.95 else []
