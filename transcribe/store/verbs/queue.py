"""What people send: readings, skips, and readings taken back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from transcribe.codes import Flag, Reason, turned_form
from transcribe.errors import CountsAlready, FormNotOffered, LeaseLost, NotFound, ReadAgainSince
from transcribe.model import FieldKey, Outcome, Task
from transcribe.store.drivers.columns import micros, moment, text
from transcribe.store.drivers.database import Database, Row
from transcribe.store.facts import (
    ANYTHING,
    LONGEST_LEASE,
    PAY_MEASURE,
    MissingPeople,
    Offer,
    PayMeasure,
    SentReading,
    StrandedScan,
)
from transcribe.store.paid_time import (
    MAX_CLOCK_STEP,
    SKIP_LINE,
    free_time,
    measured_seconds,
    require_in_time,
    take_time,
    work_since,
)
from transcribe.store.row_mapping import key_of, outcome_of, task_of, values_of
from transcribe.store.verbs.control_items import ControlItemVerbs
from transcribe.store.verbs.pay_ledger import BEGUN_SECONDS, PayLedgerVerbs
from transcribe.store.verbs.reconcile import MISPLACED, ReconcileVerbs
from transcribe.store.verbs.routing import (
    EXPERT_FLAGS,
    EXPERT_KINDS,
    EXPERT_POOL,
    LastResort,
    asked_for,
    is_expert,
    may_read,
    queue_order,
    tradition_of,
)

# Which open tasks a person may have, in which order, and for how long.

SITTING_TIME = timedelta(hours=8)
"""A day's work. Within it one person does not see two fields of a customer that a form keeps apart."""

EXPERIENCED_READING_COUNT = 20
"""A person with fewer readings is new, and is given the easiest of the next tasks first. Chosen by hand."""

NEWCOMER_WINDOW_COUNT = 40
"""The easiest are chosen among so many next tasks of one priority: a choice, and one page of an index."""

WINDOW_PER_TASK_COUNT = 4
"""For each task wanted, so many next tasks are looked at for those to which a person adds most.

To look at forty would cost seven times what a lease costs, and saved nothing that could be told from chance.
"""

MAX_PREFERENCE_WAIT = timedelta(days=1)
"""How long a task waits for a person of another tradition, or one who adds more to it. There may be nobody else."""

MAX_HELD_COUNT = 100
"""Tasks that a person holds at most, but for those of one whole form: what a page asks for ahead, and as much again."""

MAX_COUNTED_COUNT = 1000
"""Tasks that others hold are counted up to here: enough to say that work goes on."""

MIN_EXTENSION_SHARE = 0.1
"""A lease is extended when this share of it has passed; else each reading would write to all that is held."""

NOBODY = "[]"
"""No people, as JSON."""

REVISIT_TIME = timedelta(minutes=15)
"""How long a person may look again at what they answered, to see its picture or to take it back."""


class LeaseVerbs(ControlItemVerbs):
    """Leases tasks, and gives what a person may see of a leased one."""

    def __init__(self, database: Database, key: bytes) -> None:
        super().__init__(database, key)
        self._experienced: set[int] = set()
        self._answered: set[int] = set()
        self._last_resort = LastResort(database, self.routing)

    def lease(self, who: str, count: int, now: datetime, seconds: float = 600.0, offer: Offer = ANYTHING) -> list[Task]:
        """Up to `count` open tasks for this person; tasks that they hold already come first, with their time extended.

        None is extended beyond the age at which a lease ends (`offer.longest`). Who held a task for so long, in one
        lease or several, is not given it again for as long: others are.

        It is never a field that they have read. A person who is paused or has left gets nothing new. The last expert
        who has not read a field is not given its ordinary reading. Where too few are found, they get what nobody else
        who is there is left for: what they skipped, and, for an expert, what others cannot read, with the last word.
        """
        with self.db.write():
            person = self.person_row(who)
            until = micros(now + timedelta(seconds=seconds))
            self.db.run("reap", now=now)
            self.db.run("reap_far", now=now, far=until, ahead=now + MAX_CLOCK_STEP)
            self._look_ahead(person, offer, now)
            held = self.db.all("held", who=person["id"], now=now)
            mine = asked_for(held, offer)
            for row in mine[:count]:
                if until - row["leased_until"] >= MIN_EXTENSION_SHARE * seconds * 1_000_000:
                    self.extend(row["id"], person["id"], until, offer.longest)
            if len(mine) < count and may_read(person) and not person["paused"] and person["left_at"] is None:
                wanted = min(count - len(mine), max(0, max(count, MAX_HELD_COUNT) - len(held)))
                wanted -= self.give_controls(person, wanted, offer, now, now + timedelta(seconds=seconds))
                chosen = self._choose(person, wanted, offer, now) if wanted else []
                for task in chosen:
                    self.give(task, person["id"], now, until)
                if len(chosen) < wanted:
                    self._give_last(person, wanted - len(chosen), offer, now, until)
            held = self.db.all("held", who=person["id"], now=now)
            return [task_of(row) for row in asked_for(held, offer)[:count]]

    def held(self, who: str, now: datetime) -> list[Task]:
        """The tasks that this person holds now, in the order leased."""
        return [task_of(row) for row in self.db.all("held", who=self.person_row(who)["id"], now=now)]

    def task(self, task: str, who: str, now: datetime) -> Task:
        """A task that this person holds or has answered in the last 15 minutes. NotFound otherwise."""
        person = self.person_row(who)
        row = self.leased_row(task, person)
        if not holds(row, person, now):
            answered = self.db.value("last_answer", task_id=row["id"], who=person["id"])
            old = answered is None or answered < micros(now - REVISIT_TIME)
            if old or not self.routing.may_do(row, person):
                raise NotFound("This task is not yours now. Take the next one.")
        return task_of(row)

    def task_subject(self, task: str) -> Task:
        """A task by its public id, whoever holds it. For operators and simulations. NotFound where there is none."""
        row = self.db.one("task_by_public", task=task)
        if row is None:
            raise NotFound("There is no such task.")
        return task_of(row)

    def renew(
        self, task: str, who: str, now: datetime, seconds: float = 600.0, longest: timedelta = LONGEST_LEASE
    ) -> Task:
        """Extend a lease that is in force. LeaseLost where it has ended, was given back, or is not for them any more.

        However often it is renewed, it ends at an age (`longest`).

        Whoever has lost one asks for the next task with `lease`.
        """
        with self.db.write():
            person = self.person_row(who)
            row = self.leased_row(task, person)
            if not holds(row, person, now) or not self.routing.may_do(row, person):
                raise LeaseLost
            self.extend(row["id"], person["id"], micros(now + timedelta(seconds=seconds)), longest)
            return task_of(self.leased_row(task, person))

    def give_back(self, who: str, now: datetime, tasks: Sequence[str] | None = None) -> int:
        """End this person's leases, or the named ones, without a reading. Gives how many."""
        with self.db.write():
            person = self.person_row(who)["id"]
            mine = self.db.all("held_ids", who=person)
            ids = [row["id"] for row in mine if tasks is None or row["public_id"] in tasks]
            return sum(self.db.changed("give_back", task_id=each, who=person, now=now) for each in ids)

    def give_back_refused(self, person: Row, now: datetime) -> None:
        """End a person's leases of what they may not do any more."""
        for row in self.db.all("held_ids", who=person["id"]):
            if not self.routing.may_do(row, person):
                self.db.run("give_back", task_id=row["id"], who=person["id"], now=now)

    def held_by_others(self, who: str, offer: Offer, now: datetime) -> int:
        """How many tasks others hold now that this person would otherwise be offered, counted up to a thousand."""
        person = self.person_row(who)
        values = {**self._who(person, replace(offer, kinds=None), now), "spares": self._last_resort.spares(person)}
        values |= {"refused": self.routing.refused(person), "now": now, "pools": offer.pools}
        return int(self.db.value("count_held_by_others", count=MAX_COUNTED_COUNT, **values))

    def has_lapsed(self, who: str) -> bool:
        """Whether what this person was given last was neither read nor skipped by them. They may hold it still.

        Of what they practise on nothing is said.
        """
        return self.db.value("has_lapsed", who=self.person_row(who)["id"]) is not None

    def end_vain_checks(self, now: datetime) -> int:
        """Close checks of decided fields that every expert who is there has read. Gives how many.

        Where no expert is there they stay, for one who comes.
        """
        with self.db.write():
            vain = self._last_resort.vain_checks()
            for task in vain:
                self.db.run("close_unleased_task", task_id=task, now=now)
            return len(vain)

    def missing_people(self, batch: str | None = None) -> list[MissingPeople]:
        """The people without whom some open fields are finished by nobody who is there. None where all can end.

        Of one batch, or of all.
        """
        with self.db.snapshot():
            return self._last_resort.missing(batch)

    def stranded_scans(self) -> list[StrandedScan]:
        """Weighed scans without a record, some fields of which nobody who is there can finish."""
        with self.db.snapshot():
            keys: dict[tuple[str, int], set[FieldKey]] = {}
            for row in self._last_resort.stranded_fields():
                keys.setdefault((row["scan"], row["cursor"]), set()).add(key_of(row))
        return [StrandedScan(scan=scan, up_to=up_to, keys=frozenset(some)) for (scan, up_to), some in keys.items()]

    def open_tasks(self, offer: Offer, now: datetime, who: str | None = None) -> int:
        """How many tasks are open under an offer and held by nobody.

        With a person (the offer names pools alone) those that they hold are among them, and those of fields that they
        read or skipped lately are not.
        """
        named, when = self.routing.named(offer.form, offer.field), {"now": now, "pools": offer.pools}
        count: int = self.db.value(
            "count_offered",
            **when,
            kinds=offer.kinds,
            form_fields=named,
            scan_id=None if offer.scan is None else self.scan_row(offer.scan)["id"],
        )
        if who is None:
            return count
        done = {"who": self.person_row(who)["id"], "recent": MAX_COUNTED_COUNT}
        return count - int(self.db.value("count_done_of_offered", **when, **done)) + len(self.held(who, now))

    def leased_row(self, task: str, person: Row, idem: str | None = None) -> Row:
        """The task with this person's last lease of it, and the reading that was sent as `idem` (`sent_before`).

        NotFound where the task was never theirs.
        """
        row = self.db.one("task_with_lease", task=task, who=person["id"], idem=idem)
        if row is None:
            raise NotFound("This task was never yours. Take the next one.")
        return row

    def _choose(self, person: Row, count: int, offer: Offer, now: datetime) -> list[int]:
        """Numbers of open tasks in the order of the queue, no two of one field or of what a form keeps apart."""
        new = self._is_new(person["id"])
        adds = {row["type"]: row["bits"] for row in self.db.all("adds_of", person=person["id"])}
        chosen: list[int] = []
        fields, apart = set[tuple[int, str]](), set[tuple[int, str]]()
        for row in self._candidates(person, count, offer, now, new, adds):
            field, group = (row["field_id"], row["lane"]), (row["scan_id"], row["apart"])
            if row["id"] in chosen or field in fields or (row["apart"] and group in apart):
                continue
            chosen.append(row["id"])
            fields.add(field)
            apart.add(group)
            if len(chosen) == count:
                break
        return chosen

    def _give_last(self, person: Row, count: int, offer: Offer, now: datetime, until: int) -> None:
        """Lease up to `count` tasks that nobody else who is there is left for."""
        scan = None if offer.scan is None else self.scan_row(offer.scan)["id"]
        for task in self._last_resort.tasks(person, {**self._who(person, offer, now), "scan_id": scan}, count, offer):
            self.give(task.id, person["id"], now, until)
            if task.resort:
                self.db.run("set_resort", task_id=task.id, resort=task.resort)

    def _candidates(
        self, person: Row, count: int, offer: Offer, now: datetime, new: bool, adds: Mapping[str, int]
    ) -> Iterator[Row]:
        """The next open tasks of each pool of an offer; those to which this person adds most come first.

        It looks neither at agreement nor at decisions. The order depends on who has read a field (the task's mark), and
        on the types of field on which this person's readings are worth most: which field they get, not how much.
        """
        order = partial(queue_order, tradition_of(person), micros(now - MAX_PREFERENCE_WAIT), new, self._bits(adds))
        named = self.routing.named(offer.form, offer.field)
        is_only_expert = self._last_resort.spares(person) == NOBODY
        values = self._window(person, count, offer, now, new)
        for pool in offer.pools:
            if is_only_expert and pool != EXPERT_POOL:
                continue  # the only expert is kept for every field
            if offer.scan is not None:
                scan = self.scan_row(offer.scan)["id"]
                yield from self._next("next_tasks_of_scan", person, {"pool": pool, "scan_id": scan, **values})
            elif named is not None:
                for number in named:
                    field = {"pool": pool, "form_field": number, **values}
                    yield from sorted(self._next("next_tasks_of_field", person, field), key=order)
            else:
                yield from sorted(self._next("next_tasks", person, {"pool": pool, **values}), key=order)

    def _who(self, person: Row, offer: Offer, now: datetime) -> dict[str, object]:
        """Who asks for what, as the statements want it."""
        return {
            "who": person["id"],
            "expert": is_expert(person),
            "kinds": offer.kinds,
            "sitting": now - SITTING_TIME,
            "misplaced": MISPLACED,
            "longest": offer.longest // timedelta(microseconds=1),
            "rested": now - 2 * offer.longest,
        }

    def _window(self, person: Row, count: int, offer: Offer, now: datetime, new: bool) -> dict[str, object]:
        """Who asks for what, and how many next tasks are looked at; of these `kept` are wanted at least."""
        window = max(WINDOW_PER_TASK_COUNT * count, NEWCOMER_WINDOW_COUNT if new else 0)
        wish: dict[str, object] = {"count": window, "kept": 1 if new and count == 1 else window}
        wish |= {"tradition": tradition_of(person), "waited": now - MAX_PREFERENCE_WAIT}
        return {**self._who(person, offer, now), **wish}

    def _bits(self, adds: Mapping[str, int]) -> Callable[[Row], int]:
        """A function: how many bits this person adds to a task beside others. A new person is given the easiest
        instead."""
        return lambda task: adds.get(self.routing.type_of(task["form_field_id"]), 0) if adds else 0

    def _next(self, statement: str, person: Row, values: dict[str, object]) -> list[Row]:
        """Rows that the person may be given. The statement runs again where a row is of a form that was not known
        here."""

        def rows() -> list[Row]:
            spares = self._last_resort.spares(person)
            return self.db.all(statement, refused=self.routing.refused(person), spares=spares, **values)

        found = rows()
        known = all(self.routing.knows(number) for number in {row["form_field_id"] for row in found})
        return found if known else rows()

    def _look_ahead(self, person: Row, offer: Offer, now: datetime) -> None:
        """Have what a lease needs read in one go, and the next tasks too where the person has just sent one."""
        self.look_ahead_for_controls()
        self.db.ahead("adds_of", person=person["id"])
        new = person["id"] not in self._experienced
        if new:
            self.db.ahead("count_recent_readings", who=person["id"], count=EXPERIENCED_READING_COUNT)
        is_any = offer.scan is None and self.routing.named(offer.form, offer.field) is None
        if self.db.looks_ahead and is_any and person["id"] in self._answered and not is_expert(person):
            self._answered.discard(person["id"])
            limits = {"pool": offer.pools[0], "refused": self.routing.refused(person), "spares": None}
            self.db.ahead("next_tasks", **self._window(person, 1, offer, now, new), **limits)

    def _is_new(self, person: int) -> bool:
        """Whether a person has few readings yet. Once they have enough, this process looks no more."""
        if person in self._experienced:
            return False
        recent = self.db.value("count_recent_readings", who=person, count=EXPERIENCED_READING_COUNT)
        if recent >= EXPERIENCED_READING_COUNT:
            self._experienced.add(person)
        return bool(recent < EXPERIENCED_READING_COUNT)


def holds(task: Row, person: Row, now: datetime) -> bool:
    """Whether this person holds a task now: it is open, and their lease of it has not ended."""
    mine = task["transcriber_id"] == person["id"] and task["closed_at"] is None
    return bool(mine and task["leased_until"] is not None and task["leased_until"] > micros(now))


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
                self.db.run("close_task", task_id=row["id"], who=person["id"], now=now)
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
            self.db.run("give_back", task_id=row["id"], who=person["id"], now=now)
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
            self.db.run("put_skip", **what, reason=reason, seconds=timed, now=now)
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
        self.db.run("give_back", task_id=task["id"], who=person["id"], now=now)
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
            self.db.run("put_undo", number=last["number"], now=now)
            self.vouch("undo", last["number"])
            self.db.run("lease_again", task_id=row["id"], who=person["id"], until=until)
            self.db.run("put_lease", task_id=row["id"], who=person["id"], now=now, until=until)
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
        expert = (task["kind"] in EXPERT_KINDS or bool(task["resort"])) and is_expert(person)
        number = self.keep_reading(
            {"text": sent.text, "shown": shown, "legible": sent.legible, "reason": sent.reason},
            is_erased=task["erased_at"] is not None,
            id=identity,
            idem=idem,
            field_id=task["field_id"],
            lane=task["lane"],
            source=person["public_id"],
            kind="expert" if expert else "person",
            transcriber_id=person["id"],
            task_id=task["id"],
            late=late,
            seconds=None if untimed else seconds,
            flags=flags_of(task, person, sent),
            conditions=conditions_of(sent),
            box=box_of(sent),
            now=now,
        )
        self._answered.add(person["id"])
        return identity, number


def is_last_word(task: Row, person: Row, standing: Row) -> bool:
    """Whether an expert was given a task of a field that they had read already.

    No other expert is there then. What they send for it is a reading of its own, and no correction of the former one.
    """
    asked_again = bool(task["resort"]) and standing["task_id"] != task["id"] and standing["at"] <= task["from_at"]
    return asked_again and is_expert(person)


def insisted(sent: SentReading, before: Row) -> SentReading:
    """What an expert sends who was asked again: what they read before was not taken as it stood."""
    if before["kind"] != "expert" or not sent.text:
        return sent
    return replace(sent, flags=sent.flags | {Flag.OVERRODE_A_CHECK})


def flags_of(task: Row, person: Row, sent: SentReading) -> list[str]:
    """The marks of a reading. Those that give the last word are for who is an expert now."""
    if not is_expert(person):
        return sorted(sent.flags - EXPERT_FLAGS - {Flag.HEARD_AN_APPEAL})
    return sorted(sent.flags | {Flag.HEARD_AN_APPEAL} if task["kind"] == "appeal" else sent.flags)


def conditions_of(sent: SentReading) -> str:
    """The conditions of a reading as they are kept: the page on which somebody showed something."""
    return "{}" if sent.page is None else text({"page": sent.page})


def box_of(sent: SentReading) -> str | None:
    """The box that somebody drew as it is kept."""
    return text(list(sent.box)) if sent.box else None
