"""Deeds: what a form of the desk has done, in a thread, and the page that says so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from pathlib import PurePath
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

from fastapi import Form, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.types import Message

from flows.desk.tables import with_query
from flows.desk.visit import DONE, REFUSED, SentForm, Visit
from flows.incoming import SUFFIXES
from transcribe.errors import DiskFull, EngineError, FormError, NotFound, ScanError, SettingsError

logger = logging.getLogger("fairhand.desk")

PASSED_HEADERS = frozenset({b"cookie", b"host", b"accept-language", b"user-agent"})
"""Headers copied when the page is rendered again: they say who looks, and in which language."""

MOST_REASON_CHARACTERS = 1000
"""The longest reason of a deed."""

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

    Where that page cannot be shown any more, another one says why and what was typed.
    """
    request, values = visit.request, dict[str, list[str]]()
    sent = await request.form() if request.method == "POST" else request.query_params
    for name, value in sent.multi_items():
        if isinstance(value, str):
            values.setdefault(name, []).append(value)
    again = SentForm(address=request.url.path, values=values, why=visit.in_words(why))
    page = await _page_again(visit, form_at, again)
    if page is None:
        return visit.page("desk_refused.html", 422, why=again.why, back=form_at, typed=again.typed)
    return HTMLResponse(page, 422)


async def _page_again(visit: Visit, address: str, sent: SentForm) -> bytes | None:
    """A page of this desk as its visitor is given it now, with a form that was refused; None where there is none."""
    parts, request = urlsplit(address), visit.request
    scope = {
        **request.scope,
        "method": "GET",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "path_params": {},
        "headers": [each for each in request.scope["headers"] if each[0] in PASSED_HEADERS],
        REFUSED: sent,
    }
    status, body = 0, b""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, body
        status = message.get("status", status)
        body += message.get("body", b"")

    await request.app.router(scope, receive, send)
    return body if status == HTTPStatus.OK else None


def with_done(address: str, done: str) -> str:
    """An address with what was done added to its query, before its fragment."""
    parts = urlsplit(address)
    query = "&".join(filter(None, (parts.query, with_query({DONE: done}).removeprefix("?"))))
    return urlunsplit(parts._replace(query=query))


# Files that come with a form.

MOST_NAME_LENGTH = 100
"""The longest name of a new batch, and of a file."""


def safe_name(file: UploadFile) -> str:
    """A name for a file in the home: what it is called, without a path, with a known ending."""
    called = PurePath((file.filename or "").replace("\\", "/")).name
    kept = "".join(each for each in called if each.isalnum() or each in " ._-()").strip(". ")[-MOST_NAME_LENGTH:]
    ending = PurePath(kept).suffix.lower()
    known = {*SUFFIXES.values(), ".jpeg", ".tiff", ".heif"}
    if ending not in known:
        media = (file.content_type or "").partition(";")[0].lower()
        if media not in SUFFIXES:
            raise SettingsError(f"{called or 'A file'}: only {', '.join(sorted(known))} are taken.")
        kept += SUFFIXES[media]
    return kept if kept != ending else f"scan{ending}"


def uploads(form: FormData, name: str, *, with_empty: bool = False) -> list[UploadFile]:
    """The files of a field of a form that was sent, also empty ones if asked.

    A field in which nothing was chosen comes as a file without a name.
    """
    files = [each for each in form.getlist(name) if isinstance(each, UploadFile)]
    return [each for each in files if each.size or (with_empty and each.filename)]
