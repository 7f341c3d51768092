"""The whole form at once, where an operator allows it: every open field of one scan, in the order of the paper."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from transcribe.geometry import Box
from transcribe.model import FieldKey, Form, Place, Task
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.review.requests import SentForm, from_form
from transcribe.review.views.offers import offer_to
from transcribe.review.views.task_view import TaskView, sheet, whole
from transcribe.store import Store

router = APIRouter()

MOST_FIELDS = 300
"""Fields of one scan that are given to one person at once: more than any form of one page has."""

READ_AS_TEXT = ("read", "audit", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One field on the page of a whole form: its sheet, where it stands, and a new idem."""

    sheet: TaskView
    page: int
    box: Box
    idem: str


@router.get("/form")
async def whole_form(parts: Here, visitor: SignedIn) -> Response:
    """Every open field of one scan; to `/work` where no scan of a form that allows it waits."""
    lines = await parts.change(lambda store: _lines(store, parts, visitor))
    if not lines:
        return RedirectResponse("/work", 303)
    pages = {line.page: line.sheet.task for line in reversed(lines)}
    return parts.rendering.page(
        "whole_form.html", visitor.language, visitor=visitor, lines=lines, pages=dict(sorted(pages.items()))
    )


@router.post("/form")
async def send_form(request: Request, parts: Here, visitor: Sending) -> Response:
    """Keeps each field that was filled in or marked as a reading of its own; the others stay open."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    sent = dict(_sent(form))
    for task, each in sent.items():
        await _keep(parts, visitor, task, each)
    return RedirectResponse("/form", 303)


def _sent(form: Mapping[str, str]) -> Iterator[tuple[str, SentForm]]:
    """The readings of a posted form, by task, in the order of the paper."""
    for name, idem in form.items():
        what, _, task = name.partition(".")
        if what != "idem" or not task:
            continue
        text, action = form.get(f"text.{task}", ""), form.get(f"action.{task}", "")
        if text.strip() or action:
            values = {"idem": idem, "action": action or "send", "text": text}
            yield task, SentForm.model_validate({**values, "overrode": form.get(f"overrode.{task}", "")})


async def _keep(parts: Context, visitor: Visitor, task: str, sent: SentForm) -> None:
    who, now = visitor.person.id, parts.now()
    outcome = await parts.keep(lambda store: store.submit(task, who, from_form(sent, "read"), now))
    if outcome.kind != "again":
        parts.on_submit(outcome.scan)


def _lines(store: Store, parts: Context, visitor: Visitor) -> list[Line]:
    """The fields of the first scan among what this person holds, or is given now, whose form allows it."""
    who, now, seconds = visitor.person.id, parts.now(), parts.options.lease_seconds
    offer = replace(offer_to(visitor.person), kinds=READ_AS_TEXT)
    held = store.lease(who, parts.options.ahead, now, seconds, offer)
    first = next((task for task in held if task.form and whole(parts.forms(task.form, task.form_version))), None)
    if first is None:
        return []
    tasks = store.lease(who, MOST_FIELDS, now, seconds, replace(offer, scan=first.scan))
    places = {place.key: place for place in store.places(first.scan)}
    form = parts.forms(first.form, first.form_version)
    order = {key: number for number, key in enumerate(paper_order(form, places))}
    known = sorted((task for task in tasks if task.key in places), key=lambda task: order.get(task.key, len(order)))
    return [_line(store, parts, visitor, task, places[task.key]) for task in known]


def _line(store: Store, parts: Context, visitor: Visitor, task: Task, place: Place) -> Line:
    shown = sheet(store, parts.forms, task, visitor.language, parts.now())
    return Line(sheet=shown, page=place.page, box=place.box, idem=secrets.token_urlsafe(16))


def paper_order(form: Form, places: Mapping[FieldKey, Place]) -> list[FieldKey]:
    """The fields of one scan as one fills them in on paper: plain fields as the form defines them, and each table row
    by row before the first plain field that stands below it."""
    plain = [key for key in (FieldKey(field.name) for field in form.fields) if key in places]
    columns = {column.field.name: number for table in form.tables for number, column in enumerate(table.columns)}
    for table in form.tables:
        cells = sorted(
            (key for key in places if key.table == table.name), key=lambda key: (key.row or 0, columns.get(key.name, 0))
        )
        if cells:
            end = _foot(places[cells[-1]])
            at = next((n for n, key in enumerate(plain) if _head(places[key]) >= end), len(plain))
            plain[at:at] = cells
    return plain


def _head(place: Place) -> tuple[int, int]:
    return place.page, place.box.y0


def _foot(place: Place) -> tuple[int, int]:
    return place.page, place.box.y1
