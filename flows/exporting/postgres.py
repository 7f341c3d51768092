"""A copy in PostgreSQL, brought up to date once or again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from reconcile.records import Copied, follow


def copied_rounds(records: Path, address: str, schema: str, every_seconds: float | None) -> Iterator[Copied]:
    """What each round copied: one, or without end, so many seconds apart."""
    while True:
        yield follow(records, address, schema)
        if every_seconds is None:
            return
        time.sleep(every_seconds)
