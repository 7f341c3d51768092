"""About me: what is held about a person, training of machines, leaving, and where they are signed in."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Response
from fastapi.responses import JSONResponse, RedirectResponse

from transcribe.i18n import N_
from transcribe.people import work_figures
from transcribe.review.access.roles import ProvedWherePossible
from transcribe.review.access.sessions import Sending, SignedIn, person_page, signed_out
from transcribe.review.context import Here
from transcribe.review.pages.second_factor import ROLES_WITH_CODES
from transcribe.review.work_row import work_row
from transcribe.store import Store

router = APIRouter()

FIGURES_OF_PAY = frozenset({"hours", "an_hour"})
"""The figures of somebody's work that come from the counts for pay."""


@router.get("/me")
async def me(context: Here, visitor: SignedIn) -> Response:
    """Everything that a person may see and do about what is held about them.

    Whose work is not paid, and never was, reads nothing of pay.
    """
    who = visitor.person.id
    adds, factor, figures, earned = await context.look(
        lambda store: (
            store.adds(who),
            store.second_factor(who),
            work_figures(store, context.forms, who, context.now()),
            any(state.due or state.paid for state in store.pay_states(context.now(), who)),
        )
    )
    earns = earned or visitor.paid().any
    row = work_row(figures, visitor.language) if figures.readings or figures.skips else ()
    first, last = (sorted(name for name, bits in adds.items() if bits * side > 0) for side in (1, -1))
    has_code = factor is not None or bool(ROLES_WITH_CODES & visitor.person.roles)
    return person_page(
        context,
        visitor,
        "me.html",
        first=first,
        last=last,
        has_code=has_code,
        earns=earns,
        figures=[each for each in row if earns or each.name not in FIGURES_OF_PAY],
    )


@router.get("/me.json")
async def me_json(context: Here, visitor: SignedIn) -> Response:
    """Everything held about this person, as one download."""
    held = await context.look(lambda store: store.about(visitor.person.id))
    return JSONResponse(held, headers={"content-disposition": 'attachment; filename="me.json"'})


@router.post("/me")
async def training(context: Here, visitor: Sending, training: Annotated[Literal["yes", "no"], Form()]) -> Response:
    """Keeps whether their readings may train machines. The work that is offered never depends on it."""
    who, now = visitor.person.id, context.now()
    await context.change(lambda store: store.set_training(who, training=training == "yes", now=now, by=who))
    return RedirectResponse("/me", 303)


@router.post("/leave")
async def leave(context: Here, visitor: ProvedWherePossible, sure: Annotated[Literal["yes"], Form()]) -> Response:
    """Ends the account and the name. The readings and the pay stay, under a pseudonym, which is told. `sure` is yes.

    Who can prove who they are is asked to, as it cannot be undone. 409 for the only operator.
    """
    if await context.look(lambda store: _is_only_operator(store, visitor.person.id)):
        raise HTTPException(409, N_("You are the only operator here. Make somebody else an operator first."))
    was_paid = visitor.paid().any
    who = visitor.person.id
    await context.change(lambda store: store.leave(who, context.now()))
    if not was_paid:
        return signed_out(context, "/in?left=unpaid")
    pseudonym = await context.look(lambda store: store.transcriber(who).handle)
    return signed_out(context, f"/in?left=paid&pseudonym={pseudonym}")


def _is_only_operator(store: Store, who: str) -> bool:
    """Whether this person is an operator, and nobody else who may sign in is one."""
    operators = [each.id for each in store.transcribers() if "operator" in each.roles and not each.paused]
    return operators == [who]


# Sessions and unused links of a person, each to be ended by themselves.

WayInId = Annotated[str, Form(min_length=16, max_length=16, pattern=r"^[0-9a-f]*$")]


@router.get("/sessions")
async def sessions_page(context: Here, visitor: SignedIn) -> Response:
    """Every session and every unused link of this person."""
    who, now = visitor.person.id, context.now()
    sessions, links = await context.look(lambda store: (store.sessions(who, now), store.links(who, now)))
    return person_page(context, visitor, "sessions.html", sessions=sessions, links=links, here=visitor.session[:16])


@router.post("/sessions/end")
async def end(context: Here, visitor: Sending, session: WayInId) -> Response:
    """Ends one session of this person. Ending it again is no change."""
    who, now = visitor.person.id, context.now()

    def keep(store: Store) -> None:
        if store.end_session(who, session, now):
            store.log(who, "session ended", who, {}, now)

    await context.change(keep)
    return RedirectResponse("/sessions", 303)


@router.post("/sessions/links/end")
async def end_link(context: Here, visitor: Sending, link: WayInId) -> Response:
    """Ends one unused link of this person. Ending it again is no change."""
    who, now = visitor.person.id, context.now()

    def keep(store: Store) -> None:
        if store.revoke_links(who, now, link):
            store.log(who, "link ended", who, {}, now)

    await context.change(keep)
    return RedirectResponse("/sessions", 303)
