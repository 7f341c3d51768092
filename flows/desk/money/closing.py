"""A pay period is closed: all are topped up, what is due is marked as paid, and the transfers are shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from flows.desk.deeds import refused, with_done
from flows.desk.money.owed import owed_counting
from flows.desk.people.people_page import odd_counting, questions_table
from flows.desk.tables import with_query
from flows.desk.visit import Act, Look, Visit
from transcribe.i18n import N_
from transcribe.review import require_proof, require_still_operator

router = APIRouter()

Reference = Annotated[str, Form(min_length=1, max_length=35, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ./-]*$")]
"""What stands on the transfers: SEPA takes 35 characters, and no other marks everywhere."""

Day = Annotated[str, Form(max_length=10, pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


@router.get("/desk/money/close")
async def close_page(visit: Look) -> Response:
    """Asks for the reference, beside the questions that should be answered before money leaves."""
    visit.require_operator()
    visit.require_all_forms()
    await require_proof(visit.context, visit.visitor)
    return await visit.look(lambda: visit.page("desk_close.html", questions=questions_table(visit)))


@router.post("/desk/money/close")
async def close(visit: Act, reference: Reference, until: Day = "") -> Response:
    """Closes the period, up to the day where one is named, and shows its transfers."""
    visit.require_all_forms()
    await require_proof(visit.context, visit.visitor)
    why, last = _until(visit, until)
    if why or last is None:
        return await visit.look(lambda: refused(visit, visit.say(why), "/desk/money/close"))
    said = reference.strip()
    lines = await visit.look(lambda: _close(visit, said, last))
    if lines is None:
        why = N_("A period was closed with this reference before. Choose another.")
        return await visit.look(lambda: refused(visit, visit.say(why), "/desk/money/close"))
    if not lines:
        return RedirectResponse(with_done("/desk/money", "nothing-due"), 303)
    return RedirectResponse(with_done(f"/desk/money/period{with_query({'reference': said})}", "period-closed"), 303)


def _until(visit: Visit, day: str) -> tuple[str, datetime | None]:
    """Why the day cannot be taken, "" where it can; and up to when is paid, as `fairhand pay close --until` says."""
    if not day:
        return "", visit.now
    try:
        last = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    except ValueError:
        return N_("There is no such day."), None
    return ("", last) if last <= visit.now else (N_("This day has not come yet."), None)


def _close(visit: Visit, reference: str, until: datetime) -> int | None:
    """How many payments were written; None where the reference is taken, so that nothing is paid twice by a click."""
    store = visit.home.store
    with store.together():
        require_still_operator(store, visit.visitor)
        if store.payments_of(reference):
            return None
        for person in store.transcribers():
            store.top_up(person.id, visit.now)
        lines = store.close_period(until, reference, visit.now)
        store.log(visit.by, "period closed on the desk", reference, {"lines": len(lines)}, visit.now)
    owed_counting(visit).begin()
    odd_counting(visit).begin()
    return len(lines)
