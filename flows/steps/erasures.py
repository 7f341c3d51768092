"""What a forgotten scan has left: pictures in the archive, rows of records.db, pages of the databases' logs."""

from __future__ import annotations

import logging

from flows.home import Home, Settings
from reconcile.records import empty_log_of, held, publish
from transcribe.errors import ArchiveAway, StoreError
from transcribe.store import log_readers

logger = logging.getLogger("fairhand.records")


class ErasureUnfinished(StoreError):
    """Words of a forgotten scan are in the files still; it is finished by itself later."""

    retry = False


def publish_records(home: Home) -> int:
    """Bring records.db up to date, and finish erasures as far as readers let it; gives how many entries were new.

    What readers keep back is tried again with every publishing.
    """
    count = _published(home)
    if home.store.unfinished_erasures() or home.store.log_has_words():
        _finish(home, 0.0)
    return count


def held_forms(settings: Settings) -> list[str]:
    """Each form that cannot be published: why, what waits for it, and what to do."""
    return [
        f"{each.form} version {each.version} is not published, and {each.entries} changes of its records wait: "
        f"{each.message} Mend {settings.forms / each.form / str(each.version)}, or put it back from a backup, "
        "then fairhand records publish. All other forms are published."
        for each in held(settings.records)
    ]


def finish_erasures(home: Home, wait_seconds: float) -> None:
    """Leave nothing of what was forgotten; ErasureUnfinished, with who is in the way, where readers kept it from that.

    It waits for readers of each database so long.
    """
    _published(home)
    blocked = _finish(home, wait_seconds)
    if blocked:
        raise ErasureUnfinished(
            f"The erasure is not finished: words are still in the files of {' and '.join(blocked)}. End what reads "
            "there, such as a backup or a query; then `fairhand records publish`, or the next round of "
            "`fairhand serve`, finishes it."
        )


def _published(home: Home) -> int:
    done = publish(home.store, home.settings.records, home.forms)
    if done.anew:
        logger.warning("records.db was of another state than state.db, and was made anew. Was a backup put back?")
    return done.count


def _finish(home: Home, wait_seconds: float) -> list[str]:
    """What is in the way, as "state.db (read by python (process 12))"; the erasures have ended where nothing is."""
    scans = home.store.unfinished_erasures()
    blocked = []
    try:
        for name in (name for scan in scans for name in home.store.erased_names(scan)):
            home.archive.hurried().erase(name)
    except ArchiveAway as error:
        blocked.append(f"the archive, where its pictures are too ({error.reason})")
    if not home.store.empty_log(wait_seconds):
        blocked.append(_read_by(home.settings.state.name, home.store.log_readers()))
    if not empty_log_of(home.settings.records, wait_seconds):
        blocked.append(_read_by(home.settings.records.name, log_readers(home.settings.records)))
    if not blocked:
        home.store.end_erasures(scans)
    return blocked


def _read_by(name: str, programs: list[str]) -> str:
    return f"{name} (read by {', '.join(programs) or 'a program'})"
