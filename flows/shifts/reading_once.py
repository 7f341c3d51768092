"""Reading one scan that a worker holds: with patience for an engine, and kept only while the worker holds it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from flows.home import Home
from flows.steps import read_scan
from transcribe.errors import FairhandError, FormError, ScanError
from transcribe.model import ReadResult

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
