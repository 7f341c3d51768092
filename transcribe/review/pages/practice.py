"""Practice: before the first paid fields a few known ones, paid too, each explained at once."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from transcribe.review.access.roles import must_be_asked
from transcribe.review.access.sessions import Sending, SignedIn
from transcribe.review.context import Here
from transcribe.review.views.offers import practice_count
from transcribe.review.views.task_view import task_view

router = APIRouter()


@router.get("/practice")
async def practice(context: Here, visitor: SignedIn) -> Response:
    """The next known field of a new person. 303 to `/work` where the practice is over, or nothing is known."""
    if must_be_asked(visitor):
        return RedirectResponse("/before", 303)
    who, now, seconds = visitor.person.id, context.now(), context.options.lease_seconds
    found = await context.change(lambda store: store.lease_practice(who, practice_count(context.options), now, seconds))
    if not found.tasks:
        return RedirectResponse("/work", 303)
    shown = await context.look(lambda store: task_view(store, context.forms, found.tasks[0], visitor.language, now))
    return context.rendering.page(
        "practice.html",
        visitor.language,
        visitor=visitor,
        view=shown,
        number=found.answered + 1,
        count=found.answered + len(found.tasks),
        idem=secrets.token_urlsafe(16),
    )


@router.post("/practice/leave")
async def leave(context: Here, visitor: Sending) -> Response:
    """Keeps that this person works without practising first, and goes to work."""
    who, now = visitor.person.id, context.now()
    await context.change(lambda store: store.leave_practice(who, now))
    return RedirectResponse("/work", 303)
