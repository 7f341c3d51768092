"""One thread that writes for a whole process. Waiting jobs share a transaction, and are on disk before anybody is
told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from transcribe.errors import StoreError
from transcribe.store.drivers.database import PartsInDoubt, TransactionLost
from transcribe.store.facts import ExpectedReading
from transcribe.store.state_store import Store

T = TypeVar("T")

MAX_JOBS_PER_TRANSACTION = 64
"""Most jobs of one transaction: enough to share one `fdatasync`, few enough that the first does not wait long. Chosen
by hand."""

LOOP_CHECK_SECONDS = 1.0
"""How often the writer looks whether an event loop that was given jobs still runs."""

MAX_WAITING_JOBS = 2048
"""Most jobs that wait: about a second's work. More are refused, as waiting longer would help nobody."""


class Busy(StoreError):
    """Too many people are sending at once; try again in a moment, what you typed is kept."""


class Writer:
    """Runs jobs (functions that call methods of the store) one after the other in one thread, many in a transaction.

    A job that fails fails alone. A result is given only after the transaction is on disk: what was acknowledged
    survives a power cut. The methods are the same as outside; here they join the transaction.
    """

    def __init__(self, store: Store, *, waiting: int = MAX_WAITING_JOBS) -> None:
        self._store = store
        self._waiting = waiting
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="fairhand writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], T], *, reading: ExpectedReading | None = None) -> Future[T]:
        """Queue a job. Gives its result once it is on disk. Busy where too many wait, StoreError after `close`.

        `reading` is what the job keeps. Such a job may be done twice, where nothing was kept of the first time.
        """
        future: Future[T] = Future()
        self._put(_Job(work=job, future=future, reading=reading))
        return future

    async def write(
        self, job: Callable[[], T], *, in_event_loop: bool = False, reading: ExpectedReading | None = None
    ) -> T:
        """As `submit`, awaited.

        All results of one transaction are told to an event loop in one go, as waking it costs more than many a job. A
        job with `in_event_loop` must be short. It runs in the event loop's own thread within the writer's transaction.
        Two busy threads hand Python's lock to and fro with each statement, which costs as much as the statements.
        `reading` is as for `submit`.
        """
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[T] = loop.create_future()
        self._put(_Job(work=job, future=waiter, loop=loop, in_event_loop=in_event_loop, reading=reading))
        return await waiter

    def _put(self, job: _Job) -> None:
        if self._closed:
            raise StoreError("The store is being closed; try again in a moment.")
        if self._jobs.qsize() >= self._waiting:
            raise Busy
        self._jobs.put(job)

    def close(self) -> None:
        """Write the jobs that wait, then end the thread."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            if not first.begins():
                continue
            batch, has_begun = [first], False
            try:
                with self._store.together():
                    has_begun = True
                    self._add_waiting(batch)  # those too that came while others wrote
                    self._do_all(batch)
            except Exception as error:  # the transaction is gone: nobody may believe that theirs was kept
                if not has_begun:
                    self._add_waiting(batch)  # else each of them would wait in vain for as long, one after the other
                for job in batch:
                    job.error = error
            _tell(batch)

    def _add_waiting(self, batch: list[_Job]) -> None:
        """Add the jobs that wait, as many as share a transaction."""
        while len(batch) < MAX_JOBS_PER_TRANSACTION:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return
            if job is None:
                self._jobs.put(None)  # the end comes after these
                return
            if job.begins():
                batch.append(job)

    def _do_all(self, batch: list[_Job]) -> None:
        jobs_by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
        others: list[_Job] = []
        for job in batch:
            if job.in_event_loop and job.loop:
                jobs_by_loop.setdefault(job.loop, []).append(job)
            else:
                others.append(job)
        self._do_in_turn(others)
        for loop, jobs in jobs_by_loop.items():
            _LoopBatch(jobs, self._do_in_turn, self._store.handover()).wait(loop)

    def _do_in_turn(self, jobs: list[_Job]) -> None:
        """Do jobs in their order. Those that keep readings one after the other wait for the database together."""
        for group in _groups(jobs):
            try:
                with self._store.several([job.reading for job in group if job.reading]):
                    self._do_each(group)
            except PartsInDoubt:
                self._do_each(group)

    def _do_each(self, jobs: list[_Job]) -> None:
        for job in jobs:
            self._do(job)

    def _do(self, job: _Job) -> None:
        job.error = None
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
    in_event_loop: bool = False
    reading: ExpectedReading | None = None
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


class _LoopBatch:
    """Jobs that an event loop's thread does within the writer's transaction, while the writer waits.

    Where that loop runs no more, the writer does them.
    """

    def __init__(
        self, jobs: list[_Job], do: Callable[[list[_Job]], None], handover: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._jobs, self._do, self._handover = jobs, do, handover
        self._ours = threading.Lock()
        self._done = threading.Event()
        self._error: BaseException | None = None

    def wait(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have the jobs done. An error that ended the whole transaction is raised here."""
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(self._take)
        while not self._done.wait(LOOP_CHECK_SECONDS):
            if not loop.is_running():
                self._take()
        if self._error:
            raise self._error

    def _take(self) -> None:
        if not self._ours.acquire(blocking=False):
            return  # the other thread has begun with them
        try:
            with self._handover():
                self._do(self._jobs)
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()


def _groups(jobs: list[_Job]) -> Iterator[list[_Job]]:
    """Jobs in their order: readings of different people and tasks that follow each other, and each other job alone."""
    group: list[_Job] = []
    known: set[str] = set()
    for job in jobs:
        about = {job.reading.who, job.reading.task} if job.reading else set()
        if group and not (about and known and known.isdisjoint(about)):
            yield group
            group, known = [], set()
        group.append(job)
        known |= about
    if group:
        yield group


def _tell(batch: list[_Job]) -> None:
    """Give everybody their result: threads at once, the waiters of each event loop together."""
    jobs_by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in batch:
        if job.loop is None:
            job.tell()
        else:
            jobs_by_loop.setdefault(job.loop, []).append(job)
    for loop, jobs in jobs_by_loop.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits there any more
            loop.call_soon_threadsafe(_tell_all, jobs)


def _tell_all(jobs: list[_Job]) -> None:
    for job in jobs:
        job.tell()
