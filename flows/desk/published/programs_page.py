"""The page of programs: webhooks and tokens, what can be done to each, and a secret the one time that it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response

from flows.desk.deeds import do, refused
from flows.desk.published.programs import tokens_table, webhooks_table
from flows.desk.visit import Look, ProvedAct, Visit
from flows.webhooks import add_webhook, try_webhook
from transcribe.errors import SettingsError
from transcribe.i18n import N_
from transcribe.model import EventType
from transcribe.people import OF_ONE_FORM, Scope, new_token
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


# What an operator does to programs: webhooks added, paused, tried, removed; tokens made and revoked.

HOOK_NAME = r"^[a-z][a-z0-9_-]{0,63}$"
"""A name of a webhook."""

OLD_SECRET_HOURS = 24
"""How long an old secret holds beside a new one, as with `fairhand webhooks rotate`."""

SAME_TOKEN = N_("There is a token of this name already. Revoke it first, or choose another name.")
"""Why a form that is sent twice makes no second token, whose secret nobody would see."""

NO_SECRET = N_("The key of the state is another one, so its secret is lost. Make a new secret.")
"""Why nothing can be signed for a webhook."""

Name = Annotated[str, Form(min_length=1, max_length=64)]
Address = Annotated[str, Form(min_length=1, max_length=2000)]
Words = Annotated[list[str], Form(max_length=20)]
Tick = Annotated[str, Form(max_length=10)]
Sure = Annotated[str, Form(pattern="^yes$")]
Days = Annotated[str, Form(pattern=r"^\d{0,4}$")]
Title = Annotated[str, Form(min_length=1, max_length=100, pattern=r"\S")]
FormName = Annotated[str, Form(max_length=100)]
Prefix = Annotated[str, Form(pattern="^[0-9a-f]{1,16}$")]


@router.post("/desk/programs/webhook")
async def add_hook(
    visit: ProvedAct, name: Name, url: Address, event: Words = [], form: FormName = "",  # noqa: B006
    values: Tick = "", inside: Tick = "",
) -> Response:  # fmt: skip
    """Adds a webhook, and shows its secret once."""
    visit.require_all_forms()

    def made() -> NewSecret:
        if not re.fullmatch(HOOK_NAME, name):
            raise SettingsError(visit.say("A name has small letters, digits, - and _, and begins with a letter."))
        if name in {each.name for each in visit.home.store.webhooks()}:
            raise SettingsError(visit.say("There is a webhook of this name already. Choose another name."))
        if not re.match(r"https?://[^/]", url):
            raise SettingsError(visit.say("Write an address that begins with https://."))
        types, forms = [each for each in event if each in EVENTS], [form] if form else []
        added = add_webhook(
            visit.home, name, url, visit.now, types=types, forms=forms, with_values=bool(values),
            private=bool(inside), by=visit.by,
        )  # fmt: skip
        note = visit.say("Its address cannot be found now. It is looked up anew for each delivery.")
        return NewSecret(name=name, secret=added.secret, kind="webhook", note=note if added.note else "")

    return await _shown(visit, made)


@router.post("/desk/programs/webhook/rotate")
async def rotate_hook(visit: ProvedAct, name: Name) -> Response:
    """Makes a new secret and shows it once; the old one holds for a day."""
    visit.require_all_forms()

    def made() -> NewSecret:
        store, until = visit.home.store, visit.now + timedelta(hours=OLD_SECRET_HOURS)
        with store.together(by=visit.by):
            secret = store.rotate_webhook(name, until, visit.now)
        note = visit.say("The old secret holds until %(at)s.", at=visit.moment(until))
        return NewSecret(name=name, secret=secret, kind="webhook", note=note)

    return await _shown(visit, made)


@router.post("/desk/programs/webhook/switch")
async def switch_hook(visit: ProvedAct, name: Name, how: Annotated[Literal["pause", "resume"], Form()]) -> Response:
    """Sends nothing for a while, or goes on where it stopped."""
    visit.require_all_forms()

    def deed() -> None:
        store = visit.home.store
        with store.together(by=visit.by):
            store.switch_webhook(name, "operator" if how == "pause" else "", visit.now)

    return await do(visit, deed, PROGRAMS, f"hook-{how}")


@router.post("/desk/programs/webhook/try")
async def try_hook(visit: ProvedAct, name: Name) -> Response:
    """Sends a signed event that tells of nothing, and says what came of it."""
    visit.require_all_forms()

    def deed() -> None:
        if not visit.home.store.webhook_secrets(name, visit.now):
            raise SettingsError(visit.say(NO_SECRET))
        visit.home.store.log(visit.by, "webhook tried", name, {}, visit.now)
        posted = try_webhook(visit.home, name, visit.now)
        if not posted.is_taken:
            said = visit.in_words(posted.error) or f"HTTP {posted.status}"
            raise SettingsError(visit.say("%(name)s did not take it: %(answer)s", name=name, answer=said))

    return await do(visit, deed, PROGRAMS, "hook-tried")


@router.post("/desk/programs/webhook/remove")
async def remove_hook(visit: ProvedAct, name: Name, sure: Sure) -> Response:
    """Forgets a webhook, its secrets and what waits for it."""
    visit.require_all_forms()

    def deed() -> None:
        store = visit.home.store
        with store.together(by=visit.by):
            store.remove_webhook(name, visit.now)

    return await do(visit, deed, PROGRAMS, "hook-removed")


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
        return NewSecret(name=name.strip(), secret=created.secret, kind="token")

    return await _shown(visit, made)


@router.post("/desk/programs/token/revoke")
async def revoke(visit: ProvedAct, prefix: Prefix, sure: Sure) -> Response:
    """Ends a token at once."""
    visit.require_all_forms()

    def deed() -> None:
        store = visit.home.store
        with store.together(by=visit.by):
            store.revoke_token(prefix, visit.now)

    return await do(visit, deed, PROGRAMS, "token-revoked")


async def _shown(visit: Visit, made: Callable[[], NewSecret]) -> Response:
    """The page with the secret that was made; its form again where it was refused."""
    try:
        shown = await visit.look(made)
    except SettingsError as error:
        return await refused(visit, visit.told(error), PROGRAMS)
    return await visit.look(lambda: programs(visit, shown))
