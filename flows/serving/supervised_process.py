"""A process beside the pages that ends with `serve` and is started again when it ends by itself."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping

from flows.runtime import guarded

RESTART_SECONDS = 30.0
"""A process that ends by itself is started again so long after its last start at the earliest. Chosen by hand."""

STOP_SECONDS = 12.0
"""Seconds that a process and its children may take to end; the guard kills after 8."""


class SupervisedProcess:
    """A Python module, with words for it, as a process of its own: however we end, it ends too."""

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self._module = module
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def start(self) -> None:
        """Start it."""
        self._started = time.monotonic()
        command = guarded(sys.executable, "-m", *self._module.split())
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, env=self._environment)

    def keep_running(self) -> bool:
        """Start it where it does not run; gives whether it had ended by itself and was started again."""
        if self._process is None:
            self.start()
            return False
        if self._process.poll() is None or time.monotonic() - self._started < RESTART_SECONDS:
            return False
        self._close()
        self.start()
        return True

    def ask_to_end(self) -> None:
        """Have it end, without waiting for that."""
        self._close()

    def wait(self) -> None:
        """Wait until it has ended; it is killed where it does not."""
        if self._process is None:
            return
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _close(self) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.close()
