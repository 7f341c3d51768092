"""The context of every page: the store, the archive, the forms, the options, the clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from transcribe.archive import Archive
from transcribe.errors import StoreError
from transcribe.model import Form
from transcribe.review.options import DayTotals, MissingMark, ReviewOptions
from transcribe.review.rate_limits import RateLimits
from transcribe.review.rendering import Rendering
from transcribe.store import Store, Writer, facts

Result = TypeVar("Result")

Forms = Callable[[str, int], Form]
"""Gives the form of a name and version. It raises NotFound or FormError where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the pages work with, made once by `create_app`. `on_submit` is called with the scan of each new reading."""

    store: Store
    writer: Writer
    archive: Archive
    forms: Forms
    options: ReviewOptions
    now: Callable[[], datetime]
    on_submit: Callable[[str], None]
    rendering: Rendering
    rate_limits: RateLimits
    day_totals: DayTotals = dataclasses.field(default_factory=DayTotals)
    missing_mark: MissingMark = dataclasses.field(default_factory=MissingMark)
    seen_sessions: dict[str, str] = dataclasses.field(default_factory=dict)
    """Hash of a session -> id of its person when it was looked up last. The session may have ended since."""

    async def glance(self, question: Callable[[Store], Result]) -> Result:
        """Ask the store a question that one look into an index answers, in the event loop itself.

        Readers never wait for writers, and handing the question to a thread costs several times its 20 microseconds.
        Where the database does not answer, a thread waits for it: other requests go on.
        """
        try:
            with self.store.hurried():
                return question(self.store)
        except StoreError:
            return await self.look(question)

    async def look(self, question: Callable[[Store], Result]) -> Result:
        """Ask the store something, without holding up other requests."""
        return await run_in_threadpool(question, self.store)

    async def change(self, deed: Callable[[Store], Result]) -> Result:
        """Change something in the store, together with what others change just now. It is on disk before this comes
        back."""
        return await self.writer.write(lambda: deed(self.store))

    async def keep(self, deed: Callable[[Store], Result], reading: facts.ExpectedReading | None = None) -> Result:
        """As `change`, in the event loop's thread, which costs half of what two threads do.

        It is for the few changes that make up nearly all of the work and take a fraction of a millisecond. `reading` is
        what the deed keeps; it may be done twice then, where nothing was kept of the first time.
        """
        return await self.writer.write(lambda: deed(self.store), in_event_loop=True, reading=reading)

    async def picture(self, name: str) -> bytes:
        """The bytes of a picture in the archive. NotFound if they were erased."""
        return await run_in_threadpool(self.archive.get, name)


def context_of(request: Request) -> Context:
    """The context of the app that answers this request."""
    context: Context = request.app.state.context
    return context


async def _context(request: Request) -> Context:
    """As `context_of`. It is async because FastAPI calls other functions in a thread, which costs more than a page's
    routing."""
    return context_of(request)


Here = Annotated[Context, Depends(_context)]
"""The context of a page."""
