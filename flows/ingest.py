"""The flow that takes a batch of files in: scans, machine readings, decisions or tasks, records.

Our own store is the truth: what it has is not read again. Prefect runs the readings side by side, tries again what may
pass, and shows it all.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import prefect
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.administration import require_fair_start
from flows.home import Home, home_at, load_settings, now
from flows.runtime import settle_memory
from flows.steps import Taken, failure_message, forms_of, read_scan, reconcile_home, take_in, work_key
from transcribe.errors import FairhandError, ScanError
from transcribe.intake import Unreadable, gather
from transcribe.model import Scan

WINDOW_SCANS_COUNT = 4
"""Scans handed to Prefect ahead of those being read, a worker: its server drops events when thousands come at once."""

RETRY_SECONDS = (1, 10)
"""An engine that failed is asked again soon, and once more when a short overload has passed."""

REPORT_PROGRESS: ContextVar[Callable[[int, int], None]] = ContextVar("progress", default=lambda done, total: None)
"""Who is told (scans done, files in all) in this process; a function cannot be a flow's parameter."""

BATCH_FILES: ContextVar[tuple[Path, ...]] = ContextVar("files", default=())
"""What the command line was given. Files are often named after customers, and Prefect keeps a flow's parameters,
where nothing that is forgotten here would reach them."""


@dataclass(slots=True, kw_only=True)
class Ingested:
    """What became of a batch: how many scans there are, were read now, and were known already; what was set aside.

    `unidentified` are new scans of an unknown form. `aside_before` counts files that were set aside before. `without`
    names scans that were read without an engine that failed on them, and the engine.
    """

    batch: str
    files: int = 0
    scans: int = 0
    read: int = 0
    known: int = 0
    unidentified: int = 0
    aside_before: int = 0
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    without: list[tuple[str, str]] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything is new."""
        return bool(self.read or self.unidentified or self.failed or len(self.set_aside) > self.aside_before)


def _worth_retrying(task: prefect.Task[Any, Any], run: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, FairhandError) and error.retry


def _key(context: TaskRunContext, parameters: dict[str, Any]) -> str:
    return str(parameters["key"])


def _in_one_line(record: logging.LogRecord) -> bool:
    """What Prefect says of a reading that failed, without its own traceback: who takes the reading off says it once."""
    record.exc_info = None
    return True


@prefect.task(
    name="read",
    task_run_name="read {short}",
    retries=len(RETRY_SECONDS),
    retry_delay_seconds=list(RETRY_SECONDS),
    retry_condition_fn=_worth_retrying,
    cache_key_fn=_key,
    persist_result=True,
    result_serializer="json",
    log_prints=False,
)
def read_one(home: str, scan: str, short: str, key: str) -> dict[str, Any]:
    """Read one scan; the last time that it is tried, without an engine that fails. Its parameters and its result hold
    no text of the paper, as Prefect keeps both."""
    opened = home_at(home)
    running = TaskRunContext.get()
    last = running is not None and running.task_run.run_count > len(RETRY_SECONDS)
    reads = read_scan(opened, opened.store.scan(scan), without=int(last))
    return {"readings": len(reads.readings), "failed": list(reads.failed)}


@prefect.flow(name="ingest", flow_run_name="ingest {batch}", validate_parameters=True)
def ingest(paths: list[str], form: str, batch: str, home: str = "") -> dict[str, Any]:
    """Take files and folders in as scans of a form ("auto": find out which), read them, decide or ask, publish.

    A file that cannot be read is set aside and the batch goes on. The same files again change nothing. SettingsError,
    before anything is taken in, where people would be paid unfairly for it. The paths are for deployments: name
    folders, as Prefect keeps them; the command line hands its own past Prefect.
    """
    settle_memory()
    logging.getLogger("prefect.task_runs").addFilter(_in_one_line)  # once, however often it is called
    given = BATCH_FILES.get() or tuple(map(Path, paths))
    opened = home_at(home or str(load_settings().home))
    require_fair_start(opened, forms_of(opened, form))
    done = Ingested(batch=batch, files=len(gather(given, own_folders=opened.settings.picture_folders)))
    shown = create_progress_artifact(progress=0.0, key=_artifact("progress", batch), description=f"Batch {batch}")
    assert isinstance(shown, UUID), "a flow without async gets the id itself"
    queue = _Window(opened, done, lambda share: update_progress_artifact(artifact_id=shown, progress=share))
    before = {each.file.sha256 for each in opened.store.list_set_aside()}
    for each in take_in(opened, given, form, batch):
        if isinstance(each, Unreadable):
            (done.failed if each.failed else done.set_aside).append((str(each.path), each.message))
            done.aside_before += each.file.sha256 in before
        else:
            queue.add(each)
    queue.drain()
    reconcile_home(opened)
    create_markdown_artifact(key=_artifact("summary", batch), markdown=_summary(done, opened))
    return asdict(done)


def ingest_batch(
    home: Path, paths: list[Path], form: str, batch: str, workers: int, told: Callable[[int, int], None]
) -> Ingested:
    """Run the flow in this process with so many scans at a time; `told` hears how far it is."""
    token, files = REPORT_PROGRESS.set(told), BATCH_FILES.set(tuple(paths))
    try:
        runner = cast(TaskRunner[PrefectFuture[Any]], ThreadPoolTaskRunner(max_workers=workers))
        flow = ingest.with_options(task_runner=runner)
        return Ingested(**flow([], form, batch, str(home)))
    finally:
        BATCH_FILES.reset(files)
        REPORT_PROGRESS.reset(token)


class _Window:
    """Readings under way, as many as the workers need and no more, taken off in the order in which they began."""

    def __init__(self, home: Home, done: Ingested, show: Callable[[float], object]) -> None:
        self._home, self._done, self._show = home, done, show
        self._running: deque[tuple[Scan, PrefectFuture[Any]]] = deque()
        self._most = WINDOW_SCANS_COUNT * home.settings.cores
        self._seen: set[str] = set()  # the same picture under two names is one scan, and is read once
        self._finished = 0

    def add(self, taken: Taken) -> None:
        """Begin to read a scan, unless its form is unknown or its readings are in the store already."""
        scan = taken.scan
        self._done.scans += 1
        if not scan.form and taken.new:
            self._done.unidentified += 1
        elif not scan.form or scan.id in self._seen or self._home.store.has_reads(scan.id):
            self._done.known += 1
        else:
            self._seen.add(scan.id)
            self._running.append((scan, self._submit(scan, anew=False)))
            if len(self._running) > self._most:
                self._take_off()
            return
        self._tell()

    def drain(self) -> None:
        """Wait for everything that is under way."""
        while self._running:
            self._take_off()
        self._show(100.0)

    def _submit(self, scan: Scan, *, anew: bool) -> PrefectFuture[Any]:
        task = read_one.with_options(refresh_cache=True) if anew else read_one
        return task.submit(str(self._home.settings.home), scan.id, scan.id[:12], work_key(self._home, scan))

    def _take_off(self) -> None:
        scan, future = self._running.popleft()
        result = future.result(raise_on_failure=False)
        if not isinstance(result, Exception) and not self._home.store.has_reads(scan.id):
            # Prefect remembers work whose result the store has lost (another store, an old backup): do it again.
            result = self._submit(scan, anew=True).result(raise_on_failure=False)
        if isinstance(result, Exception):
            self._fail(scan, result)
        else:
            self._done.read += 1
            self._done.without += [(scan.name, engine) for engine in result.get("failed", ())]
        self._tell()

    def _fail(self, scan: Scan, error: Exception) -> None:
        """The scan is set aside, whatever happened, and the others go on."""
        message = failure_message(scan, error)
        self._home.store.set_scan_aside(scan.id, type(error).__name__, message, self._done.batch, now())
        (self._done.set_aside if isinstance(error, ScanError) else self._done.failed).append((scan.name, message))

    def _tell(self) -> None:
        self._finished += 1
        REPORT_PROGRESS.get()(self._finished, max(self._done.files, self._finished))
        if self._finished % self._most == 0:
            self._show(100.0 * self._finished / max(self._done.files, self._finished))


def _artifact(what: str, batch: str) -> str:
    """An artifact's key may hold small letters, digits and dashes only."""
    return "-".join(filter(None, (what, *"".join(c if c.isalnum() else " " for c in batch.lower()).split())))


def _summary(done: Ingested, home: Home) -> str:
    """The batch in a table, for Prefect's pages: counts only, no text of the paper."""
    counts = home.store.counts(done.batch)
    lines = [
        f"{done.scans} scans in {done.files} files: {done.read} read, {done.known} known already, "
        f"{done.unidentified} of an unknown form, {len(done.set_aside)} files set aside, {len(done.failed)} failed.",
        "",
        "| form | scans | fields | decided by machine | open tasks | records |",
        "|---|---|---|---|---|---|",
    ]
    for form, scans in counts.scans.items():
        columns = (counts.fields, counts.decided_by_machine, counts.open_tasks, counts.records)
        lines.append(f"| {form or 'unknown'} | {scans} | {' | '.join(str(each.get(form, 0)) for each in columns)} |")
    return "\n".join(lines)
