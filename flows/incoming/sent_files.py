"""Scans that programs and operators send: each waits in a folder of the home until it is taken in, and then goes."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from flows.home import Home, Settings, require_room
from flows.steps import cancelled_at, forms_of, require_open_batch
from transcribe.model import Scan
from transcribe.store import Store

FOLDER_NAME = "incoming"
"""The folder of a home in which they wait."""


NOTE_NAME = "note.json"
"""The file that says of a folder as which form and batch it is taken in."""


PART_PREFIX = ".part-"
"""How the name of a folder begins while it is being written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingScan:
    """A file that was sent: its form (or "auto"), batch and SHA-256, and by what it came."""

    path: Path
    form: str
    batch: str
    sha256: str
    by: str = "api"


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

    def settle(self, form: str, batch: str, by: str = "api") -> None:
        """Have all of it on disk, with what it is to be taken in as and by what it came: "api" or "desk"."""
        self._form, self._batch = form, batch
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        note = json.dumps({"form": form, "batch": batch, "sha256": self.sha256, "by": by})
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
