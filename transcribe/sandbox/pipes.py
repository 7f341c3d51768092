"""Reading and writing pipes whose other end may hang: each call ends in time."""

from __future__ import annotations

import os
import select
import time
from dataclasses import dataclass

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
