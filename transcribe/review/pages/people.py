"""People, for operators: who reads here, invitations by a link that is shown once, roles, languages, pause."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Path, Response
from fastapi.responses import RedirectResponse

from transcribe.errors import SettingsError
from transcribe.i18n import N_
from transcribe.model import Transcriber
from transcribe.people import secret_hash
from transcribe.review.access.roles import require_operator
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.store import Store

router = APIRouter()

Role = Literal["transcriber", "expert", "operator"]
Engagement = Literal["by reading", "hourly", "staff", "volunteer"]

ROLES: dict[Role, str] = {
    "transcriber": N_("Transcriber"),
    "expert": N_("Expert"),
    "operator": N_("Operator"),
}
"""What a person may be, as a message of the catalogues."""
ENGAGEMENTS: dict[Engagement, str] = {
    "by reading": N_("paid by reading"),
    "hourly": N_("paid by the hour"),
    "staff": N_("staff"),
    "volunteer": N_("volunteer"),
}
"""How a person is paid, as a message of the catalogues."""

PersonId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Handle = Annotated[str, Form(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]
Roles = Annotated[list[Role], Form(min_length=1, max_length=3)]
Languages = Annotated[str, Form(max_length=200, pattern=r"^[A-Za-z_, -]*$")]


@router.get("/people")
async def people_page(context: Here, visitor: SignedIn) -> Response:
    """All people, with what an operator may change."""
    require_operator(visitor)
    return await _page(context, visitor)


@router.post("/people")
async def invite(
    context: Here,
    visitor: Sending,
    handle: Handle,
    role: Roles,
    languages: Languages = "",
    engagement: Annotated[Engagement, Form()] = "by reading",
) -> Response:
    """Adds a person and shows their sign-in link once: only its hash is kept. 422 where the handle is taken."""
    require_operator(visitor)
    person = Transcriber(
        id=secrets.token_urlsafe(9),
        handle=handle,
        roles=frozenset(role),
        languages=_languages(languages),
        engagement=engagement,
        interface_language=visitor.language,
    )
    await _kept(context, visitor, person, "person invited")
    return await _link(context, visitor, person)


@router.post("/people/{person}")
async def change(
    context: Here,
    visitor: Sending,
    person: PersonId,
    role: Roles,
    languages: Languages = "",
    paused: Annotated[Literal["", "1"], Form()] = "",
) -> Response:
    """Changes roles, languages and pause. A person who is paused is signed out and holds nothing; work and pay stay."""
    require_operator(visitor)
    known = await context.look(lambda store: store.transcriber(person))
    if known.id == visitor.person.id and (paused or "operator" not in role):
        raise HTTPException(422, N_("Another operator must do this: you would shut yourself out."))
    changed = replace(known, roles=frozenset(role), languages=_languages(languages), paused=bool(paused))
    await _kept(context, visitor, changed, "person changed")
    return RedirectResponse("/people", 303)


@router.post("/people/{person}/link")
async def link(context: Here, visitor: Sending, person: PersonId) -> Response:
    """Makes a new sign-in link for a person who has lost theirs. It is shown once."""
    require_operator(visitor)
    return await _link(context, visitor, await context.look(lambda store: store.transcriber(person)))


async def _kept(context: Context, visitor: Visitor, person: Transcriber, action: str) -> None:
    """Keep a person, and in the audit log who did it. 422 where the handle is taken."""
    try:
        await context.change(_keeping(person, visitor.person.id, action, context))
    except SettingsError as error:
        raise HTTPException(422, N_("This name is taken here. Choose another.")) from error


def _keeping(person: Transcriber, by: str, action: str, context: Context) -> Callable[[Store], None]:
    now = context.now()

    def keep(store: Store) -> None:
        store.put_transcriber(person, now)
        if person.paused:
            store.give_back(person.id, now)
        store.log(by, action, person.id, {"roles": sorted(person.roles), "paused": person.paused}, now)

    return keep


async def _link(context: Context, visitor: Visitor, person: Transcriber) -> Response:
    token, now = secrets.token_urlsafe(32), context.now()
    until = now + timedelta(days=context.options.link_days)

    def keep(store: Store) -> None:
        store.put_link(person.id, secret_hash(token), until, now)
        store.log(visitor.person.id, "link made", person.id, {}, now)

    await context.change(keep)
    address = f"{context.options.public_url.rstrip('/')}/in/{token}"
    return await _page(context, visitor, invited=person.handle, link=address, until=f"{until:%Y-%m-%d}")


async def _page(
    context: Context, visitor: Visitor, invited: str | None = None, link: str | None = None, until: str = ""
) -> Response:
    return context.rendering.page(
        "people.html",
        visitor.language,
        visitor=visitor,
        people=await context.look(lambda store: store.transcribers()),
        roles=ROLES,
        engagements=ENGAGEMENTS,
        invited=invited,
        link=link,
        until=until,
    )


def _languages(said: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(said.replace(",", " ").split()))
