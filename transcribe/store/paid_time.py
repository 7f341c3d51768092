"""Time that is paid once: a claim of seconds is cut to what is still free of a person's wall clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from transcribe.errors import LateTooLong
from transcribe.store.drivers.database import Database, Row
from transcribe.store.facts import PayMeasure
from transcribe.store.row_mapping import micros, moment

SECOND = 1_000_000
"""Microseconds."""

MAX_CLOCK_STEP = timedelta(minutes=1)
"""What begins or ends later than this from now was written by a clock that stood ahead. Chosen by hand."""

CLOCK_STEP_MICROS = MAX_CLOCK_STEP // timedelta(microseconds=1)
"""`MAX_CLOCK_STEP` as times are stored."""

MAX_UNSURE_TIME = timedelta(minutes=10)
"""What may be claimed under a lease that begins later than now: the clock was put back, so its length is not known."""

PAID_ENGAGEMENTS = frozenset({"by reading", "hourly"})
"""Engagements with a ledger."""


def is_paid(person: Row) -> bool:
    """Whether work of this person is paid: not of staff, nor of volunteers, nor from an account that is paused."""
    return person["engagement"] in PAID_ENGAGEMENTS and not person["paused"]


def require_in_time(task: Row, now: datetime, measure: PayMeasure) -> None:
    """Refuse what comes too many days after its lease."""
    if now - moment(task["until_at"]) > timedelta(days=measure.late_days):
        raise LateTooLong


def work_since(task: Row) -> int:
    """When work on a task may have begun: with its first lease.

    It may have been leased again before the line was back. After an answer was taken back, it is the last one.
    """
    since: int = task["from_at"] if task["answers"] else task["first_at"]
    return since


def measured_seconds(claimed: float | None, leased: int, last_act: int | None, now: int) -> float:
    """Active seconds of one task; its times are microseconds.

    What the page measured (`claimed`), at most the time since the lease. Without it, the whole time since the lease, or
    since the person last sent something. Where the clock was put back since the lease, the claim stands.
    """
    since_lease = max(0, now - leased) / SECOND
    if claimed is not None and leased > now:
        return max(0.0, claimed)
    if claimed is not None:
        return min(max(0.0, claimed), since_lease)
    return since_lease if last_act is None else max(0, now - last_act) / SECOND


def take_time(
    db: Database, person: Row, since: int, claimed: float, now: datetime, known: list[Row] | None = None
) -> float:
    """The seconds of a claim that are free between `since` (microseconds) and now. From then on they are taken.

    The earliest are taken first: later ones are open to more of what may still come. `known` are the person's taken
    stretches since then or longer, where they were read already.
    """
    end = micros(now)
    last = begin = since if since <= end else end - _unsure(db, person["id"], since, end)
    wanted = max(0, min(round(claimed * SECOND), end - begin))
    taken = _taken(db, person["id"], begin, end, known if begin == since else None)
    left, first, start = wanted, None, begin
    if len(taken) == 1 and taken[0]["from_at"] <= begin:  # as it is nearly always: what is free is all after it
        start = taken[0]["until_at"]
        left -= max(0, min(left, end - start))
        if left < wanted:
            db.run("put_paid_time", person=person["id"], begin=taken[0]["from_at"], until=start + wanted - left)
        return float(wanted - left) / SECOND
    for row in (*taken, None):
        until = end if row is None else min(end, row["from_at"])
        piece = min(left, until - start)
        if piece > 0:
            first, left = start if first is None else first, left - piece
            last = start + piece
        if row is None or left == 0:
            break
        start = max(start, row["until_at"])
    if first is not None:
        _put(db, person["id"], first, last, taken)
    return (wanted - left) / SECOND


def free_time(db: Database, person: int, begin: int, now: datetime) -> float:
    """The seconds between `begin` (microseconds) and now that are not taken."""
    end = micros(now)
    rows = db.all("paid_time", person=person, begin=begin)
    taken = sum(max(0, min(end, row["until_at"]) - max(begin, row["from_at"])) for row in rows)
    return float(max(0, end - begin - taken)) / SECOND


def busy_since(db: Database, person: int, begin: int) -> int:
    """Since when the clock that is taken at `begin` (microseconds) is taken without a gap; else `begin`."""
    rows = db.all("paid_time", person=person, begin=begin)
    return min(begin, rows[0]["from_at"]) if rows and rows[0]["until_at"] >= begin else begin


def take_all_time(db: Database, person: int, begin: int, now: datetime) -> None:
    """Take whatever is free between `begin` (microseconds) and now, unpaid: nothing may claim the time of a pause."""
    if begin < micros(now):
        _put(db, person, begin, micros(now), _taken(db, person, begin, micros(now)))


def _unsure(db: Database, person: int, since: int, end: int) -> int:
    """How much before now (microseconds) a claim may take where the clock was put back since its lease.

    As much as the clock was put back, less what was paid within that stretch of it already, up to some minutes.
    """
    paid = float(db.value("paid_between", person=person, begin=end, until=since))
    return max(0, min(since - end - round(paid * SECOND), MAX_UNSURE_TIME // timedelta(microseconds=1)))


def _taken(db: Database, person: int, begin: int, now: int, known: list[Row] | None = None) -> list[Row]:
    """Stretches that end at `begin` or later, in order. Those that a clock ahead of ours wrote are dropped."""
    found = db.all("paid_time", person=person, begin=begin) if known is None else known
    rows = [row for row in found if row["until_at"] >= begin]
    if rows and rows[-1]["until_at"] > now + CLOCK_STEP_MICROS:
        db.run("drop_paid_time", person=person, now=now)
        db.run("cut_paid_time", person=person, now=now)
        rows = [row for row in db.all("paid_time", person=person, begin=begin) if row["until_at"] >= begin]
    return rows


def _put(db: Database, person: int, begin: int, end: int, taken: list[Row]) -> None:
    """Write a stretch, in which no gap is left. What it covers or touches becomes one with it."""
    for row in taken:
        if row["from_at"] <= end and row["until_at"] >= begin:
            begin, end = min(begin, row["from_at"]), max(end, row["until_at"])
            if row["from_at"] != begin:
                db.run("join_paid_time", person=person, begin=row["from_at"])
    db.run("put_paid_time", person=person, begin=begin, until=end)
