"""Reading and writing pipes whose other end may hang: each call ends at a given time."""

from __future__ import annotations

import os
import select
import time


def write(pipe: int, content: bytes, until: float) -> None:
    """Write all of `content`; TimeoutError where the other end has not taken it at the time `until` (monotonic).

    BrokenPipeError where the other end is closed. The pipe is set not to block: one write may be more than it holds.
    """
    os.set_blocking(pipe, False)
    view = memoryview(content)
    while view:
        if not select.select([], [pipe], [], max(0.0, until - time.monotonic()))[1]:
            raise TimeoutError
        try:
            view = view[os.write(pipe, view) :]
        except BlockingIOError:  # room was there for less than the kernel takes at once
            time.sleep(0.001)


def read_some(pipe: int, most: int, until: float) -> bytes:
    """The bytes that are there, at most so many; TimeoutError at the time `until`, EOFError at a closed pipe."""
    _wait(pipe, until)
    some = os.read(pipe, most)
    if not some:
        raise EOFError
    return some


def read_exactly(pipe: int, count: int, until: float, begun: bytes = b"") -> bytearray:
    """`count` bytes, the first of which are `begun`; raises what `read_some` raises."""
    content, filled = bytearray(count), len(begun)
    content[:filled] = begun
    view = memoryview(content)
    while filled < count:
        _wait(pipe, until)
        got = os.readv(pipe, [view[filled:]])
        if not got:
            raise EOFError
        filled += got
    return content


def _wait(pipe: int, until: float) -> None:
    if not select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
        raise TimeoutError
