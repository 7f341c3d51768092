"""Files -> sheets: what came in is checked page by page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from transcribe import confined
from transcribe.errors import ScanError
from transcribe.limits import Limits
from transcribe.lying import remembered
from transcribe.model import Page, SourceFile

UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page of one file that has come in; `only` where the file has no other. `content` is the whole file, empty
    where it is to be read again."""

    path: Path
    source: SourceFile
    content: bytes
    page: int
    only: bool

    @property
    def light(self) -> Sheet:
        """The same without the bytes of a file that no other sheet has; of a file of several they are kept once."""
        return replace(self, content=b"") if self.only else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file that gives no scan: the name of the error's class, and one sentence of why and what to do."""

    file: SourceFile
    error: str
    message: str
    path: Path


def sheets(files: Iterable[Path], limits: Limits) -> Iterator[Sheet | Unreadable]:
    """Every page of every file, in order; a file with a page that cannot be decoded is Unreadable as a whole."""
    for path in files:
        source = SourceFile(sha256=_name_hash(path), name=path.name, size=0, media_type=UNKNOWN_TYPE)
        try:
            content = _bytes(path, limits)
            source = replace(source, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
            media_type, count = confined.check(content, limits)
        except ScanError as error:
            yield unreadable(path, source, error)
            continue
        source = replace(source, media_type=media_type)
        for page in range(1, count + 1):
            yield Sheet(path=path, source=source, content=content, page=page, only=count == 1)


def unreadable(path: Path, source: SourceFile, error: ScanError) -> Unreadable:
    """The file set aside, with the error's reason said as one sentence that names the file."""
    message = f"{path.name}: {error} Replace the file and ingest it again."
    return Unreadable(file=source, error=type(error).__name__, message=message, path=path)


def picture(sheet: Sheet, limits: Limits) -> Page:
    """The sheet's page, decoded."""
    pixels, dpi = confined.picture(sheet.content, sheet.page, limits)
    return Page(number=sheet.page, picture=pixels, dpi=dpi, laid=remembered(sheet.source.sha256, sheet.page))


def _bytes(path: Path, limits: Limits) -> bytes:
    try:
        if not path.is_file():
            raise ScanError("there is no such file.")
        size = path.stat().st_size
        if size > limits.bytes:
            raise ScanError(f"the file has {size:,} bytes, and the limit is {limits.bytes:,}.")
        return path.read_bytes()
    except OSError as error:
        raise ScanError(f"the file cannot be read ({error.strerror}).") from error


def _name_hash(path: Path) -> str:
    """What stands for the bytes of a file that was not read, so that two such files are two."""
    return hashlib.sha256(str(path).encode()).hexdigest()
