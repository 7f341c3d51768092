"""Scans that programs send over HTTP: each waits in a folder of the home until it is taken in, and is then removed."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows.home import Home, Settings, now, require_room
from flows.steps import cancelled_at
from flows.watching.verdicts import verdicts
from flows.watching.watched_folder import Round
from transcribe.errors import FairhandError
from transcribe.store import Store

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
