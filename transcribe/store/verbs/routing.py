"""Which fields a person may be given: languages, regions and qualifications, as the forms say."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from transcribe.codes import Flag, Reason
from transcribe.store.drivers.columns import text
from transcribe.store.drivers.database import Database, Row
from transcribe.store.facts import MissingPeople, Offer, Waits
from transcribe.store.row_mapping import VALUE_LANE, transcriber_of

EXPERT_KINDS = frozenset({"adjudicate", "audit", "appeal"})
"""Kinds of tasks that are for experts only."""

EXPERT_FLAGS = frozenset({Flag.SAW_ALL_READINGS, Flag.SAW_AN_APPEALS_WORDS})
"""Marks of an expert who looked again at what they had read blind."""

EXPERT_POOL = "expert"
"""The pool whose tasks only experts are given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """What routing needs to know of one field of one form."""

    number: int
    form: str
    version: int
    name: str
    type: str
    languages: frozenset[str]
    regions: frozenset[str]
    qualification: str


class Routing:
    """The fields of all forms, kept in memory.

    They are read again when a number comes up that is not known yet, as any process may add a form. A field that was
    known never changes.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self._newest = -1
        self._fields: tuple[FormField, ...] = ()
        self._types: dict[int, str] = {}

    def knows(self, number: int) -> bool:
        """Whether the field of this number is known here. If not, all are read again."""
        if number <= self._newest:
            return True
        self._fields = tuple(_form_field(row) for row in self._db.all("form_fields"))
        self._types = {each.number: each.type for each in self._fields}
        self._newest = max((each.number for each in self._fields), default=0)
        return False

    def read_again(self) -> None:
        """Read all fields anew, as a form may have come."""
        self.knows(self._newest + 1)

    def numbers(self) -> list[int]:
        """The numbers of all fields that are known."""
        return [each.number for each in self._fields]

    def by_number(self) -> dict[int, FormField]:
        """All fields that are known, by their numbers."""
        return {each.number: each for each in self._fields}

    def type_of(self, number: int) -> str:
        """The type of the field of this number; "" where there is none."""
        return self._types.get(number, "")

    def refused(self, person: Row) -> str | None:
        """The numbers of the fields that this person may not be given, as JSON. None where there are none."""
        closed = [each for each in self._fields if each.languages or each.regions or each.qualification]
        if not closed:
            return None
        languages, regions = set(json.loads(person["languages"])), set(json.loads(person["regions"]))
        qualifications = set(json.loads(person["qualifications"]))
        numbers = [
            each.number
            for each in closed
            if (each.languages and each.languages.isdisjoint(languages))
            or (each.regions and each.regions.isdisjoint(regions))
            or (each.qualification and each.qualification not in qualifications)
        ]
        return text(numbers) if numbers else None

    def may_do(self, task: Row, person: Row) -> bool:
        """Whether a person may do a task by what they are now.

        Tasks of experts are for experts; languages, regions and qualifications are those of the form. A test is for
        whoever takes it.
        """
        if not is_expert(person) and (task["pool"] == EXPERT_POOL or task["kind"] in EXPERT_KINDS):
            return False
        self.knows(task["form_field_id"])
        refused = self.refused(person)
        return (
            refused is None
            or task["reason"] == Reason.QUALIFICATION
            or task["form_field_id"] not in json.loads(refused)
        )

    def named(self, form: str | None, field: str | None) -> Sequence[int] | None:
        """The numbers of the fields of this form and this name in every version, newest first. None where neither is
        given."""
        if form is None and field is None:
            return None
        return self._named(form, field) or ([] if self.knows(self._newest + 1) else self._named(form, field))

    def _named(self, form: str | None, field: str | None) -> list[int]:
        return [
            each.number
            for each in reversed(self._fields)
            if (form is None or each.form == form) and (field is None or each.name == field)
        ]


def is_expert(person: Row) -> bool:
    """Whether this person has the role of an expert now."""
    return "expert" in json.loads(person["roles"])


def may_read(person: Row) -> bool:
    """Whether this person is one of those who read: transcribers, and experts."""
    return not {"transcriber", "expert"}.isdisjoint(json.loads(person["roles"]))


def _form_field(row: Row) -> FormField:
    return FormField(
        number=row["id"],
        form=row["form"],
        version=row["version"],
        name=row["name"],
        type=row["type"],
        languages=frozenset(json.loads(row["languages"])),
        regions=frozenset(json.loads(row["regions"])),
        qualification=row["qualification"],
    )


# Who is missing: the people without whom some open fields are finished by nobody who is there.

TRANSCRIBERS_COUNT = 2
"""So many transcribers read a field that machines could not, where they agree; with an expert, every order ends."""

WAITS: Mapping[str, Waits] = {"audit": "checks", "appeal": "appeals"}
"""What an open task keeps waiting, by its kind; any other kind an order."""

Need = tuple[Literal["transcriber", "expert"], tuple[str, ...], tuple[str, ...], str, Waits]
"""A role, one of the languages, one of the regions, a qualification, and what waits."""


def missing_people(stranded: Mapping[str, Iterable[Row]], fields: Mapping[int, FormField]) -> list[MissingPeople]:
    """Who is missing, what most fields wait for first.

    `stranded` are by pool the open tasks that nobody who is there can do, `fields` the fields of forms by number.
    """
    rows: dict[Need, list[Row]] = defaultdict(list)
    for pool, tasks in stranded.items():
        for row in tasks:
            rows[_need(pool, row, fields.get(row["form_field_id"]))].append(row)
    found = [_missing(need, of_need) for need, of_need in rows.items()]
    return sorted(found, key=lambda each: (each.waits != "orders", -each.fields, each.role, each.languages))


def _need(pool: str, row: Row, field: FormField | None) -> Need:
    role: Literal["transcriber", "expert"] = "expert" if pool == EXPERT_POOL else "transcriber"
    waits = WAITS.get(row["kind"], "orders")
    if field is None:
        return role, (), (), "", waits
    return role, tuple(sorted(field.languages)), tuple(sorted(field.regions)), field.qualification, waits


def _missing(need: Need, rows: Iterable[Row]) -> MissingPeople:
    role, languages, regions, qualification, waits = need
    tasks = list(rows)
    least = min(row["passed"] for row in tasks)
    experts = max(-(-row["fields"] // row["places"]) for row in tasks)  # of several appeals on one field each hears one
    return MissingPeople(
        role=role,
        people=experts if role == "expert" else max(1, TRANSCRIBERS_COUNT - least),
        waits=waits,
        fields=sum(row["fields"] for row in tasks),
        orders=len({row["scan_id"] for row in tasks}),
        languages=languages,
        regions=regions,
        qualification=qualification,
    )


# Who is kept for what only experts may do, and who reads a field that nobody else who is there can read.
#
# The last expert who has not read a field is not given its ordinary reading while somebody else may give it. Where
# nobody else may, the expert reads it with the last word, so that every order ends.

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
                found += self._db.all("last_resort_of_fields", alone=left.alone, **shared)
        last_word = _last_word if is_expert(person) else _no_last_word
        return [LastTask(row["id"], last_word(row)) for row in _one_of_each_field(found)[:count]]

    def vain_checks(self) -> list[int]:
        """Checks of decided fields that nobody who is there can make, as every expert has read the field."""
        experts = [self._other(each) for each in self._db.all("people_there") if is_expert(each)]
        return [row["id"] for row in self._db.all("vain_checks", experts=experts)] if experts else []

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


# In which order a person is given the next open tasks, and which of those that they hold a page asks for.

WAITED_TASK_BITS = 100.0
"""More bits than any person adds. A task that has waited so comes before those to which they add most."""


def tradition_of(person: Row) -> str:
    """The writing tradition of a person, as `Transcriber.tradition` has it."""
    return transcriber_of(person).tradition


def queue_order(tradition: str, waited: int, new: bool, bits: Callable[[Row], int], task: Row) -> tuple[float, ...]:
    """The key by which a task is sorted for this person.

    First by priority. Then tasks on which readers of another tradition stand alone; last those on which readers of the
    person's own do. Then the easiest for a new person, and for others what they add most to. Then as the queue has it.
    For a person who has named no language all traditions are alike.
    """
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


def asked_for(held: Sequence[Row], offer: Offer) -> list[Row]:
    """Of the tasks that a person holds those that the offer asks for. Items of a test stay on the page of the test."""
    return [
        row
        for row in held
        if row["reason"] != Reason.QUALIFICATION
        and row["pool"] in offer.pools
        and offer.form in (None, row["form"])
        and offer.field in (None, row["name"])
        and offer.scan in (None, row["scan"])
        and (offer.kinds is None or row["kind"] in offer.kinds)
    ]
