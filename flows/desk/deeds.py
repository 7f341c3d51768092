"""Deeds: what a form of the desk has done, in a thread, and the page that says so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

from fastapi import Form, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from flows.desk.tables import with_query
from flows.desk.visit import DONE, Visit
from transcribe.errors import EngineError, FormError, NotFound, ScanError, SettingsError

logger = logging.getLogger("fairhand.desk")

MOST_REASON_CHARACTERS = 1000
"""The longest reason of a deed."""

Why = Annotated[str, Form(min_length=1, max_length=MOST_REASON_CHARACTERS, pattern=r"\S")]
"""Why something is done; it is kept, and told to whom it concerns."""


async def do(visit: Visit, deed: Callable[[], object], back: str, done: str) -> Response:
    """Have a deed done and go back to a page, which says what was done. A page says why where it is refused.

    NotFound stays what it is. The worker is woken, so that scans are weighed at once.
    """
    try:
        await run_in_threadpool(deed)
    except NotFound:
        raise
    except (SettingsError, ScanError, EngineError, FormError) as error:
        return refused(visit, told_by(error), back)
    visit.context.on_submit("")
    return RedirectResponse(with_done(back, done), 303)


def refused(visit: Visit, why: str, back: str) -> Response:
    """The page that says why a deed was not done."""
    return visit.page("desk_refused.html", 422, why=visit.plainly(visit.in_words(why)), back=back)


def told_by(error: Exception) -> str:
    """What an error says, as it was made: a sentence made of parts is told in every language."""
    first = error.args[0] if error.args else ""
    return first if isinstance(first, str) else str(error)


def with_done(address: str, done: str) -> str:
    """An address with what was done added to its query, before its fragment."""
    parts = urlsplit(address)
    query = "&".join(filter(None, (parts.query, with_query({DONE: done}).removeprefix("?"))))
    return urlunsplit(parts._replace(query=query))
