"""In which order a person is given the next open tasks, and which of those that they hold a page asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from transcribe.codes import Reason
from transcribe.store.drivers.database import Row
from transcribe.store.facts import Offer
from transcribe.store.row_mapping import transcriber_of

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
