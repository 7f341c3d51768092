"""The work page: one field at a time, as a plain form; the module in static/work.js makes it fast."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import ValidationError

from transcribe.codes import Reason
from transcribe.model import Outcome, Task
from transcribe.review.access.sessions import (
    Sending,
    SignedIn,
    Visitor,
    not_a_stranger,
    sending,
    sending_json,
    signed_in,
)
from transcribe.review.context import Context, Here, parts_of
from transcribe.review.failures import wants_json
from transcribe.review.pages.pictures import MOST_PAGES, TaskId
from transcribe.review.requests import LONGEST_SECONDS, SENT, SentForm, SentJson, from_form, from_json, reason_words
from transcribe.review.views.expected_work import no_work
from transcribe.review.views.form_choices import choices
from transcribe.review.views.offers import leased
from transcribe.review.views.soft_checks import faults, no_rows
from transcribe.review.views.task_view import SIMPLE, TaskView, heading, sheet
from transcribe.store import SentReading, Store

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A text that came back because it looks odd, and why in words."""

    text: str = ""
    faults: tuple[str, ...] = ()


@router.get("/work")
async def work(
    parts: Here,
    visitor: SignedIn,
    same: bool = False,
    task: Annotated[str | None, Query(max_length=64)] = None,
    page: Annotated[int | None, Query(ge=1, le=MOST_PAGES)] = None,
) -> Response:
    """The next task, the same one until it is answered (or the one asked for, if it is held); or that there is none.
    With a `page`, that one of the scan, where it is asked where something stands."""
    if task is not None:
        held = await parts.look(lambda store: store.held(visitor.person.id, parts.now()))
        tasks = [each for each in held if each.id == task]
    else:
        tasks = await parts.change(lambda store: leased(store, parts, visitor.person, 1, same=same))
    if not tasks:
        return await no_work(parts, visitor)
    return await _page(parts, visitor, tasks[0], Doubt(), same=same, page=page)


@router.post("/work/{task}", openapi_extra=SENT)
async def send(request: Request) -> Response:
    """Keeps a reading, or skips. A form goes on to the next task; JSON is told what became of it.

    With `check`, a text of a form that looks odd comes back once, unkept. Who sends what is asked here and not by
    dependencies and parameters: this is what everybody sends all day, and FastAPI's asking costs as much as keeping it.
    """
    parts, task = parts_of(request), request.path_params["task"]
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        return JSONResponse(await _send_json(request, parts, task))
    visitor = await sending(request, await signed_in(request, parts))
    sent = SentForm.model_validate(dict(await request.form()))
    theirs = await parts.look(lambda store: store.task(task, visitor.person.id, parts.now()))
    if request.query_params.get("check", "0") != "0" and sent.action == "send":
        rows = theirs.kind == "rows"
        text = sent.edges if rows else sent.text
        found = no_rows(text, visitor.language) if rows else faults(parts.forms, theirs, text, visitor.language)
        if found:
            return await _page(parts, visitor, theirs, Doubt(text=text, faults=found), page=sent.page)
    reading = from_form(sent, theirs.kind)
    _told(parts, await parts.keep(lambda store: _keep(store, parts, visitor, task, sent, reading)))
    tested = theirs.reason == Reason.QUALIFICATION and sent.action != "skip"
    return RedirectResponse(f"/test/explained/{task}" if tested else "/work", 303)


@router.post("/work/{task}/undo")
async def undo(request: Request, parts: Here, visitor: Sending, task: TaskId) -> Response:
    """Takes the reading of a task back, while nothing is decided on it, and shows the task again."""
    again = await parts.change(lambda store: store.undo(task, visitor.person.id, parts.now()))
    if not wants_json(request):
        return RedirectResponse(f"/work?task={again.id}", 303)
    now = parts.now()
    shown = await parts.look(lambda store: sheet(store, parts.forms, again, visitor.language, now))
    return JSONResponse({"task": asdict(shown)})


async def _send_json(request: Request, parts: Context, task: str) -> dict[str, object]:
    try:
        sent = SentJson.model_validate_json(await request.body())
    except ValidationError:
        await sending(request, await signed_in(request, parts))  # a stranger is told nothing else
        raise
    await not_a_stranger(request, parts)

    def keep(store: Store) -> tuple[Visitor, Outcome | None]:
        visitor = sending_json(request, parts, store)
        return visitor, _keep(store, parts, visitor, task, sent, from_json(sent))

    visitor, outcome = await parts.keep(keep)
    _told(parts, outcome)
    if outcome is None:
        return {"outcome": "skipped"}
    if sent.action != "send" or sent.overrode:
        return {"outcome": outcome.kind}
    return {"outcome": outcome.kind, "faults": faults(parts.forms, outcome, sent.text, visitor.language)}


def _keep(
    store: Store, parts: Context, visitor: Visitor, task: str, sent: SentJson | SentForm, reading: SentReading
) -> Outcome | None:
    """Keep a reading and what became of it, or that a task is skipped and why."""
    who, now = visitor.person.id, parts.now()
    if sent.action != "skip":
        return store.submit(task, who, reading, now)
    seconds = LONGEST_SECONDS if reading.seconds is None else reading.seconds  # the store cuts it at the lease
    store.skip(task, who, sent.reason, seconds, now)
    return None


def _told(parts: Context, outcome: Outcome | None) -> None:
    """Have what is new weighed."""
    if outcome is not None and outcome.kind != "again":
        parts.on_submit(outcome.scan)


async def _page(
    parts: Context, visitor: Visitor, task: Task, doubt: Doubt, *, same: bool = False, page: int | None = None
) -> Response:
    language = visitor.language
    options = await parts.look(lambda store: choices(store, parts.forms, language)) if task.kind == "identify" else ()
    shown, last = await parts.look(lambda store: _shown(store, parts, visitor, task, page))
    return parts.rendering.page(
        "work.html",
        language,
        visitor=visitor,
        sheet=shown,
        simple=shown.input in SIMPLE,
        heading=heading(shown, language),
        setup=asdict(shown),
        idem=secrets.token_urlsafe(16),
        last=last,
        doubt=doubt,
        same=same,
        reason_words=reason_words(language),
        choices=options,
        ahead=parts.options.ahead,
        most_ahead=parts.options.most_ahead,
    )


def _shown(store: Store, parts: Context, visitor: Visitor, task: Task, page: int | None) -> tuple[TaskView, str | None]:
    """The sheet of a task, and the task that this person answered last (it can be taken back)."""
    who = visitor.person.id
    stories = store.readings_of(who, limit=1)
    own = [reading.task for story in stories for reading in story.readings if reading.source == who]
    return sheet(store, parts.forms, task, visitor.language, parts.now(), page), next(iter(reversed(own)), None)
