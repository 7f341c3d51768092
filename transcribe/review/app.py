"""Puts the review pages together: `create_app` gives an ASGI app, everything it needs by argument."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from transcribe import plugins
from transcribe.archive import Archive
from transcribe.review.access.guard import Guard, HeadRequests
from transcribe.review.context import Context, Forms
from transcribe.review.failures import DOCUMENTED_FAILURES, add_failures
from transcribe.review.options import ReviewOptions
from transcribe.review.rate_limits import RateLimits
from transcribe.review.rendering import STATIC_FOLDER, Rendering, static_digest
from transcribe.store import Store, Writer

PAGES_PACKAGE = "transcribe.review.pages"
"""The package whose files bring the routes."""
FIRST_PAGES = ("work", "pictures")
"""The files that people's pages ask for with every field, the oftenest first. Routes are matched in order."""

UNUSED: Any = {"docs_url": None, "redoc_url": None, "openapi_url": None, "redirect_slashes": False}
"""What FastAPI would do by itself and is not done. `pages/worker.py` gives the OpenAPI to people who are signed in. A
redirect for a slash too many would go to whatever host the request names."""


def create_app(
    store: Store,
    archive: Archive,
    forms: Forms,
    options: ReviewOptions,
    now: Callable[[], datetime],
    on_submit: Callable[[str], None],
    routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """The review pages as an ASGI app.

    `forms` gives the form of a name and version. `now` gives the time, aware and in UTC. `on_submit` is called with the
    id of the scan after each new reading, from the event loop: it must not block. Each file of `pages/` brings a
    `router`. `routers` are what others serve beside the pages, guarded alike. They come after those pages that are
    asked for with every field, as routes are matched in order.
    """
    writer = Writer(store)
    app = FastAPI(title="fairhand review", lifespan=_closing(writer), responses=DOCUMENTED_FAILURES, **UNUSED)
    app.state.context = Context(
        store=store,
        writer=writer,
        archive=archive,
        forms=forms,
        options=options,
        now=now,
        on_submit=on_submit,
        rendering=Rendering(options.languages, options.desk, asked_by=options.asked_by),
        rate_limits=_rate_limits(options, store, writer, now),
    )
    pages = _routes_of_pages()
    app.router.routes.extend(pages[: len(FIRST_PAGES)])
    for router in routers:
        app.include_router(router)
    app.router.routes.extend(pages[len(FIRST_PAGES) :])
    app.mount(f"/static/{static_digest()}", _ImmutableFiles(directory=STATIC_FOLDER), name="static")
    add_failures(app)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(Guard, options=options, routes=app.routes)
    app.add_middleware(HeadRequests)
    return app


@cache
def _routes_of_pages() -> Sequence[BaseRoute]:
    """The routes of all pages: FastAPI looks at the parameters of each once, however many apps have them."""
    pages = APIRouter(responses=DOCUMENTED_FAILURES)
    for name in (*FIRST_PAGES, *sorted(set(plugins.names(PAGES_PACKAGE)).difference(FIRST_PAGES))):
        pages.include_router(importlib.import_module(f"{PAGES_PACKAGE}.{name}").router)
    return pages.routes


def _rate_limits(options: ReviewOptions, store: Store, writer: Writer, now: Callable[[], datetime]) -> RateLimits:
    """The limits of this process. Where other machines serve the same pages it counts with them, in the database."""

    async def use(what: str, times: int, most: int, window: timedelta) -> bool:
        return await writer.write(lambda: store.use(what, times, most, window, now()))

    limits = options.sign_in_tries, options.requests_a_minute, options.program_requests_a_minute
    return RateLimits(*limits, use if store.machine else None)


def _closing(writer: Writer) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """A lifespan that writes all that was sent before the server ends."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(writer.close)

    return life


class _ImmutableFiles(StaticFiles):
    """Static files, which browsers may keep for ever: their address changes with their content."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response: Response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they come
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
