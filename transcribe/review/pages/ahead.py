"""What the work page asks for in the background: tasks ahead, checks while typing, leases kept up."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from transcribe.errors import LeaseLost, NotFound
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.review.pages.pictures import TaskId
from transcribe.review.requests import Text
from transcribe.review.views.offers import leased
from transcribe.review.views.soft_checks import odd
from transcribe.review.views.task_view import TaskView, sheet
from transcribe.store import Store

router = APIRouter()


class Sheets(BaseModel):
    """Tasks that this person holds, the next first."""

    tasks: list[TaskView]


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
    parts: Here, visitor: SignedIn, count: Annotated[int, Query(ge=1, le=100)] = 4, same: bool = False
) -> Sheets:
    """What this person holds, up to `count`, leasing more where it is less."""
    number = min(count, parts.options.most_ahead)
    return await parts.change(lambda store: _sheets(store, parts, visitor, number, same=same))


@router.post("/work/{task}/check")
async def check(parts: Here, visitor: Sending, task: TaskId, sent: SentText) -> Checked:
    """Says what looks odd; nothing is kept."""
    found = await parts.look(lambda store: odd(store, parts, visitor, task, sent.text))
    return Checked(faults=found)


@router.post("/renew")
async def renew(parts: Here, visitor: Sending, sent: SentTasks) -> Renewed:
    """Goes on holding tasks."""
    return await parts.change(lambda store: _renewed(store, parts, visitor, sent.tasks))


def _sheets(store: Store, parts: Context, visitor: Visitor, count: int, *, same: bool) -> Sheets:
    tasks = leased(store, parts, visitor.person, count, same=same)
    now = parts.now()
    return Sheets(tasks=[sheet(store, parts.forms, task, visitor.language, now) for task in tasks])


def _renewed(store: Store, parts: Context, visitor: Visitor, tasks: list[str]) -> Renewed:
    now, left, lost = parts.now(), {}, []
    for task in tasks:
        try:
            until = store.renew(task, visitor.person.id, now, parts.options.lease_seconds).leased_until
        except (LeaseLost, NotFound):
            lost.append(task)
        else:
            left[task] = int((until - now).total_seconds()) if until else 0
    return Renewed(left=left, lost=lost)
