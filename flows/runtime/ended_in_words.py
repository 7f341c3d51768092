"""How a process of `fairhand serve` ends for an error that was expected: with one line, and no traceback."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from transcribe.errors import FairhandError


@contextmanager
def ended_in_words() -> Iterator[None]:
    """End the process with what an error says, and with its exit code."""
    try:
        yield
    except FairhandError as error:
        if logging.getLogger().handlers:
            logging.getLogger("fairhand").error("%s", error)
        else:  # it ended before it had settings
            print(f"fairhand: {error}", file=sys.stderr, flush=True)
        sys.exit(error.exit_code)
