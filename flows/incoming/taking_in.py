"""Takes files in, round after round, until the process ends. Killed at any moment it takes each file in once."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from flows.home import Home, act_as, load_settings, now, open_home
from flows.incoming.sent_files import FOLDER_NAME, PART_PREFIX, WaitingScan, waiting_scans
from flows.runtime import ended_in_words, prefect_for, set_up_log
from flows.steps import cancelled_at, place_of
from transcribe.errors import ArchiveAway, ArchiveFull, EngineMissing, FairhandError, ScanError
from transcribe.i18n import Worded
from transcribe.intake import scan_id, shown_path
from transcribe.store import SetAside

logger = logging.getLogger("fairhand.incoming")

LOOK_SECONDS = 1.0
"""How often it is looked for files. Chosen by hand."""


NICENESS = 10
"""Pages come first: a person notices 100 ms, a file does not. Chosen by hand."""


MAX_TOGETHER_COUNT = 25
"""Files taken in together. Chosen by hand."""


RETRY_SECONDS = 30.0
"""What could not be taken in is tried again so much later. Chosen by hand."""


PART_SECONDS = 3600.0
"""A folder that is being written so long is of a process that was killed. Chosen by hand."""


TakeIn = Callable[[list[Path], str, str, str], object]
"""Takes these files in as this form and batch, and says by what they came."""


@dataclass(slots=True, kw_only=True)
class Round:
    """What one look at a folder brought.

    `known` of those taken were so before. `aside` has the files set aside with the reason, `troubles` sentences about
    what keeps fairhand from its work.
    """

    taken: int = 0
    known: int = 0
    aside: list[tuple[str, str]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


class Source(Protocol):
    """Where files come from: a folder, or those that were sent."""

    def look(self) -> Round:
        """Look once; take in what is finished, at most some files."""


def take_in_rounds(
    home: Home, sources: Sequence[Source], report: Callable[[Round], None], ready: Callable[[], None]
) -> None:
    """Look at these sources in turn until the process is told to end.

    `report` is given what each look brought, where it brought anything new. `ready` is called when looking begins.
    """
    with prefect_for(home.settings):  # before Prefect is imported, with the first file
        ready()
        told: dict[Source, list[str]] = {}
        while True:
            for each in sources:
                done = each.look()
                troubles = [trouble for trouble in done.troubles if trouble not in told.get(each, [])]
                if done.troubles or done.taken or done.aside:
                    told[each] = done.troubles
                done.troubles = troubles
                if done.taken or done.aside or done.troubles:
                    report(done)
            time.sleep(LOOK_SECONDS)


def take_in_files(home: Home, paths: list[Path], form: str, batch: str, by: str) -> object:
    """Have these files read and kept as this form and batch, by a run with the tag `by`."""
    from flows.ingest import ingest_batch

    return ingest_batch(home.settings.home, paths, form, batch, home.settings.cores, lambda *_: None, by=by)


def run_beside_pages(actor: str, take_in: Callable[[Home, Callable[[Round], None]], None]) -> None:
    """Take files in as a process of `serve`, in this name. What each look brought is said in counts, without names."""

    def report(done: Round) -> None:
        known = f", {done.known} known already" if done.known else ""
        counts = f"files that came: {done.taken - done.known} taken in{known}, {len(done.aside)} set aside"
        for line in ([counts] if done.taken or done.aside else []) + [f"{actor}: {each}" for each in done.troubles]:
            logger.info("%s", line)

    os.nice(NICENESS)
    with ended_in_words():
        act_as(actor)
        settings = load_settings()
        set_up_log(settings)
        take_in(open_home(settings), report)


# What was sent: each file waits in its folder until it is taken in.


def _remove(folder: Path) -> None:
    """Remove a folder that waited, so that nobody sees half of it; what a kill leaves of it goes with the old parts."""
    part = folder.with_name(f"{PART_PREFIX}{folder.name}")
    folder.rename(part)
    shutil.rmtree(part, ignore_errors=True)


class Incoming:
    """Takes in what waits. `take_in` may be killed at any moment and is then called again."""

    def __init__(self, home: Home, take_in: TakeIn) -> None:
        self._home, self._take_in = home, take_in
        self._not_before: dict[tuple[str, str, str], float] = {}

    def look(self) -> Round:
        """Look once; take in what waits of one form and batch, at most some files."""
        done = Round()
        self._remove_old_parts()
        groups: dict[tuple[str, str, str], list[WaitingScan]] = defaultdict(list)
        here = waiting_scans(self._home.settings)
        for each in here:
            groups[each.form, each.batch, each.by].append(each)
        self._home.store.end_arriving(frozenset(each.sha256 for each in here))
        for group, waiting in groups.items():
            if cancelled_at(self._home, group[1]) is not None:
                continue  # they wait till the batch goes on, and no run fails meanwhile
            if time.monotonic() >= self._not_before.get(group, 0.0):
                self._take(group, waiting[:MAX_TOGETHER_COUNT], done)
                return done
        return done

    def _take(self, group: tuple[str, str, str], waiting: list[WaitingScan], done: Round) -> None:
        begun, paths = now(), [each.path for each in waiting]
        try:
            self._take_in(paths, *group)
        except FairhandError as error:
            done.troubles.append(str(error))
        except Exception as error:  # such as a Prefect that has gone: what was kept until then counts
            done.troubles.append(f"Taking in what was sent failed ({type(error).__name__}); it is tried again.")
        left = 0
        for path, verdict in verdicts(self._home, paths, begun).items():
            if verdict.taken or verdict.reason:
                done.taken += verdict.taken
                done.aside += [] if verdict.taken else [(path.name, verdict.reason)]
                _remove(path.parent)
            else:
                left += 1
        if left:
            self._not_before[group] = time.monotonic() + RETRY_SECONDS

    def _remove_old_parts(self) -> None:
        root = self._home.settings.home / FOLDER_NAME
        for part in root.glob(f"{PART_PREFIX}*"):
            if time.time() - part.stat().st_mtime > PART_SECONDS:
                shutil.rmtree(part, ignore_errors=True)


# What became of a file that was taken in, as the store has it: whoever was killed meanwhile, it knows.

PAGED_SUFFIXES = frozenset({".pdf", ".tif", ".tiff"})
"""Endings of files that may have several pages, each set aside by itself."""


OF_THE_MACHINE = frozenset({each.__name__ for each in (ArchiveAway, ArchiveFull, EngineMissing)})
"""Errors that are no fault of a file: it stays where it is, and is tried again."""


FORGOTTEN_REASON = (
    "It was forgotten before, and what is erased stays erased. To take it in again all the same: "
    "fairhand ingest --again --why WHY --form NAME PATH."
)
"""Why a file is not taken in that somebody had forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a file is in the store, and if not why.

    `may_pass`: it cannot be read as it is, which may be as it is not all there yet.
    """

    taken: bool = False
    reason: str = ""
    may_pass: bool = False


def verdicts(home: Home, paths: Sequence[Path], begun: datetime, again: str = "send it again") -> dict[Path, Verdict]:
    """What became of each of these files since `begun`. One of which nothing became is neither taken nor has a reason.

    What was set aside earlier does not count: another file may have had this name. Nor does what the machine lacked.
    `again` says how a file comes once more.
    """
    aside = [each for each in home.store.list_set_aside() if each.at >= begun and each.error not in OF_THE_MACHINE]
    return {path: _verdict(home, path, aside, again) for path in paths}


def _verdict(home: Home, path: Path, aside: Sequence[SetAside], again: str) -> Verdict:
    most = home.settings.most_pages if path.suffix.lower() in PAGED_SUFFIXES else 0
    places = {place_of(path, page) for page in range(most + 1)} if aside else set()
    sha256 = _hash(path, home.settings.most_file_bytes)
    scans = home.store.scans_of_file(sha256) if sha256 else []
    names = {sha256, *(scan.id for scan in scans), *(scan_id([(sha256, page)]) for page in range(1, most + 2))}
    found = [each for each in aside if each.place in places or each.file.sha256 in names]
    if found:
        reasons = dict.fromkeys(_reason_of(path, each, again) for each in found)
        return Verdict(reason=" ".join(reasons), may_pass=all(each.error == ScanError.__name__ for each in found))
    if scans:
        return Verdict(taken=all(not scan.form or home.store.has_reads(scan.id) for scan in scans))
    if sha256 and home.store.forgotten(sha256):
        return Verdict(reason=FORGOTTEN_REASON)
    return Verdict()


def _reason_of(path: Path, aside: SetAside, again: str) -> str:
    """Why this file was set aside: of two with the same bytes, the message may name the other one."""
    values = aside.message.values if isinstance(aside.message, Worded) else {}
    if "advice" not in values:
        return aside.message
    named = f"{shown_path(Path(path.name))}: " if "file" in values else ""
    return f"{named}{values['why']} {values['advice']} and {again}."


def _hash(path: Path, most_bytes: int) -> str:
    """The SHA-256 of a file, "" where it cannot be read or is larger than files may be."""
    try:
        if path.stat().st_size > most_bytes:
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
