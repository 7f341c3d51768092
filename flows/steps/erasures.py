"""The erasure of what a forgotten scan left: pictures, rows of records.db, pages of the databases' logs."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flows.home import Home, Settings
from flows.home import now as clock
from reconcile.records import empty_log_of, held, held_records, publish, rebuild
from transcribe.errors import ArchiveAway, StoreError
from transcribe.store import log_readers

logger = logging.getLogger("fairhand.records")


PUBLISHER = "publisher"
"""The lock of the one process of all machines that writes a records.db of a state."""

PUBLISHER_SECONDS = 10.0
"""Seconds that a publisher waits for another: a batch of entries takes well under a second. Chosen by hand."""

LOOK_SECONDS = 0.2
"""Seconds between two looks whether other machines have finished an erasure. Chosen by hand."""


class ErasureUnfinished(StoreError):
    """Words of a forgotten scan are in the files still; it is finished by itself later."""

    retry = False


def publish_records(home: Home) -> int:
    """Bring records.db up to date, and finish erasures as far as readers let it; gives how many entries were new.

    What readers keep back is tried again with every publishing.
    """
    with publishing(home):
        scans = home.store.unfinished_erasures(here=True)  # a scan that is forgotten later is not published as such yet
        count = _published(home)
        if scans or home.store.log_has_words():
            _finish(home, scans, 0.0)
    return count


def rebuild_records(home: Home) -> int:
    """Make records.db anew from the state; gives how many entries it holds."""
    with publishing(home):
        done = rebuild(home.store, home.settings.records, home.forms)
        home.store.note_records_copy(_place(home), done.position, clock())
    return done.count


@contextmanager
def publishing(home: Home, wait_seconds: float = PUBLISHER_SECONDS) -> Iterator[None]:
    """Be the one process of all machines that publishes. StoreError where another one is so for longer than this wait.

    It ends with its process, however that ends. Where the state is a file, records.db itself keeps two from it.
    """
    lock = home.store.take_lock(PUBLISHER, wait_seconds)
    if lock is None:
        holder = home.store.lock_holder(PUBLISHER) or "another process"
        raise StoreError(
            f"Records are being published by {holder}, for longer than {wait_seconds:g} seconds. What is not published "
            "yet comes with the next publishing; if that process hangs, end it."
        )
    with lock:
        yield


def held_forms(settings: Settings) -> list[str]:
    """Each form and each record that cannot be published: why, what waits for it, and what to do."""
    of_forms = [
        f"{each.form} version {each.version} is not published, and {each.entries} changes of its records wait: "
        f"{each.message} Mend {settings.forms / each.form / str(each.version)}, or put it back from a backup, "
        "then fairhand records publish. All other forms are published."
        for each in held(settings.records)
    ]
    return of_forms + [
        f"A record of {each.form} version {each.version} is not published: {each.message}. Its scan is {each.scan}. "
        "All others are published. Correct what is odd in it, or after an upgrade run fairhand records rebuild."
        for each in held_records(settings.records)
    ]


def finish_erasures(home: Home, wait_seconds: float) -> None:
    """Truncate the logs of the databases so that erased text is gone.

    ErasureUnfinished names the readers that block it. It waits so long for readers of each database.
    """
    with publishing(home):
        scans = home.store.unfinished_erasures(here=True)
        _published(home)
        blocked = _finish(home, scans, wait_seconds)
    blocked += _kept_elsewhere(home, wait_seconds)
    if blocked:
        raise ErasureUnfinished(
            f"The erasure is not finished: words are still in the files of {' and '.join(blocked)}. End what reads "
            "there, such as a backup or a query; then `fairhand records publish`, or the next round of "
            "`fairhand serve`, finishes it."
        )


def _kept_elsewhere(home: Home, wait_seconds: float) -> list[str]:
    """The records.db files of other machines that may still hold forgotten words after this wait."""
    until = time.monotonic() + wait_seconds
    while True:
        behind = [each for each in home.store.records_copies(behind=True) if each.machine != home.store.machine]
        if not behind or time.monotonic() >= until:
            return [
                f"{each.place} (another machine, published last on {each.at:%Y-%m-%d %H:%M} UTC)" for each in behind
            ]
        time.sleep(LOOK_SECONDS)


def _place(home: Home) -> str:
    """The place of records.db, for people."""
    return f"{socket.gethostname()}:{home.settings.records}"


def _published(home: Home) -> int:
    place, known = _place(home), home.store.records_copies()
    if all(each.machine != home.store.machine for each in known):
        home.store.note_records_copy(place, 0, clock())  # before words are there: an erasure must know of this file
    done = publish(home.store, home.settings.records, home.forms)
    home.store.note_records_copy(place, done.position, clock())
    if done.anew:
        logger.warning("records.db was of another state than state.db, and was made anew. Was a backup put back?")
    return done.count


def _finish(home: Home, scans: list[str], wait_seconds: float) -> list[str]:
    """What blocks the erasures, as "state.db (read by python (process 12))"; empty when they have ended."""
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
