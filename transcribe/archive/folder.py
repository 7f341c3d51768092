"""Files of the archive in a folder: on disk when they are acknowledged, and never half there."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from transcribe.archive_names import path_of
from transcribe.errors import ArchiveFull, is_disk_full

OPEN_FILES_COUNT = 64
"""The most files open at once while many are kept. A process may have about a thousand. Chosen by hand."""


class Folder:
    """Keeps files in a folder, 256 folders below it; `lasting` False waits for no disk."""

    def __init__(self, folder: str, *, lasting: bool) -> None:
        self._root = Path(folder).absolute()
        self._lasting = lasting
        self._synced_folders: set[str] = set()

    def hurried(self) -> Self:
        """The folder itself: a disk answers or fails."""
        return self

    def keep(self, contents: Mapping[str, bytes]) -> None:
        """Keep these bytes; ArchiveFull where there is no room for all of them."""
        paths = {sha256: self._path(sha256) for sha256 in contents}
        lacking = [path for sha256, path in paths.items() if not _holds(path, contents[sha256])]
        for start in range(0, len(lacking), OPEN_FILES_COUNT):
            self._put_together({path: contents[path.name] for path in lacking[start : start + OPEN_FILES_COUNT]})
        there = set(paths.values()).difference(lacking)
        self._sync_known([path for path in paths.values() if path in there])

    def read(self, sha256: str, start: int, end: int | None) -> bytes:
        """The bytes of a file from `start` to before `end`, to its end where that is None."""
        with self._path(sha256).open("rb") as file:
            file.seek(start)
            return file.read() if end is None else file.read(end - start)

    def has(self, sha256: str) -> bool:
        """Whether there is a file of this name."""
        return self._path(sha256).exists()

    def written_at(self, sha256: str) -> datetime:
        """When a file was last written or kept again."""
        return datetime.fromtimestamp(self._path(sha256).stat().st_mtime, UTC)

    def files(self) -> Iterator[tuple[str, datetime]]:
        """Every file, with when it was last written or kept again."""
        for folder in _entries(self._root):
            for entry in _entries(folder) if folder.is_dir() else ():
                try:
                    written = entry.stat().st_mtime
                except FileNotFoundError:  # a writer's, or erased just now
                    continue
                yield entry.name, datetime.fromtimestamp(written, UTC)

    def erase(self, sha256: str) -> None:
        """Remove a file, with what killed writers left of it."""
        path = self._path(sha256)
        path.unlink(missing_ok=True)
        for part in path.parent.glob(f".{sha256}.*.part"):
            if not _is_being_written(part):
                part.unlink(missing_ok=True)
        if self._lasting and path.parent.is_dir():
            _sync(path.parent)

    def try_out(self) -> None:
        """Nothing: the disk of a folder is looked at as that of the home is."""

    def _path(self, sha256: str) -> Path:
        return self._root / path_of(sha256)

    def _put_together(self, contents: Mapping[Path, bytes]) -> None:
        try:
            self._put_in_folder(contents)
        except OSError as error:
            if is_disk_full(error, self._root):
                raise ArchiveFull(str(self._root)) from error
            raise

    def _put_in_folder(self, contents: Mapping[Path, bytes]) -> None:
        """Write all files, then sync them, then name them: one go for the disk."""
        parts = {path: path.with_name(_part_name(path.name)) for path in contents}
        try:
            with ExitStack() as opened_files:
                files = []
                for path, part in parts.items():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    files.append(opened_files.enter_context(part.open("xb")))
                    files[-1].write(contents[path])
                    files[-1].flush()
                for file in files if self._lasting else ():
                    os.fsync(file.fileno())
            for path, part in parts.items():
                part.replace(path)
        except BaseException:
            for part in parts.values():
                part.unlink(missing_ok=True)
            raise
        self._sync_folders({path.parent for path in contents})

    def _sync_known(self, paths: Sequence[Path]) -> None:
        """Have on disk what another writer may have written a moment ago."""
        for path in paths:
            os.utime(path)  # so that nobody takes it for one that no scan needs
            if self._lasting:
                _sync(path)
        self._sync_folders({path.parent for path in paths})

    def _sync_folders(self, folders: Collection[Path]) -> None:
        """Have what stands in folders on disk, and the folders themselves where this process has not done so yet."""
        if not self._lasting or not folders:
            return
        for folder in folders:
            _sync(folder)
        if {folder.name for folder in folders} <= self._synced_folders:
            return
        there = {entry.name for entry in os.scandir(self._root)}
        _sync(self._root)
        if not self._synced_folders:
            _sync(self._root.parent)
        self._synced_folders |= there


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except FileNotFoundError:
        return False


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []


def _part_name(name: str) -> str:
    """A name for a file that is being written; no two writers have the same."""
    return f".{name}.{os.getpid()}.{secrets.token_hex(8)}.part"


def _is_being_written(part: Path) -> bool:
    """Whether the process that named this file runs still."""
    try:
        os.kill(int(part.name.split(".")[2]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sync(path: Path) -> None:
    """Have a file, or the names in a folder, on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
