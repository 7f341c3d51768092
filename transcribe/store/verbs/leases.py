"""Giving out tasks: which open ones a person may have, in which order, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from transcribe.codes import Reason
from transcribe.errors import LeaseLost, NotFound
from transcribe.model import Task
from transcribe.store.contract import ANYTHING, Offer
from transcribe.store.drivers.database import Database, Row
from transcribe.store.row_mapping import micros, task_of, text, transcriber_of
from transcribe.store.verbs.control_items import ControlItemVerbs
from transcribe.store.verbs.reconcile import MISPLACED

SITTING_TIME = timedelta(hours=8)
"""Within this time one person does not see two fields of a customer that a form keeps apart: a day's work."""

EXPERIENCED_READING_COUNT = 20
"""A person with fewer readings is new and is given the easiest of the next tasks first."""

NEWCOMER_WINDOW_COUNT = 40
"""Among how many of the next tasks of the same priority the easiest are chosen: a choice, and one page of an index."""

WINDOW_PER_TASK_COUNT = 4
"""Among so many of the next tasks, for each one wanted, those are chosen to which somebody adds most: to look at forty
would cost seven times what a lease costs, and saved nothing that could be told from chance."""

MAX_PREFERENCE_WAIT = timedelta(days=1)
"""So long a task waits for somebody of another tradition, or who adds more to it: there may be nobody else."""

WAITED_TASK_BITS = 100.0
"""More bits than anybody adds: what has waited comes before what they add most to."""

MIN_EXTENSION_SHARE = 0.1
"""A lease is extended when at least this share of it has passed: each reading would else write to all that is held."""

REVISIT_TIME = timedelta(minutes=15)
"""How long a person may look again at what they answered: to see its picture, to undo."""


class LeaseVerbs(ControlItemVerbs):
    """Leases, and what is seen of the tasks leased."""

    def __init__(self, database: Database, key: bytes) -> None:
        super().__init__(database, key)
        self._experienced: set[int] = set()

    def lease(self, who: str, count: int, now: datetime, seconds: float = 600.0, offer: Offer = ANYTHING) -> list[Task]:
        """Up to `count` open tasks for this person, never a field they have read or hold; theirs come back first,
        with their time extended. Nothing new for whom is paused or has left."""
        with self.db.write():
            person = self.person_row(who)
            until = micros(now + timedelta(seconds=seconds))
            self.db.run("reap", now=micros(now))
            mine = self._held(person, offer, now)
            for row in mine[:count]:
                if until - row["leased_until"] >= MIN_EXTENSION_SHARE * seconds * 1_000_000:
                    self._extend(row["id"], person["id"], until)
            if len(mine) < count and not person["paused"] and person["left_at"] is None:
                wanted = count - len(mine)
                wanted -= self.give_controls(person, wanted, offer, now, now + timedelta(seconds=seconds))
                for task in self._choose(person, wanted, offer, now):
                    self.give(task, person["id"], now, until)
            return [task_of(row) for row in self._held(person, offer, now)[:count]]

    def held(self, who: str, now: datetime) -> list[Task]:
        return [task_of(row) for row in self.db.all("held", who=self.person_row(who)["id"], now=micros(now))]

    def task(self, task: str, who: str, now: datetime) -> Task:
        person = self.person_row(who)
        row = self.leased_row(task, person)
        holds = (
            row["transcriber"] == person["public_id"] and row["closed_at"] is None and row["leased_until"] > micros(now)
        )
        if not holds:
            answered = self.db.value("last_answer", task_id=row["id"], who=person["id"])
            if answered is None or answered < micros(now - REVISIT_TIME):
                raise NotFound("This task is not yours now. Take the next one.")
        return task_of(row)

    def task_subject(self, task: str) -> Task:
        row = self.db.one("task_by_public", task=task)
        if row is None:
            raise NotFound("There is no such task.")
        return task_of(row)

    def renew(self, task: str, who: str, now: datetime, seconds: float = 600.0) -> Task:
        """Extend a lease; LeaseLost where it has gone to somebody else or is closed. One that has expired and that
        nobody else has taken yet is theirs again."""
        with self.db.write():
            person = self.person_row(who)
            row = self.leased_row(task, person)
            until = micros(now + timedelta(seconds=seconds))
            if row["closed_at"] is None and row["transcriber"] is None:
                self.give(row["id"], person["id"], now, until)
            elif row["closed_at"] is None and row["transcriber"] == person["public_id"]:
                self._extend(row["id"], person["id"], until)
            else:
                raise LeaseLost
            return task_of(self.leased_row(task, person))

    def give_back(self, who: str, now: datetime, tasks: Sequence[str] | None = None) -> int:
        with self.db.write():
            person = self.person_row(who)["id"]
            mine = self.db.all("held_ids", who=person)
            ids = [row["id"] for row in mine if tasks is None or row["public_id"] in tasks]
            return sum(self.db.run("give_back", task_id=each, who=person, now=micros(now)) for each in ids)

    def open_tasks(self, offer: Offer, now: datetime) -> int:
        """How many tasks are open under an offer and held by nobody."""
        named = self.routing.named(offer.form, offer.field)
        count: int = self.db.value(
            "count_offered",
            now=micros(now),
            pools=text(list(offer.pools)),
            kinds=None if offer.kinds is None else text(list(offer.kinds)),
            form_fields=None if named is None else text(list(named)),
            scan_id=None if offer.scan is None else self.scan_row(offer.scan)["id"],
        )
        return count

    def leased_row(self, task: str, person: Row) -> Row:
        """The task with this person's last lease of it; NotFound where it was never theirs."""
        row = self.db.one("task_with_lease", task=task, who=person["id"])
        if row is None:
            raise NotFound("This task was never yours. Take the next one.")
        return row

    def _held(self, person: Row, offer: Offer, now: datetime) -> list[Row]:
        """What the person holds and the offer asks for; items of a test stay on the page of the test."""
        rows = self.db.all("held", who=person["id"], now=micros(now))
        return [
            row
            for row in rows
            if row["reason"] != Reason.QUALIFICATION
            and row["pool"] in offer.pools
            and offer.form in (None, row["form"])
            and offer.field in (None, row["name"])
            and offer.scan in (None, row["scan"])
            and (offer.kinds is None or row["kind"] in offer.kinds)
        ]

    def _choose(self, person: Row, count: int, offer: Offer, now: datetime) -> list[int]:
        """Numbers of open tasks in the order of the queue, no two of one field, no two that a form keeps apart."""
        new = self._is_new(person["id"])
        adds = {row["type"]: row["bits"] for row in self.db.all("adds_of", person=person["id"])}
        rows = self._candidates(
            person, max(WINDOW_PER_TASK_COUNT * count, NEWCOMER_WINDOW_COUNT if new else 0), offer, now, new, adds
        )
        chosen: list[int] = []
        fields: set[tuple[int, str]] = set()
        apart: set[tuple[int, str]] = set()
        for row in rows:
            field, group = (row["field_id"], row["lane"]), (row["scan_id"], row["apart"])
            if row["id"] in chosen or field in fields or (row["apart"] and group in apart):
                continue
            chosen.append(row["id"])
            fields.add(field)
            apart.add(group)
            if len(chosen) == count:
                break
        return chosen

    def _candidates(
        self, person: Row, count: int, offer: Offer, now: datetime, new: bool, adds: Mapping[str, int]
    ) -> Iterator[Row]:
        """The next open tasks of each pool of an offer, those first to which this person adds most.

        Nothing here looks at agreement or decisions. Who has read a field (its mark), and the types of field on which
        this person's readings are worth most, only order what is there: they may choose which field somebody gets,
        never how much work.
        """
        order = partial(_queue_order, _tradition(person), micros(now - MAX_PREFERENCE_WAIT), new, self._bits(adds))
        named = self.routing.named(offer.form, offer.field)
        values: dict[str, object] = {
            "who": person["id"],
            "expert": int("expert" in person["roles"]),
            "kinds": None if offer.kinds is None else text(list(offer.kinds)),
            "sitting": micros(now - SITTING_TIME),
            "misplaced": MISPLACED,
            "count": count,
        }
        for pool in offer.pools:
            if offer.scan is not None:
                scan = self.scan_row(offer.scan)["id"]
                yield from self._next("next_tasks_of_scan", person, {"pool": pool, "scan_id": scan, **values})
            elif named is not None:
                for number in named:
                    field = {"pool": pool, "form_field": number, **values}
                    yield from sorted(self._next("next_tasks_of_field", person, field), key=order)
            else:
                yield from sorted(self._next("next_tasks", person, {"pool": pool, **values}), key=order)

    def _bits(self, adds: Mapping[str, int]) -> Callable[[Row], int]:
        """How many bits this person adds to a task beside others; a new person is given the easiest instead."""
        return lambda task: adds.get(self.routing.type_of(task["form_field_id"]), 0) if adds else 0

    def _next(self, statement: str, person: Row, values: dict[str, object]) -> list[Row]:
        """Rows that the person may be given; asked again where one is of a form that this process did not know."""
        rows = self.db.all(statement, refused=self.routing.refused(person), **values)
        if all(self.routing.knows(number) for number in {row["form_field_id"] for row in rows}):
            return rows
        return self.db.all(statement, refused=self.routing.refused(person), **values)

    def _is_new(self, person: int) -> bool:
        """Whether a person has few readings yet; once they are not, they never are again."""
        if person not in self._experienced:
            if (
                self.db.value("count_recent_readings", who=person, count=EXPERIENCED_READING_COUNT)
                < EXPERIENCED_READING_COUNT
            ):
                return True
            self._experienced.add(person)
        return False

    def _extend(self, task: int, person: int, until: int) -> None:
        self.db.run("extend_lease", task_id=task, until=until)
        self.db.run("extend_lease_fact", task_id=task, who=person, until=until)


def _tradition(person: Row) -> str:
    """The writing tradition of a person, as `Transcriber.tradition` has it."""
    return transcriber_of(person).tradition


def _queue_order(tradition: str, waited: int, new: bool, bits: Callable[[Row], int], task: Row) -> tuple[float, ...]:
    """By priority; then where readers of another tradition stand alone, and last where those of one's own do; then the
    easiest for who is new, for others what they add most to; then as the queue has it. Who has named no language is
    nowhere from elsewhere."""
    mark = task["elsewhere"]
    long = task["opened_at"] < waited
    rank = 1 if not mark or not tradition else 0 if mark != tradition else 1 if long else 2
    return (
        -task["priority"],
        rank,
        -task["ease"] if new else -WAITED_TASK_BITS if long else -bits(task),
        task["slot"],
        task["id"],
    )
