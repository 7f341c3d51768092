"""The work page: one field at a time, as a plain form. The module in static/work.js makes it fast."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from transcribe.codes import Reason
from transcribe.errors import LeaseLost, NotFound
from transcribe.i18n import translation
from transcribe.model import Outcome, Task
from transcribe.review.access.roles import must_be_asked
from transcribe.review.access.sessions import (
    Sending,
    SignedIn,
    Visitor,
    expected_reading,
    person_page,
    require_seen_session,
    sending,
    sending_json,
    signed_in,
)
from transcribe.review.context import Context, Here, context_of
from transcribe.review.failures import wants_json
from transcribe.review.options import MOST_ALONG, TextRefused
from transcribe.review.pages.pictures import MAX_PAGE_NUMBER, TaskId
from transcribe.review.requests import (
    SENT_OPENAPI,
    Corner,
    Doubt,
    Late,
    PageNumber,
    SentForm,
    SentJson,
    Text,
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
from transcribe.review.views.form_choices import FormChoice, form_choices, named_field
from transcribe.review.views.formatting import amount, moment, number, whole_due
from transcribe.review.views.offers import (
    SIMPLE_INPUTS,
    TaskView,
    along_counts,
    heading,
    last_answer,
    lease_tasks,
    odd_answer,
    offer_to,
    practice_count,
    require_fitting_lengths,
    revocable_answer,
    task_text_faults,
    task_view,
    text_faults,
)
from transcribe.store import SentReading, Store, facts

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
    return person_page(
        context,
        visitor,
        "work.html" if shown.input in SIMPLE_INPUTS else "page_task.html",
        status,
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


# Background requests of the work page: tasks ahead, checks while typing, leases kept up.


class Sheets(BaseModel):
    """Tasks that this person holds, the next first."""

    tasks: list[TaskView]


class SheetsAlong(Sheets):
    """Fields that were taken along, and until when in the person's own words."""

    until: str


class AlongCount(BaseModel):
    """How many fields somebody takes along."""

    model_config = ConfigDict(strict=True, extra="forbid")

    count: Annotated[int, Field(ge=1, le=MOST_ALONG)]


class LastAnswer(BaseModel):
    """The task of the last reading that was not taken back, None where there is none."""

    task: str | None


class Checked(BaseModel):
    """What looks odd about a text, in words."""

    faults: tuple[str, ...]


class SentText(BaseModel):
    """A text to check."""

    model_config = ConfigDict(strict=True, extra="forbid")

    text: Text


class SentTasks(BaseModel):
    """Tasks to go on holding."""

    model_config = ConfigDict(strict=True, extra="forbid")

    tasks: Annotated[list[Annotated[str, Field(min_length=8, max_length=64)]], Field(max_length=100)]


class Renewed(BaseModel):
    """The seconds that each task is still held, and those that have gone to somebody else."""

    left: dict[str, int]
    lost: list[str]


@router.get("/work/next")
async def next_tasks(
    context: Here, visitor: SignedIn, count: Annotated[int, Query(ge=1, le=100)] = 4, same: bool = False
) -> Sheets:
    """The tasks that this person holds, up to `count`. If they hold fewer, more are leased."""
    number = min(count, context.options.most_ahead)
    return await context.change(lambda store: _sheets(store, context, visitor, number, same=same))


@router.post("/along")
async def along(context: Here, visitor: Sending, sent: AlongCount) -> SheetsAlong:
    """Lends fields for hours, to be read without a network: up to `count`, and never more than the operator allows."""
    who, options, now = visitor.person, context.options, context.now()
    longest = options.longest_lease
    count, seconds = min(sent.count, options.most_along), longest.total_seconds()
    if not count:
        raise NotFound("Nothing may be taken along here.")
    offer = replace(offer_to(who), longest=longest)
    tasks = await context.change(lambda store: store.lease(who.id, count, now, seconds, offer))
    until = await context.change(lambda store: [store.renew(task.id, who.id, now, seconds, longest) for task in tasks])
    simple = await context.look(
        lambda store: [task_view(store, context.forms, task, visitor.language, now) for task in until]
    )
    first = min((task.leased_until for task in until if task.leased_until), default=now + longest)
    ends = moment(first, who.time_zone, visitor.language)
    return SheetsAlong(tasks=[each for each in simple if each.input in SIMPLE_INPUTS], until=ends)


@router.get("/work/last")
async def last_task(context: Here, visitor: SignedIn) -> LastAnswer:
    """The task that this person answered last, to be taken back by a page that was loaded since."""
    return LastAnswer(task=await context.look(lambda store: last_answer(store, visitor.person.id)))


@router.post("/work/{task}/check")
async def check(context: Here, visitor: Sending, task: TaskId, sent: SentText) -> Checked:
    """Says what looks odd. Nothing is kept."""
    found = await context.look(lambda store: task_text_faults(store, context, visitor, task, sent.text))
    return Checked(faults=found)


@router.post("/renew")
async def renew(context: Here, visitor: Sending, sent: SentTasks) -> Renewed:
    """Extends the leases of tasks."""
    return await context.change(lambda store: _renewed(store, context, visitor, sent.tasks))


def _sheets(store: Store, context: Context, visitor: Visitor, count: int, *, same: bool) -> Sheets:
    tasks = lease_tasks(store, context, visitor.person, count, same=same)
    now = context.now()
    return Sheets(tasks=[task_view(store, context.forms, task, visitor.language, now) for task in tasks])


def _renewed(store: Store, context: Context, visitor: Visitor, tasks: list[str]) -> Renewed:
    now, left, lost = context.now(), {}, []
    seconds, longest = context.options.lease_seconds, context.options.longest_lease
    for task in tasks:
        try:
            until = store.renew(task, visitor.person.id, now, seconds, longest).leased_until
        except (LeaseLost, NotFound):
            lost.append(task)
        else:
            left[task] = int((until - now).total_seconds()) if until else 0
    return Renewed(left=left, lost=lost)


# Marking on a page without JavaScript: each click on the picture is sent, and comes back drawn.

MIN_LINE_DISTANCE_PX = 12
"""Pixels of the page: a click as near to a line takes it away instead of adding one. As in `static/place.js`."""


class Click(BaseModel):
    """A click on the picture, in its CSS pixels, with what is marked on the page already."""

    model_config = ConfigDict(populate_by_name=True)

    x: Annotated[int, Field(alias="at.x", ge=0, le=100_000)]
    y: Annotated[int, Field(alias="at.y", ge=0, le=100_000)]
    page: PageNumber
    x0: Corner = None
    y0: Corner = None
    x1: Corner = None
    y1: Corner = None
    edges: Annotated[str, Field(max_length=2000, pattern=r"^[\d,]*$")] = ""


@router.post("/work/{task}/mark")
async def mark(context: Here, visitor: Sending, task: TaskId, click: Annotated[Click, Form()]) -> Response:
    """The page of a task with one more corner of its frame, or one line more or less."""
    theirs = await context.look(lambda store: store.task(task, visitor.person.id, context.now()))
    pictures = await context.look(lambda store: store.pictures(theirs.scan))
    width = next((each.size[0] for each in pictures if each.number == click.page), None)
    if width is None or theirs.kind not in ("locate", "rows"):
        raise NotFound("Nothing is to be marked on this page.")
    x, y = (round(part * width / CLICKED_WIDTH_PX) for part in (click.x, click.y))
    doubt = Doubt(text=_edges(click.edges, y)) if theirs.kind == "rows" else Doubt(corners=_corners(click, x, y))
    return await work_page(context, visitor, theirs, doubt, page=click.page)


def _corners(click: Click, x: int, y: int) -> tuple[int, ...]:
    """The first corner, or both; a third click begins anew."""
    if click.x0 is None or click.y0 is None or click.x1 is not None:
        return (x, y)
    return (click.x0, click.y0, x, y)


def _edges(edges: str, y: int) -> str:
    """The heights of the lines with one more, or without the one that was clicked on."""
    before = {int(each) for each in edges.split(",") if each}
    after = {each for each in before if abs(each - y) > MIN_LINE_DISTANCE_PX}
    return ",".join(map(str, sorted(after if after != before else before | {y})))


# Practice: before the first paid fields a few known ones, paid too, each explained at once.


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
    return person_page(
        context,
        visitor,
        "practice.html",
        status,
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


# The fate of fields in which somebody typed on a device and which they did not send.

MOST_DRAFTS = 100
"""The most tasks in one request, as in one that renews leases."""


class DraftTasks(BaseModel):
    """Tasks of which a device keeps what was typed."""

    model_config = ConfigDict(strict=True, extra="forbid")

    tasks: Annotated[list[Annotated[str, Field(min_length=8, max_length=64)]], Field(max_length=MOST_DRAFTS)]


class GoneDraft(BaseModel):
    """A field that this person holds no more, as they know it: `row` counts from 1, None outside tables.

    `what`: "gone", and what was typed may still be sent; "erased" with its scan; "over" where they have read it, or no
    such field is known. `read` is what they read then; None where nothing was typed, or no such field is known.
    """

    task: str
    what: Literal["gone", "erased", "over"]
    label: str
    form: str
    row: int | None
    read: str | None


class GoneDrafts(BaseModel):
    """Those of the tasks asked about that this person does not hold."""

    gone: list[GoneDraft]


@router.post("/drafts")
async def drafts(context: Here, visitor: Sending, sent: DraftTasks) -> GoneDrafts:
    """Says which of these fields somebody holds no more, what they are called, and whether their scans are erased."""
    return GoneDrafts(gone=await context.look(lambda store: list(_gone(store, context, visitor, sent.tasks))))


def _gone(store: Store, context: Context, visitor: Visitor, tasks: Sequence[str]) -> Iterator[GoneDraft]:
    who = visitor.person.id
    held = {each.id for each in store.held(who, context.now())}
    for task in tasks:
        if task not in held:
            named = named_field(store, context.forms, task, visitor.language)
            what, read = _what_became(store, task, who)
            yield GoneDraft(task=task, what=what, label=named.label, form=named.form, row=named.row, read=read)


def _what_became(store: Store, task: str, who: str) -> tuple[Literal["gone", "erased", "over"], str | None]:
    try:
        subject = store.task_subject(task)
    except NotFound:
        return "over", None
    readings = store.field_history(subject.scan, subject.key).readings
    own = [each for each in readings if each.source == who and each.task == task]
    if own:
        return "over", own[-1].text
    return ("erased" if store.forgotten(subject.scan) else "gone"), None


# The thin bar above the work: what was read, counted and earned today, and what is left.

SECONDS_OF_MINUTE = 60
"""Time is said in whole minutes: seconds that run make people hurry. Chosen by hand."""


class Day(BaseModel):
    """What stands on the bar, piece by piece, in the person's language; and whether there is news for them.

    `may_undo`: the last reading can still be taken back.
    """

    pieces: list[str]
    has_news: bool
    may_undo: bool


@router.get("/day")
async def day(context: Here, visitor: SignedIn) -> Day:
    """The fields read today, the time counted, what it earned, and how many fields are open. Pay only where it is
    counted."""
    return await context.look(lambda store: _day(store, context, visitor))


def _day(store: Store, context: Context, visitor: Visitor) -> Day:
    person, now, language = visitor.person, context.now(), visitor.language
    total = context.day_totals.today(store, person, now)
    fields = store.read_since(person.id, total.since)
    say = translation(language)
    pieces = [say.ngettext("%(num)s field", "%(num)s fields", fields) % {"num": fields}]
    if visitor.paid().counted:
        minutes = number(total.seconds // SECONDS_OF_MINUTE, language, 0)
        pieces.append(say.gettext("%(minutes)s min") % {"minutes": minutes})
        earned = [(whole_due(micro, currency), currency) for currency, micro in total.micro.items() if currency]
        pieces += [amount(whole, currency, language) for whole, currency in earned]
    left = 0 if visitor.pause or not person.may_read else store.open_tasks(offer_to(person), now, person.id)
    pieces.append(say.gettext("%(count)s open") % {"count": number(left, language, 0)})
    has_news = bool(store.notices(person.id, unseen_only=True))
    return Day(pieces=pieces, has_news=has_news, may_undo=revocable_answer(store, person.id, now) is not None)
