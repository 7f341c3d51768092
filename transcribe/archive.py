"""The archive: bytes named by their SHA-256, in a folder or any place that fsspec knows.

Small pictures of one scan lie in one file: making a file costs more than a picture of 3 kB, and a million pages would
make sixty million files. "SHA-256.start.length" names one picture in such a file.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

from transcribe.errors import NotFound


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
    """Keeps bytes under their SHA-256 and never changes them; `url` is a folder or an fsspec URL."""

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url)
        self._local = isinstance(self._files, LocalFileSystem)
        self._synced_folders: set[Path] = set()

    def _path(self, sha256: str) -> str:
        return f"{self._folder(sha256)}/{sha256}"

    def _folder(self, sha256: str) -> str:
        return f"{self._root.rstrip('/')}/{sha256[:2]}"

    def put(self, content: bytes) -> str:
        """Keep these bytes; gives their SHA-256. In a folder they are on disk when this returns, whatever happens then.

        Any number of writers may keep the same bytes at once, and a killed one leaves no half file under the name. A
        file of this name that was cut or changed is put right. Elsewhere than in a folder the place itself says when
        bytes are safe.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        if self._holds(path, content):
            if self._local:
                _sync(Path(path))
                self._sync_folder(Path(path).parent)
        elif self._local:
            self._put_in_folder(Path(path), content)
        else:
            self._put_elsewhere(path, content)
        return sha256

    def _holds(self, path: str, content: bytes) -> bool:
        try:
            return bool(self._files.cat_file(path) == content)
        except FileNotFoundError:
            return False

    def _put_in_folder(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(_part_name(path.name))
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        self._sync_folder(path.parent)

    def _sync_folder(self, folder: Path) -> None:
        """Have what stands in a folder on disk, and once a process where the folder itself stands."""
        _sync(folder)
        if folder not in self._synced_folders:
            _sync(folder.parent)
            _sync(folder.parent.parent)
            self._synced_folders.add(folder)

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
            if folder.is_dir():
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
