"""Counts of scans as the desk shows them: summed over the forms that a visitor sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from flows.desk.visit import Visit
from reconcile.records import forms_of_batch, query
from transcribe.errors import NotFound
from transcribe.store import facts

STATE_PREFIX = "state "
"""How what counts scans in a state begins."""

REASON_PREFIX = "reason "
"""How what counts questions asked for a reason begins."""

BY_PEOPLE = ("readings by person", "readings by expert")
"""What people read who were asked, as work is counted; what an operator corrects is none of it."""


def visible(visit: Visit, counts: list[facts.ScanCount]) -> list[facts.ScanCount]:
    """The counts of forms that the visitor sees."""
    return [each for each in counts if visit.sees(each.form)]


def summed(counts: list[facts.ScanCount]) -> Counter[str]:
    """What is counted, over all forms and batches."""
    total: Counter[str] = Counter()
    for each in counts:
        total[each.what] += each.count
    return total


def beginning(total: Mapping[str, int], prefix: str) -> dict[str, int]:
    """What begins with a prefix, without it; where nothing is counted it is left out."""
    return {what.removeprefix(prefix): count for what, count in total.items() if what.startswith(prefix) and count}


def published_forms(visit: Visit, batch: str = "") -> list[str]:
    """The forms that the visitor sees of which records are published, of one batch or of all."""
    path = visit.home.settings.records
    try:
        return [each for each in (forms_of_batch(path, batch) if batch else query.forms(path)) if visit.sees(each)]
    except NotFound:
        return []


def scans_of(counts: Mapping[str, int]) -> int:
    """Scans of a batch that were not forgotten."""
    states = {what: count for what, count in counts.items() if what.startswith(STATE_PREFIX)}
    return sum(states.values()) - states.get(f"{STATE_PREFIX}forgotten", 0)


def straight_through(counts: Mapping[str, int]) -> float | None:
    """The share of finished scans in which no person decided a value. None where none is finished."""
    finished = counts.get(f"{STATE_PREFIX}finished", 0)
    return counts.get("straight through", 0) / finished if finished else None
