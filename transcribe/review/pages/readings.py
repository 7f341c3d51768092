"""My readings: what became of each, why in plain words, and the appeal. Never others' names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Query, Response
from fastapi.responses import RedirectResponse

from transcribe.errors import NotFound
from transcribe.i18n import N_, method_sentence, translation
from transcribe.model import Reading
from transcribe.review.access.sessions import Sending, SignedIn, Visitor, person_page
from transcribe.review.context import Context, Here
from transcribe.review.pages.pictures import TaskId, picture_response
from transcribe.review.requests import GUESSED_TIME, TimeBeside
from transcribe.review.views.comparison import (
    SHOWN_WORDS,
    OwnReading,
    OwnReadings,
    ReadText,
    Segment,
    Shown,
    Weight,
    corrections,
    form_of,
    last_of,
    measured_of,
    news_of,
    read_texts,
    segments,
    told_reasons,
    weights,
    words_of_experts,
)
from transcribe.store import Appeal, Store

router = APIRouter()

ReadingId = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Words = Annotated[str, Form(max_length=1000)]

READINGS_PER_PAGE = 50
"""Readings on one page. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedReading:
    """One reading with its reasons in the maker's language.

    `segments` are both texts where they differ. `texts` is who read what: nothing for whoever read it for an appeal, as
    they may still look again and must not know.
    `words` are the reasons of experts who changed their reading after they had seen all readings; `heard_words` those
    of experts who did so after they had seen what was written with an appeal; `corrections` are operators'. `task` and
    `seconds`, where time is counted, are for contesting the clock.
    """

    own: OwnReading
    method: str | None
    reasons: tuple[Weight, ...]
    segments: tuple[Segment, ...]
    texts: tuple[ReadText, ...]
    words: tuple[str, ...]
    heard_words: tuple[str, ...]
    corrections: tuple[Reading, ...]
    task: str | None
    seconds: float | None
    may_appeal: bool


@router.get("/readings")
async def readings(
    context: Here,
    visitor: SignedIn,
    before: Annotated[str | None, Query(max_length=64)] = None,
    show: Annotated[Shown, Query()] = "all",
) -> Response:
    """The latest readings of a list, each with its outcome, and the news that was not read yet."""
    listed, news = await context.look(
        lambda store: (
            OwnReadings(store, context, visitor).listed(show, READINGS_PER_PAGE, before),
            news_of(store, context, visitor),
        )
    )
    return person_page(
        context, visitor, "readings.html", lines=listed.lines, more=listed.more, show=show, lists=SHOWN_WORDS, news=news
    )


@router.post("/news/{number}")
async def read_news(context: Here, visitor: Sending, number: Annotated[int, Path(ge=1, le=2**53)]) -> Response:
    """Keeps that a piece of news was read, and goes where it leads. 404 where it is not theirs, or was read."""
    who, now = visitor.person.id, context.now()

    def see(store: Store) -> str | None:
        found = next((each for each in news_of(store, context, visitor) if each.number == number), None)
        if found is not None:
            store.see_notices(who, now, number)
        return found.leads_to if found else None

    leads_to = await context.change(see)
    if leads_to is None:
        raise NotFound("There is no such news.")
    return RedirectResponse(leads_to, 303)


@router.get("/readings/{reading}")
async def reading_page(
    context: Here, visitor: SignedIn, reading: ReadingId, show: Annotated[Shown, Query()] = "all"
) -> Response:
    """One reading: the picture, what was decided, every reason, the appeal, and what lies next to it in its list."""

    def ask(store: Store) -> tuple[ExplainedReading, str | None, str | None]:
        explained, all_own = _explained(store, context, visitor, reading), OwnReadings(store, context, visitor)
        return explained, all_own.newer(reading, show), all_own.older(reading, show)

    explained, newer, older = await context.look(ask)
    appeal = explained.own.appeal
    return person_page(
        context,
        visitor,
        "reading.html",
        told=explained,
        newer=newer,
        older=older,
        show=show,
        deadline=context.now() + timedelta(days=context.options.appeal_days),
        late=appeal is not None and appeal.is_late(context.now()),
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
        if told.own.appeal is not None:  # one a field: sent again, it is the same
            return told.own.appeal
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


def _explained(store: Store, context: Context, visitor: Visitor, reading: str) -> ExplainedReading:
    who, readings = visitor.person.id, OwnReadings(store, context, visitor)
    history = store.history_of_reading(reading, who)
    own = next(each for each in history.readings if each.id == reading)
    mine = readings.own(history, own)
    form, decided = form_of(context, history), history.decisions[-1] if history.decisions else None
    measured = measured_of(store, context, visitor, history, form) if decided else ()
    heard = any(each.id == own.task and each.kind == "appeal" for each in history.tasks)
    texts = read_texts(decided, history, form, who) if decided and form and not heard else ()
    contradicted = any(not each.agreed and {"you", "person"} & {*each.readers} for each in texts)
    return ExplainedReading(
        own=mine,
        method=translation(visitor.language).gettext(method_sentence(decided.method, contradicted))
        if decided
        else None,
        reasons=weights(told_reasons(decided, history, visitor, form, measured)) if decided else (),
        segments=segments(mine.text, decided.text) if _is_compared(mine) and mine.text and decided else (),
        texts=texts,
        words=words_of_experts(history, appeal=False) if decided else (),
        heard_words=words_of_experts(history, appeal=True) if decided else (),
        corrections=corrections(history) if decided else (),
        task=own.task if own.seconds is not None else None,
        seconds=own.seconds,
        may_appeal=mine.appeal is None
        and (mine.outcome == "outvoted" or mine.withdrawn is not None)
        and own == last_of(history, own.source),
    )


def _is_compared(own: OwnReading) -> bool:
    """Whether two texts lie over each other: both are texts, and they differ."""
    return bool(own.text and own.decided and not own.null and not own.mark and own.text != own.decided)
