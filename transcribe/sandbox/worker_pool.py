"""A Python module run in child processes with limits: calls that can be ended, memory that cannot run away."""

from __future__ import annotations

import os
import pickle
import resource
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from transcribe.errors import EngineError
from transcribe.sandbox import pipes

LENGTH = struct.Struct(">Q")
"""Each message is its length in bytes, then a pickle. Both ends are this program, so the pickle can be trusted."""


@dataclass(slots=True, kw_only=True)
class WorkerPool:
    """Up to `most` children that each run `python -m module`; a call takes an idle one, or starts one, or waits.

    A child that does not take its request and answer within `seconds` is killed and the call raises EngineError; so
    does one that fails.
    Usable from any thread, and after a fork. The children end with this process: their input is closed then.
    """

    module: str
    seconds: float
    most: int = field(default_factory=lambda: os.cpu_count() or 1)
    _idle: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _places: threading.Semaphore | None = None
    _owner: int = 0

    def call(self, request: object, longer: float = 1.0) -> object:
        """What the child's `answer` gives for this request, which may take so many times `seconds`."""
        with self._place():
            child = self._taken()
            try:
                given = _exchange(child, request, time.monotonic() + longer * self.seconds)
            except (OSError, EOFError, TimeoutError, pickle.UnpicklingError) as error:
                child.kill()
                child.wait()
                why = "took too long" if isinstance(error, TimeoutError) else "ended without an answer"
                raise EngineError(f"The reader {self.module.rpartition('.')[2]} {why}; it is started anew.") from error
            with self._lock:
                self._idle.append(child)
        if isinstance(given, _Failure):
            raise EngineError(given.message)
        return given

    def close(self) -> None:
        """End every idle child."""
        with self._lock:
            children, self._idle = self._idle, []
        for child in children:
            child.kill()
            child.wait()

    def _place(self) -> threading.Semaphore:
        with self._lock:
            if self._places is None or self._owner != os.getpid():  # a forked process has children of its own
                self._places, self._owner, self._idle = threading.Semaphore(self.most), os.getpid(), []
            return self._places

    def _taken(self) -> subprocess.Popen[bytes]:
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.poll() is None:
                    return child
        return self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"}
        return subprocess.Popen(
            [sys.executable, "-m", self.module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )


@dataclass(frozen=True, slots=True)
class _Failure:
    """What a child answers when its work raised an error."""

    message: str


def serve(answer: Callable[[object], object], *, bytes_of_memory: int) -> None:
    """The child's side: answer each request on standard input until it is closed, within a limit of memory."""
    resource.setrlimit(resource.RLIMIT_DATA, (bytes_of_memory, bytes_of_memory))
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not stand between the answers
    while (request := _received(sys.stdin.buffer)) is not None:
        given: object
        try:
            given = answer(pickle.loads(request))  # noqa: S301 - our own parent wrote it
        except Exception as error:  # whatever a library raises is the parent's EngineError
            given = _Failure(f"The reader failed: {type(error).__name__}: {str(error)[-300:]}")
        output.write(_packed(given))
        output.flush()


def _packed(message: object) -> bytes:
    content = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(content)) + content


def _received(stream: IO[bytes]) -> bytes | None:
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    content = stream.read(LENGTH.unpack(head)[0])
    return content or None


def _exchange(child: subprocess.Popen[bytes], request: object, until: float) -> object:
    assert child.stdin is not None
    assert child.stdout is not None
    pipes.write(child.stdin.fileno(), _packed(request), until)
    head = _exactly(child.stdout.fileno(), LENGTH.size, until)
    return pickle.loads(_exactly(child.stdout.fileno(), LENGTH.unpack(head)[0], until))  # noqa: S301 - our own child


def _exactly(source: int, count: int, until: float) -> bytes:
    """`count` bytes of a pipe; TimeoutError at the time `until`, EOFError where the other end has closed it."""
    parts: list[bytes] = []
    while count:
        ready, _, _ = select.select([source], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TimeoutError
        part = os.read(source, count)
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
