"""The style sheet and the modules of the desk, at addresses that change with their content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Annotated

import fastapi
from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from transcribe.errors import NotFound

STATIC = Path(__file__).parent / "static"
"""Where they lie."""

router = APIRouter()

Digest = Annotated[str, fastapi.Path(pattern=r"^[0-9a-f]{12}$")]
Name = Annotated[str, fastapi.Path(pattern=r"^[a-z_]{1,40}\.(css|js)$")]


@router.get("/desk/static/{digest}/{name}")
async def static_file(digest: Digest, name: Name) -> Response:
    """One of them, which browsers may keep for ever."""
    if digest != static_digest() or not (STATIC / name).is_file():
        raise NotFound("There is no such file.")
    return FileResponse(STATIC / name, headers={"cache-control": "public, max-age=31536000, immutable"})


@cache
def static_digest() -> str:
    """A digest of all of them."""
    together = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        together.update(path.name.encode() + b"\0" + path.read_bytes())
    return together.hexdigest()[:12]


def desk_static(name: str) -> str:
    """The address of one."""
    return f"/desk/static/{static_digest()}/{name}"
