"""Marking on a page without JavaScript: each click on the picture is sent, and comes back drawn."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response
from pydantic import BaseModel, ConfigDict, Field

from transcribe.errors import NotFound
from transcribe.review.access.sessions import Sending
from transcribe.review.context import Here
from transcribe.review.pages.pictures import TaskId
from transcribe.review.pages.work import CLICKED_WIDTH_PX, work_page
from transcribe.review.requests import Corner, Doubt, PageNumber

router = APIRouter()

MIN_LINE_DISTANCE_PX = 12
"""Pixels of the page: a click as near to a line takes it away instead of adding one. As in `static/place.js`."""


class Click(BaseModel):
    """A click on the picture, in its CSS pixels, with what is marked on the page already."""

    model_config = ConfigDict(populate_by_name=True)

    x: Annotated[int, Field(alias="at.x", ge=0, le=100_000)]
    y: Annotated[int, Field(alias="at.y", ge=0, le=100_000)]
    page: PageNumber
    x0: Corner = None
    y0: Corner = None
    x1: Corner = None
    y1: Corner = None
    edges: Annotated[str, Field(max_length=2000, pattern=r"^[\d,]*$")] = ""


@router.post("/work/{task}/mark")
async def mark(context: Here, visitor: Sending, task: TaskId, click: Annotated[Click, Form()]) -> Response:
    """The page of a task with one more corner of its frame, or one line more or less."""
    theirs = await context.look(lambda store: store.task(task, visitor.person.id, context.now()))
    pictures = await context.look(lambda store: store.pictures(theirs.scan))
    width = next((each.size[0] for each in pictures if each.number == click.page), None)
    if width is None or theirs.kind not in ("locate", "rows"):
        raise NotFound("Nothing is to be marked on this page.")
    x, y = (round(part * width / CLICKED_WIDTH_PX) for part in (click.x, click.y))
    doubt = Doubt(text=_edges(click.edges, y)) if theirs.kind == "rows" else Doubt(corners=_corners(click, x, y))
    return await work_page(context, visitor, theirs, doubt, page=click.page)


def _corners(click: Click, x: int, y: int) -> tuple[int, ...]:
    """The first corner, or both; a third click begins anew."""
    if click.x0 is None or click.y0 is None or click.x1 is not None:
        return (x, y)
    return (click.x0, click.y0, x, y)


def _edges(edges: str, y: int) -> str:
    """The heights of the lines with one more, or without the one that was clicked on."""
    before = {int(each) for each in edges.split(",") if each}
    after = {each for each in before if abs(each - y) > MIN_LINE_DISTANCE_PX}
    return ",".join(map(str, sorted(after if after != before else before | {y})))
