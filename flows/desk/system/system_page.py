"""The page System, its tables as files, and its one deed: the log is verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from flows.desk.deeds import with_done
from flows.desk.parts import Deed, Part, SectionPage, when_counted
from flows.desk.system.machine import (
    backups_table,
    engines_table,
    files_table,
    findings_table,
    forgeries_table,
    looked_at,
    processes_table,
    queue_table,
    verified,
    verifying,
    versions_table,
)
from flows.desk.tables import Table
from flows.desk.visit import Act, Visit
from transcribe.i18n import N_

router = APIRouter()


@router.post("/desk/system/verify")
async def verify(visit: Act) -> Response:
    """Has the log verified, beside the pages."""
    visit.require_all_forms()

    def begin() -> None:
        visit.home.store.log(visit.by, "log verification begun", "log", {}, visit.now)
        verifying(visit).begin()

    await visit.look(begin)
    return RedirectResponse(with_done("/desk/system", "count"), 303)


def _parts(visit: Visit) -> list[Part]:
    say, looking = visit.say, looked_at(visit)
    asked = verifying(visit)
    return [
        Part(head=say("What the doctor finds"), table=findings_table(visit), faint=when_counted(visit, looking)),
        Part(head=say("Queue and leases"), table=queue_table(visit), links=[("/desk", say("Who holds what: Now"))]),
        Part(head=say("Log"), table=forgeries_table(visit, asked.last), said=verified(visit, asked.last),
             faint=when_counted(visit, asked), deeds=[Deed(action="/desk/system/verify", label=say("Verify the log"))]),
        Part(head=say("Engines"), table=engines_table(visit)),
        Part(head=say("Disks and databases"), table=files_table(visit)),
        Part(head=say("Backups"), table=backups_table(visit)),
        Part(head=say("Processes"), table=processes_table(visit)),
        Part(head=say("Versions"), table=versions_table(visit)),
    ]  # fmt: skip


TABLES: Mapping[str, Callable[[Visit], Table]] = {
    "findings": findings_table,
    "queue": queue_table,
    "engines": engines_table,
    "files": files_table,
    "backups": backups_table,
    "processes": processes_table,
    "versions": versions_table,
}
"""The tables that can be made alone."""

SECTION = SectionPage(address="/desk/system", title=N_("System"), parts=_parts, tables=TABLES, of_home=True)
"""The page and its tables as files."""
