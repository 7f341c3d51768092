"""A process at work on scans that are to be read: threads, claims that are renewed, and what became of each scan."""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TypeVar

from flows.home import Home, is_other_archive, now, other_archive_message
from flows.runtime import is_locked, take_lock
from flows.steps import failure_message, read_scan
from transcribe.errors import (
    ArchiveFull,
    DiskFull,
    EngineMissing,
    FairhandError,
    FormError,
    NotFound,
    PictureLost,
    ScanError,
    SettingsError,
    StoreError,
)
from transcribe.model import ReadResult, Scan

LOOK_SECONDS = 0.5
"""Between two looks for scans to read, where there were none. Chosen by hand."""


RENEWALS_COUNT = 4
"""So often a claim is renewed in the time for which it holds. Chosen by hand."""


MAX_READING_SECONDS = 900.0
"""A scan that is read for so long is given back: others try it. An engine takes seconds a page. Chosen by hand."""


PATIENCE_SECONDS = 60.0
"""A database or archive that is away for longer ends the shift; one started anew is back sooner. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a scan: `reads`, or an `error` with its `message`; neither where another worker has it now."""

    scan: Scan
    reads: ReadResult | None = None
    error: Exception | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """A scan to read: one that was claimed, or one that only this process can read, by `own`."""

    scan: Scan
    batch: str
    begun: int = 0
    own: Read | None = None


class Shift:
    """Reads scans that are to be read, of one batch or of all, until it is left. Any number may run at once.

    `outcomes` has what became of each scan. A scan that failed is set aside. One that was begun before and not ended is
    read while nothing else is, so that no other is blamed for what it does. An error of `ends_at` is none of the scan:
    it is given back, and the shift ends. So it does where database or archive are away, once they were so for long.
    """

    def __init__(
        self,
        home: Home,
        threads: int,
        *,
        batch: str | None = None,
        ends_at: tuple[type[Exception], ...] = (),
    ) -> None:
        self.outcomes: SimpleQueue[Outcome] = SimpleQueue()
        self._home, self._threads, self._batch, self._ends_at = home, threads, batch, ends_at
        self._seconds = home.settings.read_lease_seconds
        self._changed = threading.Condition()
        self._own: deque[_Job] = deque()
        self._running: dict[str, float] = {}
        self._is_alone = False
        self._found_none = False
        self._is_swept = batch is not None
        self._is_claim_lost = False
        self._away_since: float | None = None
        self._ended = threading.Event()
        self._error: Exception | None = None
        self._same_forms: set[tuple[str, int]] = set()

    def __enter__(self) -> Shift:
        self._worker = Worker(self._home)
        for _ in range(self._threads):
            self._start(self._work)
        self._start(self._renew)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what is being read, and give back the rest."""
        with self._changed:
            self._ended.set()
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._running)
        self._worker.close()

    def look(self) -> None:
        """Look for scans at once: there are new ones."""
        with self._changed:
            self._found_none = False
            self._changed.notify()

    def read_here(self, scan: Scan, read: Read) -> None:
        """Read a scan by what only this process has; nobody else claims it."""
        with self._changed:
            self._own.append(_Job(scan=scan, batch="", own=read))
            self._changed.notify()

    @property
    def is_idle(self) -> bool:
        """Whether it reads nothing and found nothing to read when it looked last."""
        with self._changed:
            return self._found_none and not (self._own or self._running)

    def require_working(self) -> None:
        """Raise the error that ended the shift, where one did."""
        if self._error is not None:
            raise self._error

    @staticmethod
    def _start(work: Callable[[], None]) -> None:
        threading.Thread(target=work, name="shift", daemon=True).start()

    def _work(self) -> None:
        try:
            while (job := self._next()) is not None:
                try:
                    if (outcome := self._outcome(job)) is not None:
                        self.outcomes.put(outcome)
                finally:
                    is_ours = self._end(job)
                if not is_ours:
                    return  # it took too long and was given back; another thread reads in place of this one
        except Exception as error:  # whatever it is, whoever waits for scans is to know
            with self._changed:
                self._error = self._error or error
                self._ended.set()
                self._changed.notify_all()

    def _end(self, job: _Job) -> bool:
        """A job is done. False where it was given to others meanwhile."""
        with self._changed:
            is_ours = self._running.pop(job.scan.id, None) is not None
            self._is_alone = self._is_alone and not is_ours
            self._changed.notify_all()
            return is_ours

    def _next(self) -> _Job | None:
        """The next scan to read; None where the shift ends. It waits for one."""
        with self._changed:
            while not self._ended.is_set():
                job = self._taken()
                if job is not None:
                    self._running[job.scan.id] = time.monotonic()
                    return job
                self._changed.wait(LOOK_SECONDS)
        return None

    def _taken(self) -> _Job | None:
        """The next scan to read, where there is one now. None too where the store is away, as when it starts anew."""
        if self._is_alone:
            return None
        if self._own:
            return self._own.popleft()
        try:
            if not self._is_swept:
                self._home.store.put_unread_to_read(now())
                self._is_swept = True
            if self._is_claim_lost and not self._running:  # what was claimed without an answer is ours for nothing
                self._home.store.release_to_read(self._worker.name)
                self._is_claim_lost = False
            job = self._claimed()
            if job is None and not self._running:
                job = self._claimed(begun=True)
                self._is_alone = job is not None
        except StoreError as error:
            self._is_claim_lost = True
            self._be_patient(error)
            return None
        self._found_none = job is None
        if job is None and not self._running:
            self._away_since = None
        return job

    def _be_patient(self, error: StoreError) -> None:
        """Raise the error where waiting does not help, or where database or archive were away for too long."""
        since = self._away_since = self._away_since or time.monotonic()
        if not error.retry or time.monotonic() - since > PATIENCE_SECONDS:
            raise error

    def _claimed(self, *, begun: bool = False) -> _Job | None:
        """Claim one waiting scan, if any; more would keep them from other workers."""
        who, of = self._worker.name, self._batch
        for each in self._home.store.claim_to_read(who, 1, now(), self._seconds, batch=of, begun=begun):
            return _Job(scan=each.scan, batch=each.batch, begun=each.begun)
        if not begun:
            self._worker.release_dead()
        return None

    def _outcome(self, job: _Job) -> Outcome | None:
        """What became of a scan; None where database or archive kept it from being read, and it was given back."""
        try:
            return self._tried(job)
        except StoreError as error:
            if not error.retry or job.own is not None:
                raise
            self._be_patient(error)
        while True:
            try:
                self._home.store.give_back_to_read(job.scan.id, self._worker.name, begun=True)
                return None
            except StoreError as error:
                self._be_patient(error)
            time.sleep(LOOK_SECONDS)

    def _tried(self, job: _Job) -> Outcome:
        scan, store = job.scan, self._home.store
        try:
            if job.own is not None:
                return Outcome(scan=scan, reads=with_patience(job.own))
            require_few_tries(job.begun)
            if not with_patience(lambda _: store.begin_to_read(scan.id, self._worker.name, now(), self._seconds)):
                return Outcome(scan=scan)
            self._require_same_form(scan)
            reads = read_held(self._home, scan.id, self._worker.name)
            self._away_since = None
            return Outcome(scan=scan, reads=reads)
        except ClaimLost:
            return Outcome(scan=scan)
        except PictureLost as error:
            return self._without_picture(job, error)
        except self._ends_at:
            store.give_back_to_read(scan.id, self._worker.name, begun=True)
            raise
        except Exception as error:  # the other scans go on
            if isinstance(error, StoreError) and error.retry and job.own is None:
                raise
            return self._failed(job, error)

    def _without_picture(self, job: _Job, error: PictureLost) -> Outcome:
        """Set a scan aside whose picture is not in the archive. Where none is there, the shift ends."""
        if self._ends_at and is_other_archive(self._home.store, self._home.archive):
            self._home.store.give_back_to_read(job.scan.id, self._worker.name, begun=True)
            raise SettingsError(other_archive_message(self._home.settings)) from error
        lost = "its picture is not in the archive any more."
        return self._failed(job, ScanError(lost, advice="Put the archive back from a backup, or find the file,"))

    def _require_same_form(self, scan: Scan) -> None:
        form = (scan.form, scan.form_version)
        if form not in self._same_forms:
            require_same_form(self._home, *form)
            self._same_forms.add(form)

    def _failed(self, job: _Job, error: Exception) -> Outcome:
        """Set a scan aside, whatever happened to it. One that was to be read again stays as it was."""
        scan, store = job.scan, self._home.store
        message = failure_message(scan, error)
        if job.own is None:
            with store.together():
                if not store.holds_to_read(scan.id, self._worker.name):
                    return Outcome(scan=scan)
                store.set_scan_aside(scan.id, type(error).__name__, message, job.batch, now())
        return Outcome(scan=scan, error=error, message=message)

    def _renew(self) -> None:
        """Hold what was claimed, until the shift ends; what is read for too long goes to others."""
        while not self._ended.wait(self._seconds / RENEWALS_COUNT):
            with self._changed:
                holds = bool(self._running)
                late = [scan for scan, since in self._running.items() if time.monotonic() - since > MAX_READING_SECONDS]
            try:
                for scan in late:
                    self._let_go(scan)
                if holds:
                    self._home.store.renew_to_read(self._worker.name, now(), self._seconds)
            except StoreError:
                continue  # it is tried again; until then the claim may end, which does no harm

    def _let_go(self, scan: str) -> None:
        """Give back a scan whose thread hangs, and have another thread in place of that one."""
        self._home.store.give_back_to_read(scan, self._worker.name)
        with self._changed:
            if self._running.pop(scan, None) is not None:
                self._is_alone = False
                self._start(self._work)
                self._changed.notify_all()


# Reading one scan that a worker holds: with patience for an engine, and kept only while the worker holds it.

RETRY_SECONDS = (1, 10)
"""An engine that failed is asked again soon, and once more when a short overload has passed."""


MAX_BEGUN_COUNT = 3
"""So often a scan may be begun without an end: what ends its reader must not do so for ever."""


Given = TypeVar("Given")


Read = Callable[[int], ReadResult]
"""Reads one scan; given whether to go on without an engine that fails."""


class ClaimLost(FairhandError):
    """Another worker has this scan now, or nobody is to read it: what was read here is not kept."""


def with_patience(work: Callable[[int], Given]) -> Given:
    """What `work` gives, tried again a little later where it fails for a moment.

    It is given 0, and 1 when it is tried for the last time.
    """
    for seconds in RETRY_SECONDS:
        try:
            return work(0)
        except FairhandError as error:
            if not error.retry:
                raise
        time.sleep(seconds)
    return work(1)


def read_held(home: Home, scan: str, worker: str) -> ReadResult:
    """Read a scan that a worker holds and has begun. ClaimLost where it holds it no more when it is read."""

    def require_held() -> None:
        if not home.store.holds_to_read(scan, worker):
            raise ClaimLost

    return with_patience(lambda without: read_scan(home, home.store.scan(scan), without=without, before=require_held))


def require_few_tries(begun: int) -> None:
    """ScanError where a scan was begun so often that it is what ends those that read it."""
    if begun >= MAX_BEGUN_COUNT:
        raise ScanError(
            f"whoever read it ended before it was read, {begun} times: it takes too much memory or time, or the "
            "program was killed.",
            advice="Replace the file, or give the program more memory,",
        )


def require_same_form(home: Home, name: str, version: int) -> None:
    """FormError where a form is not here, or is another one than that which scans came in as."""
    known = {(each, number): digest for each, number, digest in home.store.forms()}
    if home.forms(name, version).digest != known.get((name, version)):
        raise FormError(
            f"The form {name} version {version} is another one here than where its scans came in: copy the folder "
            "forms of that home to this one."
        )


# A process that reads, as others see it: a name, and a lock by which those of its home know that it has ended.

FOLDER_NAME = "workers"
"""The folder of a home with a locked file for each process that reads."""


LOCK_SECONDS = 1.0
"""The wait for our own new file, which another process may be looking at. Chosen by hand."""


class Worker:
    """Has a name of its own until it is closed, however the process ends."""

    def __init__(self, home: Home) -> None:
        self.name = secrets.token_hex(8)
        self._home = home
        self._folder: Path = home.settings.home / FOLDER_NAME
        self._lock = take_lock(self._folder / self.name, LOCK_SECONDS)

    def release_dead(self) -> int:
        """Give back what processes of this home held that have ended, before their time is over; gives how much."""
        released = 0
        for file in self._folder.iterdir():
            if file.name != self.name and not is_locked(file):
                released += self._home.store.release_to_read(file.name)
                file.unlink(missing_ok=True)
        return released

    def close(self) -> None:
        """Give back what it holds still; where the database is away, others see by the lock that it has ended."""
        with suppress(StoreError):
            self._home.store.release_to_read(self.name)
        (self._folder / self.name).unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()


# A shift by itself: it reads what is to be read until nothing is, or its time is over.

OWN_TROUBLES = (ArchiveFull, DiskFull, EngineMissing, FormError, NotFound)
"""What a scan cannot help: on another machine it may be read."""


COUNT_SECONDS = 5.0
"""How often it is counted what is left: of many scans it takes some milliseconds. Chosen by hand."""


@dataclass(slots=True, kw_only=True)
class ShiftReport:
    """What a shift did, in counts, and what failed, each with a message; `left` are to be read still.

    `elsewhere` are scans that others had read, or had taken over, when they were read here.
    """

    read: int = 0
    elsewhere: int = 0
    left: int = 0
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    without: list[tuple[str, str]] = field(default_factory=list)

    @property
    def scans(self) -> int:
        """How many scans it is done with."""
        return self.read + self.elsewhere + len(self.set_aside) + len(self.failed)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each there were."""
        lists = {"set aside": self.set_aside, "failed": self.failed, "without an engine": self.without}
        plain = {"read": self.read, "read elsewhere": self.elsewhere, "left": self.left}
        return {**plain, **{name: len(found) for name, found in lists.items()}}

    def add(self, outcome: Outcome) -> None:
        """Count what became of one scan more."""
        name = outcome.scan.name
        if outcome.reads is not None:
            self.read += 1
            self.without += [(name, engine) for engine in outcome.reads.failed]
        elif outcome.error is not None:
            (self.set_aside if isinstance(outcome.error, ScanError) else self.failed).append((name, outcome.message))
        else:
            self.elsewhere += 1


@dataclass(slots=True)
class ShiftProgress:
    """How far a shift and whoever reads with it are: `done` never falls, and `total` grows only where more came."""

    done: int = 0
    total: int = 0
    left: int = 0

    def count_left(self, left: int) -> None:
        """So many are left. What is gone and was not read here, others have read."""
        self.left, self.total = left, max(self.total, self.done + left)
        self.done = self.total - left

    def count_read(self) -> None:
        """One more was read here since it was counted what is left."""
        self.done, self.left = self.done + 1, max(self.left - 1, 0)
        self.total = max(self.total, self.done + self.left)


def work_shift(
    home: Home,
    threads: int,
    *,
    seconds: float | None = None,
    stop: threading.Event | None = None,
    progress: Callable[[int, int, int], None] = lambda *_: None,
) -> ShiftReport:
    """Read what is to be read until nothing is, so long at most, or until `stop` is set.

    What is begun is ended. It waits for what other workers hold: one of them may end. `progress` is called with (scans
    done here or elsewhere, scans in all, set aside or failed). The error of this machine that keeps it from
    reading is raised.
    """
    done = ShiftReport()
    end = None if seconds is None else time.monotonic() + seconds
    far, counted = ShiftProgress(), time.monotonic()
    far.count_left(_left(home, 0))
    with Shift(home, threads, ends_at=OWN_TROUBLES) as shift:
        while not (stop and stop.is_set()) and (end is None or time.monotonic() < end):
            shift.require_working()
            try:
                done.add(shift.outcomes.get(timeout=LOOK_SECONDS))
            except Empty:
                if shift.is_idle and _left(home, far.left) == 0:
                    break
                continue
            far.count_read()
            if time.monotonic() - counted > COUNT_SECONDS:
                far.count_left(_left(home, far.left))
                counted = time.monotonic()
            progress(far.done, far.total, len(done.set_aside) + len(done.failed))
    while not shift.outcomes.empty():
        done.add(shift.outcomes.get())
    shift.require_working()
    done.left = _left(home, far.left)
    return done


def _left(home: Home, before: int) -> int:
    """How many are to be read; as many as before where the database is away, with which the shift has patience."""
    try:
        return home.store.count_to_read(now())[0]
    except StoreError as error:
        if not error.retry:
            raise
        return before or 1
