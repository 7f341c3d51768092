"""The service worker, which must stand at the root to work for all pages; the OpenAPI; whether the server is alive."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from transcribe.review.access.sessions import SignedIn
from transcribe.review.rendering import STATIC_FOLDER

router = APIRouter()


@router.get("/worker.js")
async def worker() -> Response:
    """The service worker. Browsers ask for it anew, so it is not kept."""
    return FileResponse(
        STATIC_FOLDER / "worker.js", media_type="text/javascript", headers={"cache-control": "no-cache"}
    )


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request, visitor: SignedIn) -> Response:
    """What every route takes and answers, for people who are signed in."""
    return JSONResponse(request.app.openapi())


@router.get("/alive")
async def alive() -> Response:
    """Answers while the process works, without touching the store."""
    return JSONResponse({"alive": True})
