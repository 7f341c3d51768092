"""Pay periods that were closed, and the transfers of one, as the command prints them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from flows.desk.money.amounts import Money, carried_cell, evened
from flows.desk.money.statement import statement_address
from flows.desk.parts import Part
from flows.desk.tables import Cell, Column, Kind, Table, table_file, time_cell, with_query
from flows.desk.visit import Look, Visit
from transcribe.errors import NotFound
from transcribe.i18n import N_
from transcribe.people import TRANSFER_COLUMNS, transfers

router = APIRouter()

Reference = Annotated[str, Query(max_length=200)]

AMOUNTS = frozenset({"amount", "carried"})
"""The columns of a transfer that are numbers."""

WHY_CARRIED = N_(
    "A bank transfers no less than the smallest coin, such as a cent. What is less stays due, and is paid with the"
    " next payment that makes it whole."
)
"""Why a period carries something to the next one."""


@router.get("/desk/money/period")
def period_page(visit: Look, reference: Reference) -> Response:
    """The transfers of one period, each with the statement of its person."""
    visit.require_all_forms()
    return _page(visit, reference)


@router.get("/desk/money/period.{kind}")
def period_file(visit: Look, kind: Kind, reference: Reference) -> Response:
    """The same as a file; as CSV it is what `fairhand pay close` printed."""
    visit.require_all_forms()
    return table_file(_transfers(visit, reference), kind)


@router.get("/desk/money/carried.{kind}")
def carried_file(visit: Look, kind: Kind, reference: Reference) -> Response:
    """What the period left to the next one, as a file."""
    visit.require_all_forms()
    return table_file(_carried(visit, reference), kind)


def periods_table(visit: Visit) -> Table:
    """Every period by its reference, the latest first."""
    say = visit.say
    rows = [
        (
            Cell(each.reference, each.reference or say("without a reference"),
                 f"/desk/money/period{with_query({'reference': each.reference})}" if each.reference else ""),
            time_cell(each.at, visit.moment(each.at)),
            Cell(each.people, visit.number(each.people)),
            Money(each.micro, each.currency),
            Cell(each.currency),
        )
        for each in visit.home.store.pay_periods()
    ]  # fmt: skip
    return Table(
        name="periods",
        caption=say("Pay periods"),
        columns=(
            Column("reference", say("Reference")), Column("at", say("Closed")), Column("people", say("People"), True),
            Column("amount", say("Transferred"), True), Column("currency", say("Currency")),
        ),
        rows=evened(visit, rows),
        address="/desk/money/periods",
        nothing=say("No period was closed yet."),
    )  # fmt: skip


def _page(visit: Visit, reference: str) -> Response:
    say, table = visit.say, _transfers(visit, reference)
    parts = [
        Part(head=say("Transfers"), table=table),
        Part(head=say("Carried to the next period"), table=_carried(visit, reference), said=[say(WHY_CARRIED)]),
    ]
    return visit.page("desk_section.html", title=table.caption, parts=parts, back_to=("/desk/money", say("Money")))


def _transfers(visit: Visit, reference: str) -> Table:
    """The transfers of a period. NotFound where none has this reference."""
    say, store = visit.say, visit.home.store
    lines = store.payments_of(reference)
    if not lines and not store.carried_of(reference):
        raise NotFound("No period was closed with this reference.")
    heads = (say("Who"), say("Amount"), say("Currency"), say("Reference"), say("Day"), say("Carried"))
    rows = [
        (Cell(row[0], "", statement_address(row[0], f"{line.at:%Y-%m}")), *map(Cell, row[1:]))
        for row, line in zip(transfers(store, lines), lines, strict=True)
    ]
    return Table(
        name="transfers",
        caption=say("Pay period %(reference)s", reference=reference),
        columns=[
            Column(name, head, name in AMOUNTS) for name, head in zip(TRANSFER_COLUMNS, heads, strict=True)
        ],
        rows=sorted(rows, key=lambda row: str(row[0].value)),
        address="/desk/money/period",
        query={"reference": reference},
        nothing=say("Nothing is transferred."),
    )  # fmt: skip


def _carried(visit: Visit, reference: str) -> Table:
    """What a period left to the next one, of everybody: also of those who were paid nothing."""
    say, store = visit.say, visit.home.store
    handles = {person.id: person.handle for person in store.transcribers()}
    rows = [
        (
            Cell(handles[each.transcriber], "", statement_address(handles[each.transcriber], f"{each.at:%Y-%m}")),
            carried_cell(each.micro, each.currency),
            Cell(each.currency),
        )
        for each in store.carried_of(reference)
        if each.micro
    ]
    return Table(
        name="carried",
        caption=say("Carried to the next period"),
        columns=(Column("handle", say("Who")), Column("carried", say("Carried"), True),
                 Column("currency", say("Currency"))),
        rows=sorted(evened(visit, rows), key=lambda row: str(row[0].value)),
        address="/desk/money/carried",
        query={"reference": reference},
        nothing=say("Nothing was carried: all that was due is paid."),
    )  # fmt: skip
