"""Checks of every byte in a home: databases, pictures, and whether they belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flows.home import (
    Home,
    Settings,
    archive_of,
    has_state,
    is_other_archive,
    may_be_another,
    now,
    open_home,
    open_state,
    other_archive_message,
)
from flows.house import brought
from reconcile.records import damage, is_of
from transcribe.errors import ArchiveAway, ArchiveRefused, FairhandError
from transcribe.store import StateFile, Store

SHOWN_ORPHANS_COUNT = 10
"""The most files of no scan that are named; `fairhand prune` lists them all. Chosen by hand."""


RESTORE_MEND = "stop everything and put state.db back from a backup, as docs/backups.md says"


REBUILD_MEND = "fairhand records rebuild"


def examine_deeply(settings: Settings) -> Iterator[Finding]:
    """Every finding in a home's own files. It reads all of them, which takes as long as the disk needs."""
    if not has_state(settings):
        return
    faults = [] if settings.state_url else StateFile(settings.state).faults()  # PostgreSQL looks after its own
    for fault in faults:
        yield Finding(check="state", message=f"state.db is broken: {fault}.", mend=RESTORE_MEND)
    if faults:
        return
    try:
        broken = damage(settings.records)
    except FairhandError:
        return  # a finding of the doctor already
    for fault in broken:
        yield Finding(check="records", message=f"records.db is broken: {fault}.", mend=REBUILD_MEND)
    try:
        home = open_home(settings)
    except FairhandError:
        return  # the finding is one of the database already
    try:
        try:
            home.archive.hurried().try_out()  # asked for each picture, one that is away would take hours
            yield from _pictures(home)
            yield from _orphans(home)
        except (ArchiveAway, ArchiveRefused) as error:
            yield Finding(check="archive", message=str(error), mend="fairhand doctor --deep, once it answers")
        yield from _records(home, broken=bool(broken))
        yield from _work(home)
    finally:
        home.close()


def _pictures(home: Home) -> Iterator[Finding]:
    for state in home.store.scan_states():
        lost = sum(not home.archive.is_whole(name) for name in home.store.kept_names(state.scan.id))
        if lost:
            what = f"{lost} files of the scan {state.scan.id[:12]} ({state.scan.name}) are missing or damaged."
            mend = (
                f"put the archive back from a backup, or ingest that file again with --form {state.scan.form or 'auto'}"
            )
            yield Finding(check="archive", message=what, mend=mend)


def _orphans(home: Home) -> Iterator[Finding]:
    orphans = list(orphaned_files(home, now()))
    if orphans:
        listed = ", ".join(orphans[:SHOWN_ORPHANS_COUNT]) + (", ..." if len(orphans) > SHOWN_ORPHANS_COUNT else "")
        message = f"{len(orphans)} files of the archive are of no scan: {listed}."
        yield Finding(check="archive", message=message, mend="fairhand prune", warning=True)


def _records(home: Home, *, broken: bool) -> Iterator[Finding]:
    if broken or not home.settings.records.exists():
        return
    belongs, position = is_of(home.store, home.settings.records)
    if not belongs:
        message = f"records.db (at {position}) is of another state than state.db."
        yield Finding(check="records", message=message, mend="fairhand records publish")
        return
    behind = len(home.store.outbox(position, 10_000))
    if behind:
        message = f"{behind} changes are not published yet."
        yield Finding(check="records", message=message, mend="fairhand records publish", warning=True)


def _work(home: Home) -> Iterator[Finding]:
    waiting = home.store.counts().waiting_scans
    if waiting:
        message = f"{waiting} scans wait to be weighed."
        yield Finding(check="work", message=message, mend="fairhand reconcile", warning=True)
    unfinished = len(home.store.unfinished_erasures())
    if unfinished:
        message = f"Words of {unfinished} forgotten scans may still be in the files."
        yield Finding(
            check="erasures", message=message, mend="end what reads the databases, then fairhand records publish"
        )
    audit = home.store.verify_audit()
    if audit.broken_at is not None:
        message = f"The log does not hold from line {audit.broken_at} on: it was changed, or the key is another one."
        yield Finding(
            check="key",
            message=message,
            mend="put state.key back from the backup of this state.db; after fairhand init --new-key it stays so",
        )


# The findings of the doctor.

MACHINE_CHECKS = ("packages", "parts", "engines", "settings", "forms", "disk", "backups", "archive", "private", "ports")


HOME_CHECKS = ("database", "people", "learning", "records")
"""What `doctor` looks at on every machine, and where a home was made."""


def checks(settings: Settings) -> tuple[str, ...]:
    """The names of what `doctor` looks at here."""
    of_parts = (part for part, _ in brought(lambda part: part.troubles, settings.parts_off))
    return (*MACHINE_CHECKS, *((*HOME_CHECKS, *of_parts) if has_state(settings) else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, and the command that mends it.

    `machine`: something is missing here, rather than set wrongly. `warning`: it works, and less well than it could.
    `facts` are those of an alert about the same, where there is one: a code, and what its sentence is made of.
    """

    check: str
    message: str
    mend: str
    machine: bool = False
    warning: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)


@contextmanager
def usable_state(settings: Settings) -> Iterator[Store | None]:
    """The state of a home, closed afterwards; None where there is none, or it cannot be opened.

    That it cannot is a finding of its own.
    """
    try:
        store = open_state(settings) if has_state(settings) else None
    except FairhandError:
        store = None
    if store is None:
        yield None
        return
    with closing(store):
        yield store


# Whether a bucket will do as an archive, and files of the archive that no scan names.
#
# These were left by a power cut, a killed ingest, or a state put back from a backup.

MIN_ORPHAN_AGE = timedelta(hours=24)
"""A younger file may be one that a scan is about to name: it is kept before the scan is. Chosen by hand."""


def bucket_findings(settings: Settings) -> Iterator[Finding]:
    """The findings that make a bucket unfit as an archive. Folders are covered by the check of disks."""
    if settings.archive_folder is not None:
        return
    try:
        archive_of(settings).hurried().try_out()
    except FairhandError as error:
        mend = "see docs/backups.md (Pictures in a bucket)"
        yield Finding(check="archive", message=str(error), mend=mend, machine=True)


def other_archive_findings(settings: Settings) -> Iterator[Finding]:
    """The finding that a state has its pictures in another archive than the one named here."""
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
