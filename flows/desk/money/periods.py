"""Pay periods that were closed, and the transfers of one, as the command prints them."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated

from fastapi import APIRouter, Query, Response

from flows.desk.money.statement import statement_address
from flows.desk.parts import Part, single_page
from flows.desk.tables import Cell, Column, Kind, Table, table_file, time_cell, with_query
from flows.desk.visit import Look, Visit
from transcribe.errors import NotFound
from transcribe.pay_arithmetic import MICRO_UNITS
from transcribe.people import TRANSFER_COLUMNS, transfers
from transcribe.store import PayLine

router = APIRouter()

PAYMENTS_COUNT = 5_000
"""So many payments are looked at, the latest: years of months of a hundred people. Chosen by hand."""

Reference = Annotated[str, Query(max_length=200)]


@router.get("/desk/money/period")
async def period_page(visit: Look, reference: Reference) -> Response:
    """The transfers of one period, each with the statement of its person."""
    visit.require_all_forms()
    return await visit.look(lambda: _page(visit, reference))


@router.get("/desk/money/period.{kind}")
async def period_file(visit: Look, kind: Kind, reference: Reference) -> Response:
    """The same as a file; as CSV it is what `fairhand pay close` printed."""
    visit.require_all_forms()
    return table_file(await visit.look(lambda: _transfers(visit, reference)), kind)


def periods_table(visit: Visit) -> Table:
    """Every period by its reference, the latest first."""
    say, found = visit.say, defaultdict[tuple[str, str], list[PayLine]](list)
    for line in visit.home.store.payments(PAYMENTS_COUNT):
        found[line.reference, line.currency].append(line)
    rows = [
        (
            Cell(reference, reference or say("without a reference"),
                 f"/desk/money/period{with_query({'reference': reference})}" if reference else ""),
            time_cell(lines[0].at, visit.moment(lines[0].at)),
            Cell(len({line.transcriber for line in lines}), visit.number(len({line.transcriber for line in lines}))),
            Cell(-sum(line.micro for line in lines) / MICRO_UNITS,
                 visit.amount(-sum(line.micro for line in lines), currency)),
            Cell(currency),
        )
        for (reference, currency), lines in found.items()
    ]  # fmt: skip
    return Table(
        name="periods",
        caption=say("Pay periods"),
        columns=(
            Column("reference", say("Reference")), Column("at", say("Closed")), Column("people", say("People"), True),
            Column("amount", say("Transferred"), True), Column("currency", say("Currency")),
        ),
        rows=rows,
        address="/desk/money/periods",
        nothing=say("No period was closed yet."),
    )  # fmt: skip


def _page(visit: Visit, reference: str) -> Response:
    table = _transfers(visit, reference)
    return single_page(visit, table.caption, Part(head=visit.say("Transfers"), table=table), ("/desk/money", "Money"))


def _transfers(visit: Visit, reference: str) -> Table:
    """The transfers of a period. NotFound where none has this reference."""
    say = visit.say
    lines = [each for each in visit.home.store.payments(PAYMENTS_COUNT) if each.reference == reference]
    if not lines:
        raise NotFound("No period was closed with this reference.")
    heads = (say("Who"), say("Amount"), say("Currency"), say("Reference"), say("Day"))
    rows = [
        (Cell(row[0], "", statement_address(row[0], f"{line.at:%Y-%m}")), *map(Cell, row[1:]))
        for row, line in zip(transfers(visit.home.store, lines), lines, strict=True)
    ]
    return Table(
        name="transfers",
        caption=say("Pay period %(reference)s", reference=reference),
        columns=[
            Column(name, head, name == "amount") for name, head in zip(TRANSFER_COLUMNS, heads, strict=True)
        ],
        rows=sorted(rows, key=lambda row: str(row[0].value)),
        address="/desk/money/period",
        query={"reference": reference},
    )  # fmt: skip
