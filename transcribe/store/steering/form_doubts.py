"""What people say of a scan against the form that it was taken in as, and the operator's last word on it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Literal

from transcribe.codes import Flag
from transcribe.errors import LeaseLost, SettingsError
from transcribe.model import WHOLE, Outcome, Record, Task
from transcribe.store.drivers.columns import micros
from transcribe.store.drivers.database import Row
from transcribe.store.facts import PAY_MEASURE, PayMeasure, SentReading
from transcribe.store.row_mapping import task_of
from transcribe.store.steering.acts import ActVerbs
from transcribe.store.verbs.queue import UNDO_LEASE_SECONDS, QueueVerbs
from transcribe.store.verbs.routing import is_expert

NOT_THIS_FORM = "not this form"
"""The reason kept with a task that is put away as its scan is not the form that it was taken in as."""

FORM_LANE = "identify"
"""The lane of all that is said of which form a scan is."""


class FormDoubtVerbs(QueueVerbs, ActVerbs):
    """Keeps who says that a scan is another paper than its form."""

    def say_not_this_form(
        self, task: str, who: str, sent: SentReading, now: datetime, measure: PayMeasure = PAY_MEASURE
    ) -> Outcome:
        """Keep that a person given a task says its scan is not the form that it was taken in as.

        `sent.legible` is what they say it is. The time is paid as a skip's is. What else is open of the scan waits, and
        this person holds nothing of it any more; the outcome's reading is of the whole scan, "" where they had said it
        before or where it is a control item. SettingsError where the task asks which form the scan is.
        """
        with self.db.write():
            person = self.person_row(who)
            idem = self.keyed_hash("person", person["public_id"], sent.idem)
            row = self.leased_row(task, person, idem)
            done = _outcome(row, row["sent_before"] or "")
            if row["sent_before"] is not None:
                return done
            if row["kind"] == "identify":
                raise SettingsError("This task asks which form the scan is: answer it with none of these.")
            self.skip(task, who, NOT_THIS_FORM, sent.seconds, now, measure)
            if row["kind"] == "test" or not row["form"] or self._says_so(row, person):
                return done  # what is known already is asked of nobody, and one person says it once
            identity, number = self._keep_doubt(row, person, sent, idem, now)
            self.db.run("withdraw_questions", scan_id=row["scan_id"], now=now)
            for each in self.db.all("held", who=person["id"], now=now):
                if each["scan_id"] == row["scan_id"] and each["kind"] not in ("appeal", "test"):
                    self.db.run("give_back", task_id=each["id"], who=person["id"], now=now)
            self.db.run("scan_has_new", scan_id=row["scan_id"], number=number)
            return _outcome(row, identity)

    def undo(self, task: str, who: str, now: datetime) -> Task:
        """Take back the last reading of a task while nothing is decided on it. The task is theirs again.

        The reading and its pay stay as facts. LeaseLost where the field is decided, where the reading is older than
        their last ten, or after an hour. Of a task on which they said that its scan is not its form that is taken back,
        until the scan is set aside.
        """
        with self.db.write():
            person = self.person_row(who)
            row = self.leased_row(task, person)
            doubt = self._doubt_told(row, person)
            if doubt is None:
                return super().undo(task, who, now)
            if not self._may_take_back(row, person, doubt, now):
                raise LeaseLost("What you said of this paper can no longer be taken back: it counts already.")
            until = micros(now + timedelta(seconds=UNDO_LEASE_SECONDS))
            self.db.run("put_undo", number=doubt["number"], now=now)
            self.vouch("undo", doubt["number"])
            self.db.run("ask_again", task_id=row["id"])
            self.db.run("lease_again", task_id=row["id"], who=person["id"], until=until)
            self.db.run("put_lease", task_id=row["id"], who=person["id"], now=now, until=until)
            self.db.run("wake", scan_id=row["scan_id"])
            return task_of(self.leased_row(row["public_id"], person))

    def may_undo(self, task: str, who: str, now: datetime) -> bool:
        """Whether the last reading of a task could be taken back now. NotFound where the task was never theirs."""
        with self.db.snapshot():
            person = self.person_row(who)
            row = self.leased_row(task, person)
            doubt = self._doubt_told(row, person)
            return super().may_undo(task, who, now) if doubt is None else self._may_take_back(row, person, doubt, now)

    def _doubt_told(self, row: Row, person: Row) -> Row | None:
        """What a person said of the paper by this task; None where they said nothing by it."""
        doubt = self.db.one("doubt_of", scan_id=row["scan_id"], who=person["id"], form=_form_of(row))
        told = doubt and self.db.value("task_of_doubt", scan_id=row["scan_id"], who=person["id"])
        return doubt if told == row["public_id"] else None

    def task_of_doubt(self, scan: str, who: str) -> str | None:
        """The task that a person was given when they said last that a scan is not its form; else None."""
        number, person = self.scan_row(scan)["id"], self.person_row(who)["id"]
        told: str | None = self.db.value("task_of_doubt", scan_id=number, who=person)
        return told

    def last_record(self, scan: str) -> Record | None:
        """The latest version of the record of a scan, under whichever form; None where it has none."""
        row = self.db.one("last_record", scan_id=self.scan_row(scan)["id"])
        return None if row is None else self.record_numbered(row["id"])

    def bring_scan_back(self, scan: str, by: str, reason: str, now: datetime) -> bool:
        """Weigh a scan that was set aside, and ask what is still to be asked. False where it is not aside.

        Where people said that it is not its form, this is the last word on it, also while it is not aside.
        """
        with self.db.write():
            row = self.live_scan(scan)
            doubted = bool(row["form"]) and self.db.one("form_is_doubted", scan_id=row["id"]) is not None
            if not super().bring_scan_back(scan, by, reason, now):
                if not doubted:
                    return False
                self.act("scan brought back", row["sha256"], by, reason, now, scan=row["id"])
                self.db.run("wake", scan_id=row["id"])
            if doubted:
                self._keep_last_word(row, reason, now)
            return True

    def ask_form_alone(self, scan: str, up_to: int, task: Task, now: datetime, record: Record | None = None) -> None:
        """Conclude that one more person must say which form a scan is; all else that is asked of it waits.

        `record` is what its record says meanwhile, where it has one.
        """
        with self.db.write():
            row = self.scan_row(scan)
            if up_to >= row["cursor"]:  # else a later conclusion stands already
                self.db.run("withdraw_questions", scan_id=row["id"], now=now)
            self.conclude(scan, up_to, [], [task], record, now)

    def _may_take_back(self, task: Row, person: Row, doubt: Row, now: datetime) -> bool:
        """Whether nothing stands on what a person said of a scan: nobody else has the task, nor is the scan aside."""
        elsewhere = task["closed_at"] is None and task["transcriber"] not in (None, person["public_id"])
        answered = task["closed_at"] is not None and task["withdrawn_at"] is None
        aside = self.db.one("is_cancelled", scan_id=task["scan_id"]) is not None
        return not (elsewhere or answered or aside or self.is_old(doubt, person, now))

    def _says_so(self, task: Row, person: Row) -> bool:
        """Whether this person has said before of this form that the scan is another one."""
        return self.db.one("doubt_of", scan_id=task["scan_id"], who=person["id"], form=_form_of(task)) is not None

    def _keep_doubt(self, task: Row, person: Row, sent: SentReading, idem: str, now: datetime) -> tuple[str, int]:
        """Write what a person says of the whole scan. Its time is paid as the skip's."""
        identity, scan = secrets.token_hex(16), self.scan_row(task["scan"])
        number = self.keep_reading(
            {"shown": _form_of(task), "legible": sent.legible},
            is_erased=scan["erased_at"] is not None,
            id=identity,
            idem=idem,
            field_id=self.make_field(scan, WHOLE),
            lane=FORM_LANE,
            source=person["public_id"],
            kind="expert" if is_expert(person) else "person",
            transcriber_id=person["id"],
            flags=(Flag.ABSENT, Flag.NOT_THIS_FORM),
            now=now,
        )
        return identity, number

    def _keep_last_word(self, scan: Row, reason: str, now: datetime) -> None:
        """Write that an operator says the scan is its form: what people said before is history then."""
        act = self.db.value("last_act_on_scan", scan_id=scan["id"])
        said = f"{scan['form']}/{scan['form_version']} 0"
        idem, flags = self.keyed_hash("form", str(act)), (Flag.SAW_ALL_READINGS,)
        field = self.make_field(scan, WHOLE)
        self.put_operator_reading(scan["id"], field, FORM_LANE, said, reason, idem, flags, now)


def _form_of(task: Row) -> str:
    return f"{task['form']}/{task['form_version']}"


def _outcome(task: Row, reading: str) -> Outcome:
    kind: Literal["again", "kept"] = "again" if task["sent_before"] is not None else "kept"
    form = {"form": task["form"], "form_version": task["form_version"]}
    return Outcome(kind=kind, reading=reading, scan=task["scan"], key=WHOLE, **form)
