"""Questions about fields, the guide that their answers make, expected work, and notices to people."""

from __future__ import annotations

from datetime import datetime

from transcribe.errors import NotFound
from transcribe.model import FieldKey, GuideExample, GuideKind
from transcribe.store.drivers.database import Row
from transcribe.store.facts import PAY_MEASURE, ExpectedWork, Notice, PayMeasure, Question
from transcribe.store.paid_time import QUESTION_LINE, is_paid, take_time
from transcribe.store.public_ids import long_id, short_id
from transcribe.store.row_mapping import key_of, micros, moment, moment_or_none
from transcribe.store.verbs.leases import LeaseVerbs
from transcribe.store.verbs.pay_ledger import PayLedgerVerbs


class QuestionVerbs(LeaseVerbs, PayLedgerVerbs):
    """Keeps questions and answers, expected work, and notices."""

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
                now=micros(now),
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
            self.db.run("answer_question", id=row["id"], answer=answer, by=by, now=micros(now))
            self.tell(row["transcriber_id"], "question answered", row["field_id"], now)
            self.log(by, "question answered", row["public_id"], {}, now)
            return True

    def questions(self, *, open_only: bool = False) -> list[Question]:
        """Questions, latest first."""
        return [
            _question_of(row) for row in self.db.all("questions", open_only=int(open_only), question=None, person=None)
        ]

    def asked_since(self, who: str, since: datetime) -> list[datetime]:
        """The times at which a person asked questions since then, oldest first."""
        rows = self.db.all("questions_since", person=self.person_row(who)["id"], since=micros(since))
        return [moment(row["at"]) for row in rows]

    def put_expected_work(self, work: ExpectedWork, now: datetime) -> None:
        """Keep what work is expected. People who find none are told of it."""
        with self.db.write():
            values = {"form": work.form, "expected_at": micros(work.at), "hours": work.hours}
            self.db.run("put_expected_work", public_id=work.id, **values, now=micros(now))
            self.log(self.actor, "work expected", work.id, {"hours": work.hours, "form": work.form}, now)

    def expected_work(self, now: datetime) -> list[ExpectedWork]:
        """The work that is expected from now on, soonest first."""
        return [
            ExpectedWork(id=row["public_id"], at=moment(row["expected_at"]), hours=row["hours"], form=row["form"])
            for row in self.db.all("expected_work", now=micros(now))
        ]

    def end_expected_work(self, work: str, now: datetime) -> None:
        """End expected work that will not come after all. NotFound where it is not expected."""
        with self.db.write():
            if not self.db.changed("end_expected_work", public_id=work, now=micros(now)):
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
            number = self.db.insert(
                "put_guide_example", public_id=public, field_id=field, kind=kind, by=by, now=micros(now)
            )
            self.db.run("put_guide_example_text", id=number, text=text, words=words)
            self.log(by, "guide example shown", public, {"kind": kind}, now)
            return public

    def end_guide_example(self, example: str, by: str, now: datetime) -> None:
        """Take an example out of its guide. NotFound where it stands in none."""
        with self.db.write():
            if not self.db.changed("end_guide_example", public_id=example, now=micros(now)):
                raise NotFound(f"No guide has an example {example!r}. `fairhand questions examples` lists them.")
            self.log(by, "guide example taken out", example, {}, now)

    def guide_examples(self, form: str | None = None, field: str | None = None) -> list[GuideExample]:
        """The examples of a field's guide, the usual ones first; without a form those of all guides."""
        return [
            GuideExample(
                id=row["public_id"],
                kind=row["kind"],
                scan=row["scan"],
                key=key_of(row),
                form=row["form"],
                snippet=row["snippet"],
                text=row["text"],
                words=row["words"],
                by=row["shown_by"],
                at=moment(row["at"]),
            )
            for row in self.db.all("guide_examples", form=form, field=field)
        ]

    def notices(self, who: str, *, unseen_only: bool = False) -> list[Notice]:
        """A person's notices, latest first."""
        person = self.person_row(who)["id"]
        return [
            Notice(
                number=row["id"],
                kind=row["kind"],
                scan=row["scan"],
                key=None if row["name"] is None else key_of(row),
                at=moment(row["at"]),
                seen_at=moment_or_none(row["seen_at"]),
            )
            for row in self.db.all("notices", person=person, unseen_only=int(unseen_only))
        ]

    def see_notices(self, who: str, now: datetime, number: int | None = None) -> None:
        """Keep that a person has seen their notices, or the one of this number."""
        with self.db.write():
            self.db.run("see_notices", person=self.person_row(who)["id"], number=number, now=micros(now))

    def _question(self, public: str) -> Question:
        (row,) = self.db.all("questions", open_only=0, question=public, person=None)
        return _question_of(row)


def _question_of(row: Row) -> Question:
    return Question(
        id=row["public_id"],
        form=row["form"],
        field=row["field"],
        transcriber=row["transcriber"],
        words=row["words"],
        at=moment(row["at"]),
        answer=row["answer"],
        answered_by=row["answered_by"],
        answered_at=moment_or_none(row["answered_at"]),
        scan=row["scan"],
        key=key_of(row),
    )
