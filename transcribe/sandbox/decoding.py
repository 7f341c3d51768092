"""Decoding in a child process with limits of memory and time: kept between files, replaced when it dies or hangs."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy

from transcribe.errors import ScanError
from transcribe.sandbox import pipes
from transcribe.sandbox.limits import Limits

if TYPE_CHECKING:
    from transcribe.model import Picture

PIPE_BYTES = 1 << 20
"""The most that Linux lets a plain user's pipe hold; a page is handed over in a few large pieces."""
SET_PIPE_SIZE = 1031
"""fcntl's F_SETPIPE_SZ, which Python 3.10 and later names on Linux only."""
HEADER_BYTES = 65_536


def check(content: bytes, limits: Limits) -> tuple[str, int]:
    """Media type and number of pages, every page decoded once; ScanError says in one sentence why not."""
    header, _ = _ask({"wish": "check"}, content, limits)
    return str(header["media_type"]), int(header["pages"])


def decode(content: bytes, page: int, limits: Limits) -> tuple[Picture, float | None]:
    """The pixels of one page (from 1), upright by its EXIF mark, and its dots an inch where the file says so."""
    header, body = _ask({"wish": "picture", "page": page}, content, limits)
    return numpy.frombuffer(body, dtype=numpy.uint8).reshape(header["shape"]), header["dpi"]


def _ask(wish: dict[str, Any], content: bytes, limits: Limits) -> tuple[dict[str, Any], bytearray]:
    with _borrowed(limits) as child:
        header, body = child.ask(wish | {"length": len(content), "limits": asdict(limits)}, content, limits.seconds)
    if "refused" in header:
        raise ScanError(f"{header['refused']}.")
    return header, body


class _Child:
    """One decoding process. `ask` leaves it dead when it did not answer in time or died."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        # One thread each: OpenBLAS would reserve hundreds of megabytes of address space for threads it never uses.
        environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        roots = [str(Path(__file__).parents[2]), environment.get("PYTHONPATH", "")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "transcribe.sandbox.decoder_process", json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, roots))},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout.fileno()
        with contextlib.suppress(OSError):
            fcntl.fcntl(self._answers, SET_PIPE_SIZE, PIPE_BYTES)

    def ask(self, wish: dict[str, Any], content: bytes, seconds: float) -> tuple[dict[str, Any], bytearray]:
        """The header and body of the answer; ScanError where there is none within `seconds`."""
        deadline = time.monotonic() + seconds
        try:
            pipes.write(self._requests.fileno(), json.dumps(wish).encode() + b"\n", deadline)
            pipes.write(self._requests.fileno(), content, deadline)
            header, begun = self._header(deadline)
            return header, self._body(header["length"], begun, deadline)
        except TimeoutError as error:
            self.close()
            raise ScanError(f"decoding it takes more than {seconds:.0f} seconds.") from error
        except (EOFError, BrokenPipeError) as error:
            self.close()
            raise ScanError(
                "decoding it needs more memory than the limit, or the file makes the decoder fail."
            ) from error

    def _header(self, deadline: float) -> tuple[dict[str, Any], bytes]:
        seen = b""
        while b"\n" not in seen:
            seen += self._some(HEADER_BYTES, deadline)
        line, _, rest = seen.partition(b"\n")
        header: dict[str, Any] = json.loads(line)
        return header, rest

    def _body(self, length: int, begun: bytes, deadline: float) -> bytearray:
        body = bytearray(length)
        body[: len(begun)] = begun
        view, filled = memoryview(body), len(begun)
        while filled < length:
            self._wait(deadline)
            got = os.readv(self._answers, [view[filled:]])
            if not got:
                raise EOFError
            filled += got
        return body

    def _some(self, most: int, deadline: float) -> bytes:
        self._wait(deadline)
        some = os.read(self._answers, most)
        if not some:
            raise EOFError
        return some

    def _wait(self, deadline: float) -> None:
        if not select.select([self._answers], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise TimeoutError

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._requests.close()
        assert self._process.stdout is not None
        self._process.stdout.close()


_idle: list[_Child] = []
_lock = threading.Lock()


@contextlib.contextmanager
def _borrowed(limits: Limits) -> Iterator[_Child]:
    """An idle process of these limits, or a new one; so there are never more than threads that decode at once."""
    with _lock:
        child = next((each for each in _idle if each.limits == limits and each.alive), None)
        if child:
            _idle.remove(child)
    child = child or _Child(limits)
    try:
        yield child
    finally:
        if child.alive:
            with _lock:
                _idle.append(child)


def close() -> None:
    """End the idle processes; the next file starts a new one."""
    with _lock:
        ended, _idle[:] = list(_idle), []
    for child in ended:
        child.close()


atexit.register(close)
os.register_at_fork(after_in_child=_idle.clear)  # a forked process must not talk through its parent's pipes
