"""What people are owed and how fast they work, and disputes about their time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from transcribe.errors import NotFound
from transcribe.pay_arithmetic import an_hour
from transcribe.store.drivers.database import Row
from transcribe.store.facts import PAY_MEASURE, Pace, PayMeasure, PayState, TimeDispute
from transcribe.store.paid_time import is_paid, take_time, work_since
from transcribe.store.public_ids import long_id
from transcribe.store.row_mapping import micros, moment, moment_or_none
from transcribe.store.verbs.leases import LeaseVerbs
from transcribe.store.verbs.settlement import SettlementVerbs

MAX_BESIDE_SECONDS = 600.0
"""So much of one kind of time beside readings is paid for one field. Reading reasons takes a minute or two."""


class TimeDisputeVerbs(LeaseVerbs, SettlementVerbs):
    """Gives pay and pace, and keeps disputes of time."""

    def pay_states(self, now: datetime, who: str | None = None) -> list[PayState]:
        """What everybody, or one person, is owed and was paid: one state for each currency.

        Staff and volunteers have no ledger, and so no state.
        """
        with self.db.snapshot():
            people = self.db.all("people") if who is None else [self.person_row(who)]
            return [state for person in people for state in self._states(person, now)]

    def pace(self, form: str) -> Pace:
        """How fast people read a form, measured over everybody who is paid."""
        row = cast(Row, self.db.one("pace", form=form))
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
            said = {"public_id": long_id(), "claimed": claimed, "words": words, "now": micros(now)}
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
                "answer_dispute", id=row["id"], granted=granted, by=by or self.actor, reason=reason, now=micros(now)
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
        return [
            TimeDispute(
                id=row["public_id"],
                transcriber=row["transcriber"],
                task=row["task"],
                claimed=row["claimed"],
                words=row["words"],
                at=moment(row["at"]),
                measured=row["measured"],
                answered_by=row["answered_by"],
                reason=row["reason"],
                answered_at=moment_or_none(row["answered_at"]),
                granted=row["granted"],
            )
            for row in self.db.all("disputes", **values)
        ]

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
                PayState(
                    transcriber=person["public_id"],
                    currency=row["currency"],
                    due=row["due"],
                    paid=row["paid"],
                    coming=coming,
                    seconds=row["seconds"],
                    waiting_seconds=waited,
                    readings=row["readings"],
                    an_hour=an_hour(row["due"] + row["paid"] + coming, row["seconds"]),
                    carried=carried.get(row["currency"], 0),
                )
            )
        return states
