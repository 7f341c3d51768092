"""Tests for a kind of field: short, open book, paid like all work, explained at once, and repeatable."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from transcribe.codes import Reason
from transcribe.errors import NotFound
from transcribe.i18n import N_
from transcribe.model import Reading, Task
from transcribe.people import is_same_text
from transcribe.review.access.sessions import Sending, SignedIn, Visitor, person_page
from transcribe.review.context import Context, Here
from transcribe.review.failures import failure_response
from transcribe.review.options import require_keepable
from transcribe.review.pages.pictures import TaskId
from transcribe.review.requests import forget_sent, keep_answers, kept_answers
from transcribe.review.views.comparison import Segment, segments, why_no_text
from transcribe.review.views.form_choices import latest_forms
from transcribe.review.views.offers import TaskView, practice_count, require_fitting_lengths, task_view
from transcribe.store import SentReading, Store, facts

router = APIRouter()

MOST_SHOWN = 20
"""Items of one result that an address may name: four times those of a test. Chosen by hand."""

Kind = Annotated[str, Path(min_length=1, max_length=40, pattern=r"^[a-z_]+$")]
Items = Annotated[list[Annotated[str, Query(max_length=64)]], Query(min_length=1, max_length=MOST_SHOWN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedItem:
    """One item after a test: what was typed, what is right, and whether they say the same.

    `text` None: `why` says why, as in `why_no_text`.
    """

    view: TaskView
    text: str | None
    why: str
    right: str
    same: bool

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Both texts with what differs marked. Empty where there are no two texts."""
        if not self.text or not self.right or self.same or self.view.input != "text":
            return ()
        return segments(self.text, self.right)


def result_address(kind: str, tasks: Iterable[str]) -> str:
    """The address of the result of a test with these items."""
    return f"/test/{kind}/result?{'&'.join(f'task={task}' for task in tasks)}"


@router.get("/test/{kind}/result")
async def result(context: Here, visitor: SignedIn, kind: Kind, task: Items) -> Response:
    """The result of a test and each of its items explained. 303 to `/test`, which lists it, after 15 minutes."""

    def look(store: Store) -> tuple[facts.QualificationTry, list[MarkedItem]] | None:
        own = [_answer(store, each, visitor.person.id) for each in task]
        tries = store.qualification_tries(visitor.person.id)
        found = next((each for each in tries if each.name == kind and each.at == own[0].at), None)
        if found is None:
            raise NotFound("There is no such result.")
        marked = _explained(store, context, visitor, own)
        return None if marked is None else (found, marked)

    shown = await context.look(look)
    if shown is None:
        return RedirectResponse("/test", 303)
    return _tested_page(context, visitor, kind=kind, result=shown[0], marked=shown[1], practises=False)


@router.get("/test/explained/{task}")
async def explained(context: Here, visitor: SignedIn, task: TaskId) -> Response:
    """One item of a test that was answered on the work page: what is right, at once.

    303 to `/test` after 15 minutes.
    """
    who, now, count = visitor.person.id, context.now(), practice_count(context.options)
    marked, is_new, more = await context.look(
        lambda store: (
            _explained(store, context, visitor, [_answer(store, task, who)]),
            not store.reads_already(who),
            store.may_practise(who, count, now),
        )
    )
    if marked is None:
        return RedirectResponse("/test", 303)
    kind = marked[0].view.label
    return _tested_page(context, visitor, kind=kind, result=None, marked=marked, practises=is_new, more=more)


def _tested_page(context: Context, visitor: Visitor, **values: Any) -> Response:
    return person_page(context, visitor, "tested.html", **values)


def own_answer(store: Store, task: str, who: str) -> Reading | None:
    """The latest answer of this person to this item of a test. None if there is none, or the item is of no test."""
    try:
        subject = store.task_subject(task)
    except NotFound:
        return None
    readings = store.field_history(subject.scan, subject.key).readings if subject.reason == Reason.QUALIFICATION else ()
    return next((each for each in reversed(readings) if each.task == task and each.source == who), None)


def _answer(store: Store, task: str, who: str) -> Reading:
    own = own_answer(store, task, who)
    if own is None:
        raise NotFound("This is no item of a test that you have answered.")
    return own


def _explained(store: Store, context: Context, visitor: Visitor, answers: Sequence[Reading]) -> list[MarkedItem] | None:
    """Each answer beside what is right. None where its time to be looked at is over."""
    try:
        tasks = [store.task(each.task or "", visitor.person.id, context.now()) for each in answers]
    except NotFound:
        return None
    return [
        mark(store, context, visitor, task, own.text, why_no_text(own))
        for task, own in zip(tasks, answers, strict=True)
    ]


def mark(store: Store, context: Context, visitor: Visitor, task: Task, text: str | None, why: str = "") -> MarkedItem:
    """An answer beside what is right."""
    form = context.forms(task.form, task.form_version)
    truth = next((truth for truth in store.truths(task.scan) if truth.key == task.key), None)
    right = "" if truth is None else truth.text
    # an item that was withdrawn while it was held counts for the person
    same = truth is None or (text is not None and is_same_text(text, right, form.field(task.key.name), form))
    shown = task_view(store, context.forms, task, visitor.language, context.now())
    return MarkedItem(view=shown, text=text, why=why, right=right, same=same)


# Tests for a kind of field: short, open book, paid like all work, explained at once, and repeatable.

TEST_ITEM_COUNT = 5
"""Known fields of one test: two or three minutes of work."""

PASS_SHARE = 0.8
"""The share of right answers that passes. One slip in five is human, and a test can be taken again at once."""

TIME_OVER = N_(
    "The time of this test was over before you sent it. Begin it again under Tests; what you typed stands below."
)
"""The message where none of the items is held any more."""


@router.get("/test")
async def tests_page(context: Here, visitor: SignedIn) -> Response:
    """The kinds of field that can be tested, and the tests that this person took."""
    who, now, count = visitor.person.id, context.now(), practice_count(context.options)
    kinds, tries, practises = await context.look(
        lambda store: (_kinds(store, context), store.qualification_tries(who), store.may_practise(who, count, now))
    )
    return person_page(context, visitor, "tests.html", kinds=kinds, tries=tries, practises=practises)


@router.post("/test/{kind}")
async def begin(context: Here, visitor: Sending, kind: Kind) -> Response:
    """Gives known fields of this kind, and leads to their page. 404 where there are none."""
    now, seconds = context.now(), context.options.lease_seconds

    def lease(store: Store) -> Sequence[Task]:
        store.lease_test(visitor.person.id, kind, TEST_ITEM_COUNT, now, seconds)
        return _held(store, context, visitor, kind)

    if not await context.change(lease):
        raise NotFound("There is no test for this kind of field.")
    return RedirectResponse(f"/test/{kind}", 303)


@router.get("/test/{kind}")
async def fields(request: Request, context: Here, visitor: SignedIn, kind: Kind) -> Response:
    """The fields of a test that was begun, with their help. 303 to `/test` where none is held any more.

    Where one was sent empty, the page asks about it, with what was typed in the others.
    """
    held = await context.look(lambda store: _held(store, context, visitor, kind))
    if not held:
        return RedirectResponse("/test", 303)
    kept = kept_answers(request, visitor.person.id, kind)
    typed = {task.id: kept[task.id] for task in held if task.id in kept}
    return await _page(context, visitor, kind, held, secrets.token_urlsafe(16), typed)


async def _page(
    context: Context, visitor: Visitor, kind: str, held: Sequence[Task], idem: str, typed: Mapping[str, str]
) -> Response:
    """The fields of a test, with what was `typed` where it asks about those that are empty."""
    now = context.now()
    items = await context.look(
        lambda store: [task_view(store, context.forms, task, visitor.language, now) for task in held]
    )
    values: dict[str, Any] = {"kind": kind, "items": items, "idem": idem, "typed": typed}
    return person_page(context, visitor, "test.html", **values)


@router.post("/test/{kind}/answers")
async def finish(
    request: Request,
    context: Here,
    visitor: Sending,
    kind: Kind,
    idem: Annotated[str, Form(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")],
    check: bool = False,
) -> Response:
    """Keeps every answer as a paid reading, and leads to the result. An empty answer says that the field is blank.

    With `check`, as the page sends it first, nothing is kept where one is empty: 303 to the page, which asks. Sent
    again, it leads to the result once more. 409 where the time of the test is over, with what was typed.
    """
    texts = {name: str(value) for name, value in (await request.form()).items()}
    for text in texts.values():
        require_keepable(text)
    sent = {name.removeprefix("text."): text.strip() for name, text in texts.items() if name.startswith("text.")}
    held = await context.look(lambda store: _held(store, context, visitor, kind))
    answers = {task.id: sent[task.id] for task in held if task.id in sent}
    if not answers:
        who = visitor.person.id
        done = await context.look(lambda store: [task for task in sent if own_answer(store, task, who) is not None])
        if done:
            return RedirectResponse(result_address(kind, done), 303)
        return failure_response(request, 409, TIME_OVER, typed=[text for text in sent.values() if text])

    if check and not all(answers.values()):
        return await _asked_again(context, visitor, kind, held, idem, answers)
    await context.look(lambda store: require_fitting_lengths(store, context, list(answers.items())))
    await context.change(lambda store: _keep(store, context, visitor, kind, held, answers, idem))
    onwards = RedirectResponse(result_address(kind, answers), 303)
    forget_sent(request, onwards)
    return onwards


async def _asked_again(
    context: Context, visitor: Visitor, kind: str, held: Sequence[Task], idem: str, answers: Mapping[str, str]
) -> Response:
    """Leads to the page that asks about what is empty. What is too long for the browser to keep is asked about here."""
    asks = RedirectResponse(f"/test/{kind}", 303)
    if keep_answers(asks, context, visitor.person.id, kind, answers):
        return asks
    return await _page(context, visitor, kind, held, idem, answers)


def _keep(
    store: Store,
    context: Context,
    visitor: Visitor,
    kind: str,
    held: Sequence[Task],
    answers: Mapping[str, str],
    idem: str,
) -> None:
    """Keep each answer of a test as a reading, and how the test ended: at the time of its readings."""
    now, who = context.now(), visitor.person.id
    answered = [task for task in held if task.id in answers]
    right = sum(mark(store, context, visitor, task, answers[task.id]).same for task in answered)
    for number, task in enumerate(answered):
        sent = SentReading(text=answers[task.id], idem=f"{idem}-{number}")
        store.submit(task.id, who, sent, now, context.options.measure)
    passed = len(answered) == len(held) and right >= PASS_SHARE * len(held)
    result = facts.QualificationTry(name=kind, asked=len(held), right=right, passed=passed, at=now)
    store.put_qualification_try(who, result, now)


def _kinds(store: Store, context: Context) -> list[str]:
    """Field types of the forms kept, where some fields are known."""
    known = {each.truth.key.name for each in store.control_answers()}
    found = {
        field.type for form in latest_forms(store, context.forms) for field in form.all_fields() if field.name in known
    }
    return sorted(found)


def _held(store: Store, context: Context, visitor: Visitor, kind: str) -> Sequence[Task]:
    """The items of a test of this kind that this person holds."""
    held = store.held(visitor.person.id, context.now())
    return [
        task
        for task in held
        if task.reason == Reason.QUALIFICATION
        and context.forms(task.form, task.form_version).field(task.key.name).type == kind
    ]
