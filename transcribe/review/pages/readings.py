"""My readings: what became of each, why in plain words, and the appeal. Never others' names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Query, Response
from fastapi.responses import RedirectResponse

from transcribe import model
from transcribe.codes import Flag
from transcribe.errors import NotFound
from transcribe.i18n import N_, said, sentence, translation
from transcribe.model import Reading
from transcribe.people import ReadingOutcome, is_against_the_model, outcome_of
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.review.pages.pictures import TaskId, picture_response
from transcribe.review.requests import GUESSED_TIME, TimeBeside
from transcribe.review.views.formatting import day, moment, number
from transcribe.review.views.reading_reasons import (
    corrections,
    form_of,
    measured_of,
    reason_sentences,
    words_of_experts,
)
from transcribe.review.views.task_view import HEADINGS, MARK_TYPES
from transcribe.store import Appeal, FieldHistory, Notice, Store

router = APIRouter()

ReadingId = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Words = Annotated[str, Form(max_length=1000)]

READINGS_PER_PAGE = 50
"""Readings on one page. Chosen by hand."""

NOT_THIS_FORM = N_("It is not this form")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReading:
    """One reading as its maker sees it. `withdrawn` is why an operator took it out of weighing, None for others."""

    id: str
    label: str
    form: str
    row: int | None
    text: str | None
    mark: bool
    at: datetime
    outcome: ReadingOutcome
    decided: str | None
    null: str | None
    probability: float | None
    withdrawn: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedReading:
    """One reading with its reasons: sentences in the maker's language, and the appeal if there is one.

    `words` are the reasons of experts who changed their reading after they had seen all readings; `heard_words` those
    of experts who did so after they had seen what was written with an appeal; `corrections` are operators'. `task` and
    `seconds`, where time is counted, are for contesting the clock.
    """

    own: OwnReading
    method: str | None
    reasons: tuple[str, ...]
    words: tuple[str, ...]
    heard_words: tuple[str, ...]
    corrections: tuple[Reading, ...]
    pictured: bool
    task: str | None
    seconds: float | None
    appeal: Appeal | None
    may_appeal: bool


@router.get("/readings")
async def readings(
    context: Here, visitor: SignedIn, before: Annotated[str | None, Query(max_length=64)] = None
) -> Response:
    """The latest readings, each with its outcome, and the notices that are new."""
    who, now = visitor.person.id, context.now()
    histories = await context.look(lambda store: store.readings_of(who, READINGS_PER_PAGE, before))
    notices: list[Notice] = await context.look(lambda store: store.notices(who, unseen_only=True))
    lines = [_own_reading(context, visitor, history, _last_of(history, who)) for history in histories]
    page = context.rendering.page(
        "readings.html",
        visitor.language,
        visitor=visitor,
        lines=lines,
        notices=[notice.kind for notice in notices],
        moment=partial(moment, zone=visitor.person.time_zone, language=visitor.language),
        more=lines[-1].id if len(lines) == READINGS_PER_PAGE else None,
    )
    if notices:
        await context.change(lambda store: store.see_notices(who, now))
    return page


@router.get("/readings/{reading}")
async def reading_page(context: Here, visitor: SignedIn, reading: ReadingId) -> Response:
    """One reading: the picture, what was decided, every reason, and the appeal."""
    explained = await context.look(lambda store: _explained(store, context, visitor, reading))
    deadline = context.now() + timedelta(days=context.options.appeal_days)
    local, late = partial(day, zone=visitor.person.time_zone, language=visitor.language), False
    if explained.appeal:
        late = explained.appeal.is_late(context.now())
    short = partial(number, language=visitor.language)
    return context.rendering.page(
        "reading.html",
        visitor.language,
        visitor=visitor,
        told=explained,
        deadline=deadline,
        late=late,
        day=local,
        number=short,
    )


@router.get("/readings/{reading}/snippet")
async def reading_snippet(context: Here, visitor: SignedIn, reading: ReadingId) -> Response:
    """The picture of a field that this person read."""
    history = await context.look(lambda store: store.history_of_reading(reading, visitor.person.id))
    if history.place is None or history.place.snippet is None:
        raise NotFound("This reading has no picture.")
    return picture_response(await context.picture(history.place.snippet))


@router.post("/readings/{reading}/appeal")
async def appeal(
    context: Here, visitor: Sending, reading: ReadingId, words: Words = "", seconds: TimeBeside = GUESSED_TIME
) -> Response:
    """Contests the decision. An expert who never read the field reads it blind, by the deadline shown.

    The time it took is paid.
    """
    now = context.now()
    deadline = now + timedelta(days=context.options.appeal_days)

    def contest(store: Store) -> Appeal:
        told = _explained(store, context, visitor, reading)
        if told.appeal is not None:  # one a field: sent again, it is the same
            return told.appeal
        if not told.may_appeal:
            raise HTTPException(409, N_("Nothing is decided against this reading, so there is nothing to contest."))
        if told.task:
            store.put_time_beside(told.task, visitor.person.id, "appeal", seconds, now, context.options.measure)
        return store.open_appeal(reading, visitor.person.id, words, deadline, now)

    opened = await context.change(contest)
    context.on_submit(opened.reading.scan)
    return RedirectResponse(f"/readings/{reading}", 303)


@router.post("/explained/{task}/time")
async def explanation_time(context: Here, visitor: Sending, task: TaskId, seconds: TimeBeside) -> Response:
    """Keeps that this person read for so long why a value of theirs was decided. The page says so as it is left."""
    who, now, measure = visitor.person.id, context.now(), context.options.measure
    await context.change(lambda store: store.put_time_beside(task, who, "explanation", seconds, now, measure))
    return Response(status_code=204)


def _last_of(history: FieldHistory, who: str) -> Reading:
    return next(each for each in reversed(history.readings) if each.source == who)


def _own_reading(context: Context, visitor: Visitor, history: FieldHistory, reading: Reading) -> OwnReading:
    form = form_of(context, history)
    known = form is not None and history.key.name in {field.name for field in form.all_fields()}
    field = form.field(history.key.name) if form and known else None
    decided = history.decisions[-1] if history.decisions else None
    return OwnReading(
        id=reading.id,
        label=said(field.label, visitor.language) if field else _whole_label(reading, visitor),
        form=said(form.title, visitor.language) if form else "",
        row=None if history.key.row is None else history.key.row + 1,
        text=reading.legible or None if Flag.NOT_THIS_FORM in reading.flags else reading.text,
        mark=field is not None and field.type in MARK_TYPES,
        at=reading.at,
        outcome=outcome_of(reading, history, form) if form and known else "open",
        decided=decided.text if decided else None,
        null=decided.null if decided else None,
        probability=decided.probability if decided and not is_against_the_model(decided) else None,
        withdrawn=history.withdrawn.get(reading.id),
    )


def _whole_label(reading: Reading, visitor: Visitor) -> str:
    """What a reading of no field is called: what was said of the whole scan, or of the rows of a table."""
    if reading.key != model.WHOLE:
        return ""
    words = NOT_THIS_FORM if Flag.NOT_THIS_FORM in reading.flags else HEADINGS["form"]
    return translation(visitor.language).gettext(words)


def _explained(store: Store, context: Context, visitor: Visitor, reading: str) -> ExplainedReading:
    history = store.history_of_reading(reading, visitor.person.id)
    own = next(each for each in history.readings if each.id == reading)
    mine = _own_reading(context, visitor, history, own)
    form = form_of(context, history)
    measured = measured_of(store, context, visitor, history, form) if history.decisions else ()
    translate = translation(visitor.language).gettext
    decided = history.decisions[-1] if history.decisions else None
    mine_appeals = [
        each
        for each in store.appeals(who=visitor.person.id)
        if (each.reading.scan, each.reading.key) == (own.scan, own.key)
    ]
    return ExplainedReading(
        own=mine,
        method=translate(sentence(decided.method)) if decided else None,
        reasons=tuple(reason_sentences(decided, history, visitor, form, measured)) if decided else (),
        words=words_of_experts(history, appeal=False) if decided else (),
        heard_words=words_of_experts(history, appeal=True) if decided else (),
        corrections=corrections(history) if decided else (),
        pictured=history.place is not None and history.place.snippet is not None,
        task=own.task if own.seconds is not None else None,
        seconds=own.seconds,
        appeal=mine_appeals[0] if mine_appeals else None,
        may_appeal=not mine_appeals
        and (mine.outcome == "outvoted" or mine.withdrawn is not None)
        and own == _last_of(history, own.source),
    )
