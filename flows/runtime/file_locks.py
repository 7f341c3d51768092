"""Locks that one process holds and that end with it, however it ends."""

from __future__ import annotations

import fcntl
import time
from io import TextIOWrapper
from pathlib import Path

POLL_SECONDS = 0.05
"""How often a lock that somebody holds is tried again. Chosen by hand."""


def take_lock(file: Path, wait_seconds: float = 0.0) -> TextIOWrapper | None:
    """The open file, locked until it is closed. None where another holds it for longer than this wait."""
    file.parent.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + wait_seconds
    held = file.open("a", encoding="ascii")
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                held.close()
                return None
            time.sleep(POLL_SECONDS)
        else:
            return held


def is_locked(file: Path) -> bool:
    """Whether a process that runs holds this lock."""
    if not file.exists():
        return False
    with file.open(encoding="ascii") as looked_at:
        try:
            fcntl.flock(looked_at, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
