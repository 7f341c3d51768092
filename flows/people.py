"""People from the operator's side: added with a personal sign-in link, changed, paused."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flows.prefect_server import notice
from flows.rooms import Rooms, now
from transcribe.errors import NotFound, SettingsError
from transcribe.model import Transcriber
from transcribe.review.sessions import token_hash

ROLES = ("transcriber", "expert", "operator")
ENGAGEMENTS = ("by reading", "hourly", "staff", "volunteer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A person and their sign-in link, which works once and until then. Nobody can look it up again."""

    person: Transcriber
    link: str
    until: datetime


def invite(
    rooms: Rooms,
    handle: str,
    roles: Sequence[str] = ("transcriber",),
    languages: Sequence[str] = (),
    engagement: str = "by reading",
    interface_language: str = "en",
) -> Invited:
    """Add a person, or change what is known of them, and make a sign-in link. SettingsError names what is unknown."""
    _known("role", roles, ROLES)
    _known("engagement", (engagement,), ENGAGEMENTS)
    person = Transcriber(
        id=_id_of(rooms, handle) or secrets.token_urlsafe(9),
        handle=handle,
        roles=frozenset(roles),  # type: ignore[arg-type]  # checked above
        languages=tuple(languages),
        engagement=engagement,  # type: ignore[arg-type]  # checked above
        interface_language=interface_language,
    )
    rooms.store.put_transcriber(person, now())
    return new_link(rooms, person)


def new_link(rooms: Rooms, person: Transcriber) -> Invited:
    """A new sign-in link for a person; older ones go on working until they are used or too old."""
    token = secrets.token_urlsafe(32)
    until = now() + timedelta(days=rooms.settings.link_days)
    rooms.store.put_link(person.id, token_hash(token), until, now())
    return Invited(person=person, link=f"{address(rooms)}/in/{token}", until=until)


def pause(rooms: Rooms, handle: str, *, paused: bool) -> Transcriber:
    """Stop giving a person work, or begin again; their work and their pay are never touched."""
    person = replace(rooms.store.transcriber(handle), paused=paused)
    rooms.store.put_transcriber(person, now())
    if paused:
        rooms.store.give_back(person.id, now())
    return person


def address(rooms: Rooms) -> str:
    """Where people find the review pages: as set, else where serve runs, else where it would."""
    settings = rooms.settings
    return settings.public_url.rstrip("/") or notice(settings).get("web") or f"http://{settings.host}:{settings.port}"


def _id_of(rooms: Rooms, handle: str) -> str | None:
    try:
        return rooms.store.transcriber(handle).id
    except NotFound:
        return None


def _known(what: str, said: Sequence[str], known: Sequence[str]) -> None:
    for each in said:
        if each not in known:
            raise SettingsError(f"There is no {what} {each!r}. Use {', '.join(known)}.")
