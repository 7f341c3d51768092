"""A Python module run in child processes: calls end in time, and memory has a limit."""

from __future__ import annotations

import os
import pickle
import resource
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from transcribe.errors import EngineError
from transcribe.sandbox import pipes
from transcribe.sandbox.child_pool import Child, ChildPool

LENGTH_HEADER = struct.Struct(">Q")
"""Each message is its length in bytes, then a pickle. Both ends are this program, so the pickle can be trusted."""


@dataclass(slots=True, kw_only=True)
class WorkerPool:
    """Up to `most` children that each run `python -m module`.

    A call takes an idle child, else starts one, else waits. A child that does not take its request and answer within
    `seconds` is killed, and the call raises EngineError. So does a call whose child fails.
    """

    module: str
    seconds: float
    most: int = field(default_factory=lambda: os.cpu_count() or 1)
    _children: ChildPool[str] = field(init=False)

    def __post_init__(self) -> None:
        self._children = ChildPool(start=_started, most=self.most)

    def call(self, request: object, longer: float = 1.0) -> object:
        """The answer of the child's `answer` to this request, which may take `longer` times `seconds`."""
        with self._children.borrowed(self.module) as child:
            try:
                answer = _exchange(child, request, pipes.Patience(longer * self.seconds))
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                why = "took too long" if isinstance(error, TimeoutError) else "ended without an answer"
                raise EngineError(f"The reader {self.module.rpartition('.')[2]} {why}; it is started anew.") from error
        if isinstance(answer, _Failure):
            raise EngineError(answer.message)
        return answer

    def close(self) -> None:
        """End every idle child."""
        self._children.close()


def _started(module: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", module],
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
    """Answer each request on standard input until it is closed, within a limit of memory: the child's side."""
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
    return LENGTH_HEADER.pack(len(content)) + content


def _received(stream: IO[bytes]) -> bytes | None:
    head = stream.read(LENGTH_HEADER.size)
    if len(head) < LENGTH_HEADER.size:
        return None
    content = stream.read(LENGTH_HEADER.unpack(head)[0])
    return content or None


def _exchange(child: Child[str], request: object, patience: pipes.Patience) -> object:
    pipes.write(child.requests, _packed(request), patience)
    head = pipes.read_exactly(child.answers, LENGTH_HEADER.size, patience)
    return pickle.loads(pipes.read_exactly(child.answers, LENGTH_HEADER.unpack(head)[0], patience))  # noqa: S301 - our own child
