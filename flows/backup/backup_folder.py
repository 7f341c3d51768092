"""The folder that backups lie in: one dated folder for each, and the pictures that they share."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from flows.backup.files import LOCK_FILE, fault_of, sync_folder, write_file
from flows.backup.manifest import (
    ARCHIVE_LIST_FILE,
    MANIFEST_FILE,
    BackupDamaged,
    KeptFile,
    Manifest,
    read_list,
    read_manifest,
)
from flows.runtime import take_lock
from transcribe.errors import SettingsError

UNFINISHED_SUFFIX = ".unfinished"
"""How the folder of a backup that is being made ends: the next one removes what a killed one left."""

_HASH = re.compile(r"[0-9a-f]{64}")

_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(-\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One finished backup: where it lies, and its manifest."""

    folder: Path
    manifest: Manifest

    def archive_sizes(self) -> dict[str, int]:
        """The files of the shared archive that it needs, with their lengths."""
        return read_list(self.folder / ARCHIVE_LIST_FILE)


class BackupFolder:
    """A folder of backups. What is no backup of ours in it is never touched."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def archive(self) -> Path:
        """The pictures of all backups, by their SHA-256."""
        return self.path / "archive"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else makes a backup here meanwhile.

        SettingsError where somebody does, where the folder is not there, and where nothing can be written.
        """
        if not self.path.is_dir():
            raise SettingsError(
                f"There is no folder {self.path}, and none is made: if its name is mistyped, or its disk is not "
                f"mounted, backups would fill another disk. Mount it, or make the folder: mkdir -p {self.path}"
            )
        try:
            held = take_lock(self.path / LOCK_FILE)
        except OSError as error:
            raise SettingsError(
                f"Nothing can be written to {self.path} ({error.strerror}). Name a folder on a disk that is there and "
                "writable."
            ) from error
        if held is None:
            raise SettingsError(f"Another backup is being made in {self.path}. Wait until it ends.")
        with held:
            yield

    def names(self) -> list[str]:
        """The names of the finished backups here, whole or damaged, oldest first."""
        if not self.path.is_dir():
            return []
        folders = (each for each in self.path.iterdir() if _NAME.fullmatch(each.name) and not each.is_symlink())
        return sorted(each.name for each in folders if (each / MANIFEST_FILE).is_file())

    def backups(self) -> tuple[list[Backup], list[str]]:
        """The finished backups, oldest first, and what is wrong with those whose manifest is none."""
        found, wrong = [], []
        for name in self.names():
            try:
                found.append(Backup(folder=self.path / name, manifest=read_manifest(self.path / name)))
            except BackupDamaged as error:
                wrong.append(str(error))
        return sorted(found, key=lambda each: each.manifest.made_at), wrong

    def newest(self) -> datetime | None:
        """When the newest backup here was made; None where there is none."""
        backups, _ = self.backups()
        return backups[-1].manifest.made_at if backups else None

    def newest_sizes(self) -> dict[str, int]:
        """The lengths of the pictures that the newest backup needs, as they were written; none where nobody can say."""
        backups, _ = self.backups()
        try:
            return backups[-1].archive_sizes() if backups else {}
        except (BackupDamaged, OSError):
            return {}

    def kept_sizes(self) -> dict[str, int]:
        """The files of the shared archive that are there, with their lengths."""
        return {
            entry.name: entry.stat(follow_symlinks=False).st_size
            for folder in sorted(self.archive.glob("[0-9a-f][0-9a-f]"))
            for entry in os.scandir(folder)
            if entry.is_file(follow_symlinks=False) and _HASH.fullmatch(entry.name)
        }

    def new_folder(self, at: datetime) -> Path:
        """An empty folder for a backup made then, which is no backup until `finish`."""
        name = at.astimezone(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
        names = (f"{name}{f'-{number}' if number else ''}" for number in count())
        free = next(each for each in names if not (self.path / each).exists())
        folder = self.path / f"{free}{UNFINISHED_SUFFIX}"
        folder.mkdir(mode=0o700)
        return folder

    def finish(self, folder: Path, manifest: Manifest) -> Backup:
        """Make a backup of a folder from `new_folder` in which everything lies: its manifest is written last."""
        part = folder / f"{MANIFEST_FILE}.part"
        write_file(part, (manifest.model_dump_json(indent=1) + "\n").encode())
        part.rename(folder / MANIFEST_FILE)
        if read_manifest(folder) != manifest:
            raise BackupDamaged(f"{folder / MANIFEST_FILE} could not be read back as it was written.")
        sync_folder(folder)
        finished = folder.with_name(folder.name.removesuffix(UNFINISHED_SUFFIX))
        folder.rename(finished)
        sync_folder(self.path)
        return Backup(folder=finished, manifest=manifest)

    def remove_unfinished(self) -> None:
        """Remove what killed backups left, but for the pictures that they copied: the next one needs these."""
        for folder in self.path.glob(f"*{UNFINISHED_SUFFIX}"):
            if _NAME.fullmatch(folder.name.removesuffix(UNFINISHED_SUFFIX)) and not folder.is_symlink():
                shutil.rmtree(folder)
        for part in self.archive.glob("[0-9a-f][0-9a-f]/.*.part"):
            part.unlink(missing_ok=True)

    def remove_old(self, keep: int) -> int:
        """Remove all backups but so many of the newest, and the pictures that none of these needs; gives how many.

        BackupDamaged where one cannot be read: nobody knows then which pictures it needs, and nothing is removed.
        """
        backups, wrong = self.backups()
        if wrong:
            raise BackupDamaged(f"{wrong[0]} Nothing was removed; remove that folder, if you need it no more.")
        kept = backups[-keep:]
        needed = {name for each in kept for name in each.archive_sizes()}
        for old in backups[:-keep]:
            gone = old.folder.with_name(old.folder.name + UNFINISHED_SUFFIX)
            old.folder.rename(gone)  # no backup any more, whenever this is killed
            shutil.rmtree(gone)
        for name in self.kept_sizes().keys() - needed:
            (self.archive / name[:2] / name).unlink(missing_ok=True)
        return len(backups) - len(kept)

    def faults(self, backup: Backup, checked: set[str] | None = None) -> list[str]:
        """What of a backup is missing or not as it was written, in words. `checked` are pictures that are known whole.

        Every byte is read.
        """
        files = backup.manifest.files.items()
        found = [fault for name, kept in files if (fault := fault_of(backup.folder, name, kept))]
        if found:
            return found
        sizes, known = backup.archive_sizes(), set() if checked is None else checked
        if len(sizes) != backup.manifest.archive_files or sum(sizes.values()) != backup.manifest.archive_bytes:
            return [f"{backup.folder / ARCHIVE_LIST_FILE} is not the list of its manifest"]
        for name, size in sizes.items():
            if name not in known:
                fault = fault_of(self.archive, f"{name[:2]}/{name}", KeptFile(sha256=name, size=size))
                found += [fault] if fault else []
                known |= set() if fault else {name}
        return found


def newest_backup(folder: str) -> datetime | None:
    """When the newest backup in the folder of a setting was made; None where there is none."""
    return BackupFolder(Path(folder)).newest() if folder else None
