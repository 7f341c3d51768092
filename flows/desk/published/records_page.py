"""The page Records, its tables as files, and its one deed: deliveries to a webhook are sent again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Response

from flows.desk.deeds import do
from flows.desk.parts import Deed, Part, SectionPage
from flows.desk.published.latest_records import (
    changes_table,
    corrected_table,
    forms_table,
    provisional_table,
    unsure_table,
)
from flows.desk.published.programs import deliveries_table, latest_deliveries, tokens_table, webhooks_table
from flows.desk.published.programs_page import PROGRAMS
from flows.desk.scans.scan_list import pairs_table
from flows.desk.tables import Table
from flows.desk.visit import Act, Visit
from transcribe.i18n import N_

router = APIRouter()


@router.post("/desk/records/resend")
async def resend(
    visit: Act, name: Annotated[str, Form(max_length=64)], number: Annotated[str, Form(pattern=r"^\d{0,18}$")] = ""
) -> Response:
    """Sends a delivery once more, or all that were given up, as `fairhand webhooks resend` does."""
    visit.require_all_forms()

    def again() -> None:
        with visit.home.store.together(by=visit.by):
            visit.home.store.resend(name, int(number) if number else None, visit.now)

    return await do(visit, again, "/desk/records", "resend")


def _parts(visit: Visit) -> list[Part]:
    say = visit.say
    parts = [
        Part(head=say("All records by form"), table=forms_table(visit)),
        Part(head=say("Orders that may have come before"), table=pairs_table(visit)),
        Part(
            head=say("Latest provisional records"),
            table=provisional_table(visit),
            said=[
                say("They go out with their likeliest values where nobody who is there can finish them."),
                say("A record of which a published value is read once more is provisional too."),
            ],
        ),
        Part(head=say("Latest records with exceptions"), table=unsure_table(visit)),
        Part(head=say("Latest corrected records"), table=corrected_table(visit)),
        Part(head=say("Latest changes of published records"), table=changes_table(visit)),
    ]
    if visit.forms is not None:
        return parts
    sent = latest_deliveries(visit)
    links = [(PROGRAMS, say("Webhooks and tokens: add or change them") if visit.may_change else say("Programs"))]
    return [
        *parts,
        Part(head=say("Webhooks"), table=webhooks_table(visit), links=links),
        Part(head=say("Deliveries"), table=deliveries_table(visit, sent), deeds=_resends(visit)),
        Part(head=say("Tokens of programs"), table=tokens_table(visit), links=links),
    ]


def _resends(visit: Visit) -> list[Deed]:
    say, deeds = visit.say, []
    for hook in visit.home.store.webhooks():
        dead = visit.home.store.deliveries(hook.name, "dead", limit=50)
        choices = [("", say("all that were given up")), *((str(each.id), f"{each.id} {each.type}") for each in dead)]
        if dead:
            deeds.append(
                Deed(action="/desk/records/resend", label=say("Send again"), values={"name": hook.name},
                     choice="number", asks=say("Deliveries to %(name)s", name=hook.name), choices=choices)
            )  # fmt: skip
    return deeds


TABLES: Mapping[str, Callable[[Visit], Table]] = {
    "by-form": forms_table,
    "duplicates": pairs_table,
    "provisional": provisional_table,
    "exceptions": unsure_table,
    "corrected": corrected_table,
    "changes": changes_table,
}
"""The tables that can be made alone."""

SECTION = SectionPage(address="/desk/records", title=N_("Records"), parts=_parts, tables=TABLES)
"""The page and its tables as files."""
