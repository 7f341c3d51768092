"""Choosing the language of the pages."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from transcribe.i18n import N_
from transcribe.review.access.guard import is_page
from transcribe.review.access.sessions import NotSignedIn, keep_language, sending, signed_in
from transcribe.review.context import Here

router = APIRouter()


@router.post("/language")
async def choose(request: Request, context: Here, language: Annotated[str, Form(max_length=20)]) -> Response:
    """Keeps the language: in a cookie, and with the person who is signed in."""
    if language not in context.options.languages:
        raise HTTPException(422, N_("We do not speak this language yet."))
    back = _back(request)
    if back.startswith("/in/"):  # an invitation speaks the language of whoever is invited, if not told otherwise
        back = f"{back}?language={language}"
    response = RedirectResponse(back, 303)
    keep_language(response, language, context)
    try:
        visitor = await sending(request, await signed_in(request, context))
    except NotSignedIn:
        return response
    who, now = visitor.person.id, context.now()
    await context.change(lambda store: store.set_interface_language(who, language, now, who))
    return response


def _back(request: Request) -> str:
    """The page that the form stood on, or the one above it, where that was an answer to something sent.

    Only a path and its query, so that nobody is sent to another site."""
    address = urlsplit(request.headers.get("referer", ""))
    path, query = address.path, address.query
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        return "/work"
    while path and not is_page(request, path):
        path, query = path.rpartition("/")[0], ""
    if path.startswith("/in/"):
        return path
    return f"{path}?{query}" if path and query else path or "/work"
