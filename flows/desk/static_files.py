"""The style sheet and the modules of the desk, those of parts too, at addresses that change with their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import fastapi
from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from flows.house import DeskPages, brought
from transcribe.errors import NotFound


@cache
def pages_of_parts() -> Mapping[str, DeskPages]:
    """What each part adds to the desk, by the name of the part."""
    return dict(brought(lambda part: part.desk))


# The style sheet and the modules of the desk, at addresses that change with their content.

STATIC = Path(__file__).parent / "static"
"""Where those of the core lie."""

router = APIRouter()

Digest = Annotated[str, fastapi.Path(pattern=r"^[0-9a-f]{12}$")]
Name = Annotated[str, fastapi.Path(pattern=r"^[a-z_]{1,40}\.(css|js)$")]


@router.get("/desk/static/{digest}/{name}")
async def static_file(digest: Digest, name: Name) -> Response:
    """One of them, which browsers may keep for ever."""
    path = _files().get(name)
    if digest != static_digest() or path is None:
        raise NotFound("There is no such file.")
    return FileResponse(path, headers={"cache-control": "public, max-age=31536000, immutable"})


@cache
def _files() -> Mapping[str, Path]:
    """All of them by name, those of parts too."""
    folders = (STATIC, *(each.folder / "static" for each in pages_of_parts().values()))
    return {path.name: path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())}


@cache
def static_digest() -> str:
    """A digest of all of them."""
    together = hashlib.sha256()
    for name, path in _files().items():
        together.update(name.encode() + b"\0" + path.read_bytes())
    return together.hexdigest()[:12]


def desk_static(name: str) -> str:
    """The address of one."""
    return f"/desk/static/{static_digest()}/{name}"
