"""Sessions and unused links of a person, each to be ended by themselves."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from transcribe.review.access.sessions import Sending, SignedIn
from transcribe.review.context import Here
from transcribe.review.views.formatting import moment
from transcribe.store import Store

router = APIRouter()

WayInId = Annotated[str, Form(min_length=16, max_length=16, pattern=r"^[0-9a-f]*$")]


@router.get("/sessions")
async def sessions_page(context: Here, visitor: SignedIn) -> Response:
    """Every session and every unused link of this person."""
    who, now = visitor.person.id, context.now()
    sessions, links = await context.look(lambda store: (store.sessions(who, now), store.links(who, now)))
    return context.rendering.page(
        "sessions.html",
        visitor.language,
        visitor=visitor,
        sessions=sessions,
        links=links,
        here=visitor.session[:16],
        moment=partial(moment, zone=visitor.person.time_zone, language=visitor.language),
    )


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
