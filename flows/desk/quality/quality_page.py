"""The page Quality, its tables as files, and its deeds: needless questions counted, an earlier version put back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from flows.desk.deeds import do, with_done
from flows.desk.parts import Deed, Part, SectionPage, when_counted
from flows.desk.quality.curves import asked_part, calibration_part, coverage_part, errors_part
from flows.desk.quality.engines_and_rules import agreement_table, alarms_table, confusions_table, earlier, learnt_table
from flows.desk.quality.measured import (
    asked_counting,
    by_field_table,
    by_type_table,
    known_values_table,
    measured,
    measuring,
    needless_table,
)
from flows.desk.tables import Table
from flows.desk.visit import Act, Visit
from flows.steps import go_back
from transcribe.i18n import N_

router = APIRouter()


@router.post("/desk/quality/count")
async def count_asked(visit: Act) -> Response:
    """Has the questions counted that need not have been asked."""
    visit.require_all_forms()
    asked_counting(visit).begin()
    measuring(visit).begin()
    return RedirectResponse(with_done("/desk/quality", "count"), 303)


@router.post("/desk/quality/back")
async def back(visit: Act, version: Annotated[int, Form(ge=1)]) -> Response:
    """Puts an earlier version of what was learnt in force again, as `fairhand learn back` does."""
    visit.require_all_forms()
    return await do(visit, lambda: go_back(visit.home, version, by=visit.by), "/desk/quality", "learn-back")


def _parts(visit: Visit) -> list[Part]:
    say, asked = visit.say, asked_counting(visit)
    deeds = [Deed(action="/desk/quality/count", label=say("Count them anew"))] if visit.forms is None else []
    audits = say("Audits alone count: decided values drawn by lot and read again blind.")
    faint = when_counted(visit, measuring(visit))
    parts = [
        Part(head=say("Wrong values by form and field type"), table=by_type_table(visit), said=[audits], faint=faint),
        Part(head=say("Wrong values by field"), table=by_field_table(visit), faint=faint),
        Part(
            head=say("Questions that need not have been asked"),
            table=needless_table(visit, asked.last),
            said=[say("People decided exactly what every engine had read before.")],
            faint=when_counted(visit, asked),
            deeds=deeds,
        ),
        *_measured(visit),
    ]
    if visit.forms is None:
        choices = earlier(visit)
        way_back = Deed(
            action="/desk/quality/back", label=say("Put it in force again"), choice="version",
            asks=say("An earlier version"), choices=choices,
        )  # fmt: skip
        known = say("One that good readers fail is wrong. Its field's page keeps and withdraws it.")
        parts.append(Part(head=say("Known values"), table=known_values_table(visit), said=[known]))
        parts.append(Part(head=say("What was learnt"), table=learnt_table(visit), deeds=[way_back] if choices else []))
    return parts


def _measured(visit: Visit) -> list[Part]:
    """What is measured beside the page: alarms, engines, confusions, curves."""
    say, faint = visit.say, when_counted(visit, measuring(visit))
    looked = found.latest.scans if (found := measured(visit)) else 0
    latest = say("Of the %(count)s scans that came last.", count=visit.number(looked))
    return [
        Part(
            head=say("Rules and troubles by false alarms"),
            table=alarms_table(visit),
            said=[
                say("How often people looked because of it, and what machines had read was right after all. A rule is"
                    " counted each time that it was broken; it asked in vain where all of its fields were right."),
                latest,
            ],
            faint=faint,
        ),
        Part(head=say("Agreement of engines"), table=agreement_table(visit), said=[latest], faint=faint),
        Part(
            head=say("Characters that engines take for others"),
            table=confusions_table(visit),
            said=[say("What audits found written against what each engine had read.")],
            faint=faint,
        ),
        calibration_part(visit),
        coverage_part(visit),
        asked_part(visit),
        errors_part(visit),
    ]  # fmt: skip


TABLES: Mapping[str, Callable[[Visit], Table]] = {
    "by-type": by_type_table,
    "by-field": by_field_table,
    "alarms": alarms_table,
    "agreement": agreement_table,
    "confusions": confusions_table,
    "known": known_values_table,
}
"""The tables that can be made alone."""

SECTION = SectionPage(address="/desk/quality", title=N_("Quality"), parts=_parts, tables=TABLES)
"""The page and its tables as files."""
