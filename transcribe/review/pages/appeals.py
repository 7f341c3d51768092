"""What people contest, for operators: appeals, and clocks with the person's own figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Path, Response
from fastapi.responses import RedirectResponse

from transcribe.errors import FormError, NotFound
from transcribe.fields import facts_of
from transcribe.i18n import N_, said
from transcribe.review.access.roles import (
    Proved,
    require_operator,
    require_proof,
    require_still_whole_home,
    require_whole_home,
)
from transcribe.review.access.sessions import SignedIn, Visitor, person_page
from transcribe.review.context import Context, Here
from transcribe.review.requests import typed_minutes
from transcribe.review.views.form_choices import NamedField, named_field
from transcribe.store import Appeal, Store, TimeDispute

router = APIRouter()

MAX_ENDED_COUNT = 50
"""Appeals that have ended and are still shown, the latest. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAppeal:
    """One appeal as an operator sees it: whose it is, on which field, and whether its day has passed.

    `row` is that of a table, from 1. `scan` is what the scan is called, and `address` where the desk shows the field.
    """

    appeal: Appeal
    handle: str
    form: str
    field: str
    row: int | None
    scan: str
    address: str
    mark: bool
    late: bool


@router.get("/appeals")
async def appeals_page(context: Here, visitor: SignedIn) -> Response:
    """For operators: every open appeal, the oldest first, then those that ended last; of the forms open to them."""
    require_operator(visitor)
    await require_proof(context, visitor)

    def ask(store: Store) -> list[ShownAppeal]:
        forms = store.forms_of_person(visitor.person.id)
        found = store.appeals()  # latest first
        appeals = [each for each in found if not forms or store.scan(each.reading.scan).form in forms]
        ended = [each for each in appeals if each.outcome is not None]
        wanted = [each for each in reversed(appeals) if each.outcome is None] + ended[:MAX_ENDED_COUNT]
        return [_shown_appeal(store, context, visitor, each) for each in wanted]

    return person_page(context, visitor, "appeals.html", appeals=await context.look(ask))


def _shown_appeal(store: Store, context: Context, visitor: Visitor, appeal: Appeal) -> ShownAppeal:
    reading, mark, desk = appeal.reading, False, context.options.desk
    scan = store.scan(reading.scan)
    try:
        form = context.forms(scan.form, scan.form_version)
        field = form.field(reading.key.name)
        title, label = said(form.title, visitor.language) or form.name, said(field.label, visitor.language)
        mark = facts_of(field.type).is_mark
    except (FormError, NotFound, KeyError):
        title, label = scan.form, reading.key.name
    return ShownAppeal(
        appeal=appeal,
        handle=store.transcriber(appeal.transcriber).handle,
        form=title,
        field=label,
        row=None if reading.key.row is None else reading.key.row + 1,
        scan=scan.name or scan.id[:12],
        address=f"{desk}/scan/{scan.id}?{urlencode({'field': str(reading.key)})}#field" if desk else "",
        mark=mark,
        late=appeal.is_late(context.now()),
    )


# Clocks that people contest, for operators: the person's own figure, the measured one, or another, and why.

MAX_ADDED_MINUTES = 600.0
"""The most minutes that may be added for one task: as many as may be claimed."""

Choice = Literal["theirs", "measured", "other"]
"""The figure that the operator takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """One contested clock as an operator sees it: whose it is, on which field, and both figures."""

    dispute: TimeDispute
    handle: str
    field: NamedField


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedDecision:
    """What an operator chose without a reason, or with minutes that are no number, to stand in the form again."""

    dispute: str
    choice: Choice
    minutes: str
    reason: str
    no_number: bool


@router.get("/clocks")
async def clocks_page(context: Here, visitor: SignedIn) -> Response:
    """For operators: every contested clock, open ones first, oldest first."""
    require_whole_home(visitor)
    await require_proof(context, visitor)
    return await _page(context, visitor)


async def _page(context: Context, visitor: Visitor, typed: TypedDecision | None = None) -> Response:
    found = await context.look(lambda store: [_contested(store, context, visitor, each) for each in store.disputes()])
    ordered = sorted(found, key=lambda each: (each.dispute.answered_at is not None, each.dispute.at))
    return person_page(
        context,
        visitor,
        "clocks.html",
        422 if typed else 200,
        clocks=ordered,
        typed=typed,
        most_minutes=MAX_ADDED_MINUTES,
    )


@router.post("/clocks/{dispute}")
async def settle(
    context: Here,
    visitor: Proved,
    dispute: Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")],
    choice: Annotated[Choice, Form()],
    minutes: Annotated[str, Form(max_length=100)] = "0",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """For operators: adds the seconds missing by the person's figure, none, or so many minutes. The person is told why.

    422 where it is less than the person says and no reason is given, or where the minutes are no number. 409 where it
    is settled already.
    """
    require_whole_home(visitor)
    words, who, now = reason.strip(), visitor.person.id, context.now()
    contested = await context.look(lambda store: next((each for each in store.disputes() if each.id == dispute), None))
    if contested is None:
        raise NotFound("There is no such dispute.")
    if contested.answered_at is not None:
        raise HTTPException(409, N_("This time is decided already. The first answer counts."))
    if contested.transcriber == who:
        raise HTTPException(403, N_("Another operator decides about your own time."))
    added = typed_minutes(minutes, MAX_ADDED_MINUTES) if choice == "other" else 0.0
    granted = contested.missing if choice == "theirs" else (added or 0.0) * 60
    if granted > contested.claimed:
        raise HTTPException(422, N_("That is more than they ask for. Look at the minutes again."))
    if added is None or (granted < contested.missing and not words):
        typed = TypedDecision(dispute=dispute, choice=choice, minutes=minutes, reason=words, no_number=added is None)
        return await _page(context, visitor, typed)

    def keep(store: Store) -> None:
        require_still_whole_home(store, visitor)
        store.answer_dispute(dispute, granted, now, by=who, reason=words)

    await context.change(keep)
    return RedirectResponse("/clocks", 303)


def _contested(store: Store, context: Context, visitor: Visitor, dispute: TimeDispute) -> Contested:
    field = named_field(store, context.forms, dispute.task, visitor.language)
    return Contested(dispute=dispute, handle=store.transcriber(dispute.transcriber).handle, field=field)
