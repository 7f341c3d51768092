"""Guards of all routes: headers, size of bodies, requests from other sites, errors that give nothing away."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from transcribe.errors import REQUEST_ID
from transcribe.i18n import N_
from transcribe.review.options import ReviewOptions

logger = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' blob:",  # pictures fetched ahead are shown from memory
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)
"""Pages load only what we serve ourselves."""
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # "no-referrer" would make browsers send Origin: null with our own forms
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""Headers of every answer."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing, and so may come from other sites."""

PROBLEMS_PATH = "/api/v1"
"""The address below which errors are problems as in RFC 9457."""

REQUEST_ID_HEADER = "x-request-id"
"""The header of every answer that has the id of its request, and of a request that brings one."""

BROUGHT_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""An id that a proxy or a program may bring: of its own making, and nothing that could disturb a log."""

TAKES_FILE = {"x-takes-file": True}
"""The mark in `openapi_extra` of a route that takes a file, or a text as long as one."""


def upload_paths(routes: Sequence[BaseRoute]) -> str:
    """The addresses of the routes that take files, as a regular expression that Python, nginx and Caddy read alike."""
    found = {each.path or "" for each in iter_route_contexts(routes) if _takes_file(each)}
    return "^(" + "|".join(re.sub(r"\{[^}]+\}", "[^/]+", path) for path in sorted(found)) + ")$"


def _takes_file(route: RouteContext) -> bool:
    return bool((getattr(route, "openapi_extra", None) or {}).get("x-takes-file"))


class Guard:
    """ASGI middleware around the whole app. It works on the stream, so a body without a length is limited too."""

    def __init__(self, app: ASGIApp, options: ReviewOptions, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._uploads = re.compile(upload_paths(routes))
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        brought = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        REQUEST_ID.set(brought if BROUGHT_ID.fullmatch(brought) else secrets.token_hex(6))
        answer = _Answer(send, secure=self._options.secure)
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, answer.send)
            return
        body = _Body(receive, self._most_bytes(scope))
        try:
            await self._app(scope, body.receive, answer.send)
        except ClientDisconnect:  # the line broke while the body came: the page sends it again
            return
        except Exception as error:
            await self._failed(scope, receive, answer, error)

    def _refusal(self, scope: Scope) -> Response | None:
        """The answer to a request that is not looked at: it comes from another site, or names a wrong length. None for
        others."""
        headers = Headers(scope=scope)
        if scope["method"] not in SAFE_METHODS and is_foreign(headers, self._options.origin):
            return _refused(scope, 403, "This request comes from another site.")
        length = headers.get("content-length", "0")
        if not length.isdigit():
            return _refused(scope, 400, "The length of the body is no number.")
        if int(length) > self._most_bytes(scope):
            return _refused(scope, 413, "The body is too large.")
        return None

    def _most_bytes(self, scope: Scope) -> int:
        """The largest body: that of a file where one is sent. Its route looks first who sends it."""
        is_file = scope["method"] == "POST" and self._uploads.fullmatch(scope["path"])
        return self._options.upload_bytes if is_file else self._options.body_bytes

    async def _failed(self, scope: Scope, receive: Receive, answer: _Answer, error: Exception) -> None:
        """Answers only an id. The log has the kind of error beside it, never a text that a person typed."""
        if answer.started:
            raise error
        number, page = REQUEST_ID.get(), scope["path"].split("/")[1:2]
        logger.error("error %s: %s at %s", number, type(error).__name__, page, exc_info=error)
        response = _refused(scope, 500, f"Something went wrong here. error-id: {number}")
        await response(scope, receive, answer.send)


def has_problems(path: str) -> bool:
    """Whether errors at an address are problems as in RFC 9457."""
    return path == PROBLEMS_PATH or path.startswith(f"{PROBLEMS_PATH}/")


def _refused(scope: Scope, status: int, text: str) -> Response:
    """An answer that comes before any page: a problem as in RFC 9457 where programs ask, else a line of text."""
    if not has_problems(scope["path"]):
        return PlainTextResponse(text, status)
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": text}
    told["instance"] = f"urn:{REQUEST_ID.get()}"
    return JSONResponse(told, status, media_type="application/problem+json")


def is_foreign(headers: Headers, origin: str) -> bool:
    """Whether a browser says that another site made this request. Programs other than browsers say nothing."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    said = headers.get("origin")
    return said is not None and said != origin and urlsplit(said).netloc != headers.get("host", "")


class _Answer:
    """Adds our headers to every answer."""

    def __init__(self, send: Send, *, secure: bool) -> None:
        self._send = send
        self._secure = secure
        self.started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers[name] = value
            headers[REQUEST_ID_HEADER] = REQUEST_ID.get()
            headers.setdefault("cache-control", "no-store")
            if self._secure:
                headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
        await self._send(message)


class _Body:
    """Counts the body as it comes and stops it at the limit."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, N_("The body is too large."))
        return message


# HEAD for programs: the headers of a GET, without its content.

PROGRAM_PATHS = ("/api/", "/healthz", "/readyz", "/metrics")
"""The addresses that answer HEAD. A page for people may act when it is fetched, as a sign-in link is used up."""

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
