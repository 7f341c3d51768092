"""The archive: bytes named by their SHA-256, in a folder or any place that fsspec knows."""

from __future__ import annotations

import hashlib

import fsspec

from transcribe.errors import NotFound


class Archive:
    """Keeps bytes under their SHA-256. `url` is a folder or an fsspec URL; what is kept is never changed."""

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url)

    def _path(self, sha256: str) -> str:
        return f"{self._folder(sha256)}/{sha256}"

    def _folder(self, sha256: str) -> str:
        return f"{self._root.rstrip('/')}/{sha256[:2]}"

    def put(self, content: bytes) -> str:
        """Keep these bytes; gives their SHA-256. A killed process leaves no half file under the name."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        if not self._files.exists(path):
            self._files.makedirs(self._folder(sha256), exist_ok=True)
            with self._files.open(path + ".part", "wb") as part:
                part.write(content)
            self._files.mv(path + ".part", path)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes of this name; NotFound where there are none (they may have been erased)."""
        try:
            content: bytes = self._files.cat_file(self._path(sha256))
        except FileNotFoundError as error:
            raise NotFound(f"The archive has no {sha256[:12]}; it may have been erased.") from error
        return content

    def has(self, sha256: str) -> bool:
        """Whether there are bytes of this name."""
        return bool(self._files.exists(self._path(sha256)))

    def erase(self, sha256: str) -> None:
        """Remove these bytes; nothing happens where there are none."""
        if self.has(sha256):
            self._files.rm_file(self._path(sha256))
