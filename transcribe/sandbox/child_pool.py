"""Child processes that are kept between calls."""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key")


@dataclass(slots=True, kw_only=True)
class Child(Generic[Key]):
    """A process that takes requests on its standard input and answers on its standard output."""

    key: Key
    process: subprocess.Popen[bytes]

    @property
    def requests(self) -> int:
        """The file descriptor that requests are written to."""
        assert self.process.stdin is not None
        return self.process.stdin.fileno()

    @property
    def answers(self) -> int:
        """The file descriptor that answers are read from."""
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        """Kill the process, whatever it is doing, and close its pipes."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


@dataclass(slots=True, kw_only=True)
class ChildPool(Generic[Key]):
    """Children that `start` makes, one a call at a time, and kept for the next call with the same key.

    At most `most` calls run at once and the others wait; None sets no limit. A pool may be used from any thread. After
    a fork the new process has children of its own: it must not talk through its parent's pipes. Idle children are
    ended when the process exits.
    """

    start: Callable[[Key], subprocess.Popen[bytes]]
    most: int | None = None
    _idle: list[Child[Key]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _places: AbstractContextManager[object] = field(default_factory=nullcontext)
    _owner: int | None = None

    @contextlib.contextmanager
    def borrowed(self, key: Key) -> Iterator[Child[Key]]:
        """An idle child of this key, else a new one. It is ended where the call raises an error."""
        with self._lock:
            self._own()
            places = self._places
        with places:
            child = self._idle_child(key) or Child(key=key, process=self.start(key))
            try:
                yield child
            except BaseException:
                child.end()
                raise
            with self._lock:
                self._idle.append(child)

    def close(self) -> None:
        """End every idle child; the next call starts a new one."""
        with self._lock:
            self._own()
            ended, self._idle = self._idle, []
        for child in ended:
            child.end()

    def _own(self) -> None:
        """Make the pool this process's own, where it was never used or came with a fork."""
        if self._owner == os.getpid():
            return
        if self._owner is None:
            atexit.register(self.close)  # a forked process inherits it
        self._owner, self._idle = os.getpid(), []
        self._places = nullcontext() if self.most is None else threading.Semaphore(self.most)

    def _idle_child(self, key: Key) -> Child[Key] | None:
        with self._lock:
            self._idle = [child for child in self._idle if child.is_alive]
            child = next((child for child in reversed(self._idle) if child.key == key), None)
            if child:
                self._idle.remove(child)
        return child
