"""The service worker, which must stand at the root to work for all pages; and whether the server is alive."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse, JSONResponse, Response

from transcribe.review.rendering import STATIC_FOLDER

router = APIRouter()


@router.get("/worker.js")
async def worker() -> Response:
    """The service worker. Browsers ask for it anew, so it is not kept."""
    return FileResponse(
        STATIC_FOLDER / "worker.js", media_type="text/javascript", headers={"cache-control": "no-cache"}
    )


@router.get("/alive")
async def alive() -> Response:
    """Answers while the process works, without touching the store."""
    return JSONResponse({"alive": True})
