"""HEAD for programs: the headers of a GET, without its content."""

from __future__ import annotations

from fastapi import Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

PROGRAM_PATHS = ("/api/", "/healthz", "/readyz", "/metrics")
"""Where HEAD is answered. A page for people may do something when it is got: a link that signs in is used up."""

METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
"""The methods that a route may have; HEAD goes with GET."""


class HeadRequests:
    """ASGI middleware that answers HEAD as GET (RFC 9110, 9.3.2), where FastAPI would answer 405.

    The server leaves out the content: it knows the method that was sent.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD" and scope["path"].startswith(PROGRAM_PATHS):
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)


def methods_of(request: Request) -> str:
    """The methods of all routes of an address: the framework names those of the first one, and no HEAD."""
    found = [method for method in METHODS if any(_takes(route, request.scope, method) for route in request.app.routes)]
    if "GET" in found and request.url.path.startswith(PROGRAM_PATHS):
        found.append("HEAD")
    return ", ".join(sorted(found))


def is_page(request: Request, path: str) -> bool:
    """Whether an address of this path can be got."""
    scope = {**request.scope, "path": path, "raw_path": path.encode()}
    return any(_takes(route, scope, "GET") for route in request.app.routes)


def _takes(route: BaseRoute, scope: Scope, method: str) -> bool:
    return route.matches({**scope, "method": method})[0] is Match.FULL
