"""The page of programs: their tokens, what parts tell of them, and a secret the one time that it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Response

from flows.desk.deeds import do, refused
from flows.desk.tables import Cell, Table
from flows.desk.visit import Look, ProvedAct, Visit
from transcribe.errors import SettingsError
from transcribe.i18n import N_
from transcribe.people import OF_ONE_FORM, Scope, new_token
from transcribe.review import require_proof

router = APIRouter()

PROGRAMS = "/desk/programs"
"""The address of the page."""

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
    """A secret that was just made, what is said above it, and what else to know."""

    said: str
    secret: str
    note: str = ""


@router.get(PROGRAMS)
async def programs_page(visit: Look) -> Response:
    """Every token and what parts tell of programs, and for operators what can be done to them."""
    visit.require_all_forms()
    if visit.may_change:
        await require_proof(visit.context, visit.visitor)
    return await visit.look(lambda: programs(visit))


def programs(visit: Visit, shown: NewSecret | None = None) -> Response:
    """The page, with a secret that was just made."""
    store = visit.home.store
    response = visit.page(
        "desk_programs.html",
        tokens=tokens_table(visit),
        held=[(each.prefix, f"{each.name} ({each.prefix})") for each in store.tokens() if each.revoked_at is None],
        scopes=SCOPES,
        of_one_form=OF_ONE_FORM,
        forms=visit.forms_to_choose(),
        shown=shown,
    )
    response.headers["cache-control"] = "no-store"
    return response


def tokens_table(visit: Visit) -> Table:
    """The tokens of programs, without their secrets."""
    say = visit.say
    rows = [
        (
            each.prefix,
            each.name,
            " ".join(sorted(each.scopes)),
            each.until,
            Cell(each.revoked_at is not None, say("yes") if each.revoked_at else say("no")),
        )
        for each in visit.home.store.tokens()
    ]
    return visit.table(
        "tokens",
        say("Tokens of programs"),
        {
            "prefix": say("Begins with"),
            "name": say("Name"),
            "scopes": say("Allows"),
            "until": say("Ends"),
            "revoked": say("Revoked"),
        },
        rows,
        at="/desk/records",
        nothing=say("There are no tokens."),
    )


# What an operator does to programs: tokens made and revoked.

SAME_TOKEN = N_("There is a token of this name already. Revoke it first, or choose another name.")
"""Why a form that is sent twice makes no second token, whose secret nobody would see."""

Words = Annotated[list[str], Form(max_length=20)]
Sure = Annotated[str, Form(pattern="^yes$")]
Days = Annotated[str, Form(pattern=r"^\d{0,4}$")]
Title = Annotated[str, Form(min_length=1, max_length=100, pattern=r"\S")]
FormName = Annotated[str, Form(max_length=100)]
Prefix = Annotated[str, Form(pattern="^[0-9a-f]{1,16}$")]


@router.post("/desk/programs/token")
async def make_token(
    visit: ProvedAct, name: Title, scope: Words = [], form: FormName = "", days: Days = ""  # noqa: B006
) -> Response:  # fmt: skip
    """Makes a token, and shows it once. What may be allowed for one form alone is, where one is chosen."""
    visit.require_all_forms()

    def made() -> NewSecret:
        if not (wanted := [each for each in scope if each in SCOPES]):
            raise SettingsError(visit.say("Tick at least one thing that the program may do."))
        if form and form not in visit.home.forms.names():
            raise SettingsError(visit.say("There is no such form any more. Choose another."))
        if name.strip() in {each.name for each in visit.home.store.tokens() if each.revoked_at is None}:
            raise SettingsError(visit.say(SAME_TOKEN))
        scopes = [f"{each}:{form}" if form and each in OF_ONE_FORM else each for each in wanted]
        store, valid = visit.home.store, timedelta(days=int(days)) if int(days or 0) else None
        with store.together(by=visit.by):
            created = new_token(store, name.strip(), scopes, visit.now, valid)
        words = N_("The token of %(name)s. It is shown only now; nobody can look it up again.")
        return NewSecret(said=visit.say(words, name=name.strip()), secret=created.secret)

    return await shown_secret(visit, made)


@router.post("/desk/programs/token/revoke")
async def revoke(visit: ProvedAct, prefix: Prefix, sure: Sure) -> Response:
    """Ends a token at once."""
    visit.require_all_forms()

    def deed() -> None:
        store = visit.home.store
        with store.together(by=visit.by):
            store.revoke_token(prefix, visit.now)

    return await do(visit, deed, PROGRAMS, "token-revoked")


async def shown_secret(visit: Visit, made: Callable[[], NewSecret]) -> Response:
    """The page with the secret that was made; its form again where it was refused."""
    try:
        shown = await visit.look(made)
    except SettingsError as error:
        return await refused(visit, visit.told(error), PROGRAMS)
    return await visit.look(lambda: programs(visit, shown))
