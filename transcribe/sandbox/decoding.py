"""Decoding of pictures and PDFs in a child process with limits of memory and time."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import pickle
import resource
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

from transcribe.errors import EngineError, ScanError
from transcribe.i18n import N_, worded
from transcribe.sandbox.limits import Limits

if TYPE_CHECKING:
    from transcribe.model import Picture


# Child processes that are kept between calls.

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


# Reading and writing pipes whose other end may hang: each call ends in time.

SLICE_SECONDS = 1.0
"""The longest single wait: what a wait takes beyond it, this process itself stood still. Chosen by hand."""


@dataclass
class Patience:
    """The seconds that may still be waited for the other end.

    The time in which this process itself stands still, as in a container that is frozen, is not counted: the other
    end may have answered since.
    """

    seconds: float

    def wait(self, *, read: int | None = None, write: int | None = None) -> None:
        """Wait until a pipe has something to read, or room to write; TimeoutError where the seconds are over."""
        readable, writable = [[] if each is None else [each] for each in (read, write)]
        while True:
            longest, began = max(0.0, min(self.seconds, SLICE_SECONDS)), time.monotonic()
            ready = any(select.select(readable, writable, [], longest))
            self.seconds -= min(time.monotonic() - began, longest)
            if ready:
                return
            if self.seconds <= 0:
                raise TimeoutError


def write(pipe: int, content: bytes, patience: Patience) -> None:
    """Write all of `content`; TimeoutError where the other end has not taken it in time.

    BrokenPipeError where the other end is closed. The pipe is set not to block: one write may be more than it holds.
    """
    os.set_blocking(pipe, False)
    view = memoryview(content)
    while view:
        patience.wait(write=pipe)
        try:
            view = view[os.write(pipe, view) :]
        except BlockingIOError:  # room was there for less than the kernel takes at once
            time.sleep(0.001)


def read_some(pipe: int, most: int, patience: Patience) -> bytes:
    """The bytes that are there, at most so many; TimeoutError where none come in time, EOFError at a closed pipe."""
    patience.wait(read=pipe)
    some = os.read(pipe, most)
    if not some:
        raise EOFError
    return some


def read_exactly(pipe: int, count: int, patience: Patience, begun: bytes = b"") -> bytearray:
    """`count` bytes, the first of which are `begun`; raises what `read_some` raises."""
    content, filled = bytearray(count), len(begun)
    content[:filled] = begun
    view = memoryview(content)
    while filled < count:
        patience.wait(read=pipe)
        got = os.readv(pipe, [view[filled:]])
        if not got:
            raise EOFError
        filled += got
    return content


PIPE_SIZE_BYTES = 1 << 20
"""Size asked for the pipe of answers: the most that Linux allows a plain user, so that a page takes few reads."""

F_SETPIPE_SZ = 1031
"""fcntl's command that sets a pipe's size; Python names it on Linux only."""

HEADER_READ_BYTES = 65_536
"""Bytes read at once until the header's line has ended. Chosen by hand."""


def check(content: bytes, limits: Limits) -> tuple[str, int]:
    """The media type and the number of pages; every page is decoded once.

    ScanError says in one sentence why that fails.
    """
    header, _ = _ask({"wish": "check"}, content, limits)
    return str(header["media_type"]), int(header["pages"])


def decode(content: bytes, page: int, limits: Limits) -> tuple[Picture, float | None]:
    """The pixels of one page, counted from 1, and its dots an inch.

    These are None where the file does not say them. The page stands upright by its EXIF mark. ScanError says in one
    sentence why it cannot be decoded.
    """
    import numpy

    header, body = _ask({"wish": "picture", "page": page}, content, limits)
    return numpy.frombuffer(body, dtype=numpy.uint8).reshape(header["shape"]), header["dpi"]


@lru_cache(maxsize=1)
def children() -> ChildPool[Limits]:
    """The decoding processes of this process, by their limits; as many as threads decode at once."""
    return ChildPool(start=_started)


NO_PICTURES = {
    "empty": N_("the file is empty."),
    "text": N_("the file holds text, not a picture."),
    "no picture": N_("the file is no picture of a kind that is read, or its beginning is damaged."),
}
"""What is said of bytes that are no picture, by the code that the child gives them."""


def _ask(wish: dict[str, Any], content: bytes, limits: Limits) -> tuple[dict[str, Any], bytearray]:
    """The header and body of a child's answer; ScanError where it refuses the file, fails, or takes too long."""
    with children().borrowed(limits) as child:
        try:
            header, body = _exchange(child, wish | {"length": len(content), "limits": asdict(limits)}, content)
        except TimeoutError as error:
            raise ScanError(f"decoding it takes more than {limits.seconds:.0f} seconds.") from error
        except (EOFError, BrokenPipeError) as error:
            raise ScanError(
                "decoding it needs more memory than the limit, or the file makes the decoder fail."
            ) from error
    if "refused" in header:
        refused = header["refused"]
        raise ScanError(worded(NO_PICTURES[refused]) if refused in NO_PICTURES else f"{refused}.")
    return header, body


def _started(limits: Limits) -> subprocess.Popen[bytes]:
    # One thread each: OpenBLAS would reserve hundreds of megabytes of address space for threads it never uses.
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    roots = [str(Path(__file__).parents[2]), environment.get("PYTHONPATH", "")]
    process = subprocess.Popen(
        [sys.executable, "-m", "transcribe.sandbox.decoder_process", json.dumps(asdict(limits))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, roots))},
    )
    assert process.stdout is not None
    with contextlib.suppress(OSError):
        fcntl.fcntl(process.stdout.fileno(), F_SETPIPE_SZ, PIPE_SIZE_BYTES)
    return process


def _exchange(child: Child[Limits], wish: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytearray]:
    """The answer as a line of JSON and raw bytes: a child that read a harmful file must not be unpickled."""
    patience = Patience(child.key.seconds)
    write(child.requests, json.dumps(wish).encode() + b"\n", patience)
    write(child.requests, content, patience)
    seen = b""
    while b"\n" not in seen:
        seen += read_some(child.answers, HEADER_READ_BYTES, patience)
    line, _, rest = seen.partition(b"\n")
    header: dict[str, Any] = json.loads(line)
    return header, read_exactly(child.answers, header["length"], patience, rest)


# A Python module run in child processes: calls end in time, and memory has a limit.

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
        self._children = ChildPool(start=_started_of_worker_pool, most=self.most)

    def call(self, request: object, longer: float = 1.0) -> object:
        """The answer of the child's `answer` to this request, which may take `longer` times `seconds`."""
        with self._children.borrowed(self.module) as child:
            try:
                answer = _exchange_of_worker_pool(child, request, Patience(longer * self.seconds))
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                why = "took too long" if isinstance(error, TimeoutError) else "ended without an answer"
                raise EngineError(f"The reader {self.module.rpartition('.')[2]} {why}; it is started anew.") from error
        if isinstance(answer, _Failure):
            raise EngineError(answer.message)
        return answer

    def close(self) -> None:
        """End every idle child."""
        self._children.close()


def _started_of_worker_pool(module: str) -> subprocess.Popen[bytes]:
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


def _exchange_of_worker_pool(child: Child[str], request: object, patience: Patience) -> object:
    write(child.requests, _packed(request), patience)
    head = read_exactly(child.answers, LENGTH_HEADER.size, patience)
    return pickle.loads(read_exactly(child.answers, LENGTH_HEADER.unpack(head)[0], patience))  # noqa: S301 - our own child
