"""The whole form at once, where an operator allows it: every open field of one scan, in paper order."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median_low
from typing import Annotated, Generic, Protocol, TypeVar

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from transcribe.errors import LeaseLost, NotFound
from transcribe.geometry import Box
from transcribe.model import FieldKey, Form, Outcome, Place, Task
from transcribe.review.access.roles import must_be_asked
from transcribe.review.access.sessions import Sending, SignedIn, Visitor, person_page
from transcribe.review.context import Context, Here
from transcribe.review.failures import failure_response, lost_words
from transcribe.review.options import require_keepable
from transcribe.review.requests import Late, SentForm, late_word, reading_from_form
from transcribe.review.views.offers import TaskView, may_be_read_whole, offer_to, require_fitting_lengths, task_view
from transcribe.store import Store

BROAD_TIMES = 2
"""A column is broad from so many times the middle one's width on: a description beside a quantity. Chosen by hand."""


class CellLine(Protocol):
    """What stands in a grid: it knows its field and what its column is called."""

    @property
    def key(self) -> FieldKey:
        """The field; in a table with its row."""

    @property
    def label(self) -> str:
        """What the column is called."""

    @property
    def column(self) -> int:
        """The number of its column on the paper."""

    @property
    def box(self) -> Box:
        """Where it stands on the page."""


Line = TypeVar("Line", bound=CellLine)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemGrid(Generic[Line]):
    """The open cells of one table.

    `rows` are (number from 1, a cell of each column; None where it is not open). `broad` is the number of the column
    that needs most room, whose pictures would else be too small to read; None where all are about as wide.
    """

    columns: tuple[str, ...]
    broad: int | None
    rows: tuple[tuple[int, tuple[Line | None, ...]], ...]


def in_grids(lines: Sequence[Line]) -> Iterator[Line | ItemGrid[Line]]:
    """Lines in their order, with the cells of each table put together in a grid."""
    for table, together in groupby(lines, key=lambda line: line.key.table):
        if table is None:
            yield from together
        else:
            yield _grid(list(together))


def _grid(cells: Sequence[Line]) -> ItemGrid[Line]:
    columns = sorted((cell.column, cell.key.name) for cell in cells)
    names = dict.fromkeys(name for _, name in columns)  # as on the paper, whichever row has an open cell first
    labels = {cell.key.name: cell.label for cell in cells}
    by_place = {(cell.key.row or 0, cell.key.name): cell for cell in cells}
    numbers = sorted({row for row, _ in by_place})
    widths = {cell.key.name: cell.box.x1 - cell.box.x0 for cell in cells}
    widest = max(widths.values())
    broad = (
        [*names].index(max(widths, key=widths.__getitem__))
        if widest >= BROAD_TIMES * median_low(widths.values())
        else None
    )
    rows = tuple((number + 1, tuple(by_place.get((number, name)) for name in names)) for number in numbers)
    return ItemGrid(columns=tuple(labels[name] for name in names), broad=broad, rows=rows)


# The whole form at once, where an operator allows it: every open field of one scan, in paper order.

router = APIRouter()

MAX_LEASED_FIELDS = 300
"""Fields of one scan that are given to one person at once: more than any form of one page has."""

TEXT_KINDS = ("read", "audit", "test")
"""Kinds of tasks that are answered by a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLine:
    """One field on the page of a whole form: its task, its place and column, and a new idem."""

    view: TaskView
    key: FieldKey
    column: int
    page: int
    box: Box
    idem: str

    @property
    def label(self) -> str:
        """The name of the field or its column."""
        return self.view.label


@router.get("/form")
async def whole_form(
    context: Here, visitor: SignedIn, late: Late = "", task: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Every open field of one scan: of that of `task`, if it is held. To `/work` where no form that waits allows it.

    `late` says that readings sent before came after their time, or after their scan was erased.
    """
    if must_be_asked(visitor):
        return RedirectResponse("/before", 303)
    lines = await context.change(lambda store: _lines(store, context, visitor, task))
    has_password = await context.look(lambda store: store.password(visitor.person.id)) is not None
    if not lines:
        return RedirectResponse(f"/work?late={late}" if late else "/work", 303)
    pages = {line.page: line.view for line in reversed(lines)}  # the first field of each page
    return person_page(
        context,
        visitor,
        "whole_form.html",
        has_password=has_password,
        lines=lines,
        parts=list(in_grids(lines)),
        pages=dict(sorted(pages.items())),
        late=late,
    )


@router.post("/form")
async def send_form(request: Request, context: Here, visitor: Sending) -> Response:
    """Keeps each field that was filled in or marked as a reading of its own. The others stay open.

    Where one is not taken any more the others are kept all the same: 409, with what was typed there.
    """
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    sent = dict(_sent(form))
    texts = [(task, each.text) for task, each in sent.items()]
    for each in sent.values():  # all are kept or none, so that the browser goes back to all of them
        require_keepable(each.text)
    await context.look(lambda store: require_fitting_lengths(store, context, texts))
    lost: dict[str, LeaseLost | NotFound] = {}
    late: Late = ""
    for task, each in sent.items():
        try:
            late = late_word(await _keep(context, visitor, task, each)) or late
        except (LeaseLost, NotFound) as error:
            lost[each.text] = error
    if lost:
        first = next((error for error in lost.values() if isinstance(error, LeaseLost)), LeaseLost())
        return failure_response(request, 409, lost_words(first), typed=[text for text in lost if text.strip()])
    return RedirectResponse(f"/form?late={late}" if late else "/form", 303)


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


async def _keep(context: Context, visitor: Visitor, task: str, sent: SentForm) -> Outcome:
    """Keep one reading. Gives what became of it."""
    who, now = visitor.person.id, context.now()
    reading, measure = reading_from_form(sent, "read"), context.options.measure
    outcome = await context.keep(lambda store: store.submit(task, who, reading, now, measure))
    if outcome.kind != "again":
        context.on_submit(outcome.scan)
    return outcome


def _lines(store: Store, context: Context, visitor: Visitor, task: str) -> list[FormLine]:
    """The fields of the scan of `task`, else of the first one held or given now whose form allows it."""
    who, now, seconds = visitor.person.id, context.now(), context.options.lease_seconds
    offer = replace(offer_to(visitor.person), kinds=TEXT_KINDS, longest=context.options.longest_lease)
    wanted = [each for each in store.held(who, now) if each.id == task and each.kind in TEXT_KINDS] if task else []
    held = [*wanted, *store.lease(who, context.options.ahead, now, seconds, offer)]
    first = next(
        (each for each in held if each.form and may_be_read_whole(context.forms(each.form, each.form_version))), None
    )
    if first is None:
        return []
    tasks = store.lease(who, MAX_LEASED_FIELDS, now, seconds, replace(offer, scan=first.scan))
    places = {place.key: place for place in store.places(first.scan)}
    form = context.forms(first.form, first.form_version)
    order = {key: number for number, key in enumerate(paper_order(form, places))}
    known = sorted((task for task in tasks if task.key in places), key=lambda task: order.get(task.key, len(order)))
    columns = _columns(form)
    return [_line(store, context, visitor, task, places[task.key], columns.get(task.key.name, 0)) for task in known]


def _line(store: Store, context: Context, visitor: Visitor, task: Task, place: Place, column: int) -> FormLine:
    shown = task_view(store, context.forms, task, visitor.language, context.now())
    idem = secrets.token_urlsafe(16)
    return FormLine(view=shown, key=task.key, column=column, page=place.page, box=place.box, idem=idem)


def _columns(form: Form) -> dict[str, int]:
    """The number of each column in its table."""
    return {column.field.name: number for table in form.tables for number, column in enumerate(table.columns)}


def paper_order(form: Form, places: Mapping[FieldKey, Place]) -> list[FieldKey]:
    """The fields of one scan in the order in which one fills them in on paper.

    Plain fields come as the form defines them. Each table comes row by row, before the first plain field that stands
    below it.
    """
    plain = [key for key in (FieldKey(field.name) for field in form.fields) if key in places]
    columns = _columns(form)
    for table in form.tables:
        cells = sorted(
            (key for key in places if key.table == table.name), key=lambda key: (key.row or 0, columns.get(key.name, 0))
        )
        if cells:
            end = _bottom(places[cells[-1]])
            at = next((n for n, key in enumerate(plain) if _top(places[key]) >= end), len(plain))
            plain[at:at] = cells
    return plain


def _top(place: Place) -> tuple[int, int]:
    return place.page, place.box.y0


def _bottom(place: Place) -> tuple[int, int]:
    return place.page, place.box.y1
