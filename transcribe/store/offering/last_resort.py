"""Who is kept for what only experts may do, and who reads a field that nobody else who is there can read.

The last expert who has not read a field is not given its ordinary reading while somebody else may give it. Where nobody
else may, the expert reads it with the last word, so that every order ends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from transcribe.codes import Reason
from transcribe.store.drivers.database import Database, Row
from transcribe.store.facts import MissingPeople, Offer
from transcribe.store.offering.missing_people import missing_people
from transcribe.store.offering.routing import EXPERT_KINDS, EXPERT_POOL, Routing, is_expert, may_read
from transcribe.store.row_mapping import VALUE_LANE, text

NO_FIELD = 0
"""The number, among the fields of forms, of tasks that are of no one field: rows, and which form a scan is."""


class Left(NamedTuple):
    """Who else may read.

    `others` are they as JSON, `alone` the form fields that none of them may see; another field `least` of them may see.
    """

    others: str
    alone: list[int]
    least: int


class LastTask(NamedTuple):
    """A task that nobody but one person is left for.

    `resort` is why that expert has the last word on it, "" where nobody has.
    """

    id: int
    resort: str


class LastResort:
    """Finds whom an expert is kept for, and the tasks that nobody but one person is left for."""

    def __init__(self, database: Database, routing: Routing) -> None:
        self._db = database
        self._routing = routing

    def spares(self, person: Row) -> str | None:
        """The other experts who are there, as JSON; None for who is no expert, of whom none is kept."""
        if not is_expert(person):
            return None
        return text([self._other(each) for each in self._there(person) if is_expert(each)])

    def tasks(self, person: Row, values: Mapping[str, object], count: int, offer: Offer) -> list[LastTask]:
        """Up to `count` open tasks that nobody is left for but this person.

        An expert has the last word on them, as there is nobody to settle what they would leave open. `values` say who
        asks for what.
        """
        if not may_read(person):
            return []
        named = self._routing.named(offer.form, offer.field)
        limits = {"form_fields": None if named is None else text(list(named)), **values}
        found: list[Row] = []
        for pool in offer.pools:
            left = self._left(person, experts_only=pool == EXPERT_POOL)
            refused = self._routing.refused(person)
            shared = {**limits, "refused": refused, "pool": pool, "others": left.others, "count": count}
            found += self._db.all("last_resort", least=left.least, **shared)
            if left.alone:
                found += self._db.all("last_resort_of_fields", alone=text(left.alone), **shared)
        last_word = _last_word if is_expert(person) else _no_last_word
        return [LastTask(row["id"], last_word(row)) for row in _one_of_each_field(found)[:count]]

    def vain_checks(self) -> list[int]:
        """Checks of decided fields that nobody who is there can make, as every expert has read the field."""
        experts = [self._other(each) for each in self._db.all("people_there") if is_expert(each)]
        return [row["id"] for row in self._db.all("vain_checks", experts=text(experts))] if experts else []

    def missing(self, batch: str | None) -> list[MissingPeople]:
        """The people without whom some open fields, of a batch or of all, are finished by nobody who is there."""
        stranded = {pool: self._db.all("stranded", batch=batch, **people) for pool, people in self._able().items()}
        return missing_people(stranded, self._routing.by_number())

    def stranded_fields(self) -> list[Row]:
        """The fields of scans without a record that nobody who is there can finish."""
        return [row for people in self._able().values() for row in self._db.all("stranded_fields", **people)]

    def _able(self) -> dict[str, dict[str, str]]:
        """By pool: the pool, and who is there to do its tasks, as the statements want it."""
        self._routing.read_again()
        readers = [each for each in self._db.all("people_there") if may_read(each)]
        people = [{**self._other(each), "expert": is_expert(each)} for each in readers]
        able = {"read": people, EXPERT_POOL: [each for each in people if each["expert"]]}
        return {pool: {"pool": pool, "people": text(some)} for pool, some in able.items()}

    def _there(self, person: Row) -> list[Row]:
        return [each for each in self._db.all("people_there") if each["id"] != person["id"] and may_read(each)]

    def _other(self, person: Row) -> dict[str, Any]:
        """Another person as the statements want them: their number, and the form fields that they may not see."""
        refused = self._routing.refused(person)
        return {"id": person["id"], "refused": [] if refused is None else json.loads(refused)}

    def _left(self, person: Row, *, experts_only: bool) -> Left:
        self._routing.read_again()
        others = [self._other(each) for each in self._there(person) if is_expert(each) or not experts_only]
        numbers = (NO_FIELD, *self._routing.numbers())
        counts = {number: sum(number not in each["refused"] for each in others) for number in numbers}
        if experts_only:  # whoever else could do it would have been given it already
            return Left(text(others), [], 1)
        alone = [number for number, count in counts.items() if not count]
        return Left(text(others), alone, min((count for count in counts.values() if count), default=1))


def _one_of_each_field(rows: Sequence[Row]) -> list[Row]:
    """The first tasks in the order of the queue, no two of one field, and no two that a form keeps apart."""
    chosen: dict[tuple[object, ...], Row] = {}
    apart: set[tuple[object, ...]] = set()
    for row in sorted(rows, key=lambda each: (-each["priority"], each["slot"], each["id"])):
        field, group = (row["field_id"], row["lane"]), (row["scan_id"], row["apart"])
        if field not in chosen and not (row["apart"] and group in apart):
            chosen[field] = row
            apart.add(group)
    return list(chosen.values())


def _last_word(task: Row) -> str:
    """Why an expert has the last word on this task; "" where it stays what it is."""
    if task["kind"] in EXPERT_KINDS or task["pool"] == EXPERT_POOL:
        return Reason.NO_OTHER_EXPERT if task["has_read"] else ""
    return Reason.NO_OTHER_READER if task["lane"] == VALUE_LANE or task["kind"] == "identify" else ""


def _no_last_word(task: Row) -> str:
    return ""
