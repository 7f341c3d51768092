"""The archive: bytes named by their SHA-256, in a folder or any place that fsspec knows.

Small pictures of one scan lie in one file: making a file costs more than a picture of 3 kB, and a million pages would
make sixty million files. "SHA-256.start.length" names one picture in such a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import fsspec

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

    def erase(self, name: str) -> None:
        """Remove the file that holds these bytes, with everything else in it; do nothing where there is none."""
        if self.has(name):
            self._files.rm_file(self._path(opened(name)[0]))
