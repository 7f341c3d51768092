"""What a person is offered: by their roles, never by how often others agreed with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from transcribe.codes import Flag
from transcribe.model import Task, Transcriber
from transcribe.review.context import Context
from transcribe.review.options import ReviewOptions
from transcribe.store import Offer, Store

EXPERT_POOLS = ("expert", "read")
"""Experts settle what is in doubt first, then read like everybody."""


ALONG_COUNTS = (20, 50, 100)
"""Fields that are offered to be taken along, beside the most that is allowed."""


PRACTICE_COUNT = 5
"""Known fields of which each is explained at once, before the first ordinary one: two or three minutes."""


def practice_count(options: ReviewOptions) -> int:
    """How many fields are practised on: no more than are paid in a day."""
    return min(PRACTICE_COUNT, options.measure.tests_a_day)


def offer_to(person: Transcriber) -> Offer:
    """The pools that this person works in."""
    return Offer(pools=EXPERT_POOLS if "expert" in person.roles else ("read",))


def along_counts(most: int) -> tuple[int, ...]:
    """How many fields a person may choose to take along, up to the most that an operator allows."""
    return (*(count for count in ALONG_COUNTS if count < most), most) if most else ()


def lease_tasks(store: Store, context: Context, person: Transcriber, count: int, *, same: bool) -> list[Task]:
    """Up to `count` tasks for this person. With `same`, those of the field that they read last come first.

    The time that a person waits who finds none is kept.
    """
    now, seconds = context.now(), context.options.lease_seconds
    offer = replace(offer_to(person), longest=context.options.longest_lease)
    tasks: list[Task] = []
    last = store.readings_of(person.id, limit=1) if same else []
    if last:
        alike = replace(offer, form=last[0].scan.form, field=last[0].key.name)
        tasks = store.lease(person.id, count, now, seconds, alike)
    if len(tasks) < count:
        tasks = store.lease(person.id, count, now, seconds, offer)
    if waited := store.count_look(person.id, now, found=bool(tasks)):
        store.put_time(person.id, waited, "waiting", now, context.options.measure)
    return tasks


def announced_share(store: Store) -> float:
    """The share of known fields among the work, as people are told: none where no field is known."""
    share = store.control_share()
    return share if share > 0 and has_known(store) else 0.0


def has_known(store: Store) -> bool:
    """Whether the value of some field is known, to be practised on and tested with."""
    return any(each.origin == "gold" for each in store.truths())


def revocable_answer(store: Store, who: str, now: datetime) -> str | None:
    """The task of a person's last reading, where that can still be taken back; else None."""
    last = last_answer(store, who)
    return last if last is not None and store.may_undo(last, who, now) else None


def last_answer(store: Store, who: str) -> str | None:
    """The task of a person's last reading that was not taken back; None where there is none."""
    histories = store.readings_of(who, limit=1)
    own = [reading for history in histories for reading in history.readings if reading.source == who]
    if not own:
        return None
    return store.task_of_doubt(own[-1].scan, who) if Flag.NOT_THIS_FORM in own[-1].flags else own[-1].task
