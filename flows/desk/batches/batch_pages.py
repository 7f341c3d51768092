"""The pages of batches, and their tables as files."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from flows.desk.batches.batch_table import (
    aside_table,
    batch_view,
    batches_table,
    course_chart,
    day_of,
    known_table,
    reasons_table,
    scans_aside,
    states_table,
)
from flows.desk.published.latest_records import forms_table
from flows.desk.tables import Kind, Table, table_file
from flows.desk.visit import Look, Visit
from flows.mending import due_set

router = APIRouter()

BATCHES_A_PAGE = 100
"""So many batches are on a page. Chosen by hand."""

MOST_NAME_CHARACTERS = 300
"""The longest name of a batch that is looked for."""

Name = Annotated[str, Query(min_length=1, max_length=MOST_NAME_CHARACTERS)]
First = Annotated[int, Query(ge=0, le=10_000_000)]


@router.get("/desk/batches")
async def batches_page(visit: Look, first: First = 0) -> Response:
    """All batches, the most urgent first."""

    def made() -> Response:
        table = batches_table(visit, first, BATCHES_A_PAGE)
        more = first + BATCHES_A_PAGE if len(table.rows) == BATCHES_A_PAGE else None
        return visit.page("desk_batches.html", batches=table, more=more)

    return await visit.show(made)


@router.get("/desk/batches.{kind}")
def batches_file(visit: Look, kind: Kind) -> Response:
    """All batches as a file."""
    return table_file(batches_table(visit), kind)


@router.get("/desk/batch")
async def batch_page(visit: Look, name: Name) -> Response:
    """One batch."""

    def made() -> Response:
        view = batch_view(visit, name)
        return visit.page(
            "desk_batch.html",
            view=view,
            due_set=due_set,
            day_of=day_of,
            states=states_table(visit, view),
            reasons=reasons_table(visit, view),
            course=course_chart(visit, view),
            aside=aside_table(visit, name),
            known=known_table(visit, name),
            pictured=scans_aside(visit, name),
            records=forms_table(visit, name),
        )

    return await visit.show(made)


@router.get("/desk/batch/{table}.{kind}")
def batch_file(
    visit: Look,
    table: Literal["states", "reasons", "course", "aside", "known", "by-form"],
    kind: Kind,
    name: Name,
) -> Response:
    """One table of a batch as a file."""
    return table_file(_table(visit, table, name), kind)


def _table(visit: Visit, which: str, name: str) -> Table:
    view = batch_view(visit, name)
    match which:
        case "states":
            return states_table(visit, view)
        case "reasons":
            return reasons_table(visit, view)
        case "course":
            return course_chart(visit, view).table
        case "known":
            return known_table(visit, name)
        case "by-form":
            return forms_table(visit, name)
        case _:
            return aside_table(visit, name)
