"""The archive: bytes that are named by their SHA-256 and never change, in a folder or a bucket."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from transcribe.archive.folder import Folder
from transcribe.archive.place import FilePlace, is_bucket
from transcribe.archive_names import is_hash, opened
from transcribe.errors import PictureLost


class Archive:
    """Keeps bytes under their SHA-256 and never changes them, in a folder or, as "s3://bucket/prefix", in a bucket.

    With `lasting` False nobody needs them after a power cut, as in a folder of one command's own. A bucket is spoken
    to unencrypted only where it is `plain`. Every method raises ArchiveAway where a bucket does not answer.
    """

    def __init__(self, url: str, *, lasting: bool = True, plain: bool = False) -> None:
        self._place: FilePlace
        if is_bucket(url):
            from transcribe.archive.bucket import Bucket  # its library takes 50 ms to load, and few homes need it

            self._place = Bucket(url, plain=plain)
        else:
            self._place = Folder(url, lasting=lasting)
        self._hurried: Archive | None = None

    def hurried(self) -> Archive:
        """The same archive for who cannot wait, as a page or an open transaction; a folder is itself."""
        place = self._place.hurried()
        if place is self._place:
            return self
        if self._hurried is None:
            self._hurried = object.__new__(Archive)
            self._hurried._place, self._hurried._hurried = place, self._hurried
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
