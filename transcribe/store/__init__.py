"""The state database: the only SQL of the state. `open_store` gives a `Store`; its verbs stand in `contract.py`."""

from __future__ import annotations

from pathlib import Path

from transcribe.store.contract import Store
from transcribe.store.sqlite import open_sqlite


def open_store(path: Path, key: bytes | None = None) -> Store:
    """The store in this file, made where there is none and brought up to date where it is old.

    `key` is that of the keyed hashes (kept in a file beside the database where None). Safe with several processes
    starting at once. StoreError on a network file system or where the database is newer than this program.
    """
    return open_sqlite(path, key)
