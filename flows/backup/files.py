"""Files of backups: written so that a power cut leaves them whole or away, and looked at byte by byte."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from flows.backup.manifest import KeptFile
from transcribe.archive import Archive
from transcribe.errors import ArchiveAway, FairhandError, NotFound

LOCK_FILE = ".lock"
"""The file in a folder that is locked while a backup or a restore writes there."""

READ_BYTES = 1_048_576
"""So much of a file is read at a time. Chosen by hand."""

AHEAD_COUNT = 8
"""So many pictures are read at once. Chosen by hand."""

TOGETHER_BYTES = 16_000_000
"""Pictures of so many bytes are written before the disk is waited for. Chosen by hand."""


@contextmanager
def disk_errors_said(what: str, next_step: str) -> Iterator[None]:
    """Say what a disk refuses in one sentence, with what to do next."""
    try:
        yield
    except ArchiveAway as error:
        raise FairhandError(f"{what}: {error} {next_step}") from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise FairhandError(f"{what}: {error.strerror or error}{where}. {next_step}") from error


def write_file(file: Path, content: bytes) -> KeptFile:
    """Write a new file for its owner only, and have it on disk."""
    return _written(file, [content])


def copy_file(source: Path, file: Path) -> KeptFile:
    """Copy a file into a new one for its owner only, and have it on disk."""
    with source.open("rb") as opened:
        return _written(file, iter(lambda: opened.read(READ_BYTES), b""))


def _written(file: Path, chunks: Iterable[bytes]) -> KeptFile:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        for chunk in chunks:
            opened.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        opened.flush()
        os.fsync(opened.fileno())
    return KeptFile(sha256=digest.hexdigest(), size=size)


def kept_as(file: Path) -> KeptFile:
    """The hash and the length of a file."""
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as opened:
        while chunk := opened.read(READ_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return KeptFile(sha256=digest.hexdigest(), size=size)


def fault_of(folder: Path, name: str, kept: KeptFile) -> str:
    """What is wrong with a file below a folder; "" where it is as it was written. A link is nobody's file."""
    file = folder / name
    if any(each.is_symlink() for each in (file, *file.parents) if folder in (each, *each.parents)):
        return f"{file} is a link, or lies behind one"
    try:
        if not file.is_file():
            return f"{file} is missing"
        if file.stat().st_size != kept.size or kept_as(file) != kept:
            return f"{file} is not as it was written"
    except OSError as error:
        return f"{file} cannot be read ({error.strerror})"
    return ""


def batched_pictures(archive: Archive, names: Iterable[str], missing: Callable[[str], None]) -> Iterator[list[bytes]]:
    """The files of these names, some megabytes at a time; `missing` is called for what is not there or damaged."""
    together: list[bytes] = []
    for name, content in _read_ahead(archive, names):
        if content is None:
            missing(name)
            continue
        together.append(content)
        if sum(map(len, together)) > TOGETHER_BYTES:
            yield together
            together = []
    yield together


def _read_ahead(archive: Archive, names: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
    """Each file with its bytes, some read at once: a bucket takes its time to answer, whatever it is asked."""
    left = iter(names)
    with ThreadPoolExecutor(AHEAD_COUNT) as readers:
        while some := list(islice(left, AHEAD_COUNT)):
            yield from zip(some, readers.map(partial(_whole, archive), some), strict=True)


def _whole(archive: Archive, name: str) -> bytes | None:
    """The bytes of a file of the archive; None where it is missing or damaged, or lies where the disk is broken."""
    try:
        content = archive.get(name)
    except NotFound:
        return None
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return None
    return content if hashlib.sha256(content).hexdigest() == name else None


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
