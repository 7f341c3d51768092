"""My pay: what is due, paid and on the way, the floor, every line of the ledger; and a clock that can be contested."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import RedirectResponse

from transcribe.i18n import N_
from transcribe.people import fair
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.review.views.expected_work import Coming, coming
from transcribe.review.views.formatting import amount, minutes, moment, number
from transcribe.review.views.pay_terms import Worth, worths
from transcribe.store import Floor, PayLine, PayState, Store, TimeDispute

router = APIRouter()

UNCOUNTED = frozenset({"staff", "volunteer"})
"""Engagements without a ledger or a measured time."""

PER_PAGE = 100
LONGEST_CLAIM = 600.0
"""Minutes that may be claimed for one task: a working day is shorter."""

KINDS = {
    "reading": N_("Reading"),
    "time": N_("Time"),
    "top-up": N_("Top-up to the floor"),
    "correction": N_("Correction"),
    "paid": N_("Paid out"),
}
"""What a line of the ledger is, as a message of the catalogues."""

TIMES = {
    "skip": N_("skipped field"),
    "question": N_("question asked"),
    "appeal": N_("appeal"),
    "disputed clock": N_("clock put right"),
}
"""What a line of time without a reading was for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """Everything on one person's pay page; lines latest first."""

    states: tuple[PayState, ...]
    floor: Floor | None
    worths: tuple[Worth, ...]
    lines: tuple[PayLine, ...]
    more: int | None
    disputes: tuple[TimeDispute, ...]
    coming: tuple[Coming, ...]


@router.get("/pay")
async def pay_page(
    parts: Here,
    visitor: SignedIn,
    before: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
    task: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = "",
) -> Response:
    """What is due, paid and on the way, and the lines it is made of; for staff and volunteers, that none is counted.
    With a task its clock is the one chosen to be contested."""
    language, zone = visitor.language, visitor.person.time_zone
    counted = visitor.person.engagement not in UNCOUNTED
    return parts.rendering.page(
        "pay.html",
        language,
        visitor=visitor,
        counted=counted,
        chosen=task,
        pay=await parts.look(lambda store: _pay(store, parts, visitor, before)) if counted else None,
        kinds=KINDS,
        times=TIMES,
        fair=fair,
        amount=partial(amount, language=language),
        minutes=partial(minutes, language=language),
        hours=partial(number, language=language),
        moment=partial(moment, zone=zone, language=language),
    )


@router.post("/pay/dispute")
async def dispute(
    parts: Here,
    visitor: Sending,
    task: Annotated[str, Form(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")],
    minutes_taken: Annotated[float, Form(alias="minutes", ge=0, le=LONGEST_CLAIM, allow_inf_nan=False)],
    words: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Keeps that a task took longer than was measured; an operator answers, and the time granted is paid."""
    who, now = visitor.person.id, parts.now()
    await parts.change(lambda store: store.dispute_time(task, who, minutes_taken * 60, words, now))
    return RedirectResponse("/pay#disputes", 303)


def _pay(store: Store, parts: Context, visitor: Visitor, before: int | None) -> Pay:
    who, now = visitor.person.id, parts.now()
    lines = [line for line in reversed(store.ledger(who)) if before is None or line.number < before]
    return Pay(
        states=tuple(state for state in store.pay_states(now, who) if state.currency),
        floor=store.floor(now),
        worths=worths(store, parts.forms, visitor.language, now),
        lines=tuple(lines[:PER_PAGE]),
        more=lines[PER_PAGE - 1].number if len(lines) > PER_PAGE else None,
        disputes=tuple(each for each in store.disputes() if each.transcriber == who),
        coming=coming(store, parts.forms, visitor.language, now),
    )
