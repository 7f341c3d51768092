"""Who is missing: the people without whom some open fields are finished by nobody who is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

from transcribe.store.drivers.database import Row
from transcribe.store.facts import MissingPeople, Waits
from transcribe.store.offering.routing import EXPERT_POOL, FormField

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
