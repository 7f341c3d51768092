"""Which files of a watched folder are finished: nobody writes them any more, and they do not change."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from transcribe.intake import HOCR_SUFFIX, PICTURE_SUFFIXES

DONE_FOLDER = "done"
"""The folder in a watched one to which files go that were taken in."""

ASIDE_FOLDER = "aside"
"""The folder in a watched one to which files go that were not taken in, each with the reason beside."""

TEMPORARY_SUFFIXES = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", "~")
"""Endings of names that programs give to files which they have not finished."""

TEMPORARY_BEGINNINGS = (".", "~$", "#")
"""Beginnings of such names, and of files that are none of people's."""

SYSTEM_NAMES = frozenset({"thumbs.db", "desktop.ini"})
"""Files that a desktop leaves in every folder."""

Kind = Literal["picture", "words", "other", "no file"]
"""What a name in the folder is: a picture or PDF, words beside one, another kind of file, or no regular file at all."""


@dataclass(frozen=True, slots=True)
class Look:
    """What shows whether a file has changed: the file itself, its size, and when it was written."""

    device: int
    file: int
    size: int
    written_ns: int

    @classmethod
    def of(cls, path: Path) -> Look:
        """How this path looks now; a link is looked at itself. OSError where there is nothing."""
        found = path.lstat()
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFile:
    """A file in a watched folder, how it looks, and for how many seconds it has looked so."""

    path: Path
    kind: Kind
    look: Look
    seconds: float


@dataclass(slots=True, kw_only=True)
class Settling:
    """Remembers how the files of a folder looked, and since when. `clock` gives seconds that only grow."""

    folder: Path
    clock: Callable[[], float] = time.monotonic
    unreached: dict[Path, str] = field(default_factory=dict)
    _seen: dict[Path, tuple[Look, float]] = field(default_factory=dict)

    def files(self) -> list[WatchedFile]:
        """Every file that is there now, but for those with temporary names, in order of their paths.

        `unreached` has then the folders that could not be looked into, and why. OSError where the whole folder cannot.
        """
        self.unreached.clear()
        os.scandir(self.folder).close()
        found, now = [], self.clock()
        seen: dict[Path, tuple[Look, float]] = {}
        for path in sorted(self._paths()):
            try:
                look = Look.of(path)
            except OSError:
                continue  # it went while we looked
            before, since = self._seen.get(path, (look, now))
            seen[path] = (look, since if before == look else now)
            found.append(WatchedFile(path=path, kind=_kind(path), look=look, seconds=now - seen[path][1]))
        self._seen = seen
        return found

    def _paths(self) -> Iterator[Path]:
        own = {self.folder / DONE_FOLDER, self.folder / ASIDE_FOLDER}

        def failed(error: OSError) -> None:
            self.unreached[Path(error.filename)] = error.strerror or type(error).__name__

        for place, folders, names in os.walk(self.folder, onerror=failed):
            here = Path(place)
            linked = [name for name in folders if (here / name).is_symlink()]
            self.unreached.update({here / name: "it is a link, which is not followed" for name in linked})
            folders[:] = [
                name
                for name in folders
                if name not in linked and here / name not in own and not name.startswith(TEMPORARY_BEGINNINGS)
            ]
            yield from (here / name for name in names if not _is_temporary(name))


def is_settled(file: WatchedFile, seconds: float) -> bool:
    """Whether a file is finished: unchanged for so many seconds, and no program of this machine is writing it."""
    return file.seconds >= seconds and (file.kind == "no file" or not is_being_written(file.path))


def is_being_written(path: Path) -> bool:
    """Whether a program of this machine has the file open for writing, as far as the system tells us.

    It tells by a lease, which it gives only where nobody writes. Where it gives none at all, as for other people's
    files or on some network folders, the answer is False.
    """
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.fcntl(opened, fcntl.F_SETSIG, signal.SIGURG)  # who opens it meanwhile has us told; that does no harm
        fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(opened)
    return False


def _is_temporary(name: str) -> bool:
    low = name.lower()
    return low.startswith(TEMPORARY_BEGINNINGS) or low.endswith(TEMPORARY_SUFFIXES) or low in SYSTEM_NAMES


def _kind(path: Path) -> Kind:
    if not stat.S_ISREG(path.lstat().st_mode):
        return "no file"
    suffix = path.suffix.lower()
    return "picture" if suffix in PICTURE_SUFFIXES else "words" if suffix == HOCR_SUFFIX else "other"
