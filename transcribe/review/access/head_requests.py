"""HEAD for programs: the headers of a GET, without its content."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

PROGRAM_PATHS = ("/api/", "/healthz", "/readyz", "/metrics")
"""Where HEAD is answered. A page for people may do something when it is got: a link that signs in is used up."""


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
