"""Addresses at the root: service worker, its page, the app's manifest, the OpenAPI, and the sign of life."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from transcribe.errors import NotFound
from transcribe.i18n import N_, direction, translation
from transcribe.review.access.sessions import SignedIn, language_of
from transcribe.review.context import Here
from transcribe.review.rendering import STATIC_FOLDER, static_address

router = APIRouter()

APP_ICONS = (("icon-192", 192, "any"), ("icon-512", 512, "any"), ("icon-full-512", 512, "maskable"))
"""The app's icons: file, side in pixels, and whether it may be cut to a shape."""
PAPER_COLOUR = "#f6f4ef"
"""The colour behind everything, as in `static/tokens.css`."""


@router.get("/worker.js")
async def worker() -> Response:
    """The service worker. Browsers ask for it anew, so it is not kept."""
    return FileResponse(
        STATIC_FOLDER / "worker.js", media_type="text/javascript", headers={"cache-control": "no-cache"}
    )


@router.get("/manifest.webmanifest")
async def manifest(request: Request, context: Here) -> Response:
    """What a browser needs to install the work page as an app, in the reader's language."""
    language = language_of(request, context.options)
    icons = [
        {"src": static_address(f"{name}.png"), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
        for name, side, purpose in APP_ICONS
    ]
    words = N_("Type what is written in one field of a paper form at a time.")
    described = {
        "id": "/work",
        "name": "fairhand",
        "short_name": "fairhand",
        "description": translation(language).gettext(words),
        "lang": language,
        "dir": direction(language),
        "start_url": "/work",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER_COLOUR,
        "theme_color": PAPER_COLOUR,
        "icons": icons,
    }
    return JSONResponse(described, media_type="application/manifest+json")


@router.get("/offline/{language}")
async def offline(context: Here, language: Annotated[str, Path(max_length=20)]) -> Response:
    """The page that the service worker keeps, and shows where another needs a network. It says nothing of anybody.

    NotFound for a language that these pages do not speak.
    """
    if language not in context.options.languages:
        raise NotFound("No page is in this language.")
    return context.rendering.page("offline.html", language)


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request, visitor: SignedIn) -> Response:
    """What every route takes and answers, for people who are signed in."""
    return JSONResponse(request.app.openapi())


@router.get("/alive")
async def alive() -> Response:
    """Answers while the process works, without touching the store."""
    return JSONResponse({"alive": True})
