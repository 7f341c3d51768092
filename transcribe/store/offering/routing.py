"""Which fields a person may be given: languages, regions and qualifications, as the forms say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from transcribe.codes import Flag, Reason
from transcribe.store.drivers.database import Database, Row
from transcribe.store.row_mapping import text

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
