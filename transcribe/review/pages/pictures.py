"""Pictures of a task, only for whom it is leased to, or who answered it a moment ago."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from transcribe.errors import NotFound
from transcribe.model import Task
from transcribe.review.parts import Here, Parts
from transcribe.review.sessions import SignedIn
from transcribe.review.sheet import seen
from transcribe.store.contract import Store

router = APIRouter()

TaskId = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]

KINDS = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"RIFF", "image/webp"))


@router.get("/snippet/{task}")
async def snippet(parts: Here, visitor: SignedIn, task: TaskId) -> Response:
    """The picture of the task's field."""
    sha256 = await parts.look(lambda store: _snippet(store, store.task(task, visitor.person.id, parts.now())))
    return _answer(await parts.picture(sha256))


@router.get("/page/{task}")
async def page(parts: Here, visitor: SignedIn, task: TaskId) -> Response:
    """The whole page that the task's field stands on, where the form allows it."""
    sha256 = await parts.look(lambda store: _page(store, parts, store.task(task, visitor.person.id, parts.now())))
    return _answer(await parts.picture(sha256))


def _snippet(store: Store, task: Task) -> str:
    for place in store.places(task.scan):
        if place.key == task.key and place.snippet is not None:
            return place.snippet
    raise NotFound("This task has no picture.")


def _page(store: Store, parts: Parts, task: Task) -> str:
    form = parts.forms(task.form, task.form_version) if task.form else None
    if "page" not in seen(form, task):
        raise NotFound("This form does not show whole pages.")
    place = next((place for place in store.places(task.scan) if place.key == task.key), None)
    for picture in store.pictures(task.scan):
        if place is None or picture.number == place.page:
            return picture.sha256
    raise NotFound("This scan has no picture of its page.")


def _answer(content: bytes) -> Response:
    media_type = next((kind for start, kind in KINDS if content.startswith(start)), None)
    if media_type is None:
        raise NotFound("This is no picture.")
    return Response(content, media_type=media_type, headers={"cache-control": "private, max-age=600"})
