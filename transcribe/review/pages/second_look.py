"""An expert's second look at what they have just settled blind, beside all readings. A change needs a reason."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from fastapi.responses import RedirectResponse

from transcribe.codes import Flag
from transcribe.errors import NotFound
from transcribe.fields import facts_of
from transcribe.i18n import N_, said, translation
from transcribe.model import Reading, Task
from transcribe.people import SECOND_LOOK_TIME
from transcribe.review.access.sessions import Sending, SignedIn, Visitor, person_page
from transcribe.review.context import Context, Here
from transcribe.review.options import require_keepable
from transcribe.review.pages.pictures import TaskId
from transcribe.review.requests import MAX_SENT_LENGTH
from transcribe.review.views.offers import require_fitting_lengths
from transcribe.store import Appeal, FieldHistory, SentReading, Store

router = APIRouter()

SETTLED_KINDS = frozenset({"adjudicate"})
"""Kinds of tasks that are looked at twice beside all readings. Of an appeal the expert sees its words only."""

YOU = N_("You")
A_READER = N_("Reader {number}")
A_MACHINE = N_("A machine ({name})")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledReading:
    """One reading of the field, its maker without a name."""

    who: str
    text: str | None
    confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledTask:
    """One settled task: the expert's own blind reading, and everybody's."""

    task: str
    label: str
    row: int | None
    mark: bool
    own: str
    idem: str
    lines: tuple[SettledReading, ...]
    appeal: Appeal | None = None

    @property
    def may_change(self) -> bool:
        """Whether the expert may still read it otherwise: not once an appeal has ended."""
        return self.appeal is None or self.appeal.outcome is None


@router.get("/second-look")
async def second_look(context: Here, visitor: SignedIn) -> Response:
    """The tasks that this expert settled in the last minutes, latest first."""
    _require_expert(visitor)
    looks = await context.look(lambda store: _settled_tasks(store, context, visitor))
    return person_page(context, visitor, "second_look.html", looks=looks)


@router.post("/second-look/{task}")
async def change(
    context: Here,
    visitor: Sending,
    task: TaskId,
    idem: Annotated[str, Form(min_length=8, max_length=100)],
    text: Annotated[str, Form(max_length=MAX_SENT_LENGTH)],
    reason: Annotated[str, Form(max_length=500, pattern=r"\S")],
) -> Response:
    """Keeps a new reading of the same field by the same expert. It says that they had seen the others', and why."""
    _require_expert(visitor)
    now, who = context.now(), visitor.person.id
    theirs = await context.look(lambda store: store.task(task, who, now))
    heard = await context.look(lambda store: _appeal_of(store, task, who)) if theirs.kind == "appeal" else None
    if theirs.kind not in SETTLED_KINDS and (heard is None or heard.outcome is not None):
        raise NotFound("This task is not one to look at twice.")
    seen = Flag.SAW_AN_APPEALS_WORDS if heard else Flag.SAW_ALL_READINGS
    require_keepable(text)
    await context.look(lambda store: require_fitting_lengths(store, context, [(task, text)]))
    sent = SentReading(text=text, idem=idem, flags=frozenset({seen}), reason=reason.strip())

    def keep(store: Store) -> None:
        store.submit(task, who, sent, now, context.options.measure)
        store.log(who, "settled anew", task, {"reason": store.keyed_hash("reason", sent.reason)}, now)

    await context.change(keep)
    context.on_submit(theirs.scan)
    return RedirectResponse("/second-look", 303)


def _require_expert(visitor: Visitor) -> None:
    if "expert" not in visitor.person.roles:
        raise HTTPException(403, N_("This page is for experts."))


def _settled_tasks(store: Store, context: Context, visitor: Visitor) -> list[SettledTask]:
    who, since = visitor.person.id, context.now() - SECOND_LOOK_TIME
    settled: dict[str, SettledTask] = {}
    for history in store.readings_of(who, 50):
        for own in reversed(history.readings):
            task = _task_of(history, own)
            if own.source != who or own.at < since or task is None:
                continue
            appeal = _appeal_of(store, task.id, who) if task.kind == "appeal" else None
            if task.kind in SETTLED_KINDS or appeal is not None:
                settled.setdefault(task.id, _settled_task(context, visitor, history, task, own, appeal))
                break
    return list(settled.values())


def _appeal_of(store: Store, task: str, who: str) -> Appeal | None:
    """The appeal that this expert heard by a task, if something was written with it."""
    heard = (each for each in store.appeals() if each.task == task and each.heard and each.heard.source == who)
    return next((each for each in heard if each.words), None)


def _task_of(history: FieldHistory, reading: Reading) -> Task | None:
    return next((task for task in history.tasks if task.id == reading.task), None)


def _settled_task(
    context: Context, visitor: Visitor, history: FieldHistory, task: Task, own: Reading, appeal: Appeal | None
) -> SettledTask:
    translate = translation(visitor.language).gettext
    form = context.forms(history.scan.form, history.scan.form_version)
    people = list(dict.fromkeys(each.source for each in history.readings if each.kind != "machine"))
    others = [source for source in people if source != visitor.person.id]

    def name(reading: Reading) -> str:
        if reading.source == visitor.person.id:
            return translate(YOU)
        if reading.kind == "machine":
            return translate(A_MACHINE).format(name=reading.source.partition(" ")[0])
        return translate(A_READER).format(number=others.index(reading.source) + 1)

    field = form.field(history.key.name)
    return SettledTask(
        task=task.id,
        label=said(field.label, visitor.language),
        mark=facts_of(field.type).is_mark,
        row=None if history.key.row is None else history.key.row + 1,
        own=own.text or "",
        idem=secrets.token_urlsafe(16),
        lines=tuple(
            SettledReading(who=name(reading), text=reading.text, confidence=reading.confidence)
            for reading in history.readings
            if appeal is None or reading.source == visitor.person.id
        ),
        appeal=appeal,
    )
