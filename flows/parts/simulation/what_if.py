"""Finished orders of a batch played at other targets, with made-up readers.

Their machine readings are the real ones, and their records stand for what is written.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, Response

from flows.desk import BatchView, Cell, Kind, Look, Name, Raw, Table, Visit, batch_view, table_file
from flows.house import DeskPages
from transcribe.store import facts

if TYPE_CHECKING:
    from flows.parts.simulation.plan_lines import PlanLine

router = APIRouter()

MOST_ORDERS = 12
"""The most orders that are played: a few seconds. Chosen by hand."""

MOST_KEPT = 32
"""The most results that are kept. Chosen by hand."""

_one_at_a_time = threading.Lock()
"""Playing takes a core; others wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The result of playing so many orders of a form: a table with a line for each target."""

    orders: int
    form: str
    table: Table


@router.get("/desk/batch/what-if")
def what_if_page(visit: Look, name: Name) -> Response:
    """The results of the batch at other targets, played with its own readings."""
    view = batch_view(visit, name)
    return visit.page("what_if.html", view=view, played=what_if_table(visit, view))


@router.get("/desk/batch/what-if.{kind}")
def what_if_file(visit: Look, kind: Kind, name: Name) -> Response:
    """The same as a file."""
    return table_file(what_if_table(visit, batch_view(visit, name)).table, kind)


def link_of(visit: Visit, batch: str) -> str:
    """The link from a batch to its page."""
    return visit.piece("what_if_link.html", batch=batch)


PAGES = DeskPages(router=router, folder=Path(__file__).parent, pieces={"batch": link_of})
"""The pages that the part adds to the desk."""


def what_if_table(visit: Visit, view: BatchView) -> WhatIf:
    """A table of the batch's results at each target."""
    played = _played(visit, view)
    say = visit.say
    columns = {
        "target": say("Target"),
        "fields_right": say("Fields right"),
        "by_machines": say("Machines alone"),
        "readings_a_field": say("Readings a field"),
        "hours": say("Hours of people"),
        "cost": say("Cost"),
        "currency": say("Currency"),
    }
    lines = played[2] if played else ()
    table = visit.table(
        "what-if",
        say("The whole batch at other targets, simulated"),
        columns,
        [_row(visit, line) for line in lines],
        at="/desk/batch",
        query={"name": view.batch.name},
        nothing=say("No scan of it is finished yet, so that nothing can be played."),
    )
    return WhatIf(orders=played[0] if played else 0, form=played[1] if played else "", table=table)


def _row(visit: Visit, line: PlanLine) -> tuple[Raw, ...]:
    low, high = line.accuracy_interval
    spread = visit.say("%(share)s (%(low)s to %(high)s)", share=_share(visit, line.accuracy), low=_share(visit, low),
                       high=_share(visit, high))  # fmt: skip
    is_now = abs(line.target - visit.home.settings.target) < 1e-9
    now = visit.say("(now)") if is_now else ""
    return (
        Cell(line.target, f"{_share(visit, line.target)} {now}".strip()),
        Cell(round(line.accuracy, 6), spread),
        Cell(round(line.decided_by_machines, 6), _share(visit, line.decided_by_machines)),
        Cell(round(line.readings_a_field, 4), visit.number(line.readings_a_field, 2)),
        Cell(round(line.hours, 3), visit.number(line.hours, 1)),
        Cell(line.cost, line.cost or "–"),
        line.currency,
    )


def _share(visit: Visit, share: float) -> str:
    return visit.share(share, 2)


def _played(visit: Visit, view: BatchView) -> tuple[int, str, Sequence[PlanLine]] | None:
    """The number of orders played, their form and the result; kept until the batch has other records."""
    name = view.batch.name
    with _one_at_a_time:
        key = ("what if", name, view.counts["records"], visit.forms)
        if key not in visit.kept:
            while len(visit.kept) >= MOST_KEPT:
                visit.kept.pop(next(iter(visit.kept)), None)
            visit.kept[key] = _play(visit, name, view.scans)
        found: tuple[int, str, Sequence[PlanLine]] | None = visit.kept[key]
        return found


def _play(visit: Visit, name: str, scans: int) -> tuple[int, str, Sequence[PlanLine]] | None:
    from flows.parts.simulation.plan_lines import plan_line
    from flows.parts.simulation.planning import (
        DEFAULT_TARGETS,
        inputs_of_scans,  # takes long to load
        plan,
    )

    home = visit.home
    search = facts.ScanSearch(batch=name, state="finished", forms=visit.forms)
    finished = home.store.find_scans(search, 4 * MOST_ORDERS)
    if not finished:
        return None
    form_name, _ = Counter(each.form for each in finished).most_common(1)[0]
    chosen = [each.scan for each in finished if each.form == form_name][:MOST_ORDERS]
    version = home.store.scan(chosen[0]).form_version
    inputs = inputs_of_scans(home, home.forms(form_name, version), chosen)
    targets = sorted({*DEFAULT_TARGETS, home.settings.target})
    lines = [
        plan_line(each, inputs.terms, scans, inputs.batch.form, inputs.batch.rounds)
        for each in plan(inputs.batch, targets)
    ]
    return len(inputs.batch.orders), form_name, lines
