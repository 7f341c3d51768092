"""Practice: before the first paid fields a few known ones, paid too, each explained at once."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from transcribe.model import Task
from transcribe.review.access.roles import must_be_asked
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.review.requests import Doubt, doubt_of, kept_sent
from transcribe.review.views.offers import practice_count, task_view
from transcribe.store import facts

router = APIRouter()


@router.get("/practice")
async def practice(request: Request, context: Here, visitor: SignedIn) -> Response:
    """The next known field of a new person. 303 to `/work` where the practice is over, or nothing is known.

    What was sent and is asked about stands in its field. Who reads nothing here practises nothing.
    """
    if not visitor.person.may_read:
        return RedirectResponse("/work", 303)
    if must_be_asked(visitor):
        return RedirectResponse("/before", 303)
    who, now, seconds = visitor.person.id, context.now(), context.options.lease_seconds
    found = await context.change(lambda store: store.lease_practice(who, practice_count(context.options), now, seconds))
    if not found.tasks:
        return RedirectResponse("/work", 303)
    for task in found.tasks:
        if sent := kept_sent(request, who, task.id):
            return await _page(context, visitor, task, found, doubt_of(context, visitor, task, sent), 200)
    return await _page(context, visitor, found.tasks[0], found, Doubt(), 200)


async def practice_page(context: Context, visitor: Visitor, task: Task, doubt: Doubt, status: int) -> Response:
    """The page of a field that is practised on, with what came back of what was sent for it."""
    who, now, seconds = visitor.person.id, context.now(), context.options.lease_seconds
    found = await context.change(lambda store: store.lease_practice(who, practice_count(context.options), now, seconds))
    return await _page(context, visitor, task, found, doubt, status)


async def _page(
    context: Context, visitor: Visitor, task: Task, found: facts.Practice, doubt: Doubt, status: int
) -> Response:
    now = context.now()
    number = found.answered + 1
    return context.rendering.page(
        "practice.html",
        visitor.language,
        status,
        visitor=visitor,
        view=await context.look(lambda store: task_view(store, context.forms, task, visitor.language, now)),
        number=number,
        count=max(number, found.answered + len(found.tasks)),
        idem=secrets.token_urlsafe(16),
        doubt=doubt,
    )


@router.post("/practice/leave")
async def leave(context: Here, visitor: Sending) -> Response:
    """Keeps that this person works without practising first, and goes to work."""
    who, now = visitor.person.id, context.now()
    await context.change(lambda store: store.leave_practice(who, now))
    return RedirectResponse("/work", 303)
