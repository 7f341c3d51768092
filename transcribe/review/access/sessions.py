"""The visitor of a request: sessions by cookie, and the token that proves that a form came from our own page."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from babel import negotiate_locale
from fastapi import Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from transcribe.errors import StoreError
from transcribe.i18n import N_
from transcribe.model import Transcriber
from transcribe.people import PaidWork, paid_work, secret_hash
from transcribe.review.context import Context, Here
from transcribe.review.options import ReviewOptions
from transcribe.review.views.formatting import clock, day, moment
from transcribe.store import Store, facts

LANGUAGE_COOKIE = "fairhand-language"
"""The cookie that keeps the language of visitors who are not signed in."""

SENT_COOKIE = "fairhand-sent"
"""The cookie that keeps what was sent and is asked about, as `transcribe.review.requests` has it."""

LANGUAGE_KEPT_SECONDS = 365 * 86400
"""A year."""

MAX_SEEN_SESSIONS = 50_000
"""Sessions that are remembered as seen: some megabytes. Beyond that they are looked up again."""


CODE_WAIT = timedelta(minutes=15)
"""The time that a sign-in waits for its code. Chosen by hand: long enough to fetch a telephone."""


OPEN_TO_PAUSED = re.compile(
    r"/in(/[^/]+)?|/out|/language|/password|/sessions(/links)?(/end)?|/me(\.json)?|/leave|/code|/before|/how|/day"
    r"|/pay|/pay/dispute|/pay/statement/[^/]+|/news/[^/]+|/readings(/[^/]+(/snippet|/appeal)?)?"
)
"""The paths that are open to who is paused: what is theirs, and what they are owed. Every other one says so instead."""


LOCAL_TIMES: Mapping[str, Callable[..., str]] = {"moment": moment, "day": day, "clock": clock}
"""How times are written where a person lives, by the names that templates know."""


class NotSignedIn(Exception):
    """This page is for people who are signed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A person who is signed in, the CSRF token of their session, and the language of their pages.

    `paid` asks the store what of their work is paid. `people_missing`: an operator has to be told that nobody who is
    there can do some of what waits. `sees_all`: they are not limited to some forms. `pause`: an operator has paused
    them; they see what is theirs.
    """

    person: Transcriber
    csrf: str
    session: str
    language: str
    paid: Callable[[], PaidWork]
    people_missing: bool = False
    sees_all: bool = True
    pause: facts.Pause | None = None


class WorkPaused(Exception):
    """This page is not for a person whom an operator has paused: the `visitor`."""

    def __init__(self, visitor: Visitor) -> None:
        super().__init__(visitor.person.id)
        self.visitor = visitor


def language_of(request: Request, options: ReviewOptions, person: Transcriber | None = None) -> str:
    """The reader's language: what they chose, else what their browser asks for, else the operator's default."""
    chosen = person.interface_language if person else request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in options.languages:
        return chosen
    asked = (part.partition(";")[0].strip() for part in request.headers.get("accept-language", "").split(","))
    return negotiate_locale(list(asked), list(options.languages), sep="-") or options.languages_from


def language_here(request: Request, context: Context) -> str:
    """The language of whoever asks, also where no page knows them yet: theirs who is signed in, else `language_of`."""
    token, idle = request.cookies.get(context.options.cookie), context.options.idle_minutes * 60
    if not token:
        return language_of(request, context.options)
    try:
        with context.store.hurried():
            found = context.store.glance_session(secret_hash(token), context.now(), idle)
    except StoreError:  # an error page says so, in the language of the browser
        found = None
    return language_of(request, context.options, found[0] if found else None)


def keep_language(response: Response, language: str, context: Context) -> None:
    """Have this browser's pages in a language, also where nobody is signed in any more."""
    options = context.options
    response.set_cookie(
        LANGUAGE_COOKIE, language, LANGUAGE_KEPT_SECONDS, httponly=True, samesite="lax", secure=options.secure, path="/"
    )


async def signed_in(request: Request, context: Here) -> Visitor:
    """The person of this session.

    NotSignedIn where there is none, WorkPaused where they are paused and the page is not open to them then, TooMany
    where they ask too often.
    """
    session, idle = _session(request, context), context.options.idle_minutes * 60
    found = await context.glance(lambda store: store.glance_session(session, context.now(), idle))
    if found is None:  # it has ended, or its use is to be written
        found = await context.look(lambda store: _found(store, context, session))
    visitor = _visitor(request, context, session, found)
    await context.rate_limits.count_request(visitor.person.id)
    if len(context.seen_sessions) >= MAX_SEEN_SESSIONS:
        context.seen_sessions.clear()
    context.seen_sessions[session] = visitor.person.id
    if "operator" not in visitor.person.roles or visitor.pause:
        return visitor
    sees_all = not await context.glance(lambda store: store.forms_of_person(visitor.person.id))
    return replace(visitor, sees_all=sees_all, people_missing=sees_all and await _are_people_missing(context))


async def signed_in_or_none(request: Request, context: Context) -> Visitor | None:
    """The person of this session; None where nobody is signed in."""
    try:
        return await signed_in(request, context)
    except NotSignedIn:
        return None


async def _are_people_missing(context: Context) -> bool:
    """True if nobody present can do some of the waiting work, as it was at the last look."""
    now = context.now()
    known = context.missing_mark.known(now)
    if known is not None:
        return known
    return await context.look(lambda store: context.missing_mark.looked_up(lambda: bool(store.missing_people()), now))


async def require_seen_session(request: Request, context: Context) -> None:
    """NotSignedIn for strangers, before they reach `sending_json`; for others the request is counted.

    Only people whose session was seen here go on: strangers must not fill the queue of those who write.
    """
    who = context.seen_sessions.get(_session(request, context))
    if who is None:
        await signed_in(request, context)
    else:
        await context.rate_limits.count_request(who)


def sending_json(request: Request, context: Context, store: Store) -> Visitor:
    """As `sending` for JSON, asked in the transaction that keeps what is sent.

    To look from outside has to read anew what others have just written, which takes as long as keeping it.
    """
    session = _session(request, context)
    visitor = _visitor(request, context, session, _found(store, context, session))
    require_token(visitor, request.headers.get("x-csrf-token", ""))
    return visitor


def expected_reading(request: Request, context: Context, task: str, idem: str) -> facts.ExpectedReading | None:
    """The reading that `sending_json` lets somebody keep; None where nobody's session was seen here."""
    session = _session(request, context)
    who = context.seen_sessions.get(session)
    return None if who is None else facts.ExpectedReading(session, task, who, idem)


def _found(store: Store, context: Context, session: str) -> tuple[Transcriber, str] | None:
    """The person and the CSRF token of a session."""
    return store.session(session, context.now(), context.options.idle_minutes * 60)


def _session(request: Request, context: Context) -> str:
    """The hash of this visit's token. NotSignedIn where there is none."""
    token = request.cookies.get(context.options.cookie)
    if not token:
        raise NotSignedIn
    return secret_hash(token)


def _visitor(request: Request, context: Context, session: str, found: tuple[Transcriber, str] | None) -> Visitor:
    if found is None:
        raise NotSignedIn
    person, csrf = found
    visitor = Visitor(
        person=person,
        csrf=csrf,
        session=session,
        language=language_of(request, context.options, person),
        paid=partial(paid_work, context.store, person.engagement, context.now()),
        pause=context.store.pause_of(person.id) if person.paused else None,
    )
    if visitor.pause and not OPEN_TO_PAUSED.fullmatch(request.url.path):
        raise WorkPaused(visitor)
    return visitor


def require_token(visitor: Visitor, token: object) -> None:
    """HTTPException where a form came without the token of the session that it is sent in."""
    if not isinstance(token, str) or not hmac.compare_digest(token.encode(), visitor.csrf.encode()):
        raise HTTPException(403, N_("This page is too old or not ours; load it again."))


async def sending(request: Request, visitor: Annotated[Visitor, Depends(signed_in)]) -> Visitor:
    """The person who sends something. The token of their session stands in the form, or in a header beside JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/json":
        token: object = request.headers.get("x-csrf-token", "")
    elif media_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        token = (await request.form()).get("csrf", "")
    else:
        raise HTTPException(415, N_("Send a form or JSON."))
    require_token(visitor, token)
    return visitor


SignedIn = Annotated[Visitor, Depends(signed_in)]
"""The visitor of a page."""

Sending = Annotated[Visitor, Depends(sending)]
"""The visitor of a route that changes something, checked by the session's token."""


def person_page(context: Context, visitor: Visitor, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page for who is signed in, in their language, with times as they are where they live."""
    language, zone = visitor.language, visitor.person.time_zone
    local = {name: partial(write, zone=zone, language=language) for name, write in LOCAL_TIMES.items()}
    return context.rendering.page(template, language, status, visitor=visitor, **{**local, **values})


async def waiting_for_code(request: Request, context: Here) -> Visitor:
    """Whoever is signed in but for their code. NotSignedIn for everybody else."""
    session = _session(request, context)
    found = await context.look(lambda store: store.waiting_session(session, context.now()))
    return _visitor(request, context, session, found)


Waiting = Annotated[Visitor, Depends(waiting_for_code)]
"""The person who has to give a code, for the page that asks for it. No other page knows them yet."""


async def start_session(
    context: Context, who: str, by: str, response: Response, *, waits_for_code: bool = False
) -> None:
    """Give this person a new session. Its token is new too, so that no earlier one can be used after.

    `by` is what they proved who they are with, for the audit log. With `waits_for_code` it is good for giving the code.
    """
    token, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), context.now()
    lasts = CODE_WAIT if waits_for_code else timedelta(days=context.options.session_days)

    def keep(store: Store) -> Transcriber:
        store.put_session(who, secret_hash(token), csrf, now + lasts, now, waits_for_code=waits_for_code)
        store.log(who, "code asked for" if waits_for_code else "signed in", who, {"by": by}, now)
        return store.transcriber(who)

    person = await context.change(keep)
    response.set_cookie(
        context.options.cookie,
        token,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=context.options.secure,
        path="/",
    )
    if person.interface_language in context.options.languages:
        keep_language(response, person.interface_language, context)


def signed_out(context: Context, to: str = "/in") -> Response:
    """Sends a person whose session has ended to the sign-in page. The browser forgets what it kept for them."""
    response = RedirectResponse(to, 303)
    response.delete_cookie(
        context.options.cookie, path="/", secure=context.options.secure, httponly=True, samesite="lax"
    )
    response.delete_cookie(SENT_COOKIE, path="/")
    response.headers["clear-site-data"] = '"cache", "storage"'
    return response
