"""An expert's second look: what they have just settled blind, with what everybody read; a change needs a reason."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from fastapi.responses import RedirectResponse

from transcribe.codes import Flag
from transcribe.errors import NotFound
from transcribe.i18n import N_, said, translation
from transcribe.model import Reading, Task
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.review.pages.pictures import TaskId
from transcribe.review.views.task_view import MARKS
from transcribe.store import SentReading, Store, Story

router = APIRouter()

LOOK_BACK = timedelta(minutes=15)
"""As long as a picture may be seen after a task was answered."""

SETTLED = frozenset({"adjudicate"})
"""Appeals stay blind: who hears one must not know what was contested."""

YOU, READER, MACHINE = N_("You"), N_("Reader {number}"), N_("A machine ({name})")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookLine:
    """One reading of the field, its maker without a name."""

    who: str
    text: str | None
    confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One settled task: the expert's own blind reading, and everybody's."""

    task: str
    label: str
    row: int | None
    mark: bool
    own: str
    idem: str
    lines: tuple[LookLine, ...]


@router.get("/second-look")
async def second_look(parts: Here, visitor: SignedIn) -> Response:
    """What this expert settled in the last minutes, latest first."""
    _experts_only(visitor)
    looks = await parts.look(lambda store: _looks(store, parts, visitor))
    return parts.rendering.page("second_look.html", visitor.language, visitor=visitor, looks=looks)


@router.post("/second-look/{task}")
async def change(
    parts: Here,
    visitor: Sending,
    task: TaskId,
    idem: Annotated[str, Form(min_length=8, max_length=100)],
    text: Annotated[str, Form(max_length=10_000)],
    reason: Annotated[str, Form(min_length=1, max_length=500)],
) -> Response:
    """A new reading of the same field by the same expert; it says that they had seen the others', and why."""
    _experts_only(visitor)
    now, who = parts.now(), visitor.person.id
    theirs = await parts.look(lambda store: store.task(task, who, now))
    if theirs.kind not in SETTLED:
        raise NotFound("This task is not one to look at twice.")
    sent = SentReading(text=text, idem=idem, flags=frozenset({Flag.SAW_ALL_READINGS}), reason=reason.strip())

    def keep(store: Store) -> None:
        store.submit(task, who, sent, now)
        store.log(who, "settled anew", task, {"reason": store.keyed_hash("reason", sent.reason)}, now)

    await parts.change(keep)
    parts.on_submit(theirs.scan)
    return RedirectResponse("/second-look", 303)


def _experts_only(visitor: Visitor) -> None:
    if "expert" not in visitor.person.roles:
        raise HTTPException(403, N_("This page is for experts."))


def _looks(store: Store, parts: Context, visitor: Visitor) -> list[Look]:
    who, since = visitor.person.id, parts.now() - LOOK_BACK
    found: dict[str, Look] = {}
    for story in store.readings_of(who, 50):
        for own in reversed(story.readings):
            task = _task_of(story, own)
            if own.source == who and own.at >= since and task is not None and task.kind in SETTLED:
                found.setdefault(task.id, _look(parts, visitor, story, task, own))
                break
    return list(found.values())


def _task_of(story: Story, reading: Reading) -> Task | None:
    return next((task for task in story.tasks if task.id == reading.task), None)


def _look(parts: Context, visitor: Visitor, story: Story, task: Task, own: Reading) -> Look:
    translate = translation(visitor.language).gettext
    form = parts.forms(story.scan.form, story.scan.form_version)
    people = list(dict.fromkeys(each.source for each in story.readings if each.kind != "machine"))
    others = [source for source in people if source != visitor.person.id]

    def name(reading: Reading) -> str:
        if reading.source == visitor.person.id:
            return translate(YOU)
        if reading.kind == "machine":
            return translate(MACHINE).format(name=reading.source.partition(" ")[0])
        return translate(READER).format(number=others.index(reading.source) + 1)

    field = form.field(story.key.name)
    return Look(
        task=task.id,
        label=said(field.label, visitor.language),
        mark=field.type in MARKS,
        row=None if story.key.row is None else story.key.row + 1,
        own=own.text or "",
        idem=secrets.token_urlsafe(16),
        lines=tuple(
            LookLine(who=name(reading), text=reading.text, confidence=reading.confidence) for reading in story.readings
        ),
    )
