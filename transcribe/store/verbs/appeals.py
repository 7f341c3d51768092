"""What people have read, and appeals: one contests the outcome of a reading, and an expert hears it blind.

The expert never read the field.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal, cast

from transcribe.codes import Flag, Method, Reason
from transcribe.errors import NotFound, StoreError
from transcribe.model import FieldKey, GuideExample, GuideKind, Reading, Truth
from transcribe.store.drivers.columns import moment, noun
from transcribe.store.drivers.database import Row
from transcribe.store.facts import (
    PAY_MEASURE,
    Appeal,
    AppealOutcome,
    AuditedReading,
    ExpectedWork,
    ExpertOutcomes,
    FieldHistory,
    LatestWork,
    Notice,
    PayMeasure,
    Question,
)
from transcribe.store.paid_time import QUESTION_LINE, is_paid, take_time
from transcribe.store.public_ids import long_id, short_id
from transcribe.store.row_mapping import key_of, lane_of, reading_of
from transcribe.store.verbs.pay_ledger import PayLedgerVerbs
from transcribe.store.verbs.queue import LeaseVerbs
from transcribe.store.verbs.reconcile import MAX_READING_NUMBER, ReconcileVerbs
from transcribe.store.verbs.routing import EXPERT_POOL

APPEAL_PRIORITY = 100
"""Before everything else that an expert does: a person waits for the answer, and a date was promised."""


class AppealVerbs(LeaseVerbs, PayLedgerVerbs, ReconcileVerbs):
    """Gives people the histories of what they read, and keeps their appeals, questions and notices."""

    def readings_of(self, who: str, limit: int = 50, before: str | None = None) -> list[FieldHistory]:
        """The latest fields that this person read, each with all that is known of it.

        `before` is a reading's id. A control item still in use is told as a field that is not decided yet.
        """
        with self.db.snapshot():
            person = self.person_row(who)["id"]
            number = MAX_READING_NUMBER if before is None else self.db.value("number_of_reading", reading=before)
            rows = self.db.all("fields_read_by", who=person, before=number or 0, count=limit)
            return [self._history_for(row, who) for row in rows]

    def readings_after(self, who: str, limit: int, after: str) -> list[FieldHistory]:
        """As `readings_of`, those after the reading `after`, the oldest first."""
        with self.db.snapshot():
            person = self.person_row(who)["id"]
            number = self.db.value("number_of_reading", reading=after)
            rows = self.db.all("fields_read_by_after", who=person, after=number or 0, count=limit)
            return [self._history_for(row, who) for row in rows]

    def history_of_reading(self, reading: str, who: str) -> FieldHistory:
        """All that is known of the field of one reading of this person.

        NotFound where the reading is not theirs, or was taken back. A control item still in use is told as a field that
        is not decided yet.
        """
        with self.db.snapshot():
            person = self.person_row(who)["id"]
            number = self.db.value("number_of_reading", reading=reading) or 0
            rows = self.db.all("fields_read_by", who=person, before=number + 1, count=1)
            histories = [self._history_for(row, who) for row in rows]
        for history in histories:
            if any(each.id == reading for each in history.readings):
                return history
        raise NotFound("There is no such reading of yours.")

    def audited_readings(self, who: str) -> list[AuditedReading]:
        """What a person read of the fields that an expert read again by lot; the last word of each of the two.

        What was taken back, set aside, withdrawn or forgotten is left out.
        """
        with self.db.snapshot():
            person, pairs = self.person_row(who)["id"], []
            for row in self.db.all("audited_fields", who=person):
                own = self.db.one("counting_reading", field_id=row["field_id"], who=person)
                expert = self.db.one("heard", task_id=row["task_id"])
                if own is not None and expert is not None and expert["transcriber_id"] != person:
                    form = {"form": row["form"], "form_version": row["form_version"]}
                    pairs.append(AuditedReading(own=reading_of(own), expert=reading_of(expert), **form))
        return pairs

    def latest_work(self, who: str, count: int) -> LatestWork:
        """The last `count` readings of a person and as many skips, added up."""
        with self.db.snapshot():
            person = self.person_row(who)["id"]
            row = self.db.one("pace_of_person", who=person, most=count)
            skips = self.db.all("skips_of_person", who=person, most=count)
        return LatestWork(
            readings=row["readings"] if row else 0,
            timed=row["timed"] if row else 0,
            seconds=row["seconds"] if row else 0.0,
            skips={each["reason"]: each["count"] for each in skips},
        )

    def read_since(self, who: str, since: datetime) -> int:
        """How many fields a person has read since then, which is today; what was taken back is not among them."""
        person = self.person_row(who)["id"]
        before = self.db.value("last_reading_before", who=person, since=since)
        return int(self.db.value("count_read_after", who=person, after=before or 0))

    def _history_for(self, row: Row, who: str) -> FieldHistory:
        """The history of a field as somebody who read it may know it.

        A control item in use looks like a field that nobody has decided: their own readings, and nothing else. A value
        that was published provisionally decides nothing.
        """
        history = self._history_of_field(row["field_id"])
        decided = tuple(each for each in history.decisions if each.method != Method.PROVISIONAL)
        history = replace(history, decisions=decided)
        if not row["control_in_use"]:
            return history
        source = self.person_row(who)["public_id"]
        own = tuple(each for each in history.readings if each.source == source)
        return replace(history, readings=own, decisions=(), tasks=(), truth=None)

    def _history_of_field(self, number: int) -> FieldHistory:
        field = cast(Row, self.db.one("field_by_number", field_id=number))
        scan = cast(Row, self.db.one("scan_by_number", scan_id=field["scan_id"]))
        key: FieldKey = key_of(field)
        history = self.history_of(scan, key, number)
        return replace(history, asked_as=(field["form"], field["form_version"]))

    def open_appeal(self, reading: str, who: str, words: str, deadline: datetime, now: datetime) -> Appeal:
        """Contest the outcome of one's own reading. It opens a task for an expert who never read the field.

        Again is the same appeal. NotFound where the reading is not theirs. StoreError where nothing is decided yet.
        """
        with self.db.write():
            person = self.person_row(who)
            row = self.db.one("reading_by_id", reading=reading)
            if row is None or row["transcriber_id"] != person["id"]:
                raise NotFound("There is no such reading of yours.")
            known = self.db.one("appeal_of_reading", number=row["number"])
            if known is not None:
                return self._appeal(known["public_id"])
            decided = self.db.all("decisions_of_field", field_id=row["field_id"])
            is_aside = self.db.one("is_aside", number=row["number"]) is not None
            if not is_aside and all(each["method"] == Method.PROVISIONAL for each in decided):
                raise StoreError("Nothing is decided on this field yet, so there is nothing to contest.")
            public = long_id()
            number = self.db.insert(
                "put_appeal",
                public_id=public,
                number=row["number"],
                field_id=row["field_id"],
                person=person["id"],
                task_id=self._open_hearing(row["field_id"], now),
                deadline=deadline,
                now=now,
            )
            self.db.run("put_appeal_text", id=number, words=words)
            self.vouch("appeal", number)
            self.log(person["public_id"], "appeal opened", public, {"reading": reading}, now)
            return self._appeal(public)

    def appeals(self, *, open_only: bool = False, who: str | None = None) -> list[Appeal]:
        """Appeals, latest first."""
        person = None if who is None else self.person_row(who)["id"]
        rows = self.db.all("appeals", open_only=open_only, person=person, appeal=None)
        return [self._appeal_of(row) for row in rows]

    def decide_appeal(self, appeal: str, outcome: AppealOutcome, *, minority: bool, now: datetime) -> None:
        """Close an appeal and tell the person. Deciding again changes nothing.

        If upheld, what the expert read becomes the truth of the field, and the scan is weighed again. It becomes none
        where the expert read it after its day, or after they had seen the appeal's words. StoreError where it is upheld
        or declined though no expert has heard it.
        """
        with self.db.write():
            rows = self.db.all("appeals", open_only=0, person=None, appeal=appeal)
            if not rows:
                raise NotFound("There is no such appeal.")
            (row,) = rows
            heard = self.db.one("heard", task_id=row["task_id"])
            if heard is None and outcome != "no expert":
                raise StoreError("No expert has heard this appeal yet.")
            expert = None if heard is None else heard["transcriber_id"]
            facts = {"outcome": outcome, "minority": int(minority and outcome == "upheld")}
            if not self.db.changed("decide_appeal", id=row["id"], **facts, expert=expert, now=now):
                return
            self.vouch("appeal", row["id"])
            self.db.run("close_unleased_task", task_id=row["task_id"], now=now)
            found = None if heard is None else reading_of(heard)
            blind_in_time = found is not None and is_blind_in_time(found, moment(row["deadline"]))
            if outcome == "upheld" and found is not None and found.text is not None and blind_in_time:
                truth = Truth(scan=found.scan, key=found.key, text=found.text, origin="appeal", at=now)
                if self.field_id(self.scan_row(found.scan), found.key) == row["field_id"]:  # not read as another form
                    self.put_truth(truth, now)
            self.tell(row["transcriber_id"], f"appeal {outcome}", row["field_id"], now)
            self.log(self.actor if found is None else found.source, "appeal decided", appeal, facts, now)

    def tell_of_appeal(self, appeal: str, kind: Literal["appeal late", "appeal heard"], now: datetime) -> bool:
        """Tell a person something of an open appeal, once. Gives whether they were told now.

        "appeal late": the appellant, that nobody has heard it by its day. "appeal heard": the expert who read the field
        for it, that they may see what was written with it.
        """
        with self.db.write():
            rows = self.db.all("appeals", open_only=1, person=None, appeal=appeal)
            if not rows:
                return False
            (row,) = rows
            person = row["transcriber_id"]
            if kind == "appeal heard":
                person = cast(Row, self.db.one("heard", task_id=row["task_id"]))["transcriber_id"]
            told = {"person": person, "kind": kind, "field_id": row["field_id"]}
            if self.db.one("told_since", **told, since=row["at"]) is not None:
                return False
            self.tell(person, kind, row["field_id"], now)
            self.log(self.actor, kind, appeal, {}, now)
            return True

    def expert_outcomes(self) -> list[ExpertOutcomes]:
        """How each expert's hearings ended."""
        return [noun(ExpertOutcomes, row) for row in self.db.all("expert_outcomes")]

    def _open_hearing(self, field: int, now: datetime) -> int:
        public = long_id()
        slot = 1 + self.db.value("newest_slot", field_id=field, kind="appeal")
        wish = {"kind": "appeal", "lane": lane_of("appeal"), "reason": Reason.APPEAL, "slot": slot}
        self.db.run(
            "open_task", public_id=public, field_id=field, **wish, pool=EXPERT_POOL, priority=APPEAL_PRIORITY, now=now
        )
        self.db.run("count_passed", field_id=field, lane=wish["lane"])  # who skipped the field may be its last resort
        return int(cast(Row, self.db.one("task_by_public", task=public))["id"])

    def _appeal(self, public: str) -> Appeal:
        (row,) = self.db.all("appeals", open_only=0, person=None, appeal=public)
        return self._appeal_of(row)

    def _appeal_of(self, row: Row) -> Appeal:
        heard = self.db.one("heard", task_id=row["task_id"])
        return noun(
            Appeal,
            row,
            id=row["public_id"],
            reading=reading_of(cast(Row, self.db.one("appealed_reading", number=row["number"]))),
            heard=None if heard is None else reading_of(heard),
        )

    def put_question(
        self,
        task: str,
        who: str,
        words: str,
        seconds: float,
        now: datetime,
        measure: PayMeasure = PAY_MEASURE,
    ) -> Question:
        """Ask about the field of a task. The same words again are the same question.

        The time of a person's first question on a field is paid, up to the measure of a day. NotFound where the task
        was never theirs.
        """
        with self.db.write():
            person = self.person_row(who)
            row = self.leased_row(task, person)
            asked = self.db.all("questions_on_field", field_id=row["field_id"], person=person["id"])
            same = next((each for each in asked if each["words"] == words), None)
            if same is not None:
                return self._question(same["public_id"])
            public = long_id()
            number = self.db.insert(
                "put_question",
                public_id=public,
                form=row["form"],
                field=row["name"],
                field_id=row["field_id"],
                person=person["id"],
                now=now,
            )
            if row["erased_at"] is None:
                self.db.run("put_question_text", id=number, words=words)
            few = self.measured_today(person, QUESTION_LINE, now) < measure.questions_a_day
            if is_paid(person) and not asked and few:
                active = min(seconds, self.beside_left(person, now, measure))
                active = self.time_beside_pieces(person, row["from_at"], active, now, form=row["form"])
                active = take_time(self.db, person, row["from_at"], active, now)
                self.pay_time(person, active, QUESTION_LINE, now, form=row["form"], task=row)
            return self._question(public)

    def answer_question(self, question: str, answer: str, by: str, now: datetime) -> bool:
        """Answer a question for all, and tell the person who asked.

        A later answer replaces the first. False where it was answered so already. NotFound where there is no such
        question.
        """
        with self.db.write():
            rows = self.db.all("questions", open_only=0, question=question, person=None)
            if not rows:
                raise NotFound("There is no such question. fairhand questions list names them.")
            (row,) = rows
            if row["answer"] == answer:
                return False
            self.db.run("answer_question", id=row["id"], answer=answer, by=by, now=now)
            self.tell(row["transcriber_id"], "question answered", row["field_id"], now)
            self.log(by, "question answered", row["public_id"], {}, now)
            return True

    def questions(self, *, open_only: bool = False) -> list[Question]:
        """Questions, latest first."""
        return [_question_of(row) for row in self.db.all("questions", open_only=open_only, question=None, person=None)]

    def asked_since(self, who: str, since: datetime) -> list[datetime]:
        """The times at which a person asked questions since then, oldest first."""
        rows = self.db.all("questions_since", person=self.person_row(who)["id"], since=since)
        return [moment(row["at"]) for row in rows]

    def put_expected_work(self, work: ExpectedWork, now: datetime) -> None:
        """Keep what work is expected. People who find none are told of it."""
        with self.db.write():
            values = {"form": work.form, "expected_at": work.at, "hours": work.hours}
            self.db.run("put_expected_work", public_id=work.id, **values, now=now)
            self.log(self.actor, "work expected", work.id, {"hours": work.hours, "form": work.form}, now)

    def expected_work(self, now: datetime) -> list[ExpectedWork]:
        """The work that is expected from now on, soonest first."""
        return [
            ExpectedWork(id=row["public_id"], at=moment(row["expected_at"]), hours=row["hours"], form=row["form"])
            for row in self.db.all("expected_work", now=now)
        ]

    def end_expected_work(self, work: str, now: datetime) -> None:
        """End expected work that will not come after all. NotFound where it is not expected."""
        with self.db.write():
            if not self.db.changed("end_expected_work", public_id=work, now=now):
                raise NotFound(f"No work {work!r} is announced. fairhand announce list names what is.")
            self.log(self.actor, "expected work called off", work, {}, now)

    def guide(self, form: str, field: str) -> list[Question]:
        """The answered questions of a field, oldest first."""
        return [_question_of(row) for row in self.db.all("guide", form=form, field=field)]

    def put_guide_example(
        self, scan: str, key: FieldKey, kind: GuideKind, text: str, words: str, by: str, now: datetime
    ) -> str:
        """Show a field's picture in the guide of all fields of its name, with what is to be typed and why. Its id.

        It goes with its scan. NotFound where there is no such field, or no picture of it.
        """
        with self.db.write():
            field = self.known_field(self.scan_row(scan), key)
            if self.db.one("snippet_of", field_id=field) is None:
                raise NotFound(f"There is no picture of {key}.")
            public = short_id()
            number = self.db.insert("put_guide_example", public_id=public, field_id=field, kind=kind, by=by, now=now)
            self.db.run("put_guide_example_text", id=number, text=text, words=words)
            self.log(by, "guide example shown", public, {"kind": kind}, now)
            return public

    def end_guide_example(self, example: str, by: str, now: datetime) -> None:
        """Take an example out of its guide. NotFound where it stands in none."""
        with self.db.write():
            if not self.db.changed("end_guide_example", public_id=example, now=now):
                raise NotFound(f"No guide has an example {example!r}. `fairhand questions examples` lists them.")
            self.log(by, "guide example taken out", example, {}, now)

    def guide_examples(self, form: str | None = None, field: str | None = None) -> list[GuideExample]:
        """The examples of a field's guide, the usual ones first; without a form those of all guides."""
        return [
            noun(GuideExample, row, id=row["public_id"], key=key_of(row), by=row["shown_by"])
            for row in self.db.all("guide_examples", form=form, field=field)
        ]

    def notices(self, who: str, *, unseen_only: bool = False) -> list[Notice]:
        """A person's notices, latest first."""
        person = self.person_row(who)["id"]
        return [
            noun(Notice, row, number=row["id"], key=None if row["name"] is None else key_of(row))
            for row in self.db.all("notices", person=person, unseen_only=unseen_only)
        ]

    def see_notices(self, who: str, now: datetime, number: int | None = None) -> None:
        """Keep that a person has seen their notices, or the one of this number."""
        with self.db.write():
            self.db.run("see_notices", person=self.person_row(who)["id"], number=number, now=now)

    def _question(self, public: str) -> Question:
        (row,) = self.db.all("questions", open_only=0, question=public, person=None)
        return _question_of(row)


def is_blind_in_time(heard: Reading, deadline: datetime) -> bool:
    """Whether an expert's reading may be a truth: by the appeal's day, and before they saw its words."""
    return heard.at <= deadline and Flag.SAW_AN_APPEALS_WORDS not in heard.flags


def _question_of(row: Row) -> Question:
    return noun(Question, row, id=row["public_id"], key=key_of(row))
