"""The flow that takes a batch of files in: scans, machine readings, decisions or tasks, records.

Its stages are Prefect tasks: `read` of some scans each, `weigh`, `publish`. Our own store is the truth: a scan with
readings there is not read again, so that a task or a run that failed is tried again at any time. Other processes may
read with this run. Prefect shows what became of a batch, in counts, and begins again what failed.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Empty
from typing import Any, Self, TypeVar
from uuid import UUID

import prefect
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, FlowRunPolicy, State, TaskRun
from prefect.context import FlowRunContext
from prefect.events import emit_event
from prefect.exceptions import ObjectNotFound
from prefect.flow_engine import run_flow
from prefect.states import Cancelled, Completed, Failed, Pending
from prefect.tasks import Task

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
    in_counts,
    publish_records,
    require_open_batch,
    require_readable,
    take_in,
    time_name,
    url_name,
    waiting_for_people,
)
from transcribe.errors import FairhandError, NotFound, ScanError
from transcribe.intake import Unreadable, gather, shown_path
from transcribe.model import Scan

logger = logging.getLogger("fairhand.ingest")

Given = TypeVar("Given")

CHUNK_SCANS_COUNT = 20
"""Scans that one task of Prefect reads. A task costs some ms, and is what is seen of a batch. Chosen by hand."""

STAGE_RETRY_SECONDS = (10, 20)
"""When a stage that failed is tried again by Prefect. Chosen by hand."""

RUN_RETRY_SECONDS = (30, 120, 480)
"""When a run that failed is begun again by Prefect: an outage of some minutes heals by itself. Chosen by hand."""

MOST_BEGUN_COUNT = 8
"""So often a run is begun by Prefect: what ends its process must not do so for ever. Chosen by hand."""

PROGRESS_SCANS_COUNT = 8
"""Prefect's progress bar is moved after so many scans: each time takes its server 8 ms."""

MOST_SHOWN_COUNT = 100
"""So often at most the progress of a batch is shown: each time is an event that Prefect keeps for two days."""

FULL_PROGRESS_PERCENT = 100.0
"""What Prefect's progress bar shows when all is done."""


@dataclass(slots=True, kw_only=True)
class IngestRequest:
    """What a run was asked for beside its parameters, and what came of it: all of it goes past Prefect.

    Prefect keeps a flow's parameters, and forgetting a scan would not reach them: `files` are often named after
    customers, a `form` may be a path, and `again` has somebody's words. `progress` is given (scans done, files in all,
    set aside or failed). `begun`: the run has begun; `is_ended`: by hand; `done` is its result, of which Prefect may
    not hear.
    """

    files: tuple[Path, ...]
    form: str
    again: Because | None
    threads: int
    progress: Callable[[int, int, int], None]
    begun: bool = False
    is_ended: bool = False
    done: Ingested | None = None


CALLERS = ("command", "desk", "api", "watch")
"""Tags of runs that a process of ours runs itself and does not leave to Prefect: who had their files taken in."""

REQUEST: ContextVar[IngestRequest | None] = ContextVar("request", default=None)
"""What the run of this process was asked for by its caller; None where Prefect began it."""


# The stages. Prefect's task runs have numbers and counts alone: no name of a file, no text of the paper.


def _may_pass(task: object, run: TaskRun, state: State[Any]) -> bool:
    """Whether a stage is tried again: Prefect began its run, and its error may pass. A caller decides that itself."""
    return REQUEST.get() is None and isinstance(state.data, FairhandError) and state.data.retry


# A stage has no tags: for each one Prefect asks its server before a task, which may be away.
STAGE: dict[str, Any] = {
    "retries": len(STAGE_RETRY_SECONDS),
    "retry_delay_seconds": [*STAGE_RETRY_SECONDS],
    "retry_condition_fn": _may_pass,
    "cache_policy": NO_CACHE,
    "persist_result": False,
    "log_prints": False,
}
"""What all stages say to Prefect."""


@prefect.task(name="read", task_run_name="read {first} to {last}", **STAGE)
def read_chunk(first: int, last: int, taking: _Taking, scans: Sequence[str]) -> State[dict[str, int]]:
    """Read these scans of a batch, with whatever other processes read with it. What has readings is not read again."""
    try:
        with _foreseen():
            return _told(taking.read(scans))
    except KeyboardInterrupt:  # Prefect would say that it crashed
        return Cancelled(name="Ended by hand")


@prefect.task(name="weigh", task_run_name="weigh", **STAGE)
def weigh(home: Home) -> State[dict[str, int]]:
    """Weigh what waits in the home, decide or ask."""
    with _foreseen():
        done = reconcile_with_retakes(home, publish=False)
    return _told({"weighed": done.scans, "decided": done.decided, "asked": done.asked, "failed": len(done.failed)})


@prefect.task(name="publish", task_run_name="publish", **STAGE)
def publish(home: Home) -> State[dict[str, int]]:
    """Bring records.db up to date."""
    with _foreseen():
        return _told({"published": publish_records(home)})


def _told(counts: dict[str, int]) -> State[dict[str, int]]:
    """The state in which a stage has ended: its name says the counts."""
    return Completed(name=in_counts(counts) or "Nothing to do", data=counts)


def _run_stage(stage: Task[..., Given], *args: object) -> Given:
    """What a stage gives. Where no run of Prefect is there to show it, it is a plain function."""
    return (stage if FlowRunContext.get() else stage.fn)(*args)


@contextmanager
def _foreseen(batch: str = "") -> Iterator[None]:
    """BatchError for what was not foreseen: Prefect keeps the message of each error that leaves a task or a flow."""
    try:
        yield
    except FairhandError:
        raise
    except Exception as error:
        logger.exception("The batch ended unexpectedly.", extra={"batch": batch})
        raise BatchError(f"The batch ended unexpectedly ({type(error).__name__}); ingest it again.") from None


@prefect.flow(
    name="ingest",
    flow_run_name="ingest {batch}",
    validate_parameters=True,
    retries=len(RUN_RETRY_SECONDS),
    retry_delay_seconds=RUN_RETRY_SECONDS[0],
)
def ingest(
    folder: str = "", form: str = AUTO_FORM, batch: str = "", home: str = "", read: bool = True
) -> State[dict[str, Any]]:
    """Take a folder of photographs in as scans of a form, read them, decide or ask, publish.

    A file that cannot be read is set aside and the batch goes on. The same files again change nothing. The state it
    ends in says what was set aside or failed. It is Failed where nothing could be read, or people were paid unfairly.
    Tried again, it reads what is not read yet.

    Args:
        folder: The folder on the machine that runs fairhand. Prefect keeps it, so name no single file. Empty: no more
            files, but what is not read yet of a batch that is there.
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
    request = REQUEST.get()
    try:
        if request is None:
            _require_few_tries()
            with _foreseen():
                opened = home_at(home or str(load_settings().home))
                files = () if not folder and _is_there(opened, batch) else (existing_folder(folder),)
            request = IngestRequest(files=files, form=form, again=None, threads=0, progress=lambda *_: None)
        request.begun = True
        done = request.done = _all_taken_in(request, batch or time_name(now()), home, read=read)
    except KeyboardInterrupt:
        if request is None:
            raise
        request.is_ended = True
        return Cancelled(name="Ended by hand", message="What was read is kept.")
    except FairhandError as error:
        may_pass = error.retry
        _shown(lambda: _plan_retries(may_pass=may_pass))
        raise
    _shown(lambda: _tell(done))
    if not done.is_in_vain:
        return Completed(name=done.headline, message=done.sentence, data=asdict(done))
    _shown(lambda: _plan_retries(may_pass=False))
    return Failed(name=done.headline, message=done.sentence, data=asdict(done))


def _require_few_tries() -> None:
    """FairhandError where Prefect has begun this run so often that it is what ends its process."""
    context = FlowRunContext.get()
    if context and context.flow_run and context.flow_run.run_count > MOST_BEGUN_COUNT:
        raise FairhandError(
            f"It was begun {MOST_BEGUN_COUNT} times and did not end; fairhand status says what is left."
        )


def _is_there(home: Home, batch: str) -> bool:
    """Whether there are scans in a batch of this name."""
    try:
        return bool(batch) and home.store.batch(batch).scans > 0
    except NotFound:
        return False


def _plan_retries(*, may_pass: bool) -> None:
    """Where Prefect began this run have it begin it again if the error may pass, each time later."""
    context = FlowRunContext.get()
    if REQUEST.get() is not None or context is None or context.flow_run is None:
        return
    run, retries = context.flow_run, len(RUN_RETRY_SECONDS) if may_pass else 0
    delay = RUN_RETRY_SECONDS[min(max(run.run_count, 1), len(RUN_RETRY_SECONDS)) - 1]
    with get_client(sync_client=True) as client:
        client.update_flow_run(run.id, empirical_policy=FlowRunPolicy(retries=retries, retry_delay=delay))


def _all_taken_in(request: IngestRequest, batch: str, home: str, *, read: bool) -> Ingested:
    """What became of a batch; BatchError for what was not foreseen."""
    with _foreseen(batch):
        return _ingested(request, batch, home, read=read)


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
    for what in ("set_aside", "failed", "waiting"):
        if count := done.counts[what]:
            emit_event(f"fairhand.batch.{what.replace('_', '-')}", resource, payload={"files": count})


def _ingested(request: IngestRequest, batch: str, home: str, *, read: bool) -> Ingested:
    """What `ingest` does, stage by stage."""
    opened = home_at(home or str(load_settings().home))
    require_fair_start(opened, forms_of(opened, request.form))
    require_readable(opened, request.form)
    if request.again is None:  # with it what is lost is kept anew
        require_own_archive(opened)
    require_open_batch(opened, batch)
    done = Ingested(batch=batch, files=len(gather(request.files, own_folders=opened.settings.picture_folders)))
    bar = {"key": f"progress-{url_name(batch)}", "description": f"Batch {batch}"}
    artifact = _shown(lambda: create_progress_artifact(progress=0.0, **bar))
    aside_before = {aside.file.sha256 for aside in opened.store.list_set_aside()}
    threads = (request.threads or opened.settings.cores) if read else 0
    with _Taking(opened, done, request, threads, lambda share: _show_progress(artifact, share)) as taking:
        for taken in (
            take_in(opened, request.files, request.form, batch, request.again) if request.files else taking.unread()
        ):
            if isinstance(taken, Unreadable):
                (done.failed if taken.failed else done.set_aside).append((shown_path(taken.path), taken.message))
                done.aside_before += taken.file.sha256 in aside_before
                taking.report()
            else:
                taking.add(taken)
            _read_chunks(taking, 2 * CHUNK_SCANS_COUNT)  # the next ones are taken in while these are read
        _read_chunks(taking, 1)
    finish_batch(opened, done, lambda home: _run_stage(weigh, home), lambda home: _run_stage(publish, home))
    _shown(lambda: _show_end(opened, done))
    return done


def _read_chunks(taking: _Taking, least_count: int) -> None:
    """Have chunks read as long as so many scans wait. KeyboardInterrupt where somebody ended it by hand."""
    while taking.waiting_count >= least_count:
        if _run_stage(read_chunk, *taking.next_chunk()).is_cancelled():
            raise KeyboardInterrupt


def _show_progress(artifact: object, share: float) -> None:
    """Move Prefect's progress bar, where there is one."""
    if isinstance(artifact, UUID):
        _shown(lambda: update_progress_artifact(artifact_id=artifact, progress=share))


def _show_end(home: Home, done: Ingested) -> None:
    """Show what became of a batch, and what of it waits for people, with the addresses of the desk."""
    create_markdown_artifact(key=f"summary-{url_name(done.batch)}", markdown=batch_summary(done, home))
    if waits := waiting_for_people(home, done.batch):
        where = f"[{done.batch} on the desk]({waits[0]['desk']})"
        create_table_artifact(key=f"waits-{url_name(done.batch)}", table=waits, description=where)


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
    by: str = "command",
) -> Ingested:
    """Run the flow in this process with so many scans at a time.

    Prefect shows it as a run of the deployment with the tag `by`.
    `progress` is called with (scans done, files in all, set aside or failed) after each. With `again` what is known is
    read anew. Without `read` what is new is left to shifts. Where Prefect is away it does the same, and says so.
    """
    request = IngestRequest(files=tuple(paths), form=form, again=again, threads=workers, progress=progress)
    token = REQUEST.set(request)
    try:
        error = _error_of_flow(form, batch, home, by, read=read)
        if not request.begun:
            logger.warning("Prefect does not answer (%s), and will not show this batch.", type(error).__name__)
            return _all_taken_in(request, batch, str(home), read=read)
        if request.is_ended:
            raise KeyboardInterrupt
        if request.done is not None:
            return request.done
        raise error or BatchError(f"The batch {batch} was ended before it was done; ingest it again.")
    finally:
        REQUEST.reset(token)


def _error_of_flow(form: str, batch: str, home: Path, by: str, *, read: bool) -> BaseException | None:
    """Run the flow; the error that ended it, of the batch or of Prefect itself, where one did."""
    told: dict[str, Any] = {"folder": "", "form": Path(form).stem, "batch": batch, "home": str(home), "read": read}
    try:
        once = ingest.with_options(retries=0)  # who gave the command is told at once, and says what is to be done
        state: Any = run_flow(once, _new_run(once, told, by), told, return_type="state")
        ended = state.result(raise_on_failure=False, _sync=True)  # else a coroutine where the caller's loop runs
    except Exception as error:
        return error
    return ended if isinstance(ended, BaseException) else None


def _new_run(flow: prefect.Flow[Any, Any], told: dict[str, Any], by: str) -> FlowRun:
    """A run for this process, of the deployment that `fairhand serve` or a pool has, where there is one.

    It is not scheduled, so that no runner or worker takes it.
    """
    tags = ["fairhand", by]
    with get_client(sync_client=True) as client:
        try:
            deployment = client.read_deployment_by_name(f"{flow.name}/{flow.name}")
        except ObjectNotFound:
            return client.create_flow_run(flow, parameters=told, state=Pending(), tags=tags)
        return client.create_flow_run_from_deployment(deployment.id, parameters=told, state=Pending(), tags=tags)


class _Taking:
    """The scans of a run on their way to be read: by its own shift and by others', or by others' alone without one."""

    def __init__(
        self,
        home: Home,
        done: Ingested,
        request: IngestRequest,
        threads: int,
        show: Callable[[float], object] = lambda _: None,
    ) -> None:
        self._home, self._done, self._request, self._threads, self._show = home, done, request, threads, show
        self._stack = ExitStack()
        self._shift: Shift | None = None
        self._waiting: list[str] = []  # those that no chunk has yet
        self._read_count = 0
        self._left: dict[str, Scan] = {}
        self._submitted: set[str] = set()  # the same picture under two names is one scan, and is read once
        self._anew: set[str] = set()
        self._lost: set[str] = set()
        self._became: dict[str, str] = {}
        self._finished = 0
        self._has_failed = False

    def __enter__(self) -> Self:
        if self._threads:
            self._shift = self._stack.enter_context(Shift(self._home, self._threads, batch=self._done.batch))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._show(FULL_PROGRESS_PERCENT)

    def unread(self) -> Iterator[TakenScan]:
        """The scans of the batch that are not read yet, where no more files come."""
        for state in reversed(self._home.store.scan_states(self._done.batch)):
            if state.scan.form and not (state.set_aside or self._home.store.has_reads(state.scan.id)):
                yield TakenScan(scan=state.scan, new=False)

    @property
    def waiting_count(self) -> int:
        """How many scans are to be read and are in no chunk yet."""
        return len(self._waiting)

    def next_chunk(self) -> tuple[int, int, _Taking, list[str]]:
        """The next scans to be waited for: the numbers of the first and the last, and which they are."""
        chunk, self._waiting = self._waiting[:CHUNK_SCANS_COUNT], self._waiting[CHUNK_SCANS_COUNT:]
        first, self._read_count = self._read_count + 1, self._read_count + len(chunk)
        return first, self._read_count, self, chunk

    def add(self, taken: TakenScan) -> None:
        """Have a scan read, unless its form is unknown or the store has its readings."""
        scan, again = taken.scan, self._request.again
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
        self._waiting.append(scan.id)

    def read(self, scans: Collection[str]) -> dict[str, int]:
        """Wait until these scans are read, here or elsewhere; what became of them, in counts.

        Called again after an error that ended the shift, it works a new one.
        """
        assert self._shift is not None, "there are chunks where there is a shift"
        if self._has_failed:
            self._stack.close()
            self._count_read()
            self.__enter__()
        self._has_failed = True  # until it is known better
        while self._left.keys() & set(scans):
            self._shift.require_working()
            try:
                self._end(self._shift.outcomes.get(timeout=LOOK_SECONDS))
            except Empty:
                if self._shift.is_idle and self._shift.outcomes.empty():  # in this order
                    self._look_elsewhere()
        self._has_failed = False
        return dict(Counter(self._became[scan] for scan in scans))

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
        self._became[scan.id] = "read"
        self._done.read += 1
        self._done.read_again += scan.id in self._anew
        self._done.healed += scan.id in self._lost

    def _fail(self, scan: Scan, message: str, *, of_file: bool) -> None:
        self._became[scan.id] = "set aside" if of_file else "failed"
        count_failed(self._done, scan, message, of_file=of_file, again=scan.id in self._anew)

    def report(self) -> None:
        """One scan more is done, or one file more is set aside."""
        self._finished += 1
        aside = len(self._done.set_aside) + len(self._done.failed)
        self._request.progress(self._finished, max(self._done.files, self._finished), aside)
        if self._finished % max(PROGRESS_SCANS_COUNT, self._done.files // MOST_SHOWN_COUNT) == 0:
            self._show(FULL_PROGRESS_PERCENT * self._finished / max(self._done.files, self._finished))
