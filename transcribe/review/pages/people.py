"""People, for operators: who reads here, invitations by a link that is shown once, roles, languages, pause."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Path, Response
from fastapi.responses import RedirectResponse

from transcribe.errors import SettingsError
from transcribe.i18n import N_, first_spoken, name_refusal, translation, unknown_languages
from transcribe.model import Role, Transcriber
from transcribe.people import new_link
from transcribe.review.access.roles import Proved, require_proof, require_still_whole_home, require_whole_home
from transcribe.review.access.sessions import SignedIn, Visitor
from transcribe.review.context import Context, Here
from transcribe.review.views.formatting import day
from transcribe.store import Store

router = APIRouter()

Engagement = Literal["by reading", "hourly", "staff", "volunteer"]

ROLE_WORDS: Mapping[str, str] = {
    "transcriber": N_("Transcriber"),
    "expert": N_("Expert"),
    "operator": N_("Operator"),
    "auditor": N_("Auditor"),
}
"""The name of each role, as a message of the catalogues."""
ENGAGEMENT_WORDS: Mapping[str, str] = {
    "by reading": N_("paid by reading"),
    "hourly": N_("paid by the hour"),
    "staff": N_("staff"),
    "volunteer": N_("volunteer"),
}
"""The name of each way of being paid, as a message of the catalogues."""


@dataclass(frozen=True, slots=True)
class TypedInvitation:
    """What an operator typed of somebody new, to stand in the form again."""

    handle: str = ""
    roles: frozenset[Role] = frozenset({"transcriber"})
    languages: str = ""
    engagement: Engagement = "by reading"
    interface: str = ""


NO_LANGUAGE = N_("No language has one of these codes. Codes are written as en, fr or pt_BR.")
"""The message for codes that are no languages."""

NO_ROLE = N_("Tick at least one role.")
"""The message where no role is ticked."""

PersonId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Handle = Annotated[str, Form(max_length=1000)]
Roles = Annotated[list[Role], Form(default_factory=list, max_length=4)]
Languages = Annotated[str, Form(max_length=200)]
Interface = Annotated[str, Form(max_length=20)]
SomeRoles = Annotated[list[Role] | None, Form(min_length=1, max_length=4)]
SomeLanguages = Annotated[str | None, Form(max_length=200)]


@router.get("/people")
async def people_page(context: Here, visitor: SignedIn) -> Response:
    """All people, with what an operator may change. It asks for the password again before anything is typed here."""
    require_whole_home(visitor)
    await require_proof(context, visitor)
    return await _page(context, visitor)


@router.post("/people")
async def invite(
    context: Here,
    visitor: Proved,
    role: Roles,
    handle: Handle = "",
    languages: Languages = "",
    engagement: Annotated[Engagement, Form()] = "by reading",
    interface: Interface = "",
) -> Response:
    """Adds a person and shows their sign-in link once: only its hash is kept. 422 where the handle is taken or none.

    `interface` is the language of their pages, which the invitation speaks; else the first that they read, or yours.
    """
    require_whole_home(visitor)
    person = Transcriber(
        id=secrets.token_urlsafe(9),
        handle=handle.strip(),
        roles=frozenset(role),
        languages=_languages(languages),
        engagement=engagement,
        interface_language=first_spoken((interface, *_languages(languages)), context.options.languages)
        or visitor.language,
    )
    now = context.now()
    typed = TypedInvitation(handle, frozenset(role), languages, engagement, interface)
    taken = [each.handle for each in await context.look(lambda store: store.transcribers())]
    if refused := _why_refused(person, taken):
        return await _page(context, visitor, refused=refused, typed=typed)

    def add(store: Store) -> None:
        require_still_whole_home(store, visitor)
        store.put_transcriber(person, now, visitor.person.id)

    try:
        await context.change(add)
    except SettingsError:
        return await _page(context, visitor, refused=N_("This name is taken here. Choose another."), typed=typed)
    return await _link(context, visitor, person)


@router.post("/people/{person}")
async def change(
    context: Here,
    visitor: Proved,
    person: PersonId,
    role: SomeRoles = None,
    languages: SomeLanguages = None,
    paused: Annotated[Literal["0", "1"] | None, Form()] = None,
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Changes roles, languages or pause: what is sent, and nothing else, so that no older page undoes what is newer.

    A person who is paused holds nothing and is told so, with the reason `why`; what they read and earned stays.
    """
    require_whole_home(visitor)
    shut_out = paused == "1" or (role is not None and "operator" not in role)
    if shut_out and person in (visitor.person.id, visitor.person.handle):
        raise HTTPException(422, N_("Another operator must do this: you would shut yourself out."))
    if unknown_languages(_languages(languages or "")):
        raise HTTPException(422, NO_LANGUAGE)
    now, by = context.now(), visitor.person.id

    def keep(store: Store) -> None:
        require_still_whole_home(store, visitor)
        if role is not None:
            store.set_roles(person, role, now, by)
        if languages is not None:
            store.set_languages(person, _languages(languages), now, by)
        if paused is not None:
            store.set_paused(person, paused=paused == "1", now=now, by=by, reason=why.strip())

    await context.change(keep)
    return RedirectResponse("/people", 303)


@router.post("/people/{person}/link")
async def link(context: Here, visitor: Proved, person: PersonId, interface: Interface = "") -> Response:
    """Makes a new sign-in link for a person who has lost theirs. It is shown once.

    `interface` changes the language of their pages, which the link's page speaks too.
    """
    require_whole_home(visitor)
    now, by = context.now(), visitor.person.id

    def find(store: Store) -> Transcriber:
        require_still_whole_home(store, visitor)
        if interface in context.options.languages:
            store.set_interface_language(person, interface, now, by)
        return store.transcriber(person)

    return await _link(context, visitor, await context.change(find))


def _why_refused(person: Transcriber, taken: Iterable[str]) -> str:
    """The reason why nobody can be added so, as a message of the catalogues; empty if nothing is wrong."""
    if refusal := name_refusal(person.handle, taken):
        return refusal
    if unknown_languages(person.languages):
        return NO_LANGUAGE
    return "" if person.roles else NO_ROLE


async def _link(context: Context, visitor: Visitor, person: Transcriber) -> Response:
    now = context.now()
    until = now + timedelta(days=context.options.link_days)

    def keep(store: Store) -> str:
        require_still_whole_home(store, visitor)
        return new_link(store, person.id, until, now, visitor.person.id)

    address = f"{context.options.public_url.rstrip('/')}/in/{await context.change(keep)}"
    return await _page(
        context,
        visitor,
        invited=person.handle,
        link=address,
        until=day(until, visitor.person.time_zone, visitor.language),
    )


async def _page(
    context: Context,
    visitor: Visitor,
    invited: str | None = None,
    link: str | None = None,
    until: str = "",
    *,
    refused: str = "",
    typed: TypedInvitation | None = None,
) -> Response:
    missing = await context.look(lambda store: store.missing_people())
    people_missing = context.missing_mark.keep(bool(missing), context.now())
    return context.rendering.page(
        "people.html",
        visitor.language,
        422 if refused else 200,
        visitor=replace(visitor, people_missing=people_missing),
        people=await context.look(lambda store: store.transcribers()),
        missing=missing,
        roles=ROLE_WORDS,
        engagements=ENGAGEMENT_WORDS,
        invited=invited,
        link=link,
        until=until,
        refused=translation(visitor.language).gettext(refused) if refused else "",
        typed=typed or TypedInvitation(interface=visitor.language),
    )


def _languages(said: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(said.replace(",", " ").split()))
