"""The archive: bytes named by their SHA-256, in a folder or any place that fsspec knows.

Small pictures of one scan lie in one file: making a file costs more than a picture of 3 kB, and a million pages would
make sixty million files. "SHA-256.start.length" names one picture in such a file.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from transcribe.errors import ArchiveFull, NotFound, is_disk_full

_HASH = re.compile(r"[0-9a-f]{64}")

OPEN_FILES_COUNT = 64
"""So many files are open at once while many are kept; a process may have about a thousand. Chosen by hand."""


def packed(contents: Mapping[str, bytes]) -> tuple[bytes, dict[str, str]]:
    """The bytes of one file that holds all these contents, and the name of each content in it."""
    content = b"".join(contents.values())
    sha256, start, names = hashlib.sha256(content).hexdigest(), 0, {}
    for name, each in contents.items():
        names[name] = f"{sha256}.{start}.{len(each)}"
        start += len(each)
    return content, names


def opened(name: str) -> tuple[str, int, int | None]:
    """The file that a name stands for, and the begin and end of the name's bytes in it.

    The end is None where they reach to the file's end.
    """
    sha256, _, part = name.partition(".")
    if not part:
        return sha256, 0, None
    start, _, length = part.partition(".")
    return sha256, int(start), int(start) + int(length)


class Archive:
    """Keeps bytes under their SHA-256 and never changes them; `url` is a folder or an fsspec URL.

    With `lasting` False nobody needs them after a power cut, as in a folder of one command's own.
    """

    def __init__(self, url: str, *, lasting: bool = True) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url)
        self._local = isinstance(self._files, LocalFileSystem)
        self._lasting = lasting
        self._synced_folders: set[str] = set()

    def _path(self, sha256: str) -> str:
        return f"{self._folder(sha256)}/{sha256}"

    def _folder(self, sha256: str) -> str:
        return f"{self._root.rstrip('/')}/{sha256[:2]}"

    def put(self, content: bytes) -> str:
        """Keep these bytes as `put_all` does; gives their SHA-256."""
        (sha256,) = self.put_all([content])
        return sha256

    def put_all(self, contents: Iterable[bytes]) -> list[str]:
        """Keep these bytes; gives their SHA-256s. ArchiveFull where there is no room for all of them.

        In a folder they are then on disk, whatever happens.

        Any number of writers may keep the same bytes at once, and a killed one leaves no half file under the name. A
        file of this name that was cut or changed is put right. Elsewhere than in a folder the place itself says when
        bytes are safe. Many at once are quicker: a disk is waited for twice, and not for each file and folder.
        """
        hashed = [(hashlib.sha256(content).hexdigest(), content) for content in contents]
        lacking = {sha256: content for sha256, content in hashed if not self._holds(self._path(sha256), content)}
        if self._local:
            paths = [Path(self._path(sha256)) for sha256 in lacking]
            for start in range(0, len(paths), OPEN_FILES_COUNT):
                together = paths[start : start + OPEN_FILES_COUNT]
                self._put_together({path: lacking[path.name] for path in together})
            self._sync_known([Path(self._path(sha256)) for sha256, _ in hashed if sha256 not in lacking])
        else:
            for sha256, content in lacking.items():
                self._put_elsewhere(self._path(sha256), content)
        return [sha256 for sha256, _ in hashed]

    def _holds(self, path: str, content: bytes) -> bool:
        try:
            return bool(self._files.cat_file(path) == content)
        except FileNotFoundError:
            return False

    def _put_together(self, contents: Mapping[Path, bytes]) -> None:
        try:
            self._put_in_folder(contents)
        except OSError as error:
            if is_disk_full(error, Path(self._root)):
                raise ArchiveFull(self._root) from error
            raise

    def _put_in_folder(self, contents: Mapping[Path, bytes]) -> None:
        """Write all, then have all on disk, then give all their names: the disk then writes most of it in one go."""
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
        root = next(iter(folders)).parent
        there = {entry.name for entry in os.scandir(root)}
        _sync(root)
        if not self._synced_folders:
            _sync(root.parent)
        self._synced_folders |= there

    def _put_elsewhere(self, path: str, content: bytes) -> None:
        folder, _, name = path.rpartition("/")
        self._files.makedirs(folder, exist_ok=True)
        part = f"{folder}/{_part_name(name)}"
        with self._files.open(part, "wb") as file:
            file.write(content)
        try:
            self._files.mv(part, path)
        except Exception:
            if not self._holds(
                path, content
            ):  # where nothing may be moved onto another writer's file of the same bytes
                raise
            self._files.rm_file(part)

    def get(self, name: str) -> bytes:
        """The bytes of this name, of a whole file or of a part.

        NotFound where there are none: they may have been erased.
        """
        sha256, start, end = opened(name)
        try:
            content: bytes = self._files.cat_file(self._path(sha256), start=start, end=end)
        except FileNotFoundError as error:
            raise NotFound(f"The archive has no {sha256[:12]}; it may have been erased.") from error
        return content

    def has(self, name: str) -> bool:
        """Whether there are bytes of this name."""
        return bool(self._files.exists(self._path(opened(name)[0])))

    def is_whole(self, name: str) -> bool:
        """Whether the file of this name is there, with the very bytes that its name says."""
        sha256 = opened(name)[0]
        try:
            content = self._files.cat_file(self._path(sha256))
        except FileNotFoundError:
            return False
        return hashlib.sha256(content).hexdigest() == sha256

    def settled_files(self, before: datetime) -> Iterator[str]:
        """The SHA-256 of every file that was not written or kept again since then.

        A younger one may be one that a scan is about to name. Where the place says no times there are none.
        """
        for folder in (entry for entry in self._entries(self._root) if entry["type"] == "directory"):
            for entry in self._entries(folder["name"]):
                if _HASH.fullmatch(entry["name"].rpartition("/")[2]) and self._is_settled(entry, before):
                    yield entry["name"].rpartition("/")[2]

    def is_settled(self, sha256: str, before: datetime) -> bool:
        """Whether a file is there and was not written or kept again since then."""
        try:
            return self._is_settled(self._files.info(self._path(sha256)), before)
        except FileNotFoundError:
            return False

    def _entries(self, folder: str) -> list[dict[str, Any]]:
        try:
            listed: list[dict[str, Any]] = self._files.ls(folder, detail=True)
        except FileNotFoundError:
            return []
        return listed

    def _is_settled(self, entry: Mapping[str, Any], before: datetime) -> bool:
        written = next(
            (entry[name] for name in ("mtime", "LastModified", "updated", "created") if entry.get(name)), None
        )
        if isinstance(written, int | float):
            written = datetime.fromtimestamp(written, UTC)
        return isinstance(written, datetime) and written.tzinfo is not None and written < before

    def erase(self, name: str) -> None:
        """Remove these bytes, with everything that lies in the same file and what killed writers left of them.

        Nothing happens where there are none.
        """
        path = self._path(opened(name)[0])
        with suppress(FileNotFoundError):
            self._files.rm_file(path)
        if self._local:
            folder = Path(path).parent
            for part in folder.glob(f".{opened(name)[0]}.*.part"):
                if not _is_being_written(part):
                    part.unlink(missing_ok=True)
            if self._lasting and folder.is_dir():
                _sync(folder)


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
