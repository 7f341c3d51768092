"""What people send: readings, skips, and readings taken back."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from transcribe.codes import Flag, Reason, turned_form
from transcribe.errors import CountsAlready, FormNotOffered, LeaseLost, NotFound, ReadAgainSince
from transcribe.model import Outcome, Task
from transcribe.store.drivers.database import Row
from transcribe.store.facts import PAY_MEASURE, PayMeasure, SentReading
from transcribe.store.offering.routing import EXPERT_FLAGS, EXPERT_KINDS, is_expert
from transcribe.store.paid_time import SKIP_LINE, free_time, measured_seconds, require_in_time, take_time, work_since
from transcribe.store.row_mapping import micros, moment, outcome_of, task_of, text, values_of
from transcribe.store.sent_readings import box_of, conditions_of, flags_of, insisted, is_last_word
from transcribe.store.verbs.leases import LeaseVerbs, holds
from transcribe.store.verbs.pay_ledger import BEGUN_SECONDS, PayLedgerVerbs
from transcribe.store.verbs.reconcile import MISPLACED, ReconcileVerbs

MAX_UNDO_COUNT = 10
"""How many of their last readings a person may take back."""

UNDO_LEASE_SECONDS = 600.0
"""How long a task taken back is theirs: as long as a new lease."""

UNDO_TIME = timedelta(hours=1)
"""How long a reading may be taken back or corrected, while nothing is decided on it. Chosen by hand."""

MAX_CORRECTION_COUNT = 10
"""How often one person may correct one task: as many readings as may be taken back."""

UNTIMED_ENGAGEMENTS = frozenset({"staff", "volunteer"})
"""Engagements without a ledger: the time of these people is not kept."""


class QueueVerbs(LeaseVerbs, PayLedgerVerbs, ReconcileVerbs):
    """Keeps what people send."""

    def submit(
        self, task: str, who: str, sent: SentReading, now: datetime, measure: PayMeasure = PAY_MEASURE
    ) -> Outcome:
        """Keep a reading typed under a lease, and its pay line, in one transaction.

        It is kept even when the lease has expired or the task is closed; the outcome is then "late". The same `idem` is
        one reading. A second reading of a field, also under another task of it, corrects the first within undo's rules,
        and is not paid again; after that, CountsAlready. ReadAgainSince where it was typed before the first was sent.
        LateTooLong where the lease ended too many days ago. What a person who is paused sends is kept and not paid.
        NotFound where the task was never theirs.
        """
        with self.db.write():
            person, idem = self.sender(who, task, sent.idem)
            row = self.leased_row(task, person, idem)
            if row["sent_before"] is not None:
                return outcome_of("again", row["sent_before"], row)
            if row["kind"] == "identify":
                self._check_form(sent)
            if sent.page is not None:
                sent = replace(sent, page=self._page(row, sent.page))
            standing = self._standing(row, person)
            if standing is not None and is_last_word(row, person, standing):
                sent = insisted(sent, standing)
                row = {**dict(zip(row.keys(), values_of(row), strict=True)), "answers": 0}  # paid like any other
            elif standing is not None:
                row = self._task_of_standing(row, person, standing, now)
                return self._correct(row, person, sent, idem, standing, now, measure)
            late = not holds(row, person, now)
            if late:
                require_in_time(row, now, measure)
            seconds = claimed = self._seconds(row, person, sent.seconds, now)
            paid = self.pays(person, row, now, measure)
            if paid:
                self.look_ahead_for_pay(person, row)
                known = self.db.all("paid_time_of_task", person=person["id"], task=row["public_id"])
                free = take_time(self.db, person, work_since(row), claimed, now, known)
                seconds = self.at_once(person, row, free, row["kind"], len(sent.text or sent.legible), now, measure)
            identity, number = self._keep(row, person, sent, idem, seconds, late, now)
            if row["kind"] not in EXPERT_KINDS or is_expert(person):  # else an expert has still to do it
                self.db.run("close_task", task_id=row["id"], who=person["id"], now=micros(now))
            self._follow(row, sent, number)
            if paid:
                short = 0.0 if sent.seconds is None or work_since(row) > micros(now) else claimed - free
                self.pay_reading(person, row, number, seconds, now, (work_since(row), free, short))
        return outcome_of("late" if late else "kept", identity, row)

    def skip(
        self,
        task: str,
        who: str,
        reason: str,
        seconds: float | None,
        now: datetime,
        measure: PayMeasure = PAY_MEASURE,
    ) -> None:
        """Give a task back with a reason. The time is paid, once a task.

        This person is offered it again only where nobody else who is there is left for it, and after a day's work.

        The seconds are a claim (None: since they last sent something). They are cut to what is free of the time since
        the lease, to what readings by the piece sent since then have not paid already, and to the measure of a day.
        """
        with self.db.write():
            person = self.person_row(who)
            row = self.leased_row(task, person)
            self.db.run("give_back", task_id=row["id"], who=person["id"], now=micros(now))
            before = self.db.one("skip_of_task", task_id=row["id"], field_id=row["field_id"], who=person["id"])
            if self._standing(row, person) or (before is not None and before["reason"] == reason):
                return  # it was answered, or skipped for the same reason: nothing new is said
            if not holds(row, person, now):
                require_in_time(row, now, measure)
            paid = before is None and self.pays(person, row, now, measure)
            active = self._seconds(row, person, seconds, now) if before is None else 0.0
            if paid:
                active = self.time_beside_pieces(person, work_since(row), active, now, form=row["form"])
                active = take_time(self.db, person, work_since(row), active, now)
                active = self.at_once(person, row, active, SKIP_LINE, 0, now, measure)
            what = {"task_id": row["id"], "field_id": row["field_id"], "lane": row["lane"], "who": person["id"]}
            timed = None if person["engagement"] in UNTIMED_ENGAGEMENTS else active
            self.db.run("put_skip", **what, reason=reason, seconds=timed, now=micros(now))
            self.db.run("count_passed", field_id=row["field_id"], lane=row["lane"])
            if reason == MISPLACED:
                self.db.run("wake", scan_id=row["scan_id"])
            if paid:
                self.pay_skip(person, row, active, now)

    def _standing(self, task: Row, person: Row) -> Row | None:
        """This person's reading of the field of a task, under whichever task they sent it, if it was not taken back."""
        return self.db.one("standing_reading", task_id=task["id"], who=person["id"]) if task["answers"] else None

    def _task_of_standing(self, task: Row, person: Row, standing: Row, now: datetime) -> Row:
        """The task that a reading was sent for. Another one of the same field goes back: nobody reads a field twice."""
        if standing["task_id"] == task["id"]:
            return task
        self.db.run("give_back", task_id=task["id"], who=person["id"], now=micros(now))
        return self.leased_row(standing["task"], person)

    def _correct(
        self,
        task: Row,
        person: Row,
        sent: SentReading,
        idem: str,
        standing: Row,
        now: datetime,
        measure: PayMeasure,
    ) -> Outcome:
        """Keep another reading of a task that was paid already: within undo's rules. Its time since then is paid,
        from a second on.

        What says the same is the same reading. An expert who has seen all readings may correct what is decided.
        """
        if self._says_the_same(task, person, sent, standing):
            return outcome_of("again", standing["id"], task)
        if sent.ago and now - timedelta(seconds=sent.ago) < moment(standing["at"]):
            raise ReadAgainSince
        looked = not EXPERT_FLAGS.isdisjoint(flags_of(task, person, sent))
        counts = {"field_id": standing["field_id"], "reading": standing["id"], "at": standing["at"]}
        settled = not looked and self.db.value("decided_since", **counts)
        old = self.is_old(standing, person, now)
        if settled or old or person["paused"] or task["answers"] > MAX_CORRECTION_COUNT:
            raise CountsAlready
        seconds = 0.0
        if sent.seconds is not None and self.pays(person, task, now, measure):
            claimed = measured_seconds(sent.seconds, standing["at"], None, micros(now))
            if min(claimed, free_time(self.db, person["id"], standing["at"], now)) >= BEGUN_SECONDS:
                free = take_time(self.db, person, standing["at"], claimed, now)
                seconds = self.at_once(person, task, free, task["kind"], len(sent.text or sent.legible), now, measure)
        identity, number = self._keep(task, person, sent, idem, seconds, False, now)
        self._follow(task, sent, number)
        if seconds > 0:
            self.pay_reading(person, task, number, seconds, now, (standing["at"], free, 0.0))
        return outcome_of("kept", identity, task)

    def _says_the_same(self, task: Row, person: Row, sent: SentReading, standing: Row) -> bool:
        same_words = standing["text_hash"] == self.keyed_hash("text", sent.text or "") and not sent.reason
        return bool(
            same_words
            and standing["flags"] in (text(flags_of(task, person, each)) for each in (sent, insisted(sent, standing)))
            and standing["box"] == box_of(sent)
            and standing["conditions"] == conditions_of(sent)
            and standing["legible"] in (None, sent.legible)
        )

    def is_old(self, reading: Row, person: Row, now: datetime) -> bool:
        """Whether a reading is too old to be taken back or corrected: by the hour, or not among the last ten."""
        oldest = self.db.value("tenth_last_reading", who=person["id"], count=MAX_UNDO_COUNT)
        return now - moment(reading["at"]) > UNDO_TIME or (oldest is not None and reading["number"] <= oldest)

    def _seconds(self, task: Row, person: Row, claimed: float | None, now: datetime) -> float:
        """Active seconds of one task, as the page claims them or by the clock, before they are cut to what is free."""
        if claimed is None:
            return measured_seconds(None, task["from_at"], self._last_act(person, task), micros(now))
        return measured_seconds(claimed, work_since(task), None, micros(now))

    def _follow(self, task: Row, sent: SentReading, number: int) -> None:
        """Have a new reading weighed, and the place moved that it tells."""
        if task["kind"] != "test":  # what is known already need not be weighed again
            self.db.run("scan_has_new", scan_id=task["scan_id"], number=number)
        if task["kind"] == "locate" and sent.box is not None:
            x0, y0, x1, y1 = sent.box
            field = {"field_id": task["field_id"]}
            self.db.run("keep_replaced_snippet", **field, snippet=None)
            self.db.run("move_place", **field, page=sent.page, x0=x0, y0=y0, x1=x1, y1=y1)

    def undo(self, task: str, who: str, now: datetime) -> Task:
        with self.db.write():
            person = self.person_row(who)
            row = self.leased_row(task, person)
            last = self._standing(row, person)
            if last is None:
                raise NotFound("There is no reading of yours to take back here.")
            row = self._task_of_standing(row, person, last, now)
            if not self._is_revocable(row, person, last, now):
                raise LeaseLost(
                    "This reading can no longer be taken back: it counts already. You can contest the outcome."
                )
            until = micros(now + timedelta(seconds=UNDO_LEASE_SECONDS))
            self.db.run("put_undo", number=last["number"], now=micros(now))
            self.vouch("undo", last["number"])
            self.db.run("lease_again", task_id=row["id"], who=person["id"], until=until)
            self.db.run("put_lease", task_id=row["id"], who=person["id"], now=micros(now), until=until)
            self.db.run("count_passed", field_id=row["field_id"], lane=row["lane"])
            self.db.run("wake", scan_id=row["scan_id"])
            return task_of(self.leased_row(row["public_id"], person))

    def may_undo(self, task: str, who: str, now: datetime) -> bool:
        with self.db.snapshot():
            person = self.person_row(who)
            last = self._standing(self.leased_row(task, person), person)
            return last is not None and self._is_revocable(self.leased_row(last["task"], person), person, last, now)

    def _is_revocable(self, task: Row, person: Row, reading: Row, now: datetime) -> bool:
        """Whether nothing is decided on a reading, nobody else has its task, and it is not too old.

        Never an item of a test: what is right was shown.
        """
        if task["reason"] == Reason.QUALIFICATION:
            return False
        decided = self.db.value("decided_on", field_id=reading["field_id"], reading=reading["id"])
        taken = task["closed_at"] is None and task["transcriber"] not in (None, person["public_id"])
        return not (decided or taken or not self.routing.may_do(task, person) or self.is_old(reading, person, now))

    def _check_form(self, sent: SentReading) -> None:
        """FormNotOffered where what is said of a scan is no answer that its page offers.

        They are exactly "name/version turn" of a form that was offered, and that it is none of them: no text, for no
        other reason than that.
        """
        if sent.text is None and sent.flags <= {Flag.ABSENT}:
            return
        answer = turned_form(sent.text or "")
        if answer is None or answer[0] not in self._offered_forms():
            raise FormNotOffered("This is none of the forms that were offered.")

    def _offered_forms(self) -> set[str]:
        return {f"{row['name']}/{row['version']}" for row in self.db.all("forms")}

    def _page(self, task: Row, page: int) -> int | None:
        """The page that a person showed something on. None where the scan has no such page."""
        number: int | None = self.db.value("picture_number", scan_id=task["scan_id"], number=page)
        return number

    def _last_act(self, person: Row, task: Row) -> int | None:
        """When this person last sent something (microseconds). None where that was before this task was leased."""
        last: int | None = self.db.value("last_act", who=person["id"])
        return None if last is None or last < task["from_at"] else last

    def _keep(
        self, task: Row, person: Row, sent: SentReading, idem: str, seconds: float, late: bool, now: datetime
    ) -> tuple[str, int]:
        """Writes the reading. Gives its id and its number. Where the scan was forgotten meanwhile, the words are left
        out."""
        identity = secrets.token_hex(16)
        untimed = person["engagement"] in UNTIMED_ENGAGEMENTS
        prefill = None if task["resort"] else task["prefill"]
        shown = prefill if sent.shown is None else sent.shown
        words = {"text": sent.text, "alternatives": "[]", "shown": shown}
        words |= {"legible": sent.legible, "reason": sent.reason}
        expert = (task["kind"] in EXPERT_KINDS or bool(task["resort"])) and is_expert(person)
        number = self.db.insert(
            "put_reading",
            id=identity,
            idem=idem,
            field_id=task["field_id"],
            lane=task["lane"],
            source=person["public_id"],
            kind="expert" if expert else "person",
            transcriber_id=person["id"],
            task_id=task["id"],
            late=int(late),
            confidence=None,
            seconds=None if untimed else seconds,
            flags=text(flags_of(task, person, sent)),
            conditions=conditions_of(sent),
            box=box_of(sent),
            text_hash=self.keyed_hash("text", sent.text or ""),
            words_hash=self.reading_hash(words),
            now=micros(now),
        )
        if task["erased_at"] is None:
            self.db.run("put_reading_text", number=number, **words)
        self._answered.add(person["id"])
        return identity, number
