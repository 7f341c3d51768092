"""Pictures in Datasette: a scan's first page beside its id, a field's surroundings beside its key."""

from __future__ import annotations

import html
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from flows.home import Home, home_at
from transcribe.drawing import surroundings
from transcribe.errors import FairhandError
from transcribe.model import FieldKey

PAGE_ROUTE = r"^/-/pictures/(?P<scan>[0-9a-f]{64})/(?P<number>[0-9]{1,4})$"
FIELD_ROUTE = r"^/-/pictures/(?P<scan>[0-9a-f]{64})/field/(?P<key>[a-z0-9_.\[\]%]{1,200})$"

SHOWN_WIDTH_PX = 160
"""The width of a picture in a table. Chosen by hand."""


SCAN_CHARACTERS = 64
"""The characters of a scan's id."""


class Pictures:
    """The pictures of one home for its records in Datasette. They are shown to whoever may view the database."""

    def __init__(self, home: str, database: str) -> None:
        self._folder, self._database = home, database

    def routes(self) -> list[tuple[str, Any]]:
        """The addresses of pictures."""
        return [(PAGE_ROUTE, self._page), (FIELD_ROUTE, self._field)]

    def cell(self, row: Any, value: object, column: str, table: str | None, database: str) -> Any:
        """The HTML of a cell: its text, and a picture in the columns of scans and keys; None for any other."""
        if database != self._database or not isinstance(value, str) or not value:
            return None
        names = set(row.keys()) if row is not None else set()
        if column == "scan" and len(value) == len(PurePosixPath(value).name) == SCAN_CHARACTERS:
            return self._picture(f"/-/pictures/{value}/1", value[:12])
        if column == "key" and "scan" in names:
            return self._picture(f"/-/pictures/{row['scan']}/field/{quote(value, safe='[]')}", value)
        return None

    def _picture(self, address: str, text: str) -> Any:
        from markupsafe import Markup

        link, said = html.escape(address), html.escape(text)
        image = f'<img src="{link}" alt="" loading="lazy" width="{SHOWN_WIDTH_PX}">'
        return Markup(f'<a href="{link}">{image}</a><br>{said}')  # noqa: S704 escaped above

    async def _page(self, datasette: Any, request: Any) -> Any:
        number = int(request.url_vars["number"])
        return await self._answer(datasette, request, lambda home, scan: _page_of(home, scan, number))

    async def _field(self, datasette: Any, request: Any) -> Any:
        key = request.url_vars["key"]
        return await self._answer(datasette, request, lambda home, scan: _field_of(home, scan, key))

    async def _answer(self, datasette: Any, request: Any, picture: Any) -> Any:
        from datasette.utils.asgi import Response

        if not await datasette.permission_allowed(request.actor, "view-database", self._database, default=True):
            return Response.text("not for you", status=403)
        try:
            content = picture(home_at(self._folder), request.url_vars["scan"])
        except (FairhandError, ValueError):
            content = None
        if content is None:
            return Response.text("there is no such picture", status=404)
        kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
        kind = "image/webp" if content[8:12] == b"WEBP" else kind
        headers = {"cache-control": "private, max-age=600", "x-content-type-options": "nosniff"}
        return Response(content, headers=headers, content_type=kind)


def _page_of(home: Home, scan: str, number: int) -> bytes | None:
    found = next((each for each in home.store.pictures(scan) if each.number == number), None)
    return None if found is None else home.archive.get(found.sha256)


def _field_of(home: Home, scan: str, key: str) -> bytes | None:
    wanted = FieldKey.parse(key)
    place = next((each for each in home.store.places(scan) if each.key == wanted), None)
    if place is None:
        return None
    picture = next((each for each in home.store.pictures(scan) if each.number == place.page), None)
    if picture is None:
        return None
    return surroundings(home.archive.get(picture.sha256), picture.size, place.box, (), whole=False)
