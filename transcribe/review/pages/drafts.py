"""The fate of fields in which somebody typed on a device and which they did not send."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from transcribe.errors import NotFound
from transcribe.review.access.sessions import Sending, Visitor
from transcribe.review.context import Context, Here
from transcribe.review.views.form_choices import named_field
from transcribe.store import Store

router = APIRouter()

MOST_DRAFTS = 100
"""The most tasks in one request, as in one that renews leases."""


class DraftTasks(BaseModel):
    """Tasks of which a device keeps what was typed."""

    model_config = ConfigDict(strict=True, extra="forbid")

    tasks: Annotated[list[Annotated[str, Field(min_length=8, max_length=64)]], Field(max_length=MOST_DRAFTS)]


class GoneDraft(BaseModel):
    """A field that this person holds no more, as they know it: `row` counts from 1, None outside tables.

    `what`: "gone", and what was typed may still be sent; "erased" with its scan; "over" where they have read it, or no
    such field is known. `read` is what they read then; None where nothing was typed, or no such field is known.
    """

    task: str
    what: Literal["gone", "erased", "over"]
    label: str
    form: str
    row: int | None
    read: str | None


class GoneDrafts(BaseModel):
    """Those of the tasks asked about that this person does not hold."""

    gone: list[GoneDraft]


@router.post("/drafts")
async def drafts(context: Here, visitor: Sending, sent: DraftTasks) -> GoneDrafts:
    """Says which of these fields somebody holds no more, what they are called, and whether their scans are erased."""
    return GoneDrafts(gone=await context.look(lambda store: list(_gone(store, context, visitor, sent.tasks))))


def _gone(store: Store, context: Context, visitor: Visitor, tasks: Sequence[str]) -> Iterator[GoneDraft]:
    who = visitor.person.id
    held = {each.id for each in store.held(who, context.now())}
    for task in tasks:
        if task not in held:
            named = named_field(store, context.forms, task, visitor.language)
            what, read = _what_became(store, task, who)
            yield GoneDraft(task=task, what=what, label=named.label, form=named.form, row=named.row, read=read)


def _what_became(store: Store, task: str, who: str) -> tuple[Literal["gone", "erased", "over"], str | None]:
    try:
        subject = store.task_subject(task)
    except NotFound:
        return "over", None
    readings = store.field_history(subject.scan, subject.key).readings
    own = [each for each in readings if each.source == who and each.task == task]
    if own:
        return "over", own[-1].text
    return ("erased" if store.forgotten(subject.scan) else "gone"), None
