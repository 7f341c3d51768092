"""The archive: bytes that are named by their SHA-256 and never change, in a folder or elsewhere."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, Self

from transcribe.archive_names import is_hash, opened, path_of
from transcribe.errors import ArchiveFull, PictureLost, is_disk_full


class Archive:
    """Keeps bytes under their SHA-256 and never changes them, in a folder or at a place that a part opens.

    Every method raises ArchiveAway where the place is a bucket that does not answer.
    """

    def __init__(self, place: FilePlace) -> None:
        self._place = place
        self._hurried: Archive | None = None

    def hurried(self) -> Archive:
        """The same archive for who cannot wait, as a page or an open transaction; a folder is itself."""
        if self._hurried is None:
            place = self._place.hurried()
            self._hurried = self if place is self._place else Archive(place)
        return self._hurried

    def put(self, content: bytes) -> str:
        """Keep these bytes as `put_all` does; gives their SHA-256."""
        (sha256,) = self.put_all([content])
        return sha256

    def put_all(self, contents: Iterable[bytes]) -> list[str]:
        """Keep these bytes; gives their SHA-256s. ArchiveFull where there is no room for all of them.

        They are then on disk, whatever happens; a bucket has said that it has them.

        Any number of writers may keep the same bytes at once, and a killed one leaves no half file under the name. A
        file of this name that was cut or changed is put right. Many at once are quicker: a disk is waited for twice,
        and not for each file and folder, and a bucket takes several at a time.
        """
        hashed = [(hashlib.sha256(content).hexdigest(), content) for content in contents]
        self._place.keep(dict(hashed))
        return [sha256 for sha256, _ in hashed]

    def get(self, name: str) -> bytes:
        """The bytes of this name, of a whole file or of a part.

        PictureLost where there are none: they may have been erased.
        """
        sha256, start, end = opened(name)
        try:
            return self._place.read(sha256, start, end)
        except FileNotFoundError as error:
            raise PictureLost(f"The archive has no {sha256[:12]}; it may have been erased.") from error

    def has(self, name: str) -> bool:
        """Whether there are bytes of this name."""
        return self._place.has(opened(name)[0])

    def is_whole(self, name: str) -> bool:
        """Whether the file of this name is there, with the very bytes that its name says."""
        sha256 = opened(name)[0]
        try:
            content = self._place.read(sha256, 0, None)
        except FileNotFoundError:
            return False
        return hashlib.sha256(content).hexdigest() == sha256

    def settled_files(self, before: datetime) -> Iterator[str]:
        """The SHA-256 of every file that was not written or kept again since then.

        A younger one may be one that a scan is about to name.
        """
        return (name for name, written in self._place.files() if is_hash(name) and written < before)

    def is_settled(self, sha256: str, before: datetime) -> bool:
        """Whether a file is there and was not written or kept again since then."""
        try:
            return self._place.written_at(sha256) < before
        except FileNotFoundError:
            return False

    def try_out(self) -> None:
        """See whether a bucket takes, gives and erases files; ArchiveRefused where it would keep what was erased."""
        self._place.try_out()

    def erase(self, name: str) -> None:
        """Remove these bytes, with everything that lies in the same file and what killed writers left of them.

        Nothing happens where there are none.
        """
        self._place.erase(opened(name)[0])


# Files of the archive in a folder: on disk when they are acknowledged, and never half there.

OPEN_FILES_COUNT = 64
"""The most files open at once while many are kept. A process may have about a thousand. Chosen by hand."""


class Folder:
    """Keeps files in a folder, 256 folders below it.

    With `lasting` False it waits for no disk, as nobody needs the files after a power cut.
    """

    def __init__(self, folder: Path, *, lasting: bool = True) -> None:
        self._root = folder.absolute()
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


# What an archive asks of the place where its files lie.


class FilePlace(Protocol):
    """Keeps whole files under their SHA-256. FileNotFoundError where there is none of a name."""

    def keep(self, contents: Mapping[str, bytes]) -> None:
        """Keep these bytes under their SHA-256s; they are safe when this comes back, and as young as if new."""

    def read(self, sha256: str, start: int, end: int | None) -> bytes:
        """The bytes of a file from `start` to before `end`, to its end where that is None."""

    def has(self, sha256: str) -> bool:
        """Whether there is a file of this name."""

    def written_at(self, sha256: str) -> datetime:
        """When a file was last written or kept again."""

    def files(self) -> Iterator[tuple[str, datetime]]:
        """Every file, with when it was last written or kept again."""

    def erase(self, sha256: str) -> None:
        """Remove a file, with what killed writers left of it. Nothing happens where there is none."""

    def try_out(self) -> None:
        """Write, read and erase a file; raises where that fails."""

    def hurried(self) -> Self:
        """The same place for who cannot wait long where it does not answer."""
