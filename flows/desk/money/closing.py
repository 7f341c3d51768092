"""A pay period is closed in two presses: the first says what would be paid to whom, the second marks it as paid."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import RedirectResponse

from flows.desk.deeds import refused, with_done
from flows.desk.money.amounts import owed_counting
from flows.desk.money.would_pay import payments_table, sums_in_words, sums_table
from flows.desk.people.people_page import odd_counting, questions_table
from flows.desk.tables import with_query
from flows.desk.visit import Look, ProvedAct, Visit
from transcribe.i18n import N_
from transcribe.pay_arithmetic import end_of_day
from transcribe.review import require_proof, require_still_operator
from transcribe.store import facts

router = APIRouter()

MOST_REFERENCE_CHARACTERS = 35
"""SEPA takes so many on a transfer."""
REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9 ./-]*$"
"""What stands on the transfers: no other marks are taken everywhere."""
DAY = r"^(\d{4}-\d{2}-\d{2})?$"

Reference = Annotated[str, Form(min_length=1, max_length=MOST_REFERENCE_CHARACTERS, pattern=REFERENCE)]
Day = Annotated[str, Form(max_length=10, pattern=DAY)]
At = Annotated[datetime | None, Form()]
"""When it was looked at what would be paid: what comes later is of the next period."""
Seen = Annotated[str, Form(max_length=64)]
"""The digest of what was seen to be paid."""

AskedReference = Annotated[str, Query(max_length=1000)]
"""A reference as it was typed: one that transfers do not take is refused in its form."""
AskedDay = Annotated[str, Query(max_length=10, pattern=DAY)]

TAKEN = N_("A period was closed with this reference before. Choose another.")
"""Why a reference is refused that was used before."""

NO_REFERENCE = N_("A reference has at most 35 characters: letters without accents, figures, spaces and . / -.")
"""Why a reference is refused that transfers do not take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What is asked to be closed. `day` is as it was typed, `at` when it was looked at."""

    reference: str
    day: str
    until: datetime
    at: datetime


@router.get("/desk/money/close")
async def close_page(visit: Look) -> Response:
    """Asks for the reference, beside the questions that should be answered before money leaves."""
    visit.require_operator()
    visit.require_all_forms()
    await require_proof(visit.context, visit.visitor)
    return await visit.look(lambda: visit.page("desk_close.html", questions=questions_table(visit)))


@router.get("/desk/money/close/look")
async def look_page(visit: Look, reference: AskedReference, until: AskedDay = "", changed: bool = False) -> Response:
    """What would be paid to whom, and the form that confirms it. Nothing is written."""
    visit.require_operator()
    visit.require_all_forms()
    await require_proof(visit.context, visit.visitor)
    asked = _asked(visit, reference, until, visit.now)
    if isinstance(asked, str):
        return await refused(visit, visit.say(asked), "/desk/money/close")
    page = await visit.look(lambda: _look(visit, asked, changed=changed))
    return await refused(visit, visit.say(TAKEN), "/desk/money/close") if page is None else page


@router.post("/desk/money/close")
async def close(visit: ProvedAct, reference: Reference, until: Day = "", at: At = None, seen: Seen = "") -> Response:
    """Closes the period as it was looked at, and shows its transfers. What nobody has looked at is shown first."""
    visit.require_all_forms()
    looked = visit.now if at is None or at.tzinfo is None or at > visit.now else at
    asked = _asked(visit, reference, until, looked)
    if isinstance(asked, str):
        return await refused(visit, visit.say(asked), "/desk/money/close")
    done = await visit.look(lambda: _close(visit, asked, seen))
    if done == "taken":
        return await refused(visit, visit.say(TAKEN), "/desk/money/close")
    if done == "nothing":
        return RedirectResponse(with_done("/desk/money", "nothing-due"), 303)
    query = {"reference": asked.reference}
    if done == "closed":
        return RedirectResponse(with_done(f"/desk/money/period{with_query(query)}", "period-closed"), 303)
    query |= {"until": until, "changed": "true" if seen else ""}
    return RedirectResponse(f"/desk/money/close/look{with_query(query)}", 303)


def _asked(visit: Visit, reference: str, day: str, at: datetime) -> Closing | str:
    """What is to be closed, up to the day as `fairhand pay close --until` does; or why it cannot be, as a message."""
    until, reference = at, reference.strip()
    if not re.match(REFERENCE, reference) or len(reference) > MOST_REFERENCE_CHARACTERS:
        return NO_REFERENCE
    if day:
        try:
            last = date.fromisoformat(day)
        except ValueError:
            return N_("There is no such day.")
        if last > visit.now.date():
            return N_("This day has not come yet.")
        until = end_of_day(last, at)
    return Closing(reference=reference, day=day, until=until, at=at)


def _look(visit: Visit, asked: Closing, *, changed: bool) -> Response | None:
    """The page; None where the reference was taken before."""
    store = visit.home.store
    if store.payments_of(asked.reference):
        return None
    shares = store.period_shares(asked.until, asked.at)
    return visit.page(
        "desk_close_look.html",
        asked=asked,
        changed=changed,
        seen=_digest(shares),
        people=len({each.transcriber for each in shares if each.paid}),
        waiting=len({each.transcriber for each in shares if each.carried}),
        total=sums_in_words(visit, shares),
        sums=sums_table(visit, shares),
        payments=payments_table(visit, shares),
    )


def _digest(shares: Sequence[facts.PeriodShare]) -> str:
    """What tells whether as much would be paid as was seen."""
    return hashlib.sha256(repr([*map(str, shares)]).encode()).hexdigest()


def _close(visit: Visit, asked: Closing, seen: str) -> str:
    """Close it: "closed", or "nothing" is due, the reference is "taken", or what is due was not "seen"."""
    store = visit.home.store
    with store.together(by=visit.by):
        require_still_operator(store, visit.visitor)
        if store.payments_of(asked.reference):
            return "taken"
        shares = store.period_shares(asked.until, asked.at)
        if not any(each.paid for each in shares):
            return "nothing"
        if seen != _digest(shares):
            return "not seen"
        store.close_period(asked.until, asked.reference, visit.now)
    owed_counting(visit).begin()
    odd_counting(visit).begin()
    return "closed"
