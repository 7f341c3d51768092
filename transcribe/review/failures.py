"""Failures as a person or a program is told of them: one sentence, a status, an id."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from transcribe.errors import (
    REQUEST_ID,
    ArchiveAway,
    CountsAlready,
    DatabaseAway,
    FairhandError,
    FormError,
    FormNotOffered,
    LateTooLong,
    LeaseLost,
    NotFound,
    PartOff,
    ReadAgainSince,
    StateMoved,
    StoreError,
    UnkeepableText,
)
from transcribe.i18n import N_, in_words, translation
from transcribe.review.access.guard import has_problems, methods_of
from transcribe.review.access.roles import ProofNeeded
from transcribe.review.access.sessions import NotSignedIn, WorkPaused, language_here
from transcribe.review.context import context_of
from transcribe.review.options import TextRefused, unkeepable
from transcribe.review.rate_limits import TooMany
from transcribe.review.requests import SKIP_REASON_WORDS, Wrong, wrong_entries

logger = logging.getLogger(__name__)

DOCUMENTED_FAILURES: dict[int | str, dict[str, Any]] = {
    303: {"description": "See another page"},
    400: {"description": "Nothing that HTTP allows"},
    401: {"description": "Not signed in"},
    403: {"description": "Not sent from our own pages"},
    404: {"description": "Nothing here for this person"},
    409: {"description": "Too late: it counts already, or it is somebody else's"},
    410: {"description": "A sign-in link that was used or is too old"},
    413: {"description": "The body is too large"},
    415: {"description": "Neither a form nor JSON"},
    422: {"description": "Something is missing or not allowed"},
    429: {"description": "Too many requests"},
    503: {"description": "The store is busy; send it again"},
}
"""The answers that OpenAPI names for every route beside its own."""


LOST_WORDS: dict[type[Exception], str] = {
    ReadAgainSince: N_(
        "You have read this field again since, on another device or page. That reading stands; "
        "the older one here does not replace it."
    ),
    CountsAlready: N_(
        "Your first reading of this field is kept, paid, and counts already. What you sent now does not replace it. "
        "If the outcome is wrong, contest it under My readings."
    ),
    LateTooLong: N_(
        "Too many days have gone by since this field was yours, so this reading is not taken. "
        "My pay says how many days there are. If the line was down so long, tell the operator."
    ),
}
"""Why a task is not written to any more, and the way on."""


def add_failures(app: FastAPI) -> None:
    """Teach the app to answer each kind of error."""
    app.add_exception_handler(NotSignedIn, _not_signed_in)
    app.add_exception_handler(WorkPaused, _paused)
    app.add_exception_handler(ProofNeeded, _proof_needed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ValidationError, _invalid)
    app.add_exception_handler(TooMany, _too_many)
    app.add_exception_handler(FairhandError, _ours)


def wants_json(request: Request) -> bool:
    """Whether a program asks. It sends JSON, accepts only JSON, or uses the interface for programs."""
    if is_for_programs(request):
        return True
    sent = request.headers.get("content-type", "").startswith("application/json")
    return sent or request.headers.get("accept", "").startswith("application/json")


def is_for_programs(request: Request) -> bool:
    """Whether this is the interface for programs."""
    return request.url.path.startswith("/api/")


TYPED_NAMES = frozenset(
    {"text", "words", "answer", "reason", "handle", "languages", "why", "lines", "source", "title", "url", "values"}
)
"""Names under which forms send what somebody typed and would not like to type again; never a password or code."""

UNREADABLE_BODY = frozenset({400, 408, 413, 415})
"""Statuses sent while a body is still coming, or is no form: reading on would wait for what never comes."""

TYPED_SECONDS = 2.0
"""Seconds to wait for a body that was read before and never comes again. Chosen by hand."""


async def typed_in(request: Request) -> tuple[str, ...]:
    """The text that somebody typed into a form, so that its error page can give it back."""
    if request.method != "POST" or wants_json(request):
        return ()
    try:
        async with asyncio.timeout(TYPED_SECONDS):
            form = await request.form()
    except Exception:  # too large, broken, gone or read already: nothing is there to be given back
        return ()

    def is_typed(name: str, value: object) -> bool:
        kind, _, of = name.partition(" ")  # "field X" says what was typed where "shown X" had stood
        return name.partition(".")[0] in TYPED_NAMES or (kind == "field" and value != form.get(f"shown {of}"))

    typed = (value for name, value in form.multi_items() if isinstance(value, str) and is_typed(name, value))
    typed = (value for value in typed if value.strip())
    typed = (value for value in typed if value not in SKIP_REASON_WORDS)  # chosen, not typed
    return tuple(map(_visible, typed))


def _visible(text: str) -> str:
    """A text without characters that no page may hold: each becomes U+FFFD."""
    return "".join(each if each.isprintable() or each.isspace() else "\ufffd" for each in text)


def lost_words(error: LeaseLost) -> str:
    """Why a task is not written to any more, and the way on: an English message of the catalogues."""
    return LOST_WORDS.get(type(error), N_("This field is no longer yours."))


def failure_response(
    request: Request,
    status: int,
    message: str,
    retry_after: int | None = None,
    typed: Sequence[str] = (),
    wrong: Sequence[Wrong] = (),
) -> Response:
    """An error page, or its JSON. `message` is an English message of the catalogues. The page gives back what was
    typed, and says which entries are `wrong`."""
    context, number = context_of(request), REQUEST_ID.get()
    logger.info("error %s: %d", number, status)
    language = language_here(request, context)
    text = translation(language).gettext(message)
    if has_problems(request.url.path):
        title = HTTPStatus(status).phrase
        problem = {"type": "about:blank", "title": title, "status": status, "detail": text, "instance": f"urn:{number}"}
        response: Response = JSONResponse(problem, status, media_type="application/problem+json")
    elif wants_json(request):
        response = JSONResponse({"error": text, "error_id": number}, status)
    else:
        shown = {"is_lost": status == 409, "message": text, "number": number, "typed": typed, "wrong": wrong}
        desk = context.options.desk
        of_desk = bool(desk) and status == 422 and request.url.path.startswith(desk)
        shown["signed_in"] = context.options.cookie in request.cookies
        response = context.rendering.page("error.html", language, status, of_desk=of_desk, **shown)
    if retry_after is not None:
        response.headers["retry-after"] = str(retry_after)
    return response


async def _not_signed_in(request: Request, error: Exception) -> Response:
    if wants_json(request):  # the page's own module asks: it keeps what was typed
        return failure_response(
            request, 401, N_("You are signed out. Sign in again; what you typed is kept on this device.")
        )
    if request.method != "GET":
        typed = await typed_in(request)
        said = N_("You are signed out, and this was not taken. Sign in again, and send it once more.")
        return failure_response(request, 401, said, typed=typed)
    response = RedirectResponse("/in", 303)
    if request.cookies.get(context_of(request).options.cookie):  # a session that has ended: its pictures go
        response.headers["clear-site-data"] = '"cache"'
    return response


async def _paused(request: Request, error: Exception) -> Response:
    """What stands instead of a page that is not open to who is paused: that, since when, why, and what is open."""
    assert isinstance(error, WorkPaused)
    if wants_json(request):  # the page's own module asks: it keeps what was typed
        kept = N_("An operator has paused your account. What you typed and did not send is kept on this device.")
        response = failure_response(request, 403, kept)
    else:
        typed, visitor = await typed_in(request), error.visitor
        rendering = context_of(request).rendering
        response = rendering.page("paused.html", visitor.language, 403, visitor=visitor, typed=typed)
    response.headers["clear-site-data"] = '"cache"'  # pictures go; readings that were not sent stay
    return response


_NO_TIME = (
    "It is no time. Write it as 2026-01-31T12:00:00Z, or as a day, 2026-01-31. In an address a + is written as %2B."
)

PROGRAM_WORDS = {
    "datetime_from_date_parsing": _NO_TIME,
    "datetime_parsing": _NO_TIME,
    "extra_forbidden": "There is no such key. Leave it out.",
    "float_parsing": "It is no number. Write it as 0.99.",
    "int_parsing": "It is no whole number. Write it in figures, without a point.",
    "missing": "It is missing, and must be there.",
    "string_pattern_mismatch": "It is not written as it must be here. The OpenAPI document says how.",
    "model_attributes_type": "It is no JSON object. Write it as {...}.",
    "string_type": "It is no text. Write it in quotation marks.",
}
"""What programs are told of an entry that is wrong, where pydantic's words do not say what to do; by its type."""


async def _proof_needed(request: Request, error: Exception) -> Response:
    """Asks for the password again. What was sent is not kept: browsers show it again on the way back."""
    return RedirectResponse("/proof", 303)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        error.headers = {**(error.headers or {}), "Allow": methods_of(request)}
    messages = {404: N_("This page does not exist, or it is not open to you."), 405: N_("This cannot be done here.")}
    said = _for_program(error) if is_for_programs(request) else messages.get(error.status_code, error.detail)
    typed = () if error.status_code in UNREADABLE_BODY else await typed_in(request)
    response = failure_response(request, error.status_code, said, typed=typed)
    response.headers.update(error.headers or {})
    return response


def _for_program(error: HTTPException) -> str:
    """The message for a program; where the framework has only the name of the status, what to do instead."""
    if error.detail != HTTPStatus(error.status_code).phrase:
        return error.detail
    if error.status_code == 404:
        return "There is nothing at this address. The OpenAPI document lists all there are."
    if error.status_code == 405:
        return f"This address takes {(error.headers or {}).get('Allow', 'other methods')} and nothing else."
    return error.detail


async def _invalid(request: Request, error: Exception) -> Response:
    if is_for_programs(request) and isinstance(error, RequestValidationError):
        return failure_response(request, 422, "; ".join(_of_program(request, each) for each in error.errors()))
    said = N_("Something in what was sent is missing or not allowed.")
    wrong = wrong_entries(error) if isinstance(error, RequestValidationError) else ()
    return failure_response(request, 422, said, typed=await typed_in(request), wrong=wrong)


def _of_program(request: Request, wrong: Mapping[str, Any]) -> str:
    """The fault of an entry that a program sent, in a sentence."""
    if wrong["type"] == "json_invalid":
        return f"The body is no JSON: {wrong['ctx']['error']}, at character {wrong['loc'][-1]}."
    is_json = "json" in request.headers.get("content-type", "")
    if tuple(wrong["loc"]) == ("body",) and not is_json:
        return "Send the body as JSON, with Content-Type: application/json."
    return f"{wrong['loc'][-1]}: {PROGRAM_WORDS.get(wrong['type'], wrong['msg'])}"


async def _too_many(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooMany)
    return failure_response(request, 429, error.message, error.retry_after, await typed_in(request))


SAID_WHOLE = (ArchiveAway, DatabaseAway, StateMoved)
"""Errors whose words are ours and say what to do; those of others may have somebody's words in them."""


def _cause_in_words(error: Exception) -> str:
    """The kind of an error, in a line: a full disk makes thousands. The messages of these libraries name no text."""
    cause = error.__cause__
    said = f", {cause}" if type(cause).__module__.partition(".")[0] in ("sqlite3", "psycopg_pool") else ""
    return f"{type(error).__name__}{said}"


async def _ours(request: Request, error: Exception) -> Response:
    typed = await typed_in(request)
    if isinstance(error, PartOff):
        said = in_words(error.args[0], translation(language_here(request, context_of(request))).gettext)
        return failure_response(request, 404, said, typed=typed)
    if isinstance(error, NotFound):
        return failure_response(request, 404, N_("This page does not exist, or it is not open to you."), typed=typed)
    if isinstance(error, LeaseLost):
        return failure_response(request, 409, lost_words(error), typed=typed)
    if isinstance(error, UnkeepableText):
        error = unkeepable("\0")
    if isinstance(error, TextRefused):
        return failure_response(request, 422, error.said(language_here(request, context_of(request))), typed=typed)
    if isinstance(error, FormNotOffered):
        return failure_response(request, 422, N_("This form was not offered. Choose one of the list."), typed=typed)
    if isinstance(error, FormError):
        logger.error("a form cannot be used: %s", error)
        return failure_response(request, 404, N_("This page does not exist, or it is not open to you."), typed=typed)
    if isinstance(error, StoreError):
        logger.warning("the store is busy: %s", error if isinstance(error, SAID_WHOLE) else _cause_in_words(error))
        return failure_response(request, 503, N_("The server is busy. Send it again; it is counted once."), 1, typed)
    raise error
