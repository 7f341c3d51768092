"""Watching folders until the process ends. Killed at any moment and started again it takes each file in once."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Literal

from flows.home import Home, Settings, now, require_room
from flows.runtime import prefect_for
from flows.steps import AUTO_FORM, cancelled_at, forms_of, require_open_batch
from flows.watching.watched_folder import Round, WatchedFolder, verdicts
from transcribe.errors import FairhandError, SettingsError
from transcribe.intake import real_path, shown_path
from transcribe.model import Scan
from transcribe.store import Store

LOOK_SECONDS = 1.0
"""How often a folder is looked into. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedForm:
    """A folder to be watched, and the form of what is put there."""

    folder: Path
    form: str


def watched_forms(settings: Settings) -> list[WatchedForm]:
    """The folders that the settings name, with their forms; SettingsError where one is not written as FOLDER=FORM."""
    found = []
    for each in settings.watch:
        folder, _, form = each.rpartition("=")
        if not folder.strip() or not form.strip():
            raise SettingsError(
                f"FAIRHAND_WATCH: {each!r} is not written as FOLDER=FORM. Name a folder and a form (or auto), with "
                "commas between several."
            )
        found.append(WatchedForm(folder=Path(folder.strip()), form=form.strip()))
    return found


def require_watchable(home: Home, asked: Sequence[WatchedForm]) -> None:
    """SettingsError where two of these folders lie in each other, FormError where a form is unknown or wrong."""
    for each in asked:
        for name in (each.form,) if each.form != AUTO_FORM else home.forms.names():
            home.use_form(name)
    for one, other in combinations([real_path(each.folder) for each in asked], 2):
        if one == other or one in other.parents or other in one.parents:
            raise SettingsError(f"{shown_path(one)} and {shown_path(other)} lie in each other: watch one of them.")


def watch(
    home: Home,
    asked: Sequence[WatchedForm],
    batch: str,
    report: Callable[[Round], None],
    ready: Callable[[], None],
    *,
    incoming: bool = False,
) -> None:
    """Watch these folders until the process is told to end. Without a `batch` each day has its own.

    With `incoming` what programs send over HTTP is taken in too.

    `report` is given what each look brought, where it brought anything new. `ready` is called when watching begins.
    """
    require_watchable(home, asked)
    with ExitStack() as stack:
        folders: list[WatchedFolder | Incoming] = [
            stack.enter_context(closing(_folder(home, each, batch))) for each in asked
        ]
        if incoming:
            folders.append(Incoming(home, partial(_take_in, home)))
        stack.enter_context(prefect_for(home.settings))  # before Prefect is imported, with the first file
        ready()
        told: dict[WatchedFolder | Incoming, list[str]] = {}
        while True:
            for each in folders:
                done = each.look()
                troubles = [trouble for trouble in done.troubles if trouble not in told.get(each, [])]
                if done.troubles or done.taken or done.aside:
                    told[each] = done.troubles
                done.troubles = troubles
                if done.taken or done.aside or done.troubles:
                    report(done)
            time.sleep(LOOK_SECONDS)


def _folder(home: Home, asked: WatchedForm, batch: str) -> WatchedFolder:
    """The folder, whose files are taken in as this form by the flow `ingest`."""

    def take_in(paths: list[Path], name: str) -> object:
        return _take_in(home, paths, asked.form, name)

    return WatchedFolder(home, asked.folder, asked.form, batch, take_in)


def _take_in(home: Home, paths: list[Path], form: str, batch: str) -> object:
    from flows.ingest import ingest_batch

    return ingest_batch(home.settings.home, paths, form, batch, home.settings.cores, lambda *_: None)


# Scans that programs send over HTTP: each waits in a folder of the home until it is taken in, and is then removed.

FOLDER_NAME = "incoming"
"""The folder of a home in which they wait."""


NOTE_NAME = "note.json"
"""The file that says of a folder as which form and batch it is taken in."""


PART_PREFIX = ".part-"
"""How the name of a folder begins while it is being written."""


MAX_TOGETHER_COUNT = 25
"""Files taken in together. Chosen by hand."""


RETRY_SECONDS = 30.0
"""What could not be taken in is tried again so much later. Chosen by hand."""


PART_SECONDS = 3600.0
"""A folder that is being written so long is of a process that was killed. Chosen by hand."""


TakeIn = Callable[[list[Path], str, str], object]
"""Takes these files in as this form and batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingScan:
    """A file that was sent, its form (or "auto"), its batch, and the SHA-256 of its bytes."""

    path: Path
    form: str
    batch: str
    sha256: str


class ArrivingFile:
    """A file that comes in by pieces. Settled and kept it waits to be taken in; else nothing of it stays."""

    def __init__(self, settings: Settings, name: str) -> None:
        self._root, self._settings = settings.home / FOLDER_NAME, settings
        require_room(settings)
        self.name = name
        self._name = secrets.token_hex(16)
        self._part = self._root / f"{PART_PREFIX}{self._name}"
        self._part.mkdir(parents=True)
        self._path = self._part / name
        self._file = self._path.open("wb")
        self._digest = hashlib.sha256()
        self._form = self._batch = ""
        self.size = 0

    @property
    def sha256(self) -> str:
        """The SHA-256 of what has come so far."""
        return self._digest.hexdigest()

    def add(self, content: bytes) -> None:
        """Keep one more piece. DiskFull where the disk has no more than what is kept for readings."""
        require_room(self._settings)
        self._file.write(content)
        self._digest.update(content)
        self.size += len(content)

    def settle(self, form: str, batch: str) -> None:
        """Have all of it on disk, with what it is to be taken in as."""
        self._form, self._batch = form, batch
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        note = json.dumps({"form": form, "batch": batch, "sha256": self.sha256})
        with (self._part / NOTE_NAME).open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())

    def keep(self, store: Store, now: datetime) -> None:
        """Make it wait to be taken in, once it is settled, and have other machines know. It costs no time."""
        self._part.rename(self._root / self._name)
        store.note_arriving(self.sha256, self._form, self._batch, now)

    def drop(self) -> None:
        """Leave nothing of what was not kept."""
        self._file.close()
        shutil.rmtree(self._part, ignore_errors=True)


def waiting_scans(settings: Settings) -> list[WaitingScan]:
    """The files that wait, in the order in which they came."""
    root = settings.home / FOLDER_NAME
    found = []
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.name.startswith(PART_PREFIX):
            continue
        note = folder / NOTE_NAME
        with suppress(FileNotFoundError, NotADirectoryError):  # it was taken in just now, and is being removed
            told, at = json.loads(note.read_text(encoding="utf-8")), note.stat().st_mtime_ns
            paths = [each for each in folder.iterdir() if each.name != NOTE_NAME]
            found += [(at, WaitingScan(path=path, **told)) for path in paths]
    return [each for _, each in sorted(found, key=lambda each: each[0])]


def _remove(folder: Path) -> None:
    """Remove a folder that waited, so that nobody sees half of it; what a kill leaves of it goes with the old parts."""
    part = folder.with_name(f"{PART_PREFIX}{folder.name}")
    folder.rename(part)
    shutil.rmtree(part, ignore_errors=True)


class Incoming:
    """Takes in what waits. `take_in` may be killed at any moment and is then called again."""

    def __init__(self, home: Home, take_in: TakeIn) -> None:
        self._home, self._take_in = home, take_in
        self._not_before: dict[tuple[str, str], float] = {}

    def look(self) -> Round:
        """Look once; take in what waits of one form and batch, at most some files."""
        done = Round()
        self._remove_old_parts()
        groups: dict[tuple[str, str], list[WaitingScan]] = defaultdict(list)
        here = waiting_scans(self._home.settings)
        for each in here:
            groups[each.form, each.batch].append(each)
        self._home.store.end_arriving(frozenset(each.sha256 for each in here))
        for group, waiting in groups.items():
            if cancelled_at(self._home, group[1]) is not None:
                continue  # they wait till the batch goes on, and no run fails meanwhile
            if time.monotonic() >= self._not_before.get(group, 0.0):
                self._take(group, waiting[:MAX_TOGETHER_COUNT], done)
                return done
        return done

    def _take(self, group: tuple[str, str], waiting: list[WaitingScan], done: Round) -> None:
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


# Files that programs and operators send: which kinds are taken, for which form and batch, and what became of one.

SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "application/pdf": ".pdf",
}
"""The kinds of files that are taken, and the ends of their names."""


SentState = Literal["waiting", "known", "set aside", "forgotten", "unknown"]
"""What became of a file: it waits to be read, is read, could not be, was forgotten; or nobody has sent it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """What became of a file: `scans` are its scans.

    `reason` says why it was set aside, or that it is known in a batch that was cancelled: `cancelled` is that batch.
    """

    state: SentState
    scans: tuple[str, ...] = ()
    reason: str = ""
    cancelled: str = ""


def sent_file(home: Home, sha256: str, form: str | None = None) -> SentFile:
    """What became of a file by its SHA-256. With a `form` it is no more than known where it came in as another one."""
    scans = home.store.scans_of_file(sha256)
    if scans:
        of_form = [each for each in scans if form in (None, each.form)]
        return _known(home, of_form) if of_form else SentFile(state="known")
    if any(each.sha256 == sha256 for each in waiting_scans(home.settings)) or home.store.arrives_elsewhere(sha256):
        return SentFile(state="waiting")
    if home.store.forgotten(sha256):
        return SentFile(state="forgotten")
    aside = [each for each in home.store.list_set_aside() if each.file.sha256 == sha256]
    return SentFile(state="set aside", reason=aside[-1].message) if aside else SentFile(state="unknown")


def _known(home: Home, scans: Sequence[Scan]) -> SentFile:
    ids = tuple(each.id for each in scans)
    found = [(batch, cancelled_at(home, batch)) for batch in {home.store.known_scan(each).scan.batch for each in ids}]
    cancelled = [(at, batch) for batch, at in found if at is not None]
    if len(cancelled) < len(found):
        return SentFile(state="known", scans=ids)
    at, batch = max(cancelled)
    reason = (
        f"The batch {batch!r}, in which this is known already, was cancelled on {at:%Y-%m-%d}: nobody is asked "
        "about it until the batch goes on (fairhand batch resume)."
    )
    return SentFile(state="known", scans=ids, reason=reason, cancelled=batch)


def unread_files(home: Home, batch: str | None = None) -> int:
    """How many files wait to be taken in, of one batch or of all, here or on another machine.

    A group that is half read still has all its files.
    """
    here = [(each.sha256, each.batch) for each in waiting_scans(home.settings)]
    waiting = {file for file, named in (*here, *home.store.arriving_elsewhere()) if batch in (None, named)}
    return sum(not home.store.scans_of_file(file) for file in waiting)


def waiting_batches(home: Home) -> set[str]:
    """The batches of files that wait to be taken in, here or on another machine."""
    elsewhere = {batch for _, batch in home.store.arriving_elsewhere()}
    return {each.batch for each in waiting_scans(home.settings)} | elsewhere


def require_welcome(home: Home, form: str, batch: str) -> None:
    """FormError where there is no such form, SettingsError where the batch was cancelled."""
    forms_of(home, form)
    require_open_batch(home, batch)
