"""Help, examples and answered questions of a field. Asking, which is paid; and answering, for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Response
from fastapi.responses import RedirectResponse

from transcribe.errors import FormError, NotFound
from transcribe.i18n import N_, said
from transcribe.review.access.roles import require_operator, require_still_operator
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.context import Context, Forms, Here
from transcribe.review.pages.pictures import TaskId
from transcribe.review.rate_limits import TooMany
from transcribe.review.requests import GUESSED_TIME, TimeBeside
from transcribe.review.views.task_view import TaskView, task_view
from transcribe.store import Question, Store

router = APIRouter()

QUESTION_WINDOW = timedelta(hours=1)
"""The time in which a person's questions are counted."""

TOO_MANY_QUESTIONS = N_(
    "Thank you for asking so carefully. Your questions of the last hour are with the operator, who answers each. "
    "Until then, skip such a field (that is paid too), and ask again a little later."
)
"""What a person is told who has asked a lot within the hour."""

Words = Annotated[str, Form(min_length=1, max_length=1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question as an operator sees it: about which field, in words. It does not say whose it is."""

    question: Question
    form: str
    field: str


@router.get("/guide/{task}")
async def guide_page(context: Here, visitor: SignedIn, task: TaskId) -> Response:
    """Help and examples of the field of a task that this person holds, with the questions answered about it."""
    shown, answered = await context.look(lambda store: _guide(store, context, visitor, task))
    return context.rendering.page("guide.html", visitor.language, visitor=visitor, view=shown, answered=answered)


@router.post("/work/{task}/ask")
async def ask(
    context: Here, visitor: Sending, task: TaskId, words: Words, seconds: TimeBeside = GUESSED_TIME
) -> Response:
    """Asks the operator about a field. The time is paid, and the answer joins the field's guide for all.

    429 where this person has asked a lot within the hour.
    """
    who, now = visitor.person.id, context.now()
    await context.look(lambda store: store.task(task, who, now))

    def put(store: Store) -> None:
        asked = store.asked_since(who, now - QUESTION_WINDOW)
        if len(asked) >= context.options.questions_an_hour:
            raise TooMany(max(1, round((asked[0] + QUESTION_WINDOW - now).total_seconds())), TOO_MANY_QUESTIONS)
        store.put_question(task, who, words, seconds, now, context.options.measure)

    await context.change(put)
    return RedirectResponse(f"/guide/{task}", 303)


@router.get("/questions")
async def questions_page(context: Here, visitor: SignedIn) -> Response:
    """For operators: the questions of all people, open ones first."""
    require_operator(visitor)
    asked = await context.look(lambda store: [_asked(context.forms, each, visitor) for each in store.questions()])
    ordered = sorted(asked, key=lambda each: each.question.answer is not None)
    return context.rendering.page("questions.html", visitor.language, visitor=visitor, asked=ordered)


@router.post("/questions/{question}")
async def answer(
    context: Here,
    visitor: Sending,
    question: Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")],
    answer: Annotated[str, Form(min_length=1, max_length=2000)],
) -> Response:
    """For operators: answers a question for all. The person who asked is told."""
    require_operator(visitor)
    now = context.now()

    def keep(store: Store) -> None:
        require_still_operator(store, visitor)
        store.answer_question(question, answer, visitor.person.id, now)

    await context.change(keep)
    return RedirectResponse("/questions", 303)


def _guide(store: Store, context: Context, visitor: Visitor, task: str) -> tuple[TaskView, list[Question]]:
    now = context.now()
    theirs = store.task(task, visitor.person.id, now)
    answered = store.guide(theirs.form, theirs.key.name) if theirs.form else []
    return task_view(store, context.forms, theirs, visitor.language, now), answered


def _asked(forms: Forms, question: Question, visitor: Visitor) -> Asked:
    """The question with its form and field in words, of the first version, which every form has had."""
    try:
        form = forms(question.form, 1)
        label = said(form.field(question.field).label, visitor.language)
        return Asked(question=question, form=said(form.title, visitor.language) or question.form, field=label)
    except (FormError, NotFound, KeyError):
        return Asked(question=question, form=question.form, field=question.field)
