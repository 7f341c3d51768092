"""Settling pay: paid time, the top-up to the floor, and closing a period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import cast
from zoneinfo import ZoneInfo

from transcribe.errors import NotFound
from transcribe.pay_arithmetic import HOUR_SECONDS, MIN_PLAUSIBLE_SECONDS, an_hour, least_amount, payable, up
from transcribe.store.drivers.columns import micros, moment, noun
from transcribe.store.drivers.database import Row
from transcribe.store.facts import (
    PAY_MEASURE,
    CarriedRest,
    Pace,
    PayLine,
    PayMeasure,
    PayPeriod,
    PayState,
    PeriodShare,
    TimeClaim,
    TimeDispute,
    WorkOfMonth,
)
from transcribe.store.paid_time import MEASURE_TIME, is_paid, take_time, work_since
from transcribe.store.public_ids import long_id
from transcribe.store.verbs.pay_ledger import PayLedgerVerbs, line_of
from transcribe.store.verbs.queue import LeaseVerbs

LATEST_MICROS = 2**62
"""Later than any moment in microseconds."""

WAITING_LINE = "waiting"
"""The reference of the lines of waiting for work, of which so many minutes a day are paid."""

MAX_BESIDE_SECONDS = 600.0
"""So much of one kind of time beside readings is paid for one field. Reading reasons takes a minute or two."""


class SettlementVerbs(LeaseVerbs, PayLedgerVerbs):
    """Closes periods of pay, says what people are owed, and keeps disputes about their time."""

    def put_time(self, who: str, seconds: float, what: str, now: datetime, measure: PayMeasure = PAY_MEASURE) -> None:
        """Keep paid time that belongs to no field, with its pay line where due.

        Waiting for work is kept beside the pay. Only people paid by the hour are paid for it, up to the measure of a
        day, and not while a field that they skipped within that day is open.
        """
        with self.db.write():
            person = self.person_row(who)
            since, claimed = micros(now - timedelta(seconds=seconds)), seconds
            if what == WAITING_LINE and person["engagement"] not in ("staff", "volunteer"):
                self.db.run("put_waiting", person=person["id"], seconds=seconds, now=now)
            if what == WAITING_LINE:
                claimed = min(seconds, self._paid_wait(person, now, measure))
            claimed = self.time_beside_pieces(person, since, claimed, now)
            if is_paid(person) and (what != WAITING_LINE or claimed > 0):
                self.pay_time(person, take_time(self.db, person, since, claimed, now), what, now)

    def _paid_wait(self, person: Row, now: datetime, measure: PayMeasure) -> float:
        """How many seconds of waiting may still be paid today: none but by the hour, nor beside work passed on."""
        since = {"person": person["id"], "since": now - MEASURE_TIME}
        if person["engagement"] != "hourly" or self.db.value("passed_on", **since, now=now):
            return 0.0
        return max(0.0, measure.waiting_minutes_a_day * 60 - float(self.db.value("waiting_paid", **since)))

    def waiting_seconds(self, who: str) -> float:
        """The seconds that a person has waited for work, in all."""
        seconds: float = self.db.value("waiting_seconds", person=self.person_row(who)["id"])
        return seconds

    def payments_of(self, reference: str) -> list[PayLine]:
        """The lines that paid something out under a reference, the latest first."""
        return [line_of(row) for row in self.db.all("payments_of", reference=reference)]

    def pay_periods(self) -> list[PayPeriod]:
        """What was paid out by reference and currency, the latest first."""
        rows = self.db.all("pay_periods")
        return [PayPeriod(**{**row, "at": moment(row["at"]), "micro": int(row["micro"])}) for row in rows]

    def work_by_month(self, before: datetime) -> list[WorkOfMonth]:
        """What each person worked and earned in each month (UTC) that ended before a time, by currency."""
        return [WorkOfMonth(**row) for row in self.db.all("work_by_month", before=before)]

    def top_up(self, who: str, now: datetime) -> PayLine | None:
        """Bring a person's pay up to the floor for their measured time. Gives the last line written, None where none is
        due.

        Each day in the person's time zone stands alone, so that a good day does not pay for a slow one. Each day that
        needs it gets one line, with the day as its reference.
        """
        with self.db.write():
            person = self.person_row(who)
            missing = sorted(self.missing(person, now).items())
            for (day, currency), micro in missing:
                self.write_line(person["id"], "top-up", micro, currency, 0.0, now, reference=day)
            return self._last_line() if missing else None

    def due_before(self, until: datetime, who: str | None = None) -> dict[tuple[str, str], int]:
        """What was earned before a time and is not paid out, by (person, currency), of everybody or of one person.

        Whole minor units: what is less than a cent waits for more.
        """
        with self.db.snapshot():
            people = self.db.all("people") if who is None else [self.person_row(who)]
            return {
                (person["public_id"], row["currency"]): share.paid
                for person in people
                for row in self.db.all("due_before", person=person["id"], until=until)
                if (share := _share(person, row["currency"], int(row["due"]))).paid > 0
            }

    def close_period(self, until: datetime, reference: str, now: datetime) -> list[PayLine]:
        """Mark what is due up to a time as paid, after topping up: one negative line a person. Closing again pays
        nothing twice.

        Whole minor units of the currency are paid (0.01 EUR, 1 JPY); what is less stays due, and is kept as carried to
        the next period. Who has left has it rounded up, by a line of its own.
        """
        with self.db.write():
            paid = []
            for person in self.db.all("people"):
                self.top_up(person["public_id"], min(until, now))
                for share in self._shares(person, until, {}):
                    what = {"person": person["id"], "currency": share.currency, "now": now, "reference": reference}
                    if share.rounded:
                        self.write_line(kind="rounding", micro=share.rounded, seconds=0.0, **what)
                    if share.paid:
                        self.write_line(kind="paid", micro=-share.paid, seconds=0.0, **what)
                        paid.append(self._last_line())
                    self.db.run("put_carried", **what, micro=share.carried)
            total = sum(-line.micro for line in paid)
            self.log(self.actor, "period closed", reference, {"lines": len(paid), "micro": total}, now)
        return paid

    def period_shares(self, until: datetime, now: datetime) -> list[PeriodShare]:
        """What `close_period` would pay and carry, by handle; nothing is written."""
        with self.db.snapshot():
            shares = []
            for person in self.db.all("people"):
                coming: dict[str, int] = {}
                for (_, currency), micro in self.missing(person, min(until, now)).items():
                    coming[currency] = coming.get(currency, 0) + micro
                shares += self._shares(person, until, coming)
            return shares

    def carried_of(self, reference: str) -> list[CarriedRest]:
        """What periods closed with this reference left to the next one. Nothing is kept of those that were closed in
        fractions of a cent, as they were at first."""
        return [_rest_of(row) for row in self.db.all("carried_of", reference=reference)]

    def carried_for(self, who: str) -> list[CarriedRest]:
        """What each closed period left to the next one of one person, in order."""
        return [_rest_of(row) for row in self.db.all("carried_for", person=self.person_row(who)["id"])]

    def _shares(self, person: Row, until: datetime, coming: Mapping[str, int]) -> list[PeriodShare]:
        """What a period gives a person by currency, with top-ups that are `coming`; none where nothing is due.

        More may be paid than was due by then, where a period that ended later was closed before: that is no debt, and
        nothing comes of it.
        """
        due = {row["currency"]: int(row["due"]) for row in self.db.all("due", person=person["id"], until=until)}
        before = {row["currency"]: row["micro"] for row in self.db.all("carried_of_person", person=person["id"])}
        currencies = sorted({*due, *coming})
        shares = [_share(person, each, due.get(each, 0) + coming.get(each, 0)) for each in currencies]
        ahead = self._paid_ahead(person) if any(each.carried < 0 for each in shares) else set()
        return [
            each
            for each in shares
            if (each.paid or each.carried or before.get(each.currency))
            and not (each.carried < 0 and each.currency in ahead)
        ]

    def _paid_ahead(self, person: Row) -> set[str]:
        """The currencies in which a person is not paid more than all that they have earned until now."""
        rows = self.db.all("due", person=person["id"], until=LATEST_MICROS)
        return {row["currency"] for row in rows if int(row["due"]) >= 0}

    def unpaid_claims(self) -> list[TimeClaim]:
        """The time in the ledger since each person's last payment, by person, oldest first."""
        return [noun(TimeClaim, row) for row in self.db.all("unpaid_claims")]

    def often_sent(self, count: int) -> list[tuple[str, int]]:
        """Each task of which one person sent more than `count` readings since their last payment: who, how many."""
        return [(row["transcriber"], row["readings"]) for row in self.db.all("often_sent", count=count)]

    def missing(self, person: Row, until: datetime) -> dict[tuple[str, str], int]:
        """(day, currency) -> micro-units by which the lines of that day stay under the floor of their time.

        Only paid work has lines, whatever the person is engaged as now.
        """
        zone = ZoneInfo(person["time_zone"] or "UTC")
        floors = self.db.all("floors")
        short: dict[tuple[str, str], Fraction] = {}
        # who left, or has another time zone now, was topped up by the days that they had until then
        since = person["zone_since"] or 0 if person["time_zone"] else person["left_at"]
        lines = [line for line in self.db.all("ledger_of_person", person=person["id"], after=0) if line["at"] > since]
        for line in lines:
            floor = _floor_at(floors, line["at"])
            if line["kind"] in ("reading", "time") and line["at"] <= micros(until) and floor is not None:
                day = moment(line["at"]).astimezone(zone).date().isoformat()
                earned = line["micro"] if line["currency"] == floor["currency"] else 0
                worth = Fraction(floor["micro"]) * Fraction(line["seconds"]) / HOUR_SECONDS
                short[day, floor["currency"]] = short.get((day, floor["currency"]), Fraction(0)) + worth - earned
        for line in lines:
            if line["kind"] == "top-up" and (line["reference"], line["currency"]) in short:
                short[line["reference"], line["currency"]] -= line["micro"]
        return {where: up(amount) for where, amount in short.items() if amount > 0}

    def _last_line(self) -> PayLine:
        (row,) = self.db.all("last_ledger_line")
        return line_of(row)

    def pay_states(self, now: datetime, who: str | None = None) -> list[PayState]:
        """What everybody, or one person, is owed and was paid: one state for each currency.

        Staff and volunteers have no ledger, and so no state.
        """
        with self.db.snapshot():
            people = self.db.all("people") if who is None else [self.person_row(who)]
            return [state for person in people for state in self._states(person, now)]

    def pace(self, form: str) -> Pace:
        """How fast people read a form, measured over everybody who is paid, without what nobody can have looked at."""
        row = cast(Row, self.db.one("pace", form=form, least=MIN_PLAUSIBLE_SECONDS))
        return Pace(readings=row["readings"], seconds=row["seconds"])

    def dispute_time(self, task: str, who: str, claimed: float, words: str, now: datetime) -> TimeDispute:
        """Keep that a person says that a task took longer than measured.

        Again is the same dispute, but where more time was kept since one that was answered.
        """
        with self.db.write():
            person = self.person_row(who)
            whose = {"person": person["id"], "task_id": self.leased_row(task, person)["id"]}
            before = self._disputes(**whose)
            if before and all(each.task != task for each in self.kept_times(who)):
                return before[0]
            said = {"public_id": long_id(), "claimed": claimed, "words": words, "now": now}
            self.vouch("dispute", self.db.insert("put_dispute", **whose, **said))
            return self._disputes(**whose)[0]

    def put_time_beside(
        self, task: str, who: str, what: str, seconds: float, now: datetime, measure: PayMeasure = PAY_MEASURE
    ) -> None:
        """Keep that a person spent time on a field beside reading it. `what`: "appeal", "dispute" or "explanation".

        It is paid as time, up to ten minutes of each for one field and up to the measure of a day, as far as the
        person's clock has it free. NotFound where the task was never theirs.
        """
        with self.db.write():
            person = self.person_row(who)
            row = self.leased_row(task, person)
            if not is_paid(person):
                return
            since = max(micros(now - timedelta(seconds=seconds)), min(work_since(row), micros(now)))
            paid = float(self.db.value("paid_beside_task", person=person["id"], task=row["id"], what=what))
            active = min(seconds, max(0.0, MAX_BESIDE_SECONDS - paid), self.beside_left(person, now, measure))
            active = self.time_beside_pieces(person, since, active, now, form=row["form"])
            active = take_time(self.db, person, since, active, now)
            if active > 0:
                self.pay_time(person, active, what, now, form=row["form"], task=row)

    def answer_dispute(self, dispute: str, granted: float, now: datetime, *, by: str = "", reason: str = "") -> None:
        """Add seconds to the person's time, paid like all time, and tell them with the reason.

        `granted` is 0 where the measured time stays. The first answer holds. NotFound where there is no such dispute.
        """
        with self.db.write():
            rows = self.db.all("disputes", open_only=0, person=None, task_id=None, dispute=dispute)
            if not rows:
                raise NotFound("There is no such dispute.")
            (row,) = rows
            if not self.db.changed(
                "answer_dispute", id=row["id"], granted=granted, by=by or self.actor, reason=reason, now=now
            ):
                return
            self.vouch("dispute", row["id"])
            person = cast(Row, self.db.one("person_by_number", person=row["transcriber_id"]))
            task = cast(Row, self.db.one("task_by_public", task=row["task"]))
            if granted > 0:
                self.pay_time(person, granted, "disputed clock", now, task=task, was_paid=self._was_paid(person, task))
            self.tell(person["id"], "time answered", task["field_id"], now)
            self.log(by or self.actor, "dispute answered", dispute, {"granted": granted}, now)

    def _was_paid(self, person: Row, task: Row) -> bool:
        """Whether what this person did at a task was paid, whatever they are engaged as now."""
        lines = self.db.all("ledger_of_person", person=person["id"], after=0)
        return any(line["task"] == task["public_id"] and line["currency"] for line in lines)

    def disputes(self, *, open_only: bool = False) -> list[TimeDispute]:
        """Disputes of time, latest first."""
        return self._disputes(open_only=int(open_only))

    def _disputes(self, **wanted: object) -> list[TimeDispute]:
        values: dict[str, object] = {"open_only": 0, "person": None, "task_id": None, "dispute": None, **wanted}
        return [noun(TimeDispute, row, id=row["public_id"]) for row in self.db.all("disputes", **values)]

    def _states(self, person: Row, now: datetime) -> list[PayState]:
        missing: dict[str, int] = {}
        for (_, currency), micro in self.missing(person, now).items():
            missing[currency] = missing.get(currency, 0) + micro
        carried = {row["currency"]: row["micro"] for row in self.db.all("carried_of_person", person=person["id"])}
        waited = self.db.value("waiting_seconds", person=person["id"])
        states = []
        for row in self.db.all("pay_sums", person=person["id"]):
            coming = missing.get(row["currency"], 0)
            states.append(
                noun(
                    PayState,
                    row,
                    transcriber=person["public_id"],
                    coming=coming,
                    waiting_seconds=waited,
                    an_hour=an_hour(row["due"] + row["paid"] + coming, row["seconds"]),
                    carried=carried.get(row["currency"], 0),
                )
            )
        return states


def _share(person: Row, currency: str, due: int) -> PeriodShare:
    """What is paid of what a person is due, in whole minor units, and what is carried; for who has left, rounded up."""
    rounded = -due % least_amount(currency) if person["left_at"] is not None and due > 0 else 0
    paid = payable(due + rounded, currency)
    return PeriodShare(
        transcriber=person["public_id"], currency=currency, paid=paid, carried=due + rounded - paid, rounded=rounded
    )


def _rest_of(row: Row) -> CarriedRest:
    return CarriedRest(**{**row, "at": moment(row["at"])})


def _floor_at(floors: list[Row], at: int) -> Row | None:
    """The floor in force at a time, None where there was none. `floors` stand oldest first."""
    return next((floor for floor in reversed(floors) if floor["since"] <= at), None)
