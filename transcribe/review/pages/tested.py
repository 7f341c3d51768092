"""The results of a test: each answer beside what is right, on pages that load again for a quarter of an hour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import RedirectResponse

from transcribe.codes import Reason
from transcribe.errors import NotFound
from transcribe.model import Reading, Task
from transcribe.people import is_same_text
from transcribe.review.access.sessions import SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.review.pages.pictures import TaskId
from transcribe.review.views.comparison import Segment, segments, why_no_text
from transcribe.review.views.offers import TaskView, practice_count, task_view
from transcribe.store import Store, facts

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
    return _page(context, visitor, kind=kind, result=shown[0], marked=shown[1], practises=False)


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
    return _page(context, visitor, kind=kind, result=None, marked=marked, practises=is_new, more=more)


def _page(context: Context, visitor: Visitor, **values: Any) -> Response:
    return context.rendering.page("tested.html", visitor.language, visitor=visitor, **values)


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
