"""Time that is paid once: a claim of seconds is cut to what is still free of a person's wall clock."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median_low, quantiles

from transcribe.errors import LateTooLong
from transcribe.store.drivers.columns import micros, moment
from transcribe.store.drivers.database import Database, Row
from transcribe.store.facts import KeptTime, PayMeasure
from transcribe.store.lookup import Lookup

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


# What the lines of time in the ledger refer to: why time without a reading is paid.

TEST_LINE = "test"
"""The reference of the lines of items of tests, of which so many a day are paid."""

SKIP_LINE = "skip"
"""The reference of the lines of skips."""

QUESTION_LINE = "question"
"""The reference of the lines of questions, of which so many a day are paid."""

APPEAL_LINE = "appeal"
"""The reference of the lines of contesting what was decided."""

DISPUTE_LINE = "dispute"
"""The reference of the lines of contesting a measured time."""

GUESSED_LINES = frozenset({QUESTION_LINE, APPEAL_LINE, DISPUTE_LINE})
"""Lines whose time is a guess of the server's where a page did not measure it."""

PAID_ALREADY_LINE = "paid already"
"""The reference of the lines that take off a piece what other lines of time have paid for the same time."""

ABOVE_PIECE_LINE = "above the piece"
"""The reference of the lines of what the time of a reading is worth above its piece."""


# How long a field usually takes, by its kind and length, as this home's own readings tell it.

LOOK_SECONDS = 60.0
"""A start figure of looking and deciding: the longest of 190 looks in a trial of the pages took 65 s."""

LETTER_SECONDS = 0.75
"""A start figure of typing a letter: complex codes, in the keystroke-level model (Card, Moran, Newell 1980)."""

MIN_TIMED_COUNT = 20
"""Readings of one person without which they tell no 95th percentile: one of them is the twentieth."""

LATEST_LINES_COUNT = 10_000
"""So many of the last lines of the ledger are learnt from: some weeks of a few people. Chosen by hand."""

MAX_LENGTH_CLASS = 9
"""Texts of 256 letters and more are one class: nobody is paid at once for more letters than a box of a form takes."""


def length_class(length: int) -> int:
    """The class of a text's length: 0, 1, 2 to 3, 4 to 7 letters, and so on."""
    return min(MAX_LENGTH_CLASS, length.bit_length())


@dataclass(frozen=True, slots=True)
class UsualTime:
    """The 95th percentile of seconds by kind and class of length. Where nothing is learnt, a start figure."""

    learnt: Mapping[tuple[str, int], float]

    def seconds(self, kind: str, length: int) -> float:
        """The 95th percentile for a field of this kind on which a text of this length was typed.

        It is never less than that of a skip: to read a field pays no less than to skip it.
        """
        sizes = ((kind, length_class(length)), (SKIP_LINE, 0))
        return max(self.learnt.get(each, start_seconds(each[1])) for each in sizes)


def start_seconds(size: int) -> float:
    """What is taken for the 95th percentile of a class of length before this home has readings of it."""
    return LOOK_SECONDS + LETTER_SECONDS * ((1 << size) - 1)


def learnt_from(rows: Iterable[Row]) -> UsualTime:
    """What readings and skips tell: the middle one of each person's own 95th percentile and of the start figure.

    So nobody raises it alone, however long the times that they claim.
    """
    times: dict[tuple[str, int], dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        times[row["what"], length_class(row["length"])][row["person"]].append(row["seconds"])
    learnt = {}
    for (what, size), people in times.items():
        own = [quantiles(each, n=20)[-1] for each in people.values() if len(each) >= MIN_TIMED_COUNT]
        if own:
            learnt[what, size] = median_low([start_seconds(size), *own])
    return UsualTime(learnt)


# What of a time counts at once, by how long such a field usually takes; what lies above is kept.

MEASURE_TIME = timedelta(hours=24)
"""The day within which the measures of a day are counted: the last 24 hours, whatever the time zone."""


class KeptTimeVerbs(Lookup):
    """Keeps time above what counts at once."""

    _usual: tuple[date, UsualTime] | None = None

    def usual_time(self, now: datetime) -> UsualTime:
        """How long fields usually take, by what was read before today (UTC): the same all day and on every machine."""
        today = now.astimezone(UTC).date()
        if self._usual is None or self._usual[0] != today:
            begin = micros(datetime.combine(today, time(), UTC))
            self._usual = today, learnt_from(self.db.all("timed_lines", before=begin, count=LATEST_LINES_COUNT))
        return self._usual[1]

    def at_once(
        self, person: Row, task: Row, free: float, kind: str, length: int, now: datetime, measure: PayMeasure
    ) -> float:
        """The part of a time free on the person's clock that counts at once. What lies above is kept.

        Skips have the measure of a day, too, by the piece: the clock cannot tell what was typed meanwhile.
        """
        most = self.beside_left(person, now, measure) if kind == SKIP_LINE else math.inf
        counts = min(free, most, measure.usual_times * self.usual_time(now).seconds(kind, length))
        if free > counts:
            values = {"person": person["id"], "task": task["id"], "seconds": free - counts}
            self.vouch("kept_time", self.db.insert("put_kept_time", **values, now=now))
        return counts

    def beside_left(self, person: Row, now: datetime, measure: PayMeasure) -> float:
        """How many seconds of skips, questions and such may still be paid today to a person paid by the piece."""
        if person["engagement"] != "by reading":
            return math.inf
        paid = float(self.db.value("beside_paid", person=person["id"], since=now - MEASURE_TIME))
        return max(0.0, measure.skip_minutes_a_day * 60 - paid)

    def kept_times(self, who: str | None = None) -> list[KeptTime]:
        """Time above what is usual of which nobody has said a word yet, latest first; of one person or of all."""
        person = None if who is None else self.person_row(who)["id"]
        return [KeptTime(**{**row, "at": moment(row["at"])}) for row in self.db.all("kept_times", person=person)]
