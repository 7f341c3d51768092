"""One thread that writes for a whole process: what waits is written together and is on disk before anybody is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from transcribe.errors import StoreError
from transcribe.store.contract import Store
from transcribe.store.database import TransactionLost

T = TypeVar("T")

TOGETHER = 64
"""Most jobs of one transaction: enough to share one `fdatasync`, few enough that the first does not wait long."""

WAITING = 2048
"""Most jobs that wait: about a second's work; more than that is refused, as waiting longer would help nobody."""


class Busy(StoreError):
    """Too many people are sending at once; try again in a moment, what you typed is kept."""


class Writer:
    """Runs jobs (functions that call verbs of the store) one after the other in one thread, many in a transaction.

    A job that fails fails alone. A result is given only after the transaction is on disk, so whatever was acknowledged
    is kept, also through a power cut. The verbs are the same as outside: here they join the transaction.
    """

    def __init__(self, store: Store, *, waiting: int = WAITING) -> None:
        self._store = store
        self._waiting = waiting
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="fairhand writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Queue a job; its result once it is on disk. Busy where too many wait, StoreError after `close`."""
        future: Future[T] = Future()
        self._put(_Job(work=job, future=future))
        return future

    async def write(self, job: Callable[[], T]) -> T:
        """As `submit`, awaited. All that one transaction kept is told to an event loop in one go, as waking it costs
        more than many a job."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[T] = loop.create_future()
        self._put(_Job(work=job, future=waiter, loop=loop))
        return await waiter

    def _put(self, job: _Job) -> None:
        if self._closed:
            raise StoreError("The store is being closed; try again in a moment.")
        if self._jobs.qsize() >= self._waiting:
            raise Busy
        self._jobs.put(job)

    def close(self) -> None:
        """Write what waits, then end the thread."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            try:
                with self._store.together():
                    for job in batch:
                        self._do(job)
            except Exception as error:  # the transaction is gone: nobody may believe that theirs was kept
                for job in batch:
                    job.error = error
            _tell(batch)

    def _next(self) -> list[_Job] | None:
        """What waits, at least one job; None at the end."""
        batch: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            if job.begins():
                batch.append(job)
            if len(batch) == TOGETHER:
                return batch
            try:
                job = self._jobs.get_nowait() if batch else self._jobs.get()
            except Empty:
                return batch
        if batch:
            self._jobs.put(None)
            return batch
        return None

    def _do(self, job: _Job) -> None:
        try:
            with self._store.part():
                job.result = job.work()
        except TransactionLost:
            raise
        except Exception as error:
            job.error = error


@dataclass(slots=True)
class _Job:
    """One job. With a `loop` its future is that loop's and may be touched there only."""

    work: Callable[[], Any]
    future: Future[Any] | asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop | None = None
    result: Any = field(default=None)
    error: Exception | None = None

    def begins(self) -> bool:
        """Whether somebody still waits for it."""
        if isinstance(self.future, Future):
            return self.future.set_running_or_notify_cancel()
        return not self.future.cancelled()

    def tell(self) -> None:
        if self.future.cancelled():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


def _tell(batch: list[_Job]) -> None:
    """Give everybody their result: threads at once, the waiters of each event loop together."""
    waiting: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in batch:
        if job.loop is None:
            job.tell()
        else:
            waiting.setdefault(job.loop, []).append(job)
    for loop, jobs in waiting.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits there any more
            loop.call_soon_threadsafe(_tell_all, jobs)


def _tell_all(jobs: list[_Job]) -> None:
    for job in jobs:
        job.tell()
