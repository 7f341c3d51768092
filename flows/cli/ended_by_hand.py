"""What is said to somebody who ends the taking in of files with Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flows import terminal

ENDING_MESSAGE = "Ending. What is being read now is read first; that may take a minute on a busy machine."
"""What is said at once: a scan that is begun is read in some ten seconds, and in a minute on a busy machine."""

ENDED_MESSAGE = "Ended. What was read is kept. Give the same command again: it reads what is left."
"""What is said at the end."""


@contextmanager
def said_when_ended() -> Iterator[None]:
    """Says at Ctrl-C that the command ends, and then that the same command goes on with what is left."""
    before = signal.signal(signal.SIGINT, _say_and_end)
    try:
        yield
    except KeyboardInterrupt:
        terminal.note(ENDED_MESSAGE)
        raise
    finally:
        signal.signal(signal.SIGINT, before)


def _say_and_end(*_: object) -> None:
    """Written past the streams of Python: whoever is interrupted may be in the middle of writing to them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.write(sys.stderr.fileno(), f"{ENDING_MESSAGE}\n".encode())
    raise KeyboardInterrupt
