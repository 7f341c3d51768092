"""Files -> sheets -> groups: what came in is checked page by page, and pages of one filled-in form are put together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from transcribe import confined
from transcribe.align import Aligned
from transcribe.errors import ScanError
from transcribe.identify import Guess, identify, sure
from transcribe.limits import Limits
from transcribe.model import Form, Page, SourceFile

UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page of one file that has come in; `only` where the file has no other. `content` is the whole file."""

    path: Path
    source: SourceFile
    content: bytes
    page: int
    only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file that gives no scan: the name of the error's class, and one sentence of why and what to do."""

    file: SourceFile
    error: str
    message: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The sheets of one scan and their form, None where it is in doubt; `laid` is how they lie on it, if looked at.

    `near` is a form that the sheets might be where none is sure: they can be laid on it, well or badly.
    """

    sheets: tuple[Sheet, ...]
    form: Form | None
    laid: tuple[Aligned, ...] = ()
    near: Form | None = None


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


def of_form(found: Iterable[Sheet | Unreadable], form: Form) -> Iterator[Group | Unreadable]:
    """Every n sheets of a file, or of single pictures that follow each other in a folder, for a form of n pages.

    Of a form with the option `pages = "file"` every file is one group, whatever its number of pages.
    """
    whole_files = form.options.get("pages") == "file"
    begun: list[Sheet] = []
    for sheet in found:
        if isinstance(sheet, Unreadable):
            yield sheet
            continue
        full = len(begun) >= len(form.blanks) and not whole_files
        if begun and (full or not _belongs(sheet, begun[-1], whole_files=whole_files)):
            yield Group(sheets=tuple(begun), form=form)
            begun = []
        begun.append(sheet)
    if begun:
        yield Group(sheets=tuple(begun), form=form)


def of_any(found: Iterable[Sheet | Unreadable], forms: Sequence[Form], limits: Limits) -> Iterator[Group | Unreadable]:
    """Each sheet by itself with the form it surely is; pages of one form of several pages that follow each other."""
    begun: Group | None = None
    for sheet in found:
        group = sheet if isinstance(sheet, Unreadable) else _recognised(sheet, forms, limits)
        if isinstance(group, Group) and begun and _completes(group, begun):
            begun = replace(begun, sheets=begun.sheets + group.sheets, laid=begun.laid + group.laid)
            continue
        if begun and not isinstance(group, Unreadable):
            yield begun
            begun = None
        if isinstance(group, Unreadable):
            yield group
        else:
            begun = group
    if begun:
        yield begun


def picture(sheet: Sheet, limits: Limits) -> Page:
    """The sheet's page, decoded."""
    pixels, dpi = confined.picture(sheet.content, sheet.page, limits)
    return Page(number=sheet.page, picture=pixels, dpi=dpi)


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


def _belongs(sheet: Sheet, before: Sheet, *, whole_files: bool) -> bool:
    pictures_of_a_folder = sheet.only and before.only and sheet.path.parent == before.path.parent
    return sheet.path == before.path or (pictures_of_a_folder and not whole_files)


def _recognised(sheet: Sheet, forms: Sequence[Form], limits: Limits) -> Group | Unreadable:
    try:
        guesses = identify([picture(sheet, limits)], forms)
    except ScanError as error:
        return unreadable(sheet.path, sheet.source, error)
    best: Guess | None = sure(guesses)
    if best:
        return Group(sheets=(sheet,), form=best.form, laid=best.aligned)
    near = next((guess.form for guess in guesses if 0 not in guess.order), None)
    return Group(sheets=(sheet,), form=None, near=near)


def _completes(group: Group, begun: Group) -> bool:
    """Whether the group is a page of the same form that `begun` still lacks, from the same file or folder."""
    same = group.form is not None and begun.form is not None and group.form.name == begun.form.name
    return (
        same
        and group.laid[0].number not in {each.number for each in begun.laid}
        and _belongs(group.sheets[0], begun.sheets[-1], whole_files=False)
    )
