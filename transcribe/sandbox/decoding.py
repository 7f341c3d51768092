"""Decoding of pictures and PDFs in a child process with limits of memory and time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transcribe.errors import ScanError
from transcribe.sandbox import pipes
from transcribe.sandbox.child_pool import Child, ChildPool
from transcribe.sandbox.limits import Limits

if TYPE_CHECKING:
    from transcribe.model import Picture

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
        raise ScanError(f"{header['refused']}.")
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
    patience = pipes.Patience(child.key.seconds)
    pipes.write(child.requests, json.dumps(wish).encode() + b"\n", patience)
    pipes.write(child.requests, content, patience)
    seen = b""
    while b"\n" not in seen:
        seen += pipes.read_some(child.answers, HEADER_READ_BYTES, patience)
    line, _, rest = seen.partition(b"\n")
    header: dict[str, Any] = json.loads(line)
    return header, pipes.read_exactly(child.answers, header["length"], patience, rest)
