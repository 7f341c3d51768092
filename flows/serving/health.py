"""Whether this home works, for supervisors and monitoring: nothing here tells strangers of orders or people."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Generic, TypeVar

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.administration import free_bytes
from flows.backup import newest_backup
from flows.home import Home, now
from flows.serving.api import allowed
from transcribe.errors import FairhandError, NoConnectionFree, ProgramOutdated, StateMoved
from transcribe.store import ApiToken

MIN_FREE_BYTES = 100_000_000
"""The fewest free bytes with which a home takes work: room for some dozens of photographs. Chosen by hand."""

READY_SECONDS = 5.0
"""Seconds for which an answer of /readyz is kept, so that frequent requests cost nothing. Chosen by hand."""

METRICS_SECONDS = 15.0
"""Seconds for which an answer of /metrics is kept: counting a million readings takes a second. Chosen by hand."""

PROBE_BYTES = 4096
"""Bytes written to test whether the disk can be written: one block."""

ARCHIVE_AWAY = "the archive cannot be read"
"""The fault that stops no readings: every machine has the same archive, so none could take them instead."""

LATENCY_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Bounds by which requests are counted: a page is to come in a quarter of a second."""

Value = TypeVar("Value")


def request_seconds() -> Histogram:
    """How long requests take, to be counted by `TimedRequests`."""
    name, what = "fairhand_request_seconds", "Seconds until a request was answered."
    return Histogram(name, what, ["page", "answer"], buckets=LATENCY_SECONDS, registry=None)


class TimedRequests:
    """Times the requests of an app, by the first word of their route and the kind of their answer."""

    def __init__(self, app: ASGIApp, seconds: Histogram) -> None:
        self._app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and count how long it took."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began, answer = time.perf_counter(), "5xx"

        async def watched(message: Message) -> None:
            nonlocal answer
            if message["type"] == "http.response.start":
                answer = f"{message['status'] // 100}xx"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "")  # never what somebody typed: there is no end of that
            page = route.strip("/").partition("/")[0] or ("start" if route else "other")
            self._seconds.labels(page, answer).observe(time.perf_counter() - began)


class Health:
    """What is asked of a home, each answer kept for a moment.

    `worker_runs` says whether reconciling does, `beside` are more numbers to tell, of this process.
    """

    def __init__(self, home: Home, worker_runs: Callable[[], bool], beside: Sequence[Collector] = ()) -> None:
        self._home = home
        self._beside = beside
        self._worker_runs = worker_runs
        self._faults = _Kept(self._look, READY_SECONDS)
        self._metrics = _Kept(self._count, METRICS_SECONDS)

    async def faults(self) -> tuple[str, ...]:
        """The faults of this home in plain words, `ARCHIVE_AWAY` last; empty if there are none."""
        return await self._faults.value()

    async def metrics(self) -> bytes:
        """All measures in the text format of Prometheus."""
        return await self._metrics.value()

    def _look(self) -> tuple[str, ...]:
        fault = self._database_fault()
        is_writable = not fault
        checks: dict[str, Callable[[], bool]] = {
            fault: lambda: is_writable,
            "reconciling does not run": self._worker_runs,
            "the disk is full or cannot be written": self._disk_has_room,
            ARCHIVE_AWAY: lambda: not is_writable or self._archive_is_readable(),
        }
        return tuple(fault for fault, is_well in checks.items() if not is_well())

    def _database_fault(self) -> str:
        """Why the database cannot be written; "" where it can."""
        try:
            self._home.store.check_writable()
        except ProgramOutdated:
            return "the program is older than its database"
        except StateMoved:
            return "the state was moved to another place"
        except NoConnectionFree:
            return "the server of the database has no connection free"
        except FairhandError:
            return "the database cannot be written"
        return ""

    def _archive_is_readable(self) -> bool:
        """Whether the first byte of the newest picture can be read; one that was erased just now is no fault."""
        try:
            name = self._home.store.newest_file()
            return name is None or self._can_be_read(name) or self._home.store.newest_file() != name
        except FairhandError:
            return True  # what is wrong with the database is said already

    def _can_be_read(self, name: str) -> bool:
        try:
            self._home.archive.hurried().get(f"{name}.0.1")
        except (FairhandError, OSError):
            return False
        return True

    def _disk_has_room(self) -> bool:
        home = self._home.settings.home
        try:
            _probe(home)
            return shutil.disk_usage(home).free >= MIN_FREE_BYTES
        except OSError:
            return False

    def _count(self) -> bytes:
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        for each in (_Gauges(self._home, self._look()), *self._beside):
            registry.register(each)
        return generate_latest(registry)


class _Kept(Generic[Value]):
    """An answer that is worked out in a thread, by one at a time, and stands for some seconds."""

    def __init__(self, ask: Callable[[], Value], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._alone = asyncio.Lock()
        self._answer: tuple[float, Value] | None = None

    async def value(self) -> Value:
        async with self._alone:
            if self._answer is None or time.monotonic() > self._answer[0] + self._seconds:
                self._answer = time.monotonic(), await run_in_threadpool(self._ask)
            return self._answer[1]


class _Gauges(Collector):
    """The numbers of a home; none of them is about a person."""

    def __init__(self, home: Home, faults: Collection[str]) -> None:
        self._home = home
        self._faults = faults

    def collect(self) -> Iterable[Metric]:
        gauges, at = self._home.store.gauges(now()), now()
        free: dict[tuple[str, ...], int] = {(place,): count for place, count in free_bytes(self._home.settings).items()}
        yield InfoMetricFamily("fairhand", "The program.", {"version": version("fairhand")})
        yield GaugeMetricFamily("fairhand_ready", "1 where /readyz answers 200.", float(_are_ready(self._faults)))
        archive = float(ARCHIVE_AWAY not in self._faults)
        yield GaugeMetricFamily("fairhand_archive_readable", "1 where pictures can be read.", archive)
        yield _by("fairhand_scans", "Scans by how far they are.", ["state"], gauges.scans)
        waits = "free, held by a worker, or begun before by one that did not end."
        yield _by("fairhand_to_read_scans", f"Scans that are to be read: {waits}", ["state"], gauges.to_read)
        ages = {state: int((at - since).total_seconds()) for state, since in gauges.oldest_to_read.items()}
        yield _by("fairhand_to_read_age_seconds", f"How long the oldest of them waits: {waits}", ["state"], ages)
        unread = "Scans of a known form that machines have not read and that are not set aside."
        yield GaugeMetricFamily("fairhand_unread_scans", unread, gauges.unread_scans)
        yield GaugeMetricFamily("fairhand_set_aside_files", "Files that could not be read.", gauges.set_aside)
        yield _by("fairhand_tasks", "Open tasks: free, or held by somebody.", ["state"], gauges.tasks)
        oldest = 0.0 if gauges.oldest_task is None else (at - gauges.oldest_task).total_seconds()
        yield GaugeMetricFamily("fairhand_oldest_task_age_seconds", "Age of the oldest open task; 0: none.", oldest)
        yield CounterMetricFamily("fairhand_submits", "Readings that people have sent.", gauges.submits)
        yield _by("fairhand_pay_micros", "Sums of the ledger, in millionths.", ["kind", "currency"], gauges.ledger)
        yield _by("fairhand_disk_free_bytes", "Free bytes of the disk.", ["place"], free)
        if self._home.settings.backups:
            newest = newest_backup(self._home.settings.backups)
            age = float("inf") if newest is None else (at - newest).total_seconds()
            yield GaugeMetricFamily("fairhand_backup_age_seconds", "Age of the newest backup; +Inf: none.", age)


def _are_ready(faults: Collection[str]) -> bool:
    """Whether readings are kept, whatever else is wrong."""
    return not set(faults) - {ARCHIVE_AWAY}


def _by(name: str, what: str, labels: list[str], values: Mapping[tuple[str, ...], int]) -> Metric:
    family = GaugeMetricFamily(name, what, labels=labels)
    for names, value in sorted(values.items()):
        family.add_metric(names, value)
    return family


def _probe(folder: Path) -> None:
    """Write a block and have it on disk, and remove it; OSError where the disk does not take it."""
    probe = folder / f".probe.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    finally:
        probe.unlink(missing_ok=True)


def health(home: Home, worker_runs: Callable[[], bool], beside: Sequence[Collector] = ()) -> APIRouter:
    """The routes: /healthz and /readyz for everybody, /metrics for a token with its scope."""
    router, asked = APIRouter(include_in_schema=False), Health(home, worker_runs, beside)

    async def healthz() -> Response:
        return PlainTextResponse("alive\n")

    async def readyz() -> Response:
        faults = await asked.faults()
        return PlainTextResponse(
            "".join(f"{each}\n" for each in faults) or "ready\n", 200 if _are_ready(faults) else 503
        )

    async def metrics(token: Annotated[ApiToken, allowed("metrics:read")]) -> Response:
        return Response(await asked.metrics(), media_type=CONTENT_TYPE_LATEST)

    router.add_api_route("/healthz", healthz, methods=["GET", "HEAD"], response_model=None)
    router.add_api_route("/readyz", readyz, methods=["GET", "HEAD"], response_model=None)
    router.add_api_route("/metrics", metrics, methods=["GET", "HEAD"], response_model=None)
    return router
