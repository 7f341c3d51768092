"""A server that stands still: its connections stay open and nothing comes, so that nobody may wait for it for ever."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
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

STILL_SECONDS = 3
"""A process of the server that is asked something and has done nothing for so long stands still. Chosen by hand."""

STANDS_STILL = """SELECT state LIKE 'idle%%' AND clock_timestamp() - state_change > make_interval(secs => %s)
FROM pg_stat_activity WHERE pid = %s"""
"""Whether a process of the server waits for a statement, as it says. One that works, or waits for a lock, does not."""

Told = TypeVar("Told")


class ServerSilent(psycopg.OperationalError):
    """The server was asked and does not answer. Its connection is closed."""


class ConnectionSilent(ServerSilent):
    """The server answers others, and its process behind this connection stands still. What was asked was not begun."""


class _Look(psycopg.Connection[Any]):
    """A connection to look at others with: it waits for no answer for long."""

    def wait(self, gen: Generator[Any, Any, Told], interval: float = 0.1, timeout: float | None = None) -> Told:
        return super().wait(watched(gen, _give_up), interval, timeout)


def _give_up(waited_seconds: float) -> None:
    if waited_seconds > LOOK_SECONDS:
        raise ServerSilent("the server does not answer")


class Silence:
    """Whether a server that says nothing on one connection answers on another one, for all connections of a process."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._looked_at = -float("inf")
        self._away_in = 0
        self._hurried_until = -float("inf")
        self._over = threading.Event()
        self._backends: dict[int, float] = {}

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

    def check(self, waited_seconds: float, *, hurried: bool, backend: int) -> None:
        """Say how long an answer was waited for from the server's process with this number.

        ServerSilent where it is not to be waited for any more.
        """
        if hurried and waited_seconds > HURRIED_SILENCE_SECONDS:
            self._hurried_until = time.monotonic() + SILENCE_SECONDS
            self.suspect()
            raise ServerSilent("the server does not answer at once")
        if waited_seconds > SILENCE_SECONDS and not self._answers():
            raise ServerSilent("the server does not answer")
        if waited_seconds > SILENCE_SECONDS and self._stands_still(backend):
            raise ConnectionSilent("the server answers others, and not on this connection")

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

    def _stands_still(self, backend: int) -> bool:
        """Whether a process of the server does nothing, as another one says. It is asked now and then."""
        now = time.monotonic()
        if now < self._backends.get(backend, 0) + SILENCE_SECONDS:
            return False
        self._backends = {each: at for each, at in self._backends.items() if now < at + SILENCE_SECONDS} | {
            backend: now
        }
        try:
            with closing(_Look.connect(self._address, connect_timeout=LOOK_SECONDS, autocommit=True)) as look:
                row = look.execute(STANDS_STILL, [STILL_SECONDS, backend]).fetchone()
        except psycopg.Error:
            return False  # nobody can say
        return row is not None and bool(row[0])

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
