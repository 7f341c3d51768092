"""The flow that takes a batch of files in: scans, machine readings, decisions or tasks, records.

Our own store is the truth: a scan with readings there is not read again. Prefect runs the readings side by side, tries
again where an error may pass, and shows it all.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import prefect
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from prefect.events import emit_event
from prefect.futures import PrefectFuture
from prefect.states import Completed, Failed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.administration import require_fair_start
from flows.home import Home, home_at, load_settings, now
from flows.mending import known_as, reconcile_with_retakes, to_read_again
from flows.runtime import settle_memory
from flows.steps import (
    AUTO_FORM,
    BatchError,
    Because,
    Ingested,
    TakenScan,
    batch_summary,
    existing_folder,
    finish_batch,
    forms_of,
    put_failed,
    read_scan,
    require_open_batch,
    require_readable,
    take_in,
    time_name,
    url_name,
    work_key,
)
from transcribe.errors import EngineMissing, FairhandError
from transcribe.intake import Unreadable, gather, shown_path
from transcribe.model import ReadResult, Scan

logger = logging.getLogger("fairhand.ingest")

WINDOW_SCANS_COUNT = 4
"""Scans handed to Prefect ahead, for each worker: its server drops events when thousands come at once."""

RETRY_SECONDS = (1, 10)
"""An engine that failed is asked again soon, and once more when a short overload has passed."""

FULL_PROGRESS_PERCENT = 100.0
"""What Prefect's progress bar shows when all is done."""

REPORT_PROGRESS: ContextVar[Callable[[int, int, int], None]] = ContextVar("progress", default=lambda *_: None)
"""The function that is given (scans done, files in all, set aside or failed); none can be a flow's parameter."""

BATCH_FILES: ContextVar[tuple[Path, ...]] = ContextVar("files", default=())
"""The files and folders that the command line was given.

Files are often named after customers. Prefect keeps a flow's parameters, and forgetting a scan would not reach them.
"""

READ_AGAIN: ContextVar[Because | None] = ContextVar("again", default=None)
"""Who has known scans read again, and why; these words go past Prefect too."""

TO_READ_AGAIN: dict[str, Callable[[int], ReadResult]] = {}
"""By scan what reads it anew, in this process; given whether to go on without an engine that fails."""

UNFORESEEN: dict[str, Exception] = {}
"""By scan the unforeseen errors of reading it in this process, which may quote the paper: they go past Prefect."""


def _is_worth_retrying(task: prefect.Task[Any, Any], run: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, FairhandError) and error.retry


def _without_traceback(record: logging.LogRecord) -> bool:
    """Take the traceback off what Prefect logs of a failure: we log an unforeseen error once ourselves."""
    record.exc_info = None
    return True


@prefect.task(
    name="read",
    task_run_name="read {short}",
    retries=len(RETRY_SECONDS),
    retry_delay_seconds=list(RETRY_SECONDS),
    retry_condition_fn=_is_worth_retrying,
    cache_key_fn=lambda _, parameters: str(parameters["key"]),
    persist_result=True,
    result_serializer="json",
    log_prints=False,
)
def read_one(home: str, scan: str, short: str, key: str) -> dict[str, Any]:
    """Read one scan; the last time that it is tried, without an engine that fails.

    Its parameters, its result and the message of its error hold no text of the paper, as Prefect keeps all three.
    """
    opened = home_at(home)
    running = TaskRunContext.get()
    last = running is not None and running.task_run.run_count > len(RETRY_SECONDS)
    try:
        anew = TO_READ_AGAIN.get(scan)
        reads = anew(int(last)) if anew else read_scan(opened, opened.store.scan(scan), without=int(last))
    except FairhandError:
        raise
    except Exception as error:
        UNFORESEEN[scan] = error
        raise BatchError(f"Reading it failed unexpectedly ({type(error).__name__}).") from None
    return {"readings": len(reads.readings), "failed": list(reads.failed)}


@prefect.flow(name="ingest", flow_run_name="ingest {batch}", validate_parameters=True)
def ingest(folder: str = "", form: str = AUTO_FORM, batch: str = "", home: str = "") -> State[dict[str, Any]]:
    """Take a folder of photographs in as scans of a form, read them, decide or ask, publish.

    A file that cannot be read is set aside and the batch goes on. The same files again change nothing. The state it
    ends in says what was set aside or failed. It is Failed where nothing could be read, or people were paid unfairly.

    Args:
        folder: The folder on the machine that runs fairhand. Prefect keeps it, so name no single file.
        form: The name of a form; "auto" finds out which one each is of.
        batch: A name for these photographs together; empty: the time.
        home: The folder of all data; empty: that of the `fairhand serve` beside.
    """
    return _run(folder, form, batch, home)


def _run(folder: str, form: str, batch: str, home: str) -> State[dict[str, Any]]:
    """What the flow does. Prefect sends the flow itself to another process whole, which this module could not bear."""
    settle_memory()
    for name in ("prefect.task_runs", "prefect.flow_runs"):
        logging.getLogger(name).addFilter(_without_traceback)  # once, however often it is called
    try:
        done = _ingested(BATCH_FILES.get() or (existing_folder(folder),), form, batch or time_name(now()), home)
    except FairhandError:
        raise
    except Exception as error:
        logger.exception("The batch ended unexpectedly.")
        raise BatchError(f"The batch ended unexpectedly ({type(error).__name__}); ingest it again.") from None
    _tell(done)
    return (Failed if done.is_in_vain else Completed)(name=done.headline, message=done.sentence, data=asdict(done))


def _tell(done: Ingested) -> None:
    """Tell Prefect's automations what became of a batch, in counts alone."""
    resource = {"prefect.resource.id": f"fairhand.batch.{url_name(done.batch)}"}
    emit_event("fairhand.batch.finished", resource, payload=done.counts)
    for what, files in (("set-aside", done.set_aside), ("failed", done.failed)):
        if files:
            emit_event(f"fairhand.batch.{what}", resource, payload={"files": len(files)})


def _ingested(files: Sequence[Path], form: str, batch: str, home: str) -> Ingested:
    """What `ingest` does, in a function of its own: Prefect keeps the message of each error that leaves a flow."""
    opened = home_at(home or str(load_settings().home))
    require_fair_start(opened, forms_of(opened, form))
    require_readable(opened, form)
    require_open_batch(opened, batch)
    done = Ingested(batch=batch, files=len(gather(files, own_folders=opened.settings.picture_folders)))
    artifact = create_progress_artifact(progress=0.0, key=f"progress-{url_name(batch)}", description=f"Batch {batch}")
    assert isinstance(artifact, UUID), "a flow without async gets the id itself"
    queue = _Window(opened, done, lambda percent: update_progress_artifact(artifact_id=artifact, progress=percent))
    aside_before = {aside.file.sha256 for aside in opened.store.list_set_aside()}
    again = READ_AGAIN.get()
    for taken in take_in(opened, files, form, batch, again):
        if isinstance(taken, Unreadable):
            (done.failed if taken.failed else done.set_aside).append((shown_path(taken.path), taken.message))
            done.aside_before += taken.file.sha256 in aside_before
            queue.report()
        else:
            queue.add(taken, again)
    queue.drain()
    finish_batch(opened, done, reconcile_with_retakes)
    create_markdown_artifact(key=f"summary-{url_name(batch)}", markdown=batch_summary(done, opened))
    return done


def ingest_batch(
    home: Path,
    paths: list[Path],
    form: str,
    batch: str,
    workers: int,
    progress: Callable[[int, int, int], None],
    again: Because | None = None,
) -> Ingested:
    """Run the flow in this process with so many scans at a time.

    `progress` is called with (scans done, files in all, set aside or failed) after each. With `again` what is known is
    read anew.
    """
    progress_token, files_token = REPORT_PROGRESS.set(progress), BATCH_FILES.set(tuple(paths))
    again_token = READ_AGAIN.set(again)
    try:
        runner = cast(TaskRunner[PrefectFuture[Any]], ThreadPoolTaskRunner(max_workers=workers))
        flow = ingest.with_options(task_runner=runner)
        ended: Any = flow("", form, batch, str(home), return_state=True).result(raise_on_failure=False)
        if isinstance(ended, BaseException):
            raise ended
        return Ingested(**ended)
    finally:
        READ_AGAIN.reset(again_token)
        BATCH_FILES.reset(files_token)
        REPORT_PROGRESS.reset(progress_token)


class _Window:
    """Readings under way, as many as the workers need and no more. The one that began first is finished first."""

    def __init__(self, home: Home, done: Ingested, show: Callable[[float], object]) -> None:
        self._home, self._done, self._show = home, done, show
        self._running: deque[tuple[Scan, PrefectFuture[Any]]] = deque()
        self._size = WINDOW_SCANS_COUNT * home.settings.cores
        self._submitted: set[str] = set()  # the same picture under two names is one scan, and is read once
        self._lost: set[str] = set()
        self._finished = 0

    def add(self, taken: TakenScan, again: Because | None) -> None:
        """Begin to read a scan, unless its form is unknown or the store has its readings."""
        scan = taken.scan
        self._done.scans += 1
        if taken.again and again and scan.id not in self._submitted:
            scan, TO_READ_AGAIN[scan.id] = to_read_again(self._home, taken, again)
            self._begin(scan, anew=True)
            return
        if taken.forgotten:
            self._done.known += 1
            self._done.forgotten += 1
        elif not scan.form and taken.new:
            self._done.unidentified += 1
        elif not scan.form or scan.id in self._submitted or (not taken.lost and self._home.store.has_reads(scan.id)):
            self._done.known += 1
            self._done.known_as.append(known_as(self._home, scan.id))
        else:
            self._lost |= {scan.id} if taken.lost else set()
            self._begin(scan, anew=taken.lost)
            return
        self.report()

    def _begin(self, scan: Scan, *, anew: bool) -> None:
        self._submitted.add(scan.id)
        try:
            self._running.append((scan, self._submit(scan, anew=anew)))
        except EngineMissing as error:  # the scans of other forms go on
            self._fail(scan, error)
            self.report()
        if len(self._running) > self._size:
            self._finish_first()

    def drain(self) -> None:
        """Wait for everything that is under way."""
        while self._running:
            self._finish_first()
        self._show(FULL_PROGRESS_PERCENT)

    def _submit(self, scan: Scan, *, anew: bool) -> PrefectFuture[Any]:
        task = read_one.with_options(refresh_cache=True) if anew else read_one
        return task.submit(str(self._home.settings.home), scan.id, scan.id[:12], work_key(self._home, scan))

    def _finish_first(self) -> None:
        scan, future = self._running.popleft()
        result = future.result(raise_on_failure=False)
        if not isinstance(result, Exception) and not self._home.store.has_reads(scan.id):
            # Prefect remembers work whose result the store has not (another store, an old backup): do it again.
            result = self._submit(scan, anew=True).result(raise_on_failure=False)
        if isinstance(result, Exception):
            self._fail(scan, UNFORESEEN.pop(scan.id, result))
        else:
            self._done.read += 1
            self._done.read_again += scan.id in TO_READ_AGAIN
            self._done.healed += scan.id in self._lost
            self._done.without += [(scan.name, engine) for engine in result.get("failed", ())]
        TO_READ_AGAIN.pop(scan.id, None)
        self.report()

    def _fail(self, scan: Scan, error: Exception) -> None:
        again = TO_READ_AGAIN.pop(scan.id, None) is not None
        put_failed(self._home, self._done, scan, error, again=again)

    def report(self) -> None:
        """One scan more is done, or one file more is set aside."""
        self._finished += 1
        aside = len(self._done.set_aside) + len(self._done.failed)
        REPORT_PROGRESS.get()(self._finished, max(self._done.files, self._finished), aside)
        if self._finished % self._size == 0:
            self._show(FULL_PROGRESS_PERCENT * self._finished / max(self._done.files, self._finished))
