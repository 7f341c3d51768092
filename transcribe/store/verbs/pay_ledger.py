"""The ledger: written with the work itself, append-only. It reads no decision, agreement or trust."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from transcribe.codes import Reason
from transcribe.pay_arithmetic import HOUR_SECONDS, for_time
from transcribe.store.drivers.columns import micros, noun
from transcribe.store.drivers.database import Row
from transcribe.store.facts import Floor, PayLine, PayMeasure, Rate
from transcribe.store.paid_time import (
    ABOVE_PIECE_LINE,
    GUESSED_LINES,
    MEASURE_TIME,
    PAID_ALREADY_LINE,
    PAID_ENGAGEMENTS,
    SECOND,
    SKIP_LINE,
    TEST_LINE,
    KeptTimeVerbs,
    busy_since,
    free_time,
    is_paid,
    work_since,
)

BEGUN_SECONDS = 1.0
"""A page counts begun seconds whole: so much more than there was may be claimed by whoever is honest."""

GUESSED_SECONDS = 60.0
"""A question, an appeal or a contested clock whose time was not measured is paid so much: a guess of the server's."""

STEPS_LOOKED_AT_COUNT = 5000
"""Among so many last lines it is looked for a server's clock that was put back. Chosen by hand."""


class PayLedgerVerbs(KeptTimeVerbs):
    """Keeps rates, floors and pay lines."""

    def put_rate(self, rate: Rate, now: datetime) -> None:
        """Keep a rate that holds from its `since` on."""
        with self.db.write():
            values = {"form": rate.form, "per": rate.per, "micro": rate.micro, "currency": rate.currency}
            self.vouch("rate", self.db.insert("put_rate", **values, since=rate.since, now=now))
            self.log(self.actor, "rate kept", rate.form, values, now)

    def rate(self, form: str, now: datetime, per: Literal["reading", "hour"] = "reading") -> Rate | None:
        """The rate in force for a form: its own, or that of all forms. None where there is neither."""
        row = self._rate_row(form, per, now)
        return None if row is None else noun(Rate, row)

    def _rate_row(self, form: str, per: str, now: datetime) -> Row | None:
        return _latest([each for each in self.db.all("rates_of_form", form=form) if each["per"] == per], now)

    def put_floor(self, floor: Floor, now: datetime) -> None:
        """Keep a floor of an hour's pay that holds from its `since` on."""
        with self.db.write():
            values = {"micro": floor.micro, "currency": floor.currency, "source": floor.source}
            values["source_micro"] = floor.source_micro
            self.vouch("floor", self.db.insert("put_floor", **values, since=floor.since, now=now))
            self.log(self.actor, "floor kept", "", values, now)

    def floor(self, now: datetime) -> Floor | None:
        """The floor in force. None where there is none."""
        row = _latest(self.db.all("floors_latest_first"), now)
        return None if row is None else noun(Floor, row)

    def ledger(self, who: str | None = None, after: int = 0) -> list[PayLine]:
        """Lines of the ledger numbered above `after`, in order, of everybody or of one person."""
        if who is None:
            return [line_of(row) for row in self.db.all("ledger", after=after)]
        person = self.person_row(who)["id"]
        return [line_of(row) for row in self.db.all("ledger_of_person", person=person, after=after)]

    def pays(self, person: Row, task: Row, now: datetime, measure: PayMeasure) -> bool:
        """Whether an answer or a skip of this task is paid: not while paused, nor tests above the measure of a day."""
        if not is_paid(person):
            return False
        if task["reason"] != Reason.QUALIFICATION:
            return True
        return self.measured_today(person, TEST_LINE, now) < measure.tests_a_day

    def measured_today(self, person: Row, what: str, now: datetime) -> int:
        """How many questions or items of tests of this person were paid in the last 24 hours."""
        since = micros(now - MEASURE_TIME)
        return int(self.db.value("count_measured", person=person["id"], what=what, since=since))

    def look_ahead_for_pay(self, person: Row, task: Row) -> None:
        """Have all that the pay of a reading depends on read in one go."""
        self.db.ahead("rates_of_form", form=task["form"])
        self.db.ahead("floors_latest_first")
        self.db.ahead("paid_time_of_task", person=person["id"], task=task["public_id"])

    def pay_reading(
        self, person: Row, task: Row, number: int, seconds: float, now: datetime, free: tuple[int, float, float]
    ) -> None:
        """Write the lines of one reading, in the transaction that keeps the reading.

        The pay depends only on the form's rate, on the time and on the person's engagement. One task is paid by the
        piece once: what a skip of it paid is taken off. What its time is worth above the piece is a line of its own.
        `free`: since when it was claimed (microseconds), and of the claim the seconds that were free and those that
        were not. What other time has paid for these comes off the piece.
        """
        since, taken, short = free
        reference = TEST_LINE if task["reason"] == Reason.QUALIFICATION else ""
        line = {"reading": number, "task": task["id"], "reference": reference}
        worth, currency = self._for_hours(task["form"], seconds, now)
        if person["engagement"] != "by reading":
            self.write_line(person["id"], "reading", worth, currency, seconds, now, **line)
            return
        rate = self._rate_row(task["form"], "reading", now)
        if rate is not None and rate["currency"] != currency:
            worth, currency = 0, rate["currency"]
        piece = 0 if rate is None or task["answers"] else rate["micro"]
        if piece and task["skipped"]:
            piece = max(0, piece - self._earned(person, task, currency)["micro"])
        if worth > piece:
            left = self.time_beside_pieces(person, since, seconds, now, form=task["form"], taken=taken)
            worth = max(0, self._for_hours(task["form"], left, now)[0] - self._surplus(person, task, now))
        self.write_line(person["id"], "reading", piece, currency, seconds, now, **line)
        above = worth - piece
        if above < 0:
            off = self._paid_already(person, task, short, currency, now) if short > BEGUN_SECONDS else 0
            above = max(above, -off)
        if above:
            what = {"task": task["id"], "reference": ABOVE_PIECE_LINE if above > 0 else PAID_ALREADY_LINE}
            self.write_line(person["id"], "time", above, currency, 0.0, now, **what)

    def pay_time(
        self,
        person: Row,
        seconds: float,
        what: str,
        now: datetime,
        *,
        form: str = "",
        task: Row | None = None,
        was_paid: bool = False,
    ) -> None:
        """Write the line of working time without a reading, at the higher of the hourly rate and the floor.

        None of staff and volunteers, but for work that `was_paid` before they were engaged so.
        """
        if person["engagement"] not in PAID_ENGAGEMENTS and not was_paid:
            return
        micro, currency = self._for_hours(form, seconds, now)
        number = None if task is None else task["id"]
        self.write_line(person["id"], "time", micro, currency, seconds, now, task=number, reference=what)

    def time_beside_pieces(
        self, person: Row, since: int, seconds: float, now: datetime, *, form: str = "", taken: float = 0.0
    ) -> float:
        """How much of a claim of time the pieces paid since then (microseconds) have left.

        A piece takes of the clock before it what it pays for at an hour's price, whatever was claimed for it, as far
        as the clock has it. So what comes after one is paid whole, and no hour is paid by the piece and by the time.
        Of the claim so many seconds are `taken` already.
        """
        price, currency = self._for_hours(form, HOUR_SECONDS, now)
        if person["engagement"] != "by reading" or price == 0:
            return seconds
        left, last, beyond = 0.0, since, 0.0
        for line in self.db.all("pieces_since", person=person["id"], currency=currency, since=since):
            worth = line["piece"] * HOUR_SECONDS / price
            left, last = left + max(0, line["at"] - last) / SECOND, max(last, line["at"])
            left, beyond = max(0.0, left - max(line["seconds"], worth)), beyond + max(0.0, worth - line["seconds"])
        left += max(0, micros(now) - last) / SECOND
        if since > micros(now):
            return seconds
        return min(seconds, max(left, free_time(self.db, person["id"], since, now) + taken - beyond))

    def _paid_already(self, person: Row, task: Row, short: float, currency: str, now: datetime) -> int:
        """What other time lines have paid for those seconds of a reading's claim that were not free since its lease.

        Nothing where something else explains them: the same task's own lines, a guess of the server's, its clock put
        back, or a pause.
        """
        since = work_since(task)
        begin = busy_since(self.db, person["id"], since)
        lines = self.db.all("time_since", person=person["id"], since=begin)
        short -= BEGUN_SECONDS + sum(_explained(line, task) for line in lines)
        beside = [line for line in lines if line["at"] > since and line["currency"] == currency]
        if short <= 0 or not any(line["micro"] > 0 for line in beside):
            return 0
        short -= self._put_back(since, now)
        if self.db.one("paused_since", subject=person["public_id"], since=begin) is not None:
            return 0
        off, left = 0.0, float(sum(line["micro"] for line in beside if line["reference"] == PAID_ALREADY_LINE))
        hour = self._for_hours(task["form"], HOUR_SECONDS, now)[0]
        for line in beside:
            price = line["micro"] / line["seconds"] if line["seconds"] else hour / HOUR_SECONDS
            if line["micro"] > 0 and line["task_id"] != task["id"] and price:
                seconds = min(line["micro"] / price - _explained(line, task), (line["at"] - since) / SECOND)
                off, left = off + max(0.0, min(short, seconds)) * price, left + seconds * price
                short -= seconds
        return max(0, int(min(off, left)))

    def _put_back(self, since: int, now: datetime) -> float:
        """By how many seconds the server's clock was put back since then, as far as lines of pay tell it."""
        row = self.db.one("clock_steps", since=since, count=STEPS_LOOKED_AT_COUNT)
        if row is None or row["top"] is None:
            return 0.0
        return float(max(0, row["step"], row["top"] - micros(now))) / SECOND

    def pay_skip(self, person: Row, task: Row, seconds: float, now: datetime) -> None:
        """Write the line of a skip. An item of a test counts in the measure of a day, answered or skipped."""
        micro, currency = self._for_hours(task["form"], seconds, now)
        micro = max(0, micro - self._surplus(person, task, now))
        what = TEST_LINE if task["reason"] == Reason.QUALIFICATION else SKIP_LINE
        self.write_line(person["id"], "time", micro, currency, seconds, now, task=task["id"], reference=what)

    def _earned(self, person: Row, task: Row, currency: str) -> Row:
        """What readings and the skip of a task have paid this person, and for how many seconds."""
        return cast(Row, self.db.one("earned_on_task", person=person["id"], task=task["id"], currency=currency))

    def _surplus(self, person: Row, task: Row, now: datetime) -> int:
        """What the piece of a task answered before has paid above its time: more time on it is paid from there on."""
        if not task["answers"] or person["engagement"] != "by reading":
            return 0
        price, currency = self._for_hours(task["form"], HOUR_SECONDS, now)
        earned = self._earned(person, task, currency)
        return max(0, int(earned["micro"]) - for_time(price, earned["seconds"]))

    def _for_hours(self, form: str, seconds: float, now: datetime) -> tuple[int, str]:
        """Pay for a time, and its currency, at the hour's rate, never under the floor."""
        self.db.ahead("floors_latest_first")
        rate, floor = self.rate(form, now, "hour"), self.floor(now)
        if floor is not None and (rate is None or rate.currency != floor.currency or rate.micro < floor.micro):
            return for_time(floor.micro, seconds), floor.currency
        return (0, "") if rate is None else (for_time(rate.micro, seconds), rate.currency)

    def write_line(
        self,
        person: int,
        kind: str,
        micro: int,
        currency: str,
        seconds: float,
        now: datetime,
        *,
        reading: int | None = None,
        task: int | None = None,
        reference: str = "",
    ) -> None:
        """Append one line to the ledger."""
        self.db.run(
            "put_ledger",
            person=person,
            kind=kind,
            micro=micro,
            currency=currency,
            seconds=seconds,
            now=now,
            reading=reading,
            task_id=task,
            reference=reference,
        )


def _explained(line: Row, task: Row) -> float:
    """The seconds of a time line that are none of a claim beside this task: of the task itself, or guessed."""
    if line["task_id"] == task["id"]:
        return float(line["seconds"])
    return min(float(line["seconds"]), GUESSED_SECONDS) if line["reference"] in GUESSED_LINES else 0.0


def _latest(rows: list[Row], now: datetime) -> Row | None:
    """The first of these prices or floors that is in force; None where none is."""
    return next((row for row in rows if row["since"] <= micros(now)), None)


def line_of(row: Row) -> PayLine:
    """A line of the ledger."""
    return noun(PayLine, row, reading=row["reading_id"])
