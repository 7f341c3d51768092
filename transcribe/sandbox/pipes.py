"""Writing into a pipe whose reader may hang: it takes no longer than it is given."""

from __future__ import annotations

import os
import select
import time


def write(pipe: int, content: bytes, until: float) -> None:
    """Write all of `content`; TimeoutError where the other end has not taken it at the time `until` (monotonic),
    BrokenPipeError where it is closed. The pipe is set not to block, as one write may be more than it has room for."""
    os.set_blocking(pipe, False)
    view = memoryview(content)
    while view:
        if not select.select([], [pipe], [], max(0.0, until - time.monotonic()))[1]:
            raise TimeoutError
        try:
            view = view[os.write(pipe, view) :]
        except BlockingIOError:  # room was there for less than the kernel takes at once
            time.sleep(0.001)
