"""Files of the archive that no scan names: left by a power cut, a killed ingest, or a state put back from a backup."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from flows.home import Home

MIN_ORPHAN_AGE = timedelta(hours=24)
"""A younger file may be one that a scan is about to name: it is kept before the scan is. Chosen by hand."""


def orphaned_files(home: Home, at: datetime) -> Iterator[str]:
    """The SHA-256 of every file that no scan names and that has lain there for a day."""
    return (name for name in home.archive.settled_files(at - MIN_ORPHAN_AGE) if not home.store.names_file(name))


def remove_orphans(home: Home, at: datetime) -> list[str]:
    """Remove every such file; gives their SHA-256s.

    Each is looked at once more in a transaction, so that no scan can come to name it meanwhile; and what was kept again
    since then stays.
    """
    removed = []
    for name in list(orphaned_files(home, at)):
        with home.store.together():
            if home.store.names_file(name) or not home.archive.is_settled(name, at - MIN_ORPHAN_AGE):
                continue
            home.archive.erase(name)
            removed.append(name)
    return removed
