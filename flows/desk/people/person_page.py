"""One person on the desk: what was done about them, and what an operator may do: readings of a period, limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response

from flows.desk.deeds import Why, do
from flows.desk.people.people_page import ODD_KINDS, odd_counting
from flows.desk.people.work_of_each import person_address, work_of
from flows.desk.scans.scan_search import midnight
from flows.desk.sections import DESK_ROLES
from flows.desk.visit import Act, Look, ProvedAct, Visit
from transcribe.errors import SettingsError
from transcribe.model import Transcriber
from transcribe.store import facts

router = APIRouter()

MOST_FORMS = 1000
"""So many forms may be ticked at once."""

Who = Annotated[str, Query(min_length=1, max_length=100)]
Person = Annotated[str, Form(min_length=1, max_length=100)]
Day = Annotated[str, Form(pattern=r"^\d{4}-\d{2}-\d{2}$")]
LastDay = Annotated[str, Form(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Forms = Annotated[list[str] | None, Form(max_length=MOST_FORMS)]

Move = Callable[[str, datetime, datetime, str, str, datetime], facts.SetAsideReadings]
"""Sets the readings of a period of somebody aside, or takes them back."""


@router.get("/desk/people/person")
def person_page(visit: Look, who: Who) -> Response:
    """One person: questions about how they read, what was done about them, and the deeds."""
    visit.require_all_forms()
    store = visit.home.store
    person = store.transcriber(who)
    return visit.page(
        "desk_person.html",
        person=person,
        work=work_of(visit, person.handle),
        may_read=person.may_read,
        questions=_questions(visit, person),
        odd_words=ODD_KINDS,
        acts=store.acts_on(person.id),
        forms=visit.home.forms.names(),
        limited=store.forms_of_person(person.id),
        may_be_limited=bool(person.roles & DESK_ROLES) and person.id != visit.visitor.person.id,
    )


@router.post("/desk/people/person/set-aside")
async def set_aside(visit: Act, who: Person, first: Day, why: Why, last: LastDay = "") -> Response:
    """Takes what somebody read from one day to another out of weighing."""
    return await _moved(visit, who, first, last, why, "readings-aside")


@router.post("/desk/people/person/take-back")
async def take_back(visit: Act, who: Person, first: Day, why: Why, last: LastDay = "") -> Response:
    """Weighs again what was set aside of these days."""
    return await _moved(visit, who, first, last, why, "readings-back")


@router.post("/desk/people/person/limit")
async def limit(visit: ProvedAct, who: Person, forms: Forms = None) -> Response:
    """Limits an operator or auditor to some forms; to none of them in particular where none is ticked."""
    visit.require_all_forms()
    store = visit.home.store
    person = await visit.look(lambda: store.transcriber(who))

    def deed() -> object:
        if not person.roles & DESK_ROLES or person.id == visit.visitor.person.id:
            raise SettingsError(visit.say("Only another operator or an auditor is limited to some forms."))
        chosen = sorted({visit.home.forms.find(each).name for each in forms or ()})
        store.set_forms_of_person(person.id, chosen, visit.now, visit.by)
        return chosen

    return await do(visit, deed, person_address(person.handle), "limited")


async def _moved(visit: Visit, who: str, first: str, last: str, why: str, done: str) -> Response:
    """Have the readings of these days set aside, or taken back; days are those of the visitor's time zone."""
    visit.require_all_forms()
    store = visit.home.store
    person = await visit.look(lambda: store.transcriber(who))
    move: Move = store.set_readings_aside if done == "readings-aside" else store.take_readings_back

    def deed() -> object:
        begin, until = _period(visit, first, last)
        moved = move(person.id, begin, until, visit.by, why, visit.now)
        if not moved.readings:
            raise SettingsError(visit.say("There is no such reading of these days. Nothing has changed."))
        return moved

    return await do(visit, deed, person_address(person.handle), done)


def _period(visit: Visit, first: str, last: str) -> tuple[datetime, datetime]:
    begin, until = midnight(visit, first), midnight(visit, last, days=1) if last else visit.now
    if begin is None or until is None:
        raise SettingsError(visit.say("There is no such day. Choose another one."))
    if begin > visit.now:
        raise SettingsError(visit.say("The first day lies in the future: nothing was read since."))
    if begin >= until:
        raise SettingsError(visit.say("The last day comes before the first one."))
    return begin, until


def _questions(visit: Visit, person: Transcriber) -> Sequence[object]:
    """What is asked about how they read or work, as it was found last; of readings with examples."""
    last = odd_counting(visit).last
    found = [each for each in (last.found or [] if last else []) if each.handle == person.handle]
    return [(each, getattr(each, "examples", ())) for each in found]  # what is odd in pay has none
