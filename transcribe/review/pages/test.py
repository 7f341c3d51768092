"""Tests for a kind of field: short, open book, paid like all work, explained at once, and repeatable."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response

from transcribe.codes import Reason
from transcribe.errors import NotFound
from transcribe.model import Task
from transcribe.people import is_same_text
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.review.pages.pictures import TaskId
from transcribe.review.text_limits import require_keepable
from transcribe.review.views.comparison import Segment, segments, why_no_text
from transcribe.review.views.form_choices import latest_forms
from transcribe.review.views.formatting import day
from transcribe.review.views.offers import practice_count
from transcribe.review.views.soft_checks import require_fitting_lengths
from transcribe.review.views.task_view import TaskView, task_view
from transcribe.store import SentReading, Store, facts

router = APIRouter()

TEST_ITEM_COUNT = 5
"""Known fields of one test: two or three minutes of work."""

PASS_SHARE = 0.8
"""The share of right answers that passes. One slip in five is human, and a test can be taken again at once."""

Kind = Annotated[str, Path(min_length=1, max_length=40, pattern=r"^[a-z_]+$")]


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


@router.get("/test")
async def tests_page(context: Here, visitor: SignedIn) -> Response:
    """The kinds of field that can be tested, and the tests that this person took."""
    who, now, count = visitor.person.id, context.now(), practice_count(context.options)
    kinds, tries, practises = await context.look(
        lambda store: (_kinds(store, context), store.qualification_tries(who), store.may_practise(who, count, now))
    )
    local = partial(day, zone=visitor.person.time_zone, language=visitor.language)
    return context.rendering.page(
        "tests.html", visitor.language, visitor=visitor, kinds=kinds, tries=tries, practises=practises, day=local
    )


@router.post("/test/{kind}")
async def begin(context: Here, visitor: Sending, kind: Kind) -> Response:
    """Gives known fields of this kind, with their help. 404 where there are none."""
    now, seconds = context.now(), context.options.lease_seconds

    def lease(store: Store) -> list[TaskView]:
        store.lease_test(visitor.person.id, kind, TEST_ITEM_COUNT, now, seconds)
        return [
            task_view(store, context.forms, task, visitor.language, now)
            for task in _held(store, context, visitor, kind)
        ]

    items = await context.change(lease)
    if not items:
        raise NotFound("There is no test for this kind of field.")
    return _test_page(context, visitor, kind, items, secrets.token_urlsafe(16))


async def _asked_again(
    context: Context, visitor: Visitor, kind: str, held: Sequence[Task], idem: str, typed: Mapping[str, str]
) -> Response:
    """The page of a test that asks about what is empty."""
    now = context.now()
    items = await context.look(
        lambda store: [task_view(store, context.forms, task, visitor.language, now) for task in held]
    )
    return _test_page(context, visitor, kind, items, idem, typed)


def _test_page(
    context: Context, visitor: Visitor, kind: str, items: Sequence[TaskView], idem: str, typed: Mapping[str, str] = {}
) -> Response:
    """The fields of a test, with what was `typed` where it asks about those that are empty."""
    values: dict[str, Any] = {"kind": kind, "items": items, "idem": idem, "typed": typed}
    return context.rendering.page("test.html", visitor.language, visitor=visitor, **values)


@router.post("/test/{kind}/answers")
async def finish(
    request: Request,
    context: Here,
    visitor: Sending,
    kind: Kind,
    idem: Annotated[str, Form(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")],
    check: bool = False,
) -> Response:
    """Keeps every answer as a paid reading, and explains each. An empty answer says that the field is blank.

    With `check`, as the page sends it first, nothing is kept where one is empty: 200 with the same page, which asks.
    """
    texts = {name: str(value) for name, value in (await request.form()).items()}
    for text in texts.values():
        require_keepable(text)
    now = context.now()
    held = await context.look(lambda store: _held(store, context, visitor, kind))
    answered = [(task, texts[f"text.{task.id}"].strip()) for task in held if f"text.{task.id}" in texts]
    if not answered:
        raise NotFound("None of these fields is yours any more.")

    if check and not all(text for _, text in answered):
        return await _asked_again(context, visitor, kind, held, idem, {task.id: text for task, text in answered})
    said = [(task.id, text) for task, text in answered]
    await context.look(lambda store: require_fitting_lengths(store, context, said))

    def keep(store: Store) -> tuple[list[MarkedItem], facts.QualificationTry]:
        marked = _keep(store, context, visitor, answered, idem)
        right = sum(each.same for each in marked)
        passed = len(marked) == len(held) and right >= PASS_SHARE * len(held)
        result = facts.QualificationTry(name=kind, asked=len(held), right=right, passed=passed, at=now)
        store.put_qualification_try(visitor.person.id, result, now)
        return marked, result

    marked, result = await context.change(keep)
    return context.rendering.page(
        "tested.html", visitor.language, visitor=visitor, kind=kind, marked=marked, result=result, practises=False
    )


def _keep(
    store: Store, context: Context, visitor: Visitor, answered: Sequence[tuple[Task, str]], idem: str
) -> list[MarkedItem]:
    """Keep each answer of a test as a reading. Gives each with what is right."""
    marked = [_mark(store, context, visitor, task, text) for task, text in answered]
    for number, (task, text) in enumerate(answered):
        sent = SentReading(text=text, idem=f"{idem}-{number}")
        store.submit(task.id, visitor.person.id, sent, context.now(), context.options.measure)
    return marked


@router.get("/test/explained/{task}")
async def explained(context: Here, visitor: SignedIn, task: TaskId) -> Response:
    """One item of a test that was answered on the work page: what is right, at once."""
    who, now = visitor.person.id, context.now()

    def mark(store: Store) -> MarkedItem:
        theirs = store.task(task, who, now)
        readings = store.field_history(theirs.scan, theirs.key).readings
        own = next((each for each in reversed(readings) if each.task == task and each.source == who), None)
        if theirs.reason != Reason.QUALIFICATION or own is None:
            raise NotFound("This is no item of a test that you have answered.")
        return _mark(store, context, visitor, theirs, own.text, why_no_text(own))

    count = practice_count(context.options)
    marked, is_new, more = await context.look(
        lambda store: (mark(store), not store.reads_already(who), store.may_practise(who, count, now))
    )
    return context.rendering.page(
        "tested.html",
        visitor.language,
        visitor=visitor,
        kind=marked.view.label,
        marked=[marked],
        result=None,
        practises=is_new,
        more=more,
    )


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


def _mark(store: Store, context: Context, visitor: Visitor, task: Task, text: str | None, why: str = "") -> MarkedItem:
    form = context.forms(task.form, task.form_version)
    truth = next((truth for truth in store.truths(task.scan) if truth.key == task.key), None)
    right = "" if truth is None else truth.text
    # an item that was withdrawn while it was held counts for the person
    same = truth is None or (text is not None and is_same_text(text, right, form.field(task.key.name), form))
    shown = task_view(store, context.forms, task, visitor.language, context.now())
    return MarkedItem(view=shown, text=text, why=why, right=right, same=same)
