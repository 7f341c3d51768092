"""Help, examples and answered questions of a field. Asking, which is paid; and answering, for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Path, Response
from fastapi.responses import RedirectResponse

from transcribe.errors import FormError, NotFound
from transcribe.i18n import N_, said
from transcribe.model import GuideExample, GuideKind
from transcribe.review.access.roles import require_operator, require_still_operator
from transcribe.review.access.sessions import Sending, SignedIn, Visitor, person_page
from transcribe.review.context import Context, Forms, Here
from transcribe.review.pages.pictures import TaskId, picture_response
from transcribe.review.rate_limits import TooMany
from transcribe.review.requests import GUESSED_TIME, TimeBeside
from transcribe.review.views.offers import TaskView, task_view
from transcribe.store import Question, Store

router = APIRouter()

QUESTION_WINDOW = timedelta(hours=1)
"""The time in which a person's questions are counted."""

TOO_MANY_QUESTIONS = N_(
    "Thank you for asking so carefully. Your questions of the last hour are with the operator, who answers each. "
    "Until then, skip such a field, and ask again a little later."
)
"""The message for a person who has asked a lot within the hour."""

NOT_SHOWN = N_("This field is personal or has no picture: only the words of the answer can stand in the guide.")
"""The message for an operator who would show a picture that is not for everybody."""

QuestionId = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
ExampleId = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Words = Annotated[str, Form(min_length=1, max_length=1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question as an operator sees it: about which field, in words. It does not say whose it is."""

    question: Question
    form: str
    field: str
    may_be_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """What stands in the guide of a field: pictures, what was answered, and one's own open questions.

    `rules` are the operator's own for the whole form.
    """

    view: TaskView
    rules: str
    answered: list[Question]
    own: list[Question]
    examples: list[GuideExample]


@router.get("/guide/{task}")
async def guide_page(context: Here, visitor: SignedIn, task: TaskId) -> Response:
    """Help and examples of the field of a task that this person holds, with the questions answered about it."""
    guide = await context.look(lambda store: _guide(store, context, visitor, task))
    return person_page(context, visitor, "guide.html", view=guide.view, guide=guide, is_empty=False)


@router.get("/guide/{task}/example/{example}")
async def example_picture(context: Here, visitor: SignedIn, task: TaskId, example: ExampleId) -> Response:
    """The picture of an example in the guide of a task that this person holds."""
    guide = await context.look(lambda store: _guide(store, context, visitor, task))
    found = next((each.snippet for each in guide.examples if each.id == example), None)
    if found is None:
        raise NotFound("This guide has no such example.")
    return picture_response(await context.picture(found), brief=True)


@router.post("/work/{task}/ask")
async def ask(
    context: Here, visitor: Sending, task: TaskId, words: Words, seconds: TimeBeside = GUESSED_TIME
) -> Response:
    """Asks the operator about a field. The time is paid, and the answer joins the field's guide for all.

    429 where this person has asked a lot within the hour; 422 where the question has no words.
    """
    who, now = visitor.person.id, context.now()
    if not words.strip():
        guide = await context.look(lambda store: _guide(store, context, visitor, task))
        return person_page(context, visitor, "guide.html", 422, view=guide.view, guide=guide, is_empty=True)
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
    """For operators: the questions of all people, open ones first; of the forms open to them."""
    require_operator(visitor)
    asked = await context.look(
        lambda store: [_asked(store, context.forms, each, visitor) for each in _questions(store, visitor)]
    )
    examples = await context.look(lambda store: _examples(store, visitor))
    ordered = sorted(asked, key=lambda each: each.question.answer is not None)
    return person_page(context, visitor, "questions.html", asked=ordered, examples=examples)


@router.get("/questions/{question}/snippet")
async def question_snippet(context: Here, visitor: SignedIn, question: QuestionId) -> Response:
    """For operators: the picture of the field that was asked about."""
    require_operator(visitor)

    def find(store: Store) -> str | None:
        asked = next((each for each in _questions(store, visitor) if each.id == question), None)
        places = store.places(asked.scan) if asked else ()
        return next((each.snippet for each in places if asked and each.key == asked.key), None)

    found = await context.look(find)
    if found is None:
        raise NotFound("There is no picture of this field.")
    return picture_response(await context.picture(found))


@router.post("/examples/{example}/take-out")
async def take_out(context: Here, visitor: Sending, example: ExampleId) -> Response:
    """For operators: takes a picture out of the guide."""
    require_operator(visitor)
    by, now = visitor.person.id, context.now()

    def end(store: Store) -> None:
        require_still_operator(store, visitor)
        if example not in {each.id for each in _examples(store, visitor)}:
            raise NotFound("There is no such picture in the guide.")
        store.end_guide_example(example, by, now)

    await context.change(end)
    return RedirectResponse("/questions", 303)


@router.post("/questions/{question}")
async def answer(
    context: Here,
    visitor: Sending,
    question: QuestionId,
    answer: Annotated[str, Form(min_length=1, max_length=2000)],
    show: Annotated[GuideKind | Literal[""], Form()] = "",
    text: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """For operators: answers a question for all. The person who asked is told.

    With `show`, the picture of the field stands in the guide as well, with the `text` that is to be typed for it.
    """
    require_operator(visitor)
    now, by = context.now(), visitor.person.id

    def keep(store: Store) -> None:
        require_still_operator(store, visitor)
        asked = next((each for each in _questions(store, visitor) if each.id == question), None)
        if asked is None:
            raise NotFound("There is no such question.")
        if show:
            if not _asked(store, context.forms, asked, visitor).may_be_shown:
                raise HTTPException(422, NOT_SHOWN)
            store.put_guide_example(asked.scan, asked.key, show, text.strip(), answer, by, now)
        store.answer_question(question, answer, by, now)

    await context.change(keep)
    return RedirectResponse("/questions", 303)


def _questions(store: Store, visitor: Visitor) -> list[Question]:
    """All questions about forms that are open to an operator."""
    forms = store.forms_of_person(visitor.person.id)
    return [each for each in store.questions() if not forms or each.form in forms]


def _examples(store: Store, visitor: Visitor) -> list[GuideExample]:
    """All pictures in the guide of forms that are open to an operator."""
    forms = store.forms_of_person(visitor.person.id)
    return [each for each in store.guide_examples() if not forms or each.form in forms]


def _guide(store: Store, context: Context, visitor: Visitor, task: str) -> Guide:
    now = context.now()
    theirs = store.task(task, visitor.person.id, now)
    name = theirs.key.name
    is_blind = not theirs.form or theirs.kind == "identify"
    return Guide(
        rules="" if is_blind else said(context.forms(theirs.form, theirs.form_version).help, visitor.language),
        view=task_view(store, context.forms, theirs, visitor.language, now),
        answered=store.guide(theirs.form, name) if theirs.form else [],
        own=[
            each
            for each in store.questions(open_only=True)
            if each.transcriber == visitor.person.id and (each.form, each.field) == (theirs.form, name)
        ],
        examples=store.guide_examples(theirs.form, name) if theirs.form else [],
    )


def _asked(store: Store, forms: Forms, question: Question, visitor: Visitor) -> Asked:
    """The question with its form and field in words, of the first version, which every form has had."""
    place = next((each for each in store.places(question.scan) if each.key == question.key), None)
    has_picture = place is not None and place.snippet is not None
    try:
        form = forms(question.form, 1)
        label = said(form.field(question.field).label, visitor.language)
        title, shown = said(form.title, visitor.language) or question.form, form.may_be_shown(question.field)
        return Asked(question=question, form=title, field=label, may_be_shown=shown and has_picture)
    except (FormError, NotFound, KeyError):
        return Asked(question=question, form=question.form, field=question.field, may_be_shown=False)


# How to transcribe: one page of rules that hold for every form, each with what stands on the paper.

RULES: tuple[tuple[str, str, str, str], ...] = (
    (
        "DUPONT et fils",
        "",
        N_("Type what is written, letter by letter: capitals, short forms and mistakes too."),
        "DUPONT et fils",
    ),
    ("245,-", "", N_("Type signs of money and dashes as they stand."), "245,-"),
    (
        "Mar▒in",
        "",
        N_("One letter cannot be read: type the others, and choose “Cannot read”. They are kept beside."),
        "Marin",
    ),
    ("1 3", "1", N_("A figure was put right: type the last one, without what is struck out."), "3"),
    ("", "", N_("Nothing is written: choose “Blank”. Never guess what should stand there."), ""),
    ("Paris", "Paris", N_("All is struck out and nothing stands in its place: choose “Crossed out”."), ""),
    ("☒", "☒", N_("A tick was taken back: it counts as none, “No, empty”."), ""),
    (
        "Łódź, mañana, œuf",
        "",
        N_("Type foreign letters and accents as they stand. The letters below the box help."),
        "Łódź, mañana, œuf",
    ),
)
"""Each rule: what stands on the paper, which part of it is struck out, the rule, and what is typed ("": nothing)."""


@router.get("/transcribing")
async def rules_page(context: Here, visitor: SignedIn) -> Response:
    """Eight rules of how to transcribe, for every form."""
    return person_page(context, visitor, "transcribing.html", rules=RULES)
