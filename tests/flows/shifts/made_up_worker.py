"""A worker whose reading is made up: `python -m tests.flows.shifts.made_up_worker HOME SECONDS THREADS`.

Each scan takes so many seconds, or until a file of that name is there, and is read as the number of the process. A scan
whose name begins with "deadly" kills the process that reads it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.shifts import shift, work_shift
from transcribe.model import FieldKey, Reading, ReadResult, Scan

ENGINE = "made up 1"


def reads_of(scan: Scan, text: str) -> ReadResult:
    """What a worker reads of a scan: one field, and how long it took."""
    key = FieldKey("total")
    reading = Reading(id="", scan=scan.id, key=key, source=ENGINE, kind="machine", text=text, at=now(), confidence=0.5)
    return ReadResult(places=(), readings=(reading,), fit=1.0, quality={"overall": 1.0}, seconds={ENGINE: 0.1})


def take_time(takes: float | Path) -> None:
    """Sleeps for so many seconds, or until a file is there."""
    if isinstance(takes, Path):
        while not takes.exists():
            time.sleep(0.02)
    else:
        time.sleep(takes)


def reader(takes: float | Path) -> Callable[..., ReadResult]:
    """What takes the place of `read_scan`."""

    def read(home: Home, scan: Scan, *, before: Callable[[], None], **_: object) -> ReadResult:
        if scan.name.startswith("deadly"):
            os.kill(os.getpid(), signal.SIGKILL)
        take_time(takes)
        reads = reads_of(scan, str(os.getpid()))
        with home.store.together():
            before()
            home.store.put_reads(scan.id, reads, now())
        return reads

    return read


def main() -> None:
    """Work one shift, and say what it did."""
    home, takes, threads = sys.argv[1:]
    setattr(shift, "read_scan", reader(Path(takes) if takes.startswith("/") else float(takes)))  # noqa: B010 - mypy takes it for a mistake otherwise
    opened = open_home(configuration.load_settings(Path(home)))
    print(work_shift(opened, int(threads)).counts)


if __name__ == "__main__":
    main()
