"""Choosing the language of the pages."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from transcribe.i18n import N_
from transcribe.review.access.sessions import LANGUAGE_COOKIE, NotSignedIn, sending, signed_in
from transcribe.review.context import Here

router = APIRouter()


@router.post("/language")
async def choose(request: Request, context: Here, language: Annotated[str, Form(max_length=20)]) -> Response:
    """Keeps the language: with the person who is signed in, else in a cookie."""
    if language not in context.options.languages:
        raise HTTPException(422, N_("We do not speak this language yet."))
    response = RedirectResponse(_back(request), 303)
    try:
        visitor = await sending(request, await signed_in(request, context))
    except NotSignedIn:
        year = 365 * 86400
        response.set_cookie(
            LANGUAGE_COOKIE, language, year, httponly=True, samesite="lax", secure=context.options.secure, path="/"
        )
        return response
    who, now = visitor.person.id, context.now()
    await context.change(lambda store: store.set_interface_language(who, language, now, who))
    return response


def _back(request: Request) -> str:
    """The path of the page that the form stood on. Only a path, so that nobody is sent to another site."""
    path = urlsplit(request.headers.get("referer", "")).path
    return path if path.startswith("/") and not path.startswith("//") and "\\" not in path else "/work"
