"""Whether a bucket will do as an archive, and files of the archive that no scan names.

These were left by a power cut, a killed ingest, or a state put back from a backup.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from flows.administration.finding import Finding, usable_state
from flows.home import Home, Settings, archive_of, is_other_archive, may_be_another, other_archive_message
from transcribe.errors import ArchiveAway, FairhandError

MIN_ORPHAN_AGE = timedelta(hours=24)
"""A younger file may be one that a scan is about to name: it is kept before the scan is. Chosen by hand."""


def bucket_findings(settings: Settings) -> Iterator[Finding]:
    """What keeps a bucket from being an archive. Where pictures lie in a folder, the check of disks says it."""
    if settings.archive_folder is not None:
        return
    try:
        archive_of(settings).hurried().try_out()
    except FairhandError as error:
        mend = "see docs/backups.md (Pictures in a bucket)"
        yield Finding(check="archive", message=str(error), mend=mend, machine=True)


def other_archive_findings(settings: Settings) -> Iterator[Finding]:
    """That a state has its pictures in another archive than the one that is named here."""
    with usable_state(settings) as store, suppress(ArchiveAway):
        if store and may_be_another(settings) and is_other_archive(store, archive_of(settings).hurried()):
            mend = "put its disk back, or set FAIRHAND_ARCHIVE as it was where pictures were taken in"
            yield Finding(check="archive", message=other_archive_message(settings), mend=mend, machine=True)


def orphaned_files(home: Home, at: datetime) -> Iterator[str]:
    """The SHA-256 of every file that no scan names and that has lain there for a day."""
    return (name for name in home.archive.settled_files(at - MIN_ORPHAN_AGE) if not home.store.names_file(name))


def remove_orphans(home: Home, at: datetime) -> list[str]:
    """Remove every such file; gives their SHA-256s.

    Each is looked at once more in a transaction, so that no scan can come to name it meanwhile; and what was kept again
    since then stays.
    """
    removed, archive = [], home.archive.hurried()  # nobody else can write meanwhile
    for name in list(orphaned_files(home, at)):
        with home.store.together():
            if home.store.names_file(name) or not archive.is_settled(name, at - MIN_ORPHAN_AGE):
                continue
            archive.erase(name)
            removed.append(name)
    return removed
