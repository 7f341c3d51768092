"""A process that reads, as others see it: a name, and a lock by which those of its home know that it has ended."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from flows.home import Home
from flows.runtime import is_locked, take_lock
from transcribe.errors import StoreError

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
