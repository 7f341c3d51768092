"""The flow that takes a batch of files in: scans, machine readings, decisions or tasks, records.

Our own store is the truth: a scan with readings there is not read again. What is to be read waits in the store, where
this run works a shift and others may help. Prefect shows the run and what became of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import asdict
from pathlib import Path
from queue import Empty
from typing import Any, TypeVar
from uuid import UUID

import prefect
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.states import Completed, Failed

from flows.administration import require_fair_start
from flows.home import Home, home_at, load_settings, now, require_own_archive
from flows.mending import known_as, reconcile_with_retakes, to_read_again
from flows.runtime import settle_memory, tame_run_log
from flows.shifts import LOOK_SECONDS, Outcome, Shift
from flows.steps import (
    AUTO_FORM,
    BatchError,
    Because,
    Ingested,
    TakenScan,
    batch_summary,
    count_failed,
    existing_folder,
    finish_batch,
    forms_of,
    require_open_batch,
    require_readable,
    take_in,
    time_name,
    url_name,
)
from transcribe.errors import FairhandError, ScanError
from transcribe.intake import Unreadable, gather, shown_path
from transcribe.model import Scan

logger = logging.getLogger("fairhand.ingest")

Given = TypeVar("Given")

PROGRESS_SCANS_COUNT = 8
"""Prefect's progress bar is moved after so many scans: each time takes its server 8 ms."""

MOST_SHOWN_COUNT = 100
"""So often at most the progress of a batch is shown: each time is an event that Prefect keeps for two days."""

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

RUN: ContextVar[list[Ingested | None] | None] = ContextVar("run", default=None)
"""Whether the run of this process has begun, by a None, and what came of it: Prefect may be away when it is told."""

READERS_COUNT: ContextVar[int] = ContextVar("readers", default=0)
"""How many scans this process reads at a time; 0: as many as the settings say."""


@prefect.flow(name="ingest", flow_run_name="ingest {batch}", validate_parameters=True)
def ingest(
    folder: str = "", form: str = AUTO_FORM, batch: str = "", home: str = "", read: bool = True
) -> State[dict[str, Any]]:
    """Take a folder of photographs in as scans of a form, read them, decide or ask, publish.

    A file that cannot be read is set aside and the batch goes on. The same files again change nothing. The state it
    ends in says what was set aside or failed. It is Failed where nothing could be read, or people were paid unfairly.

    Args:
        folder: The folder on the machine that runs fairhand. Prefect keeps it, so name no single file.
        form: The name of a form; "auto" finds out which one each is of.
        batch: A name for these photographs together; empty: the time.
        home: The folder of all data; empty: that of the `fairhand serve` beside.
        read: Whether this run reads the scans, with whatever shifts there are; else shifts alone do.
    """
    return _run(folder, form, batch, home, read=read)


def _run(folder: str, form: str, batch: str, home: str, *, read: bool) -> State[dict[str, Any]]:
    """What the flow does. Prefect sends the flow itself to another process whole, which this module could not bear."""
    settle_memory()
    tame_run_log()
    run = RUN.get()
    run = [] if run is None else run
    run.append(None)
    done = _all_taken_in(
        BATCH_FILES.get() or (existing_folder(folder),), form, batch or time_name(now()), home, read=read
    )
    run.append(done)
    _shown(lambda: _tell(done))
    return (Failed if done.is_in_vain else Completed)(name=done.headline, message=done.sentence, data=asdict(done))


def _all_taken_in(files: Sequence[Path], form: str, batch: str, home: str, *, read: bool) -> Ingested:
    """What became of a batch; BatchError for what was not foreseen."""
    try:
        return _ingested(files, form, batch, home, read=read)
    except FairhandError:
        raise
    except Exception as error:
        logger.exception("The batch ended unexpectedly.")
        raise BatchError(f"The batch ended unexpectedly ({type(error).__name__}); ingest it again.") from None


def _error_of_flow(form: str, batch: str, home: Path, *, read: bool) -> BaseException | None:
    """Run the flow; the error that ended it, of the batch or of Prefect itself, where one did."""
    try:
        ended: Any = ingest("", form, batch, str(home), read, return_state=True).result(raise_on_failure=False)
    except Exception as error:
        return error
    return ended if isinstance(ended, BaseException) else None


def _shown(show: Callable[[], Given]) -> Given | None:
    """What Prefect makes of something to show. None where it is away: the batch goes on, and its page lacks it."""
    try:
        return show()
    except Exception as error:
        logger.warning("Prefect does not answer (%s), and does not show how far the batch is.", type(error).__name__)
        return None


def _tell(done: Ingested) -> None:
    """Tell Prefect's automations what became of a batch, in counts alone."""
    resource = {"prefect.resource.id": f"fairhand.batch.{url_name(done.batch)}"}
    emit_event("fairhand.batch.finished", resource, payload=done.counts)
    for what, files in (("set-aside", done.set_aside), ("failed", done.failed)):
        if files:
            emit_event(f"fairhand.batch.{what}", resource, payload={"files": len(files)})


def _ingested(files: Sequence[Path], form: str, batch: str, home: str, *, read: bool) -> Ingested:
    """What `ingest` does, in a function of its own: Prefect keeps the message of each error that leaves a flow."""
    opened = home_at(home or str(load_settings().home))
    require_fair_start(opened, forms_of(opened, form))
    require_readable(opened, form)
    again = READ_AGAIN.get()
    if again is None:  # with it what is lost is kept anew
        require_own_archive(opened)
    require_open_batch(opened, batch)
    done = Ingested(batch=batch, files=len(gather(files, own_folders=opened.settings.picture_folders)))
    bar = {"key": f"progress-{url_name(batch)}", "description": f"Batch {batch}"}
    artifact = _shown(lambda: create_progress_artifact(progress=0.0, **bar))
    aside_before = {aside.file.sha256 for aside in opened.store.list_set_aside()}
    with ExitStack() as stack:
        threads = READERS_COUNT.get() or opened.settings.cores
        shift = stack.enter_context(Shift(opened, threads, batch=batch)) if read else None
        taking = _Taking(opened, done, shift, lambda share: _show_progress(artifact, share))
        for taken in take_in(opened, files, form, batch, again):
            if isinstance(taken, Unreadable):
                (done.failed if taken.failed else done.set_aside).append((shown_path(taken.path), taken.message))
                done.aside_before += taken.file.sha256 in aside_before
                taking.report()
            else:
                taking.add(taken, again)
        taking.finish()
    finish_batch(opened, done, reconcile_with_retakes)
    _shown(lambda: create_markdown_artifact(key=f"summary-{url_name(batch)}", markdown=batch_summary(done, opened)))
    return done


def _show_progress(artifact: object, share: float) -> None:
    """Move Prefect's progress bar, where there is one."""
    if isinstance(artifact, UUID):
        _shown(lambda: update_progress_artifact(artifact_id=artifact, progress=share))


def ingest_batch(
    home: Path,
    paths: list[Path],
    form: str,
    batch: str,
    workers: int,
    progress: Callable[[int, int, int], None],
    again: Because | None = None,
    *,
    read: bool = True,
) -> Ingested:
    """Run the flow in this process with so many scans at a time.

    `progress` is called with (scans done, files in all, set aside or failed) after each. With `again` what is known is
    read anew. Without `read` what is new is left to shifts. Where Prefect is away it does the same, and says so.
    """
    progress_token, files_token = REPORT_PROGRESS.set(progress), BATCH_FILES.set(tuple(paths))
    again_token, readers_token = READ_AGAIN.set(again), READERS_COUNT.set(workers)
    run: list[Ingested | None] = []
    run_token = RUN.set(run)
    try:
        error = _error_of_flow(form, batch, home, read=read)
        if not run:
            logger.warning("Prefect does not answer (%s), and will not show this batch.", type(error).__name__)
            return _all_taken_in(tuple(paths), form, batch, str(home), read=read)
        if run[-1] is not None:
            return run[-1]
        raise error or BatchError(f"The batch {batch} was ended before it was done; ingest it again.")
    finally:
        RUN.reset(run_token)
        READERS_COUNT.reset(readers_token)
        READ_AGAIN.reset(again_token)
        BATCH_FILES.reset(files_token)
        REPORT_PROGRESS.reset(progress_token)


class _Taking:
    """The scans of a run on their way to be read: by its own shift and by others', or by others' alone without one."""

    def __init__(self, home: Home, done: Ingested, shift: Shift | None, show: Callable[[float], object]) -> None:
        self._home, self._done, self._shift, self._show = home, done, shift, show
        self._left: dict[str, Scan] = {}
        self._submitted: set[str] = set()  # the same picture under two names is one scan, and is read once
        self._anew: set[str] = set()
        self._lost: set[str] = set()
        self._finished = 0

    def add(self, taken: TakenScan, again: Because | None) -> None:
        """Have a scan read, unless its form is unknown or the store has its readings."""
        scan = taken.scan
        self._done.scans += 1
        if taken.again and again and self._shift and scan.id not in self._submitted:
            scan, read = to_read_again(self._home, taken, again)
            self._anew.add(scan.id)
            self._begin(scan)
            self._shift.read_here(scan, read)
        elif taken.forgotten:
            self._done.known += 1
            self._done.forgotten += 1
            self.report()
        elif not scan.form and taken.new:
            self._done.unidentified += 1
            self.report()
        elif not scan.form or scan.id in self._submitted or not self._is_to_be_read(taken):
            self._done.known += 1
            self._done.known_as.append({**known_as(self._home, scan.id), "given": taken.given})
            self.report()
        elif self._shift is None:
            self._submitted.add(scan.id)
            self._done.waiting += 1
            self.report()
        else:
            self._lost |= {scan.id} if taken.lost else set()
            self._begin(scan)
            self._shift.look()
        self._count_read()

    def _is_to_be_read(self, taken: TakenScan) -> bool:
        """Whether a scan is to be read, as a new one is already; whoever comes first claims it."""
        if taken.new or (not taken.lost and self._home.store.has_reads(taken.scan.id)):
            return taken.new
        return self._home.store.put_to_read(taken.scan.id, self._done.batch, now(), anew=taken.lost)

    def _begin(self, scan: Scan) -> None:
        self._submitted.add(scan.id)
        self._left[scan.id] = scan

    def finish(self) -> None:
        """Wait until everything is read, here or elsewhere."""
        while self._left and self._shift:
            self._shift.require_working()
            try:
                self._end(self._shift.outcomes.get(timeout=LOOK_SECONDS))
            except Empty:
                if self._shift.is_idle and self._shift.outcomes.empty():  # in this order
                    self._look_elsewhere()
        self._show(FULL_PROGRESS_PERCENT)

    def _count_read(self) -> None:
        """Count what was read meanwhile."""
        while self._shift and not self._shift.outcomes.empty():
            self._end(self._shift.outcomes.get())

    def _end(self, outcome: Outcome) -> None:
        """Count what became of a scan. What another worker has now is looked for later, in the store."""
        if outcome.reads is None and outcome.error is None:
            return
        scan = self._left.pop(outcome.scan.id, None)
        if scan is None:  # of another run of this batch
            return
        if outcome.error is not None:
            self._fail(scan, outcome.message, of_file=isinstance(outcome.error, ScanError))
        else:
            self._put_read(scan)
            self._done.without += [(scan.name, engine) for engine in (outcome.reads.failed if outcome.reads else ())]
        self.report()

    def _look_elsewhere(self) -> None:
        """Count what others have read, and claim what another run of a batch took over and left."""
        aside = {each.file.sha256: each for each in self._home.store.list_set_aside()}
        for scan in tuple(self._left.values()):
            batch = self._home.store.batch_to_read(scan.id)
            if batch == self._done.batch:
                continue
            if batch is not None:
                self._home.store.put_to_read(scan.id, self._done.batch, now(), anew=True)
                continue
            del self._left[scan.id]
            if scan.id in aside:
                self._fail(scan, aside[scan.id].message, of_file=aside[scan.id].error == ScanError.__name__)
            else:
                self._put_read(scan)
            self.report()

    def _put_read(self, scan: Scan) -> None:
        self._done.read += 1
        self._done.read_again += scan.id in self._anew
        self._done.healed += scan.id in self._lost

    def _fail(self, scan: Scan, message: str, *, of_file: bool) -> None:
        count_failed(self._done, scan, message, of_file=of_file, again=scan.id in self._anew)

    def report(self) -> None:
        """One scan more is done, or one file more is set aside."""
        self._finished += 1
        aside = len(self._done.set_aside) + len(self._done.failed)
        REPORT_PROGRESS.get()(self._finished, max(self._done.files, self._finished), aside)
        if self._finished % max(PROGRESS_SCANS_COUNT, self._done.files // MOST_SHOWN_COUNT) == 0:
            self._show(FULL_PROGRESS_PERCENT * self._finished / max(self._done.files, self._finished))
