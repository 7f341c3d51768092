"""The work page: one field at a time, as a plain form. The module in static/work.js makes it fast."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import ValidationError

from transcribe.codes import Reason
from transcribe.errors import NotFound
from transcribe.model import Outcome, Task
from transcribe.review.access.roles import must_be_asked
from transcribe.review.access.sessions import (
    Sending,
    SignedIn,
    Visitor,
    expected_reading,
    require_seen_session,
    sending,
    sending_json,
    signed_in,
)
from transcribe.review.context import Context, Here, context_of
from transcribe.review.failures import wants_json
from transcribe.review.options import TextRefused
from transcribe.review.pages.pictures import MAX_PAGE_NUMBER, TaskId
from transcribe.review.pages.practice import practice_page
from transcribe.review.requests import (
    SENT_OPENAPI,
    Doubt,
    Late,
    SentForm,
    SentJson,
    doubt_of,
    forget_sent,
    keep_sent,
    keep_taken_back,
    kept_sent,
    late_word,
    reading_corners,
    reading_from_form,
    reading_from_json,
    reason_words,
)
from transcribe.review.views.expected_work import no_work
from transcribe.review.views.form_choices import FormChoice, form_choices
from transcribe.review.views.formatting import number
from transcribe.review.views.offers import (
    SIMPLE_INPUTS,
    TaskView,
    along_counts,
    heading,
    lease_tasks,
    odd_answer,
    practice_count,
    require_fitting_lengths,
    revocable_answer,
    task_view,
    text_faults,
)
from transcribe.store import SentReading, Store

router = APIRouter()

CLICKED_WIDTH_PX = 900
"""The width at which a page is clicked on without JavaScript: nobody can say how wide a browser shows it else."""


@router.get("/work")
async def work(
    request: Request,
    context: Here,
    visitor: SignedIn,
    same: bool = False,
    task: Annotated[str | None, Query(max_length=64)] = None,
    page: Annotated[int | None, Query(ge=1, le=MAX_PAGE_NUMBER)] = None,
    late: Late = "",
) -> Response:
    """The next task, the same one until it is answered, or the one asked for if it is held.

    Where there is none, the page says so. With a `page`, it shows that page of the scan, if the task asks where
    something stands. `late`: the last reading came after its time. Who is new practises first.
    """
    if not visitor.person.may_read and context.options.desk:
        return RedirectResponse(context.options.desk, 303)
    if must_be_asked(visitor):
        return RedirectResponse("/before", 303)
    if task is None and await _may_practise(context, visitor):
        return RedirectResponse("/practice", 303)
    if task is not None:
        held = await context.look(lambda store: store.held(visitor.person.id, context.now()))
        tasks = [each for each in held if each.id == task]
    else:
        tasks = await context.change(lambda store: lease_tasks(store, context, visitor.person, 1, same=same))
    if not tasks:
        return await no_work(context, visitor, asked=task is not None, late=late)
    sent = kept_sent(request, visitor.person.id, tasks[0].id)
    if sent is None or (page is not None and page != sent.page):
        return await work_page(context, visitor, tasks[0], Doubt(), same=same, page=page, late=late)
    doubt = doubt_of(context, visitor, tasks[0], sent)
    return await work_page(context, visitor, tasks[0], doubt, same=same, page=sent.page)


async def _may_practise(context: Context, visitor: Visitor) -> bool:
    """Whether known fields are there for a new person, to be explained at once, and they did not choose otherwise."""
    who, now, count = visitor.person.id, context.now(), practice_count(context.options)
    return await context.look(lambda store: store.may_practise(who, count, now) and not store.has_left_practice(who))


@router.post("/work/{task}", openapi_extra=SENT_OPENAPI)
async def send(request: Request) -> Response:
    """Keeps a reading, or skips. A form goes on to the next task. JSON gets the outcome.

    With `check`, a text of a form that looks odd comes back once, unkept, on a page to look at. The sender is asked for
    here, and not by dependencies and parameters. Everybody sends this all day, and FastAPI's asking costs as much as
    keeping it.
    """
    context, task = context_of(request), request.path_params["task"]
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        return JSONResponse(await _send_json(request, context, task))
    visitor = await sending(request, await signed_in(request, context))
    sent = SentForm.model_validate(dict(await request.form()))
    theirs, is_shown = await context.look(lambda store: _sent_task(store, task, visitor.person.id, context.now()))
    try:
        reading = reading_from_form(sent, theirs.kind)
        await context.look(lambda store: require_fitting_lengths(store, context, [(task, reading.text)]))
    except TextRefused as error:
        if not is_shown:
            raise
        faults = (error.said(visitor.language),)
        doubt = Doubt(text=sent.text, faults=faults, corners=reading_corners(sent), is_refused=True)
        return await _asked_again(context, visitor, theirs, doubt, page=sent.page, status=422)
    if is_shown and request.query_params.get("check", "0") != "0" and sent.action == "send":
        doubt = doubt_of(context, visitor, theirs, sent)
        if doubt.faults or doubt.is_empty:
            return await _asked_about(context, visitor, theirs, doubt, sent)
    outcome = await context.keep(lambda store: _keep(store, context, visitor, task, sent, reading))
    _announce(context, outcome)
    onwards = RedirectResponse(_onwards(theirs, sent, outcome, request.query_params.get("back", "")), 303)
    forget_sent(request, onwards)
    return onwards


def _onwards(task: Task, sent: SentForm, outcome: Outcome | None, back: str) -> str:
    """The page after a form that is kept."""
    if task.reason == Reason.QUALIFICATION and outcome is not None:
        return f"/test/explained/{task.id}"
    if sent.action == "not_this_form" and back == "form":
        return "/form"
    late = late_word(outcome)
    return f"/work?late={late}" if late else "/work"


async def _asked_about(context: Context, visitor: Visitor, task: Task, doubt: Doubt, sent: SentForm) -> Response:
    """Leads to the page that asks, so that it can be loaded again and gone back from.

    What is too long for the browser to keep, or of a task that is held no more, is asked about at once.
    """
    practises = task.reason == Reason.QUALIFICATION
    asks = RedirectResponse("/practice" if practises else f"/work?task={task.id}", 303)
    held = await context.look(lambda store: store.held(visitor.person.id, context.now()))
    if any(each.id == task.id for each in held) and keep_sent(asks, context, visitor.person.id, task.id, sent):
        return asks
    return await _asked_again(context, visitor, task, doubt, page=sent.page)


async def _asked_again(
    context: Context, visitor: Visitor, task: Task, doubt: Doubt, *, page: int | None, status: int = 200
) -> Response:
    """The page that a form came from, with what came back of it."""
    if task.reason == Reason.QUALIFICATION:
        return await practice_page(context, visitor, task, doubt, status)
    return await work_page(context, visitor, task, doubt, page=page, status=status)


@router.post("/work/{task}/undo")
async def undo(request: Request, context: Here, visitor: Sending, task: TaskId) -> Response:
    """Takes the reading of a task back, while nothing is decided on it, and shows the task again."""
    who = visitor.person.id
    text = await context.look(lambda store: _own_text(store, task, who))
    again = await context.change(lambda store: store.undo(task, who, context.now()))
    if not wants_json(request):
        back = RedirectResponse(f"/work?task={again.id}", 303)
        keep_taken_back(back, context, who, again, text)
        return back
    now = context.now()
    shown = await context.look(lambda store: task_view(store, context.forms, again, visitor.language, now))
    return JSONResponse({"task": asdict(shown), "text": text})


def _own_text(store: Store, task: str, who: str) -> str:
    """The text that this person typed for a task last, to stand in the box again; "" for none."""
    subject = store.task_subject(task)
    readings = store.field_history(subject.scan, subject.key).readings
    own = [each for each in readings if each.task == task and each.source == who]
    return (own[-1].text or "") if own else ""


def _sent_task(store: Store, task: str, who: str, now: datetime) -> tuple[Task, bool]:
    """The task that a form answers, and whether its page may be shown to this person again.

    Where the task went on to somebody else meanwhile it may not; what they sent is taken all the same, if the store
    takes it.
    """
    try:
        return store.task(task, who, now), True
    except NotFound:
        return store.task_subject(task), False


async def _send_json(request: Request, context: Context, task: str) -> dict[str, object]:
    try:
        sent = SentJson.model_validate_json(await request.body())
    except ValidationError:
        await sending(request, await signed_in(request, context))  # a stranger is told nothing else
        raise
    await require_seen_session(request, context)
    reading = reading_from_json(sent)

    def keep(store: Store) -> tuple[Visitor, Outcome | None]:
        visitor = sending_json(request, context, store)
        require_fitting_lengths(store, context, [(task, reading.text)])
        return visitor, _keep(store, context, visitor, task, sent, reading)

    visitor, outcome = await context.keep(keep, expected_reading(request, context, task, sent.idem))
    _announce(context, outcome)
    if outcome is None:
        return {"outcome": "skipped"}
    if outcome.erased:
        return {"outcome": outcome.kind, "erased": True}
    if sent.action != "send" or sent.overrode:
        return {"outcome": outcome.kind}
    return {"outcome": outcome.kind, "faults": text_faults(context.forms, outcome, sent.text, visitor.language)}


def _keep(
    store: Store, context: Context, visitor: Visitor, task: str, sent: SentJson | SentForm, reading: SentReading
) -> Outcome | None:
    """Keep a reading and give its outcome, or keep that a task is skipped and why (None)."""
    who, now = visitor.person.id, context.now()
    if sent.action == "not_this_form":
        return store.say_not_this_form(task, who, reading, now, context.options.measure)
    if sent.action != "skip":
        return store.submit(task, who, reading, now, context.options.measure)
    store.skip(task, who, sent.reason, reading.seconds, now, context.options.measure)
    return None


def _announce(context: Context, outcome: Outcome | None) -> None:
    """Have the scan of a new reading weighed."""
    if outcome is not None and outcome.kind != "again":
        context.on_submit(outcome.scan)


async def work_page(
    context: Context,
    visitor: Visitor,
    task: Task,
    doubt: Doubt,
    *,
    same: bool = False,
    page: int | None = None,
    status: int = 200,
    late: Late = "",
) -> Response:
    """The page of a task, with what came back of what was sent for it."""
    language = visitor.language
    shown, last, odd, has_news, choices = await context.look(lambda store: _shown(store, context, visitor, task, page))
    return context.rendering.page(
        "work.html" if shown.input in SIMPLE_INPUTS else "page_task.html",
        language,
        status,
        visitor=visitor,
        has_password=await context.look(lambda store: store.password(visitor.person.id)) is not None,
        has_news=has_news,
        view=shown,
        heading=heading(shown, language),
        setup=asdict(shown),
        idem=secrets.token_urlsafe(16),
        last=last,
        odd=odd,
        doubt=doubt,
        same=same,
        late=late,
        reason_words=reason_words(language),
        choices=choices,
        clicked_width=CLICKED_WIDTH_PX,
        ahead=context.options.ahead,
        most_ahead=context.options.most_ahead,
        along={
            "counts": along_counts(context.options.most_along),
            "hours": number(context.options.along_hours, language),
        },
    )


def _shown(
    store: Store, context: Context, visitor: Visitor, task: Task, page: int | None
) -> tuple[TaskView, str | None, tuple[str, ...], bool, tuple[FormChoice, ...]]:
    """A task as its page shows it, the task answered last, whether there is news, and the forms to choose from.

    The last answer can be taken back; what is odd about it is said where the page cannot say it as it comes.
    """
    who = visitor.person.id
    has_news = bool(store.notices(who, unseen_only=True))
    view = task_view(store, context.forms, task, visitor.language, context.now(), page)
    choices = form_choices(store, context.forms, visitor.language) if task.kind == "identify" else ()
    last = revocable_answer(store, who, context.now())
    odd = () if view.input in SIMPLE_INPUTS else odd_answer(store, context, visitor, last)
    return view, last, odd, has_news, choices
