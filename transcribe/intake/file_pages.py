"""Files -> sheets: what came in is checked page by page."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from transcribe.errors import FairhandError, ScanError
from transcribe.model import Page, SourceFile
from transcribe.registration import remembered_alignment
from transcribe.sandbox import Limits, check, decode

UNKNOWN_TYPE = "application/octet-stream"
ANEW = "Save the picture anew, as PNG or JPEG,"
"""What may help where reading a file failed for a reason that nobody has foreseen."""
MOST_SAID = 200
logger = logging.getLogger("fairhand.scan")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePage:
    """One page of one file that has come in; `only` where the file has no other. `content` is the whole file, empty
    where it is to be read again."""

    path: Path
    source: SourceFile
    content: bytes
    page: int
    only: bool

    @property
    def light(self) -> FilePage:
        """The same without the bytes of a file that no other sheet has; of a file of several they are kept once."""
        return replace(self, content=b"") if self.only else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file that gives no scan, or a `page` of it (0: the whole file): the name of the error's class, a sentence of
    why, and what to do before it comes again."""

    file: SourceFile
    error: str
    reason: str
    path: Path
    advice: str = ScanError().advice
    page: int = 0

    @property
    def message(self) -> str:
        """Why, and what to do, for who ingests."""
        return f"{self.reason} {self.advice} and ingest it again."

    @property
    def failed(self) -> bool:
        """Whether this is a failure of ours, and the file may be a good one."""
        return self.error != ScanError.__name__


def file_pages(files: Iterable[Path], limits: Limits) -> Iterator[FilePage | Unreadable]:
    """Every page of every file, in order; a file with a page that cannot be decoded is Unreadable as a whole."""
    for path in files:
        source = SourceFile(sha256=_name_hash(path), name=path.name, size=0, media_type=UNKNOWN_TYPE)
        try:
            content = _bytes(path, limits)
            source = replace(source, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
            media_type, count = check(content, limits)
        except Exception as error:
            yield unreadable(path, source, error)
            continue
        source = replace(source, media_type=media_type)
        for page in range(1, count + 1):
            yield FilePage(path=path, source=source, content=content, page=page, only=count == 1)


def unreadable(path: Path, source: SourceFile, error: Exception, page: int = 0) -> Unreadable:
    """The file set aside, with the error's reason said as one sentence that names the file. What nobody has foreseen
    goes to the log with where it happened, and the other files go on; our own errors that are of no one file are
    raised."""
    if isinstance(error, ScanError):
        reason, advice = str(error), error.advice
    elif isinstance(error, FairhandError):
        raise error
    else:
        logger.error("Reading a file failed unexpectedly.", exc_info=error)
        reason, advice = unexpected(error), ANEW
    name = f"{path.name} p. {page}" if page else path.name
    return Unreadable(
        file=source, error=type(error).__name__, reason=f"{name}: {reason}", path=path, advice=advice, page=page
    )


def unexpected(error: Exception) -> str:
    """A sentence for an error that nobody has foreseen, which names it."""
    said = " ".join(str(error).split())
    return f"reading it failed unexpectedly ({type(error).__name__}{f': {said[:MOST_SAID]}' if said else ''})."


def page_unreadable(sheet: FilePage, error: Exception) -> Unreadable:
    """The scan that begins with this sheet set aside. Of a file of several pages the others may give scans, so what
    stands for it is of this page alone."""
    if sheet.only:
        return unreadable(sheet.path, sheet.source, error)
    sha256 = scan_id([(sheet.source.sha256, sheet.page)])
    page = replace(sheet.source, sha256=sha256, name=f"{sheet.path.name} p. {sheet.page}")
    return unreadable(sheet.path, page, error, sheet.page)


def scan_id(each: Iterable[tuple[str, int]]) -> str:
    """SHA-256 of the list of (file, page), as lines of "<sha256> <page>"."""
    return hashlib.sha256("".join(f"{file} {page}\n" for file, page in each).encode()).hexdigest()


def picture(sheet: FilePage, limits: Limits) -> Page:
    """The sheet's page, decoded."""
    pixels, dpi = decode(sheet.content, sheet.page, limits)
    return Page(
        number=sheet.page, picture=pixels, dpi=dpi, alignment=remembered_alignment(sheet.source.sha256, sheet.page)
    )


def _bytes(path: Path, limits: Limits) -> bytes:
    try:
        if not path.is_file():
            raise ScanError("it is a link to what is not there." if path.is_symlink() else "there is no such file.")
        size = path.stat().st_size
        if size > limits.bytes:
            raise ScanError(f"the file has {size:,} bytes, and the limit is {limits.bytes:,}.")
        return path.read_bytes()
    except OSError as error:
        raise ScanError(f"the file cannot be read ({error.strerror}).") from error


def _name_hash(path: Path) -> str:
    """What stands for the bytes of a file that was not read, so that two such files are two."""
    return hashlib.sha256(str(path).encode()).hexdigest()
