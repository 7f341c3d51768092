"""Background requests of the work page: tasks ahead, checks while typing, leases kept up."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from transcribe.errors import LeaseLost, NotFound
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.review.options import MOST_ALONG
from transcribe.review.pages.pictures import TaskId
from transcribe.review.requests import Text
from transcribe.review.views.formatting import moment
from transcribe.review.views.offers import (
    SIMPLE_INPUTS,
    TaskView,
    last_answer,
    lease_tasks,
    offer_to,
    task_text_faults,
    task_view,
)
from transcribe.store import Store

router = APIRouter()


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
