"""A server that stands still: its connections stay open and nothing comes, so that nobody may wait for it for ever."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import psycopg

SILENCE_SECONDS = 5.0
"""After so long without an answer the server is asked whether it answers at all. Chosen by hand."""

HURRIED_SILENCE_SECONDS = 0.5
"""So long who must not wait does so for an answer; then nobody who must not wait asks for a while. Chosen by hand."""

LOOK_SECONDS = 5
"""How long a server has to say a word to a new connection: as long as for any other. Chosen by hand."""

LOOK_PAUSE_SECONDS = 1.0
"""How often a server that stands still is asked again. Chosen by hand."""

Told = TypeVar("Told")


class ServerSilent(psycopg.OperationalError):
    """The server was asked and does not answer. Its connection is closed."""


class Silence:
    """Whether a server that says nothing on one connection answers on another one, for all connections of a process."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._looked_at = -float("inf")
        self._away_in = 0
        self._hurried_until = -float("inf")
        self._over = threading.Event()

    @property
    def is_away(self) -> bool:
        """Whether the server did not answer when it was asked last; a thread goes on asking it."""
        return self._away_in == os.getpid()  # a forked process asks for itself

    @property
    def refuses_hurried(self) -> bool:
        """Whether who must not wait had to, a moment ago."""
        return self.is_away or time.monotonic() < self._hurried_until

    def close(self) -> None:
        """Have nobody ask any more."""
        self._over.set()

    def check(self, waited_seconds: float, *, hurried: bool) -> None:
        """Say how long an answer was waited for. ServerSilent where it is not to be waited for any more."""
        if hurried and waited_seconds > HURRIED_SILENCE_SECONDS:
            self._hurried_until = time.monotonic() + SILENCE_SECONDS
            self.suspect()
            raise ServerSilent("the server does not answer at once")
        if waited_seconds > SILENCE_SECONDS and not self._answers():
            raise ServerSilent("the server does not answer")

    def suspect(self) -> None:
        """Have a thread ask whether the server answers."""
        if not self._lock.locked():
            threading.Thread(target=self._answers, name="silent server?", daemon=True).start()

    def _answers(self) -> bool:
        """Whether a new connection gets a word of the server. One thread asks at a time; a word counts for a while."""
        with self._lock:
            if self.is_away:
                return False
            if time.monotonic() > self._looked_at + SILENCE_SECONDS:
                if not self._gets_a_word():
                    self._away_in = os.getpid()
                    threading.Thread(target=self._ask_on, name="silent server", daemon=True).start()
                    return False
                self._looked_at = time.monotonic()
            return True

    def _ask_on(self) -> None:
        while not self._over.wait(LOOK_PAUSE_SECONDS):
            if self._gets_a_word():
                break
        self._away_in = 0

    def _gets_a_word(self) -> bool:
        """Whether the server says anything, be it that it takes nobody in. One that is gone says so too: it refuses."""
        try:
            psycopg.connect(self._address, connect_timeout=LOOK_SECONDS).close()
        except psycopg.errors.ConnectionTimeout:
            return False
        except psycopg.Error:
            pass
        return True


def await_socket(poll: select.poll, check: Callable[[float], None]) -> None:
    """Wait until something comes, or may be sent. `check` is told now and then how long it has taken."""
    begun = time.monotonic()
    while not poll.poll(1000 * HURRIED_SILENCE_SECONDS):
        check(time.monotonic() - begun)


def watched(waiting: Generator[Any, Any, Told], check: Callable[[float], None]) -> Generator[Any, Any, Told]:
    """A wait of psycopg; `check` is told each time that nothing came how long it has taken since something did."""
    begun, ready = time.monotonic(), None
    while True:
        try:
            wanted = waiting.send(ready)
        except StopIteration as ended:
            result: Told = ended.value
            return result
        ready = yield wanted
        if ready:
            begun = time.monotonic()
        else:
            check(time.monotonic() - begun)
