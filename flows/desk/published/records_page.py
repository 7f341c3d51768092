"""The page Records and its tables as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flows.desk.parts import Part, SectionPage
from flows.desk.published.latest_records import (
    changes_table,
    corrected_table,
    forms_table,
    provisional_table,
    unsure_table,
)
from flows.desk.published.programs_page import PROGRAMS, tokens_table
from flows.desk.scans.scan_list import pairs_table
from flows.desk.tables import Table
from flows.desk.visit import Visit
from transcribe.i18n import N_


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
    links = [(PROGRAMS, say("Webhooks and tokens: add or change them") if visit.may_change else say("Programs"))]
    return [
        *parts,
        *(part for parts in visit.of_parts("records", links) for part in parts),
        Part(head=say("Tokens of programs"), table=tokens_table(visit), links=links),
    ]


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
