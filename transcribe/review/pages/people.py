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
from transcribe.review.access.roles import operators_only
from transcribe.review.access.sessions import Sending, SignedIn, Visitor, token_hash
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
ENGAGEMENTS: dict[Engagement, str] = {
    "by reading": N_("paid by reading"),
    "hourly": N_("paid by the hour"),
    "staff": N_("staff"),
    "volunteer": N_("volunteer"),
}

PersonId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Handle = Annotated[str, Form(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]
Roles = Annotated[list[Role], Form(min_length=1, max_length=3)]
Languages = Annotated[str, Form(max_length=200, pattern=r"^[A-Za-z_, -]*$")]


@router.get("/people")
async def people_page(parts: Here, visitor: SignedIn) -> Response:
    """Everybody, with what an operator may change."""
    operators_only(visitor)
    return await _page(parts, visitor)


@router.post("/people")
async def invite(
    parts: Here,
    visitor: Sending,
    handle: Handle,
    role: Roles,
    languages: Languages = "",
    engagement: Annotated[Engagement, Form()] = "by reading",
) -> Response:
    """Adds a person and shows their sign-in link, once: only its hash is kept. 422 where the handle is taken."""
    operators_only(visitor)
    person = Transcriber(
        id=secrets.token_urlsafe(9),
        handle=handle,
        roles=frozenset(role),
        languages=_languages(languages),
        engagement=engagement,
        interface_language=visitor.language,
    )
    await _kept(parts, visitor, person, "person invited")
    return await _link(parts, visitor, person)


@router.post("/people/{person}")
async def change(
    parts: Here,
    visitor: Sending,
    person: PersonId,
    role: Roles,
    languages: Languages = "",
    paused: Annotated[Literal["", "1"], Form()] = "",
) -> Response:
    """Changes roles, languages and pause. Who is paused is signed out and holds nothing; work and pay stay."""
    operators_only(visitor)
    known = await parts.look(lambda store: store.transcriber(person))
    if known.id == visitor.person.id and (paused or "operator" not in role):
        raise HTTPException(422, N_("Another operator must do this: you would shut yourself out."))
    changed = replace(known, roles=frozenset(role), languages=_languages(languages), paused=bool(paused))
    await _kept(parts, visitor, changed, "person changed")
    return RedirectResponse("/people", 303)


@router.post("/people/{person}/link")
async def link(parts: Here, visitor: Sending, person: PersonId) -> Response:
    """Makes a new sign-in link for a person who has lost theirs, shown once."""
    operators_only(visitor)
    return await _link(parts, visitor, await parts.look(lambda store: store.transcriber(person)))


async def _kept(parts: Context, visitor: Visitor, person: Transcriber, action: str) -> None:
    """Keep a person, and in the audit log who did it."""
    try:
        await parts.change(_keeping(person, visitor.person.id, action, parts))
    except SettingsError as error:
        raise HTTPException(422, N_("This name is taken here. Choose another.")) from error


def _keeping(person: Transcriber, by: str, action: str, parts: Context) -> Callable[[Store], None]:
    now = parts.now()

    def keep(store: Store) -> None:
        store.put_transcriber(person, now)
        if person.paused:
            store.give_back(person.id, now)
        store.log(by, action, person.id, {"roles": sorted(person.roles), "paused": person.paused}, now)

    return keep


async def _link(parts: Context, visitor: Visitor, person: Transcriber) -> Response:
    token, now = secrets.token_urlsafe(32), parts.now()
    until = now + timedelta(days=parts.options.link_days)

    def keep(store: Store) -> None:
        store.put_link(person.id, token_hash(token), until, now)
        store.log(visitor.person.id, "link made", person.id, {}, now)

    await parts.change(keep)
    address = f"{parts.options.public_url.rstrip('/')}/in/{token}"
    return await _page(parts, visitor, invited=person.handle, link=address, until=f"{until:%Y-%m-%d}")


async def _page(
    parts: Context, visitor: Visitor, invited: str | None = None, link: str | None = None, until: str = ""
) -> Response:
    return parts.rendering.page(
        "people.html",
        visitor.language,
        visitor=visitor,
        people=await parts.look(lambda store: store.transcribers()),
        roles=ROLES,
        engagements=ENGAGEMENTS,
        invited=invited,
        link=link,
        until=until,
    )


def _languages(said: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(said.replace(",", " ").split()))
