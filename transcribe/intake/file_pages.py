"""Files to pages: each file is checked page by page before anything of it is kept."""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import math
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from transcribe.errors import ArchiveFull, FairhandError, ScanError
from transcribe.i18n import N_, worded
from transcribe.model import Flattened, Page, SourceFile, StoredAlignment
from transcribe.registration import remembered_alignment
from transcribe.sandbox import Limits, check, decode

UNKNOWN_MEDIA_TYPE = "application/octet-stream"
"""The media type of a file that could not be read."""


SAVE_ANEW_ADVICE = "Save the picture anew, as PNG or JPEG,"
"""Advice where reading a file failed for an unforeseen reason."""


MAX_ERROR_LENGTH = 200
"""Letters of an unforeseen error's text that are shown."""


logger = logging.getLogger("fairhand.scan")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePage:
    """One page of one file that has come in.

    `only` is True where the file has no other page. `content` is the whole file, empty where it is to be read again.
    """

    path: Path
    source: SourceFile
    content: bytes
    page: int
    only: bool

    @property
    def light(self) -> FilePage:
        """The same without the bytes of a file that no other page has. Those of a file of several pages are kept
        once."""
        return replace(self, content=b"") if self.only else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file, or its `page`, that gives no scan (page 0: the whole file).

    `error` is the name of the error's class, `why` a sentence. `advice` is what to do before it comes again.
    """

    file: SourceFile
    error: str
    why: str
    path: Path
    advice: str = N_("Replace the file")
    page: int = 0

    @property
    def called(self) -> str:
        """The name of the file, with the number of the page."""
        return f"{shown_name(self.path)} p. {self.page}" if self.page else shown_name(self.path)

    @property
    def reason(self) -> str:
        """Why, in a sentence that names the file."""
        return f"{self.called}: {self.why}"

    @property
    def message(self) -> str:
        """Why, and what to do, for the person who ingests."""
        return worded(
            "%(file)s: %(why)s %(advice)s and send it again.",
            command="%(file)s: %(why)s %(advice)s and ingest it again.",
            file=self.called,
            why=self.why,
            advice=worded(self.advice),
        )

    @property
    def failed(self) -> bool:
        """Whether the fault is ours, so that the file may be a good one."""
        return self.error != ScanError.__name__


def file_pages(files: Iterable[Path], limits: Limits) -> Iterator[FilePage | Unreadable]:
    """Every page of every file, in order. A file with a page that cannot be decoded is Unreadable as a whole."""
    for path in files:
        source = SourceFile(sha256=_name_hash(path), name=shown_name(path), size=0, media_type=UNKNOWN_MEDIA_TYPE)
        try:
            content = _content(path, limits)
            source = replace(source, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
            if not is_utf8(path.name):
                raise ScanError("its name is no UTF-8, so that it cannot be kept.", "Rename the file")
            media_type, count = check(content, limits)
        except Exception as error:
            yield unreadable(path, source, error)
            continue
        source = replace(source, media_type=media_type)
        for page in range(1, count + 1):
            yield FilePage(path=path, source=source, content=content, page=page, only=count == 1)


def unreadable(path: Path, source: SourceFile, error: Exception, page: int = 0) -> Unreadable:
    """The file set aside, with the error's reason as one sentence.

    An unforeseen error goes to the log with where it happened, and the other files go on. So they do where the archive
    is full, as a smaller one may have room. Our own errors that are not about one file are raised.
    """
    if isinstance(error, ScanError):
        why, advice = error.args[0], error.advice
    elif isinstance(error, ArchiveFull):
        why, advice = error.reason, error.advice
    elif isinstance(error, FairhandError):
        raise error
    else:
        logger.error("Reading a file failed unexpectedly.", exc_info=error)
        why, advice = unexpected(error), SAVE_ANEW_ADVICE
    return Unreadable(file=source, error=type(error).__name__, why=why, path=path, advice=advice, page=page)


def unexpected(error: Exception) -> str:
    """A sentence for an unforeseen error, which names it."""
    message = " ".join(str(error).split())
    detail = f": {message[:MAX_ERROR_LENGTH]}" if message else ""
    return f"reading it failed unexpectedly ({type(error).__name__}{detail})."


def page_unreadable(file_page: FilePage, error: Exception) -> Unreadable:
    """The scan that begins with this page, set aside.

    Other pages of a file of several may give scans, so what stands for it is of this page alone.
    """
    if file_page.only:
        return unreadable(file_page.path, file_page.source, error)
    sha256 = scan_id([(file_page.source.sha256, file_page.page)])
    page = replace(file_page.source, sha256=sha256, name=f"{file_page.path.name} p. {file_page.page}")
    return unreadable(file_page.path, page, error, file_page.page)


def scan_id(pages: Iterable[tuple[str, int]]) -> str:
    """SHA-256 of the list of (file, page), as lines of "<sha256> <page>"."""
    return hashlib.sha256("".join(f"{file} {page}\n" for file, page in pages).encode()).hexdigest()


def decoded_page(file_page: FilePage, limits: Limits) -> Page:
    """The page with its picture decoded."""
    pixels, dpi = decode(file_page.content, file_page.page, limits)
    return Page(
        number=file_page.page,
        picture=pixels,
        dpi=dpi,
        alignment=remembered_alignment(file_page.source.sha256, file_page.page),
    )


def _content(path: Path, limits: Limits) -> bytes:
    """All of a regular file. It never waits: what is no file any more when it is opened gives nothing."""
    try:
        _require_file(path.stat().st_mode)
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            found = os.fstat(file.fileno())
            _require_file(found.st_mode)
            if found.st_size > limits.bytes:
                raise ScanError(f"the file has {found.st_size:,} bytes, and the limit is {limits.bytes:,}.")
            content = file.read(limits.bytes + 1)
    except FileNotFoundError as error:
        reason = "it is a link to what is not there." if path.is_symlink() else "there is no such file."
        raise ScanError(reason) from error
    except OSError as error:
        loops = error.errno == errno.ELOOP
        reason = "it is a link that leads to itself." if loops else f"the file cannot be read ({error.strerror})."
        raise ScanError(reason) from error
    if len(content) > limits.bytes:  # such as a file of the system, which says that it has none
        raise ScanError(f"the file has more bytes than {limits.bytes:,}, which is the limit.")
    return content


def _require_file(mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = next((name for is_kind, name in KINDS_OF_NO_FILE if is_kind(mode)), "no file")
        raise ScanError(f"it is {kind}, and no file.", "Put the file itself there")


KINDS_OF_NO_FILE = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)
"""Kinds of folder entries that are no files, with their names for people."""


def _name_hash(path: Path) -> str:
    """A placeholder for the hash of an unread file, unique by its path."""
    return hashlib.sha256(path_bytes(path)).hexdigest()


# The alignment of a masked page, written into its own JPEG, so that every later reading aligns it alike.
#
# Alignment takes a quarter of a second of CPU. That of the masked copy would also differ by a hair's breadth from
# that of the photograph, and a run that was killed would not end with the readings of one that was not. Of bent paper
# the copy is flat, and tells the size of the photograph and how much of it the page was: its quality depends on that.

COMMENT_START = b"\xff\xd8\xff\xfe"
"""The start of a JPEG file whose first segment is a comment (ITU T.81, annex B.2.4.5)."""


ALIGNMENT_MARK = b"fairhand laid "
"""The start of a comment with an alignment."""


COMMENT_MARKS = {StoredAlignment: ALIGNMENT_MARK, Flattened: b"fairhand flat "}
"""The start of a comment of each kind."""


SEGMENT_LENGTH_BYTES = 2
"""Bytes of a segment's length, which counts itself."""


def with_comment(jpeg: bytes, facts: StoredAlignment | Flattened) -> bytes:
    """The same JPEG with a comment that holds its alignment, or its size before it was flattened."""
    comment = COMMENT_MARKS[type(facts)] + json.dumps(asdict(facts)).encode()
    length = (len(comment) + SEGMENT_LENGTH_BYTES).to_bytes(SEGMENT_LENGTH_BYTES, "big")
    return COMMENT_START + length + comment + jpeg[SEGMENT_LENGTH_BYTES:]


def stored_alignment(jpeg: bytes) -> StoredAlignment | None:
    """The alignment that a file holds. None where it holds none, or one that cannot be right."""
    comment = _comment(jpeg, COMMENT_MARKS[StoredAlignment])
    try:
        alignment = StoredAlignment(
            form=str(comment["form"]),
            number=int(comment["number"]),
            inliers=int(comment["inliers"]),
            homography=_homography_of(comment["homography"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
    return alignment if alignment.number > 0 else None


def stored_flattening(jpeg: bytes) -> Flattened | None:
    """The size and alignment that a file's picture had before it was flattened. None where it holds none that can be
    right."""
    comment = _comment(jpeg, COMMENT_MARKS[Flattened])
    try:
        width, height = (int(side) for side in comment["size"])
        flattened = Flattened(size=(width, height), homography=_homography_of(comment["homography"]))
    except (ValueError, KeyError, TypeError):
        return None
    return flattened if min(flattened.size) > 0 else None


def _comment(jpeg: bytes, mark: bytes) -> Any:
    """The object in the file's comment. It is empty where the comment has another mark or is no object."""
    begins = len(COMMENT_START) + SEGMENT_LENGTH_BYTES
    if not jpeg.startswith(COMMENT_START) or not jpeg[begins:].startswith(mark):
        return {}
    ends = len(COMMENT_START) + int.from_bytes(jpeg[len(COMMENT_START) : begins], "big")
    try:
        return json.loads(jpeg[begins + len(mark) : ends])
    except ValueError:
        return {}


def _homography_of(numbers: Iterable[object]) -> tuple[float, ...]:
    """The nine numbers of a homography. ValueError where they are none."""
    nine = tuple(float(str(each)) for each in numbers)
    if len(nine) != 9 or not all(map(math.isfinite, nine)):
        raise ValueError(f"{len(nine)} numbers are no homography")
    return nine


# Names of files as people may be shown them: a name on a disk is any bytes.


def shown_path(path: Path) -> str:
    """The path as text; a byte that is no UTF-8 is shown as \\xe9."""
    return bytes(path).decode("utf-8", "backslashreplace")


def shown_name(path: Path) -> str:
    """The name of the file as text, likewise."""
    return shown_path(Path(path.name))


def is_utf8(name: str) -> bool:
    """Whether a name that the system gave is text, so that it can be kept and said."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def path_bytes(path: Path | str) -> bytes:
    """The bytes of a path to be hashed, the same in every locale."""
    return str(path).encode("utf-8", "surrogateescape")
