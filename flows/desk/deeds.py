"""Deeds: what a form of the desk has done, in a thread, and the page that says so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

from fastapi import Form, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Message

from flows.desk.tables import with_query
from flows.desk.typed_again import typed_again
from flows.desk.visit import DONE, REFUSED, Visit
from transcribe.errors import DiskFull, EngineError, FormError, NotFound, ScanError, SettingsError

logger = logging.getLogger("fairhand.desk")

PASSED_HEADERS = frozenset({b"cookie", b"host", b"accept-language", b"user-agent"})
"""Headers copied when the page is rendered again: they say who looks, and in which language."""

MOST_REASON_CHARACTERS = 1000
"""The longest reason of a deed."""

HIDDEN_NAMES = frozenset({
    "at", "csrf", "field", "how", "name", "number", "other", "records", "reference", "seen", "until", "who",
})  # fmt: skip
"""Names of the hidden fields of forms whose page may not have them any more: nobody typed what these hold."""

Why = Annotated[str, Form(min_length=1, max_length=MOST_REASON_CHARACTERS, pattern=r"\S")]
"""Why something is done; it is kept, and told to whom it concerns."""


async def do(visit: Visit, deed: Callable[[], object], back: str, done: str, form_at: str | None = None) -> Response:
    """Have a deed done and go back to a page, which says what was done. Where it is refused, its form says why.

    The form stands on the page that is gone back to, or at `form_at`. NotFound stays what it is. The worker is woken,
    so that scans are weighed at once.
    """
    try:
        await run_in_threadpool(deed)
    except NotFound:
        raise
    except DiskFull:
        return await refused(visit, visit.say("The disk is nearly full."), back if form_at is None else form_at)
    except (SettingsError, ScanError, EngineError, FormError) as error:
        return await refused(visit, visit.told(error), back if form_at is None else form_at)
    visit.context.on_submit("")
    return RedirectResponse(with_done(back, done), 303)


async def refused(visit: Visit, why: str, form_at: str) -> Response:
    """The page of a form that was refused, which says why, with what was typed in it.

    Where that page cannot be shown any more, or has no such form, another one says why and what was typed.
    """
    told, sent = visit.plainly(visit.in_words(why)), await _sent(visit)
    page = await _page_again(visit, form_at, told)
    method, path = visit.request.method, visit.request.url.path
    again = None if page is None else typed_again(page, path, method, sent)
    if again is None or again == page:
        typed = [each for name, values in sent.items() if not _is_hidden(name) for each in values if each]
        return visit.page("desk_refused.html", 422, why=told, back=form_at, typed=typed)
    return HTMLResponse(again, 422)


def _is_hidden(name: str) -> bool:
    return name in HIDDEN_NAMES or name.endswith(("-was", "-page"))


async def _sent(visit: Visit) -> dict[str, list[str]]:
    """What was typed into a form, by the names of its fields."""
    request = visit.request
    sent = await request.form() if request.method == "POST" else request.query_params
    found: dict[str, list[str]] = {}
    for name, value in sent.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    return found


async def _page_again(visit: Visit, address: str, why: str) -> str | None:
    """A page of this desk as its visitor is given it now, saying why a deed was refused; None where there is none."""
    parts, request = urlsplit(address), visit.request
    scope = {
        **request.scope,
        "method": "GET",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "path_params": {},
        "headers": [each for each in request.scope["headers"] if each[0] in PASSED_HEADERS],
        REFUSED: why,
    }
    status, body = 0, b""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, body
        status = message.get("status", status)
        body += message.get("body", b"")

    await request.app.router(scope, receive, send)
    return body.decode() if status == HTTPStatus.OK else None


def with_done(address: str, done: str) -> str:
    """An address with what was done added to its query, before its fragment."""
    parts = urlsplit(address)
    query = "&".join(filter(None, (parts.query, with_query({DONE: done}).removeprefix("?"))))
    return urlunsplit(parts._replace(query=query))
