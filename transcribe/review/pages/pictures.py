"""Pictures of a task, only for the person who holds it or answered it a moment ago."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from starlette.concurrency import run_in_threadpool

from transcribe.drawing import blank_thumbnail, surroundings
from transcribe.errors import NotFound
from transcribe.geometry import Box
from transcribe.model import FieldKey, Form, PagePicture, Place, Task
from transcribe.review.access.sessions import SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.review.views.form_choices import first_blank
from transcribe.review.views.offers import allowed_pictures, shown_page, shows_snippet
from transcribe.store import Store

router = APIRouter()

TaskId = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]

FormName = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
FormVersion = Annotated[int, Path(ge=1, le=1_000_000)]

MAX_PAGE_NUMBER = 10_000
"""No scan has more pages. Chosen by hand."""

MEDIA_TYPES = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"RIFF", "image/webp"))
"""The first bytes of a picture and its media type."""


@router.get("/snippet/{task}")
async def snippet(context: Here, visitor: SignedIn, task: TaskId) -> Response:
    """The picture of the task's field."""
    sha256 = await context.look(lambda store: _snippet(store, store.task(task, visitor.person.id, context.now())))
    return picture_response(await context.picture(sha256), brief=True)


@router.get("/surroundings/{task}")
async def around(context: Here, visitor: SignedIn, task: TaskId) -> Response:
    """The surroundings of the task's field, where the form allows it."""
    return await _response(context, visitor, task, "surroundings")


@router.get("/page/{task}")
async def page(
    context: Here,
    visitor: SignedIn,
    task: TaskId,
    number: Annotated[int | None, Query(ge=1, le=MAX_PAGE_NUMBER)] = None,
) -> Response:
    """The whole page that the task's field stands on, where the form allows it.

    It is another page by its `number`, if the task asks where something stands.
    """
    return await _response(context, visitor, task, "page", number)


@router.get("/blank/{task}/{name}/{version}")
async def blank(context: Here, visitor: SignedIn, task: TaskId, name: FormName, version: FormVersion) -> Response:
    """A small picture of a form's blank, for whoever is asked which form a scan is. 404 where the layout is free."""

    def found(store: Store) -> str:
        if store.task(task, visitor.person.id, context.now()).kind != "identify":
            raise NotFound("Nobody is asked here which form it is.")
        if (path := first_blank(context.forms(name, version))) is None:
            raise NotFound("This form has no picture of its blank.")
        return path

    content = await run_in_threadpool(blank_thumbnail, await context.look(found))
    return picture_response(content, brief=True)


@router.get("/whole/{task}")
async def whole(context: Here, visitor: SignedIn, task: TaskId) -> Response:
    """The whole page without a frame, where the form may be read as a whole."""
    return await _response(context, visitor, task, "whole")


async def _response(context: Context, visitor: Visitor, task: str, what: str, number: int | None = None) -> Response:
    view = await context.look(lambda store: _shown_of(store, context, visitor, task, what, number))
    content = await context.picture(view.picture.sha256)
    if view.box is not None or view.hidden:
        whole = what != "surroundings"
        draw = partial(surroundings, content, view.picture.size, view.box, view.hidden, whole=whole)
        content = await run_in_threadpool(draw)
    return picture_response(content)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A page's picture, where on it the task's field stands (None: somewhere), and the boxes that are painted over."""

    picture: PagePicture
    box: Box | None
    hidden: tuple[Box, ...]


def _snippet(store: Store, task: Task) -> str:
    for place in store.places(task.scan):
        if place.key == task.key and place.snippet is not None:
            return place.snippet
    raise NotFound("This task has no picture.")


def _shown_of(store: Store, context: Context, visitor: Visitor, name: str, what: str, number: int | None) -> _Shown:
    task = store.task(name, visitor.person.id, context.now())
    form = context.forms(task.form, task.form_version) if task.form else None
    places = store.places(task.scan)
    place = next((place for place in places if place.key == task.key), None)
    if what not in allowed_pictures(form, task, place):
        raise NotFound("This form does not show more of its pages.")
    picture = shown_page(task, place, store.pictures(task.scan), number)
    if picture is None:
        raise NotFound("This scan has no picture of its page.")
    known = shows_snippet(task, place)
    theirs = {task.key}
    if what == "whole":
        theirs |= {held.key for held in store.held(visitor.person.id, context.now()) if held.scan == task.scan}
    framed = known or (place is not None and _is_region(task, place, picture))
    if task.kind == "identify":  # it may be its form after all: what is personal on that is nobody's here
        places, known = [each for each in places if each.confidence is not None], True
    return _Shown(
        picture=picture,
        box=place.box if place is not None and framed and what != "whole" else None,
        hidden=tuple(_hidden(form, places, theirs, picture.number)) if form and known else (),
    )


def _is_region(task: Task, place: Place, picture: PagePicture) -> bool:
    """Whether the place of a field that is asked for is only the likely part of this page."""
    return (
        task.kind == "locate"
        and place.page == picture.number
        and place.box.area < picture.size[0] * picture.size[1] / 2
    )


def _hidden(form: Form, places: Iterable[Place], theirs: set[FieldKey], page: int) -> Iterator[Box]:
    """The boxes on a page that this person may not see.

    They are other people's personal fields, and fields that may not go to one person in one sitting.
    """
    fields = {field.name: field for field in form.all_fields()}
    apart = {fields[key.name].apart for key in theirs if key.name in fields} - {""}
    for place in places:
        field = fields.get(place.key.name)
        if field is None or place.key in theirs or place.page != page:
            continue
        if field.personal is not None or field.apart in apart:
            yield place.box


def picture_response(content: bytes, *, brief: bool = False) -> Response:
    """A picture as a response. No browser keeps it, or a `brief` one for ten minutes, so that it is fetched once."""
    media_type = next((kind for start, kind in MEDIA_TYPES if content.startswith(start)), None)
    if media_type is None:
        raise NotFound("This is no picture.")
    return Response(
        content, media_type=media_type, headers={"cache-control": "private, max-age=600" if brief else "no-store"}
    )
