"""My pay: what is due, paid and on the way, every line, clocks to contest, and a statement for each month."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Annotated

from babel.dates import format_date
from fastapi import APIRouter, Form, HTTPException, Path, Query, Response
from fastapi.responses import RedirectResponse

from transcribe.errors import NotFound
from transcribe.i18n import N_
from transcribe.people import PayPromise, has_fair_floor, pay_promise
from transcribe.review.access.sessions import Sending, SignedIn, Visitor, person_page
from transcribe.review.context import Context, Here
from transcribe.review.requests import GUESSED_TIME, TimeBeside, typed_minutes
from transcribe.review.views.expected_work import TitledWork, titled_work
from transcribe.review.views.form_choices import (
    NamedField,
    PayDay,
    PayTerms,
    WeekDay,
    months_of,
    named_field,
    pay_days,
    pay_terms,
    statements_of,
    week_of,
)
from transcribe.review.views.formatting import (
    day,
    local_day,
    moment,
)
from transcribe.review.views.formatting import month as month_in_words
from transcribe.store import Floor, PayLine, PayState, Store, TimeDispute

router = APIRouter()

LINES_PER_PAGE = 100
"""Lines of the ledger on one page. Chosen by hand."""
MAX_CLAIM_MINUTES = 600.0
"""The most minutes that may be claimed for one task: a working day is shorter."""

LINE_KIND_WORDS = {
    "reading": N_("Reading"),
    "time": N_("Time"),
    "top-up": N_("Top-up to the floor"),
    "correction": N_("Correction"),
    "rounding": N_("Rounded up, as you left"),
    "paid": N_("Paid out"),
}
"""The kind of a line of the ledger, as a message of the catalogues."""

TIME_KIND_WORDS = {
    "skip": N_("skipped field"),
    "question": N_("question asked"),
    "appeal": N_("appeal"),
    "dispute": N_("time contested"),
    "explanation": N_("explanation read"),
    "test": N_("test"),
    "waiting": N_("waited for work"),
    "disputed clock": N_("time corrected"),
    "above the piece": N_("time worth more than the price of the field"),
    "paid already": N_("time that is paid already"),
}
"""The purpose of a line of time without a reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedClaim:
    """What a person said of a measured time with minutes that are no number, to stand in the form again."""

    task: str
    minutes: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Time on a field above what is usual, and the minutes in all that may be claimed for it."""

    task: str
    at: datetime
    seconds: float
    field: NamedField
    minutes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPage:
    """Everything on one person's pay page, lines latest first.

    `weeks` is this week by currency. `promised` is what is due by the day of `promise`, by currency; `late`: that day
    has passed. `clocks` are the clocks that may be contested: the latest line of each task, with its field. `kept` is
    time above what is usual, with the minutes that may be claimed.
    """

    states: tuple[PayState, ...]
    weeks: Mapping[str, tuple[WeekDay, ...]]
    floor: Floor | None
    worths: tuple[PayTerms, ...]
    days: tuple[PayDay, ...]
    more: int | None
    clocks: tuple[tuple[PayLine, NamedField], ...]
    disputes: tuple[tuple[TimeDispute, NamedField], ...]
    kept: tuple[Kept, ...]
    coming: tuple[TitledWork, ...]
    months: tuple[str, ...]
    promise: PayPromise | None
    promised: Mapping[str, int]
    late: bool


@router.get("/pay")
async def pay_page(
    context: Here,
    visitor: SignedIn,
    before: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
    task: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = "",
) -> Response:
    """What is due, paid and on the way, and the lines it is made of. Staff and volunteers are told that none is
    counted any more, and see what was.

    With a task its clock is the one chosen to be contested.
    """
    return await _page(context, visitor, before, task)


async def _page(
    context: Context, visitor: Visitor, before: int | None, task: str, typed: TypedClaim | None = None
) -> Response:
    return person_page(
        context,
        visitor,
        "pay.html",
        422 if typed else 200,
        typed=typed,
        most_minutes=MAX_CLAIM_MINUTES,
        paid=visitor.paid(),
        chosen=task,
        pay=await context.look(lambda store: _pay_page_of(store, context, visitor, before)),
        kinds=LINE_KIND_WORDS,
        times=TIME_KIND_WORDS,
        fair=has_fair_floor,
        measure=context.options.measure,
        options=context.options,
        day=partial(day, zone="UTC", language=visitor.language),
    )


@router.post("/pay/dispute")
async def dispute(
    context: Here,
    visitor: Sending,
    task: Annotated[str, Form(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")],
    minutes_taken: Annotated[str, Form(alias="minutes", max_length=100)] = "",
    words: Annotated[str, Form(max_length=1000)] = "",
    seconds: TimeBeside = GUESSED_TIME,
) -> Response:
    """Keeps that a task took longer than was measured. An operator answers, and the time granted is paid.

    The time of saying so is paid too, once. 422, with what was typed, where the minutes are no number or no more than
    was measured; 409 where it is contested already.
    """
    who, now = visitor.person.id, context.now()
    claimed = typed_minutes(minutes_taken, MAX_CLAIM_MINUTES)
    if claimed is None:
        return await _page(context, visitor, None, task, TypedClaim(task=task, minutes=minutes_taken, words=words))

    def keep(store: Store) -> None:
        kept = any(each.task == task for each in store.kept_times(who))
        for each in store.disputes():
            if kept or each.transcriber != who or each.task != task:
                continue
            if (each.claimed, each.words) == (claimed * 60, words):
                return  # sent twice
            raise HTTPException(409, N_("This time was contested before."))
        if claimed * 60 <= _measured(store.ledger(who), task):
            raise HTTPException(422, N_("As much was measured. Say how many minutes it took in all."))
        store.dispute_time(task, who, claimed * 60, words, now)
        store.put_time_beside(task, who, "dispute", seconds, now, context.options.measure)

    await context.change(keep)
    return RedirectResponse("/pay#disputes", 303)


def _pay_page_of(store: Store, context: Context, visitor: Visitor, before: int | None) -> PayPage:
    who, now, language, zone = visitor.person.id, context.now(), visitor.language, visitor.person.time_zone
    ledger, promise = store.ledger(who), pay_promise(context.options.pay_day, now)
    due = store.due_before(promise.earned_before, who) if promise else {}
    lines = [line for line in reversed(ledger) if before is None or line.number < before]
    states = tuple(state for state in store.pay_states(now, who) if state.currency)
    days = pay_days(store, context.forms, language, ledger, lines[:LINES_PER_PAGE], zone)
    return PayPage(
        states=states,
        weeks={each.currency: week_of(ledger, each.currency, local_day(now, zone), zone) for each in states},
        floor=store.floor(now),
        worths=pay_terms(store, context.forms, language, now, visitor.person.engagement),
        days=days,
        more=lines[LINES_PER_PAGE - 1].number if len(lines) > LINES_PER_PAGE else None,
        clocks=_clocks(days),
        disputes=tuple(
            (each, named_field(store, context.forms, each.task, language))
            for each in store.disputes()
            if each.transcriber == who
        ),
        kept=_kept(store, context, visitor, ledger),
        coming=titled_work(store, context.forms, language, now),
        months=months_of(ledger, zone),
        promise=promise,
        promised={currency: micro for (_, currency), micro in due.items()},
        late=promise is not None and promise.is_late(now),
    )


def _measured(ledger: Sequence[PayLine], task: str) -> float:
    """The seconds that were measured for reading or skipping a task, or granted for it."""
    return sum(line.seconds for line in ledger if line.task == task and _is_own(line))


def _kept(store: Store, context: Context, visitor: Visitor, ledger: Sequence[PayLine]) -> tuple[Kept, ...]:
    """A person's kept time. What may be claimed is rounded up, and no more than a working day."""
    found = []
    for each in store.kept_times(visitor.person.id):
        minutes = math.ceil((_measured(ledger, each.task) + each.seconds) / 60 * 10_000) / 10_000
        field = named_field(store, context.forms, each.task, visitor.language)
        claim = f"{min(MAX_CLAIM_MINUTES, minutes):.4f}"
        found.append(Kept(task=each.task, at=each.at, seconds=each.seconds, field=field, minutes=claim))
    return tuple(found)


def _is_own(line: PayLine) -> bool:
    """Whether a line is of the work on a field itself: what was asked or contested beside it has lines of its own."""
    return line.kind == "reading" or line.reference in ("skip", "disputed clock")


def _clocks(days: Sequence[PayDay]) -> tuple[tuple[PayLine, NamedField], ...]:
    """Of each task on these days the latest line that read or skipped it, with all of that time; else the latest line.

    An operator is shown the same time: what was asked, contested or read beside it has lines of its own.
    """
    found: dict[str, tuple[PayLine, NamedField]] = {}
    spent_on: dict[str, float] = {}
    about = [(one.line, one.field) for each in days for one in each.lines if one.field]
    own = [(line, field) for line, field in about if _is_own(line)]
    for line, field in (*own, *about):
        found.setdefault(str(line.task), (line, field))
    for line, _ in own:
        spent_on[str(line.task)] = spent_on.get(str(line.task), 0.0) + line.seconds
    return tuple(
        (replace(line, seconds=spent_on.get(task, line.seconds)), field) for task, (line, field) in found.items()
    )


# A statement for each month, as a page that a person can print or keep.

Month = Annotated[str, Path(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


@router.get("/pay/statement/{month}")
async def statement_page(context: Here, visitor: SignedIn, month: Month) -> Response:
    """Everything that this person earned and was paid in a month, by day. 404 where that is nothing."""
    who, language, now = visitor.person, visitor.language, context.now()
    lines, carried = await context.look(lambda store: (store.ledger(who.id), store.carried_for(who.id)))
    statements = statements_of(lines, carried, month, who.time_zone, now)
    if not statements:
        raise NotFound("Nothing stands in this month.")
    return person_page(
        context,
        visitor,
        "statement.html",
        month=month_in_words(month, language),
        statements=statements,
        options=context.options,
        day=partial(format_date, format="medium", locale=language),
        made=moment(now, who.time_zone, language),
    )
