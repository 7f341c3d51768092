"""Help, examples and answered questions of a field; asking, which is paid; and answering, for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Response
from fastapi.responses import RedirectResponse

from transcribe.errors import FormError, NotFound
from transcribe.i18n import N_, said
from transcribe.review.access.roles import operators_only
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.context import Context, Forms, Here
from transcribe.review.pages.pictures import TaskId
from transcribe.review.rate_limits import TooMany
from transcribe.review.views.task_view import TaskView, sheet
from transcribe.store import Question, Store

router = APIRouter()

ASKING_SECONDS = 60.0
"""Paid for a question where the page did not measure: the time to write two sentences."""

LONGEST_ASKING = 600.0
"""Seconds that one question may be said to have taken: what takes longer is a clock to contest."""

HOUR = timedelta(hours=1)

ASKED_A_LOT = N_(
    "Thank you for asking so carefully. Your questions of the last hour are with the operator, who answers each. "
    "Until then, skip such a field (that is paid too), and ask again a little later."
)

Words = Annotated[str, Form(min_length=1, max_length=1000)]
Seconds = Annotated[float, Form(ge=0, le=LONGEST_ASKING, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question as an operator sees it: about which field, in words, and not by whom."""

    question: Question
    form: str
    field: str


@router.get("/guide/{task}")
async def guide_page(parts: Here, visitor: SignedIn, task: TaskId) -> Response:
    """Help, examples and what was asked and answered about the field of a task that this person holds."""
    shown, answered = await parts.look(lambda store: _guide(store, parts, visitor, task))
    return parts.rendering.page("guide.html", visitor.language, visitor=visitor, sheet=shown, answered=answered)


@router.post("/work/{task}/ask")
async def ask(parts: Here, visitor: Sending, task: TaskId, words: Words, seconds: Seconds = ASKING_SECONDS) -> Response:
    """Asks the operator about a field; the time is paid, and the answer joins the field's guide for all. 429 where
    this person has asked a lot within the hour."""
    who, now = visitor.person.id, parts.now()
    await parts.look(lambda store: store.task(task, who, now))

    def put(store: Store) -> None:
        asked = store.asked_since(who, now - HOUR)
        if len(asked) >= parts.options.questions_an_hour:
            raise TooMany(max(1, round((asked[0] + HOUR - now).total_seconds())), ASKED_A_LOT)
        store.put_question(task, who, words, seconds, now)

    await parts.change(put)
    return RedirectResponse(f"/guide/{task}", 303)


@router.get("/questions")
async def questions_page(parts: Here, visitor: SignedIn) -> Response:
    """For operators: what people asked, open ones first."""
    operators_only(visitor)
    asked = await parts.look(lambda store: [_asked(parts.forms, each, visitor) for each in store.questions()])
    ordered = sorted(asked, key=lambda each: each.question.answer is not None)
    return parts.rendering.page("questions.html", visitor.language, visitor=visitor, asked=ordered)


@router.post("/questions/{question}")
async def answer(
    parts: Here,
    visitor: Sending,
    question: Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")],
    answer: Annotated[str, Form(min_length=1, max_length=2000)],
) -> Response:
    """For operators: answers a question for all; who asked is told."""
    operators_only(visitor)
    now = parts.now()
    await parts.change(lambda store: store.answer_question(question, answer, visitor.person.id, now))
    return RedirectResponse("/questions", 303)


def _guide(store: Store, parts: Context, visitor: Visitor, task: str) -> tuple[TaskView, list[Question]]:
    now = parts.now()
    theirs = store.task(task, visitor.person.id, now)
    answered = store.guide(theirs.form, theirs.key.name) if theirs.form else []
    return sheet(store, parts.forms, theirs, visitor.language, now), answered


def _asked(forms: Forms, question: Question, visitor: Visitor) -> Asked:
    """The question with its form and field in words: of the first version, which every form has had."""
    try:
        form = forms(question.form, 1)
        label = said(form.field(question.field).label, visitor.language)
        return Asked(question=question, form=said(form.title, visitor.language) or question.form, field=label)
    except (FormError, NotFound, KeyError):
        return Asked(question=question, form=question.form, field=question.field)
