"""What lies in a home, looked at byte by byte: databases, pictures, and whether they belong together."""

from __future__ import annotations

from collections.abc import Iterator

from flows.administration.archive_upkeep import orphaned_files
from flows.administration.finding import Finding
from flows.home import Home, Settings, has_state, now, open_home
from reconcile.records import damage, is_of
from transcribe.errors import ArchiveAway, ArchiveRefused, FairhandError
from transcribe.store import StateFile

SHOWN_ORPHANS_COUNT = 10
"""So many files of no scan are named; `fairhand prune` lists them all. Chosen by hand."""

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
