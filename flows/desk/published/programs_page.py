"""The page of programs: webhooks and tokens, what can be done to each, and a secret the one time that it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Response

from flows.desk.published.programs import tokens_table, webhooks_table
from flows.desk.visit import Look, Visit
from transcribe.i18n import N_
from transcribe.model import EventType
from transcribe.people import OF_ONE_FORM, Scope
from transcribe.review import require_proof

router = APIRouter()

PROGRAMS = "/desk/programs"
"""The address of the page."""

EVENTS: Mapping[EventType, str] = {
    "record.completed": N_("a record is finished"),
    "record.corrected": N_("a record was corrected"),
    "record.provisional": N_("a record is there that is not sure yet"),
    "record.erased": N_("a record was erased"),
    "records.restored": N_("the home was restored from a backup"),
    "scan.set_aside": N_("a scan was set aside"),
    "duplicate.found": N_("an order may have come before"),
    "duplicate.lifted": N_("an order had not come before after all"),
    "batch.finished": N_("a batch is finished"),
}
"""What a program can be told of."""

SCOPES: Mapping[Scope, str] = {
    "records:read": N_("read records"),
    "records:write": N_("correct records, and answer for them"),
    "pictures:read": N_("see pictures of records"),
    "scans:write": N_("send scans"),
    "explain:read": N_("ask how a value came to be"),
    "pay:read": N_("see what people are paid"),
    "metrics:read": N_("see numbers of the whole home, for monitoring"),
    "webhooks:read": N_("see webhooks and what was sent to them"),
    "webhooks:manage": N_("add and remove webhooks, and send again"),
}
"""What a token can allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """A secret that was just made, whose it is, and what else to know."""

    name: str
    secret: str
    kind: str
    note: str = ""


@router.get(PROGRAMS)
async def programs_page(visit: Look) -> Response:
    """Every webhook and token, and for operators what can be done to them."""
    visit.require_all_forms()
    if visit.may_change:
        await require_proof(visit.context, visit.visitor)
    return await visit.look(lambda: programs(visit))


def programs(visit: Visit, shown: NewSecret | None = None) -> Response:
    """The page, with a secret that was just made."""
    store = visit.home.store
    response = visit.page(
        "desk_programs.html",
        webhooks=webhooks_table(visit),
        hooks=store.webhooks(),
        tokens=tokens_table(visit),
        held=[(each.prefix, f"{each.name} ({each.prefix})") for each in store.tokens() if each.revoked_at is None],
        events=EVENTS,
        scopes=SCOPES,
        of_one_form=OF_ONE_FORM,
        forms=visit.forms_to_choose(),
        shown=shown,
    )
    response.headers["cache-control"] = "no-store"
    return response
