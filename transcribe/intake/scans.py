"""Files to scans: what comes in is checked and kept by its SHA-256, with payment data masked."""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from transcribe.archive import Archive
from transcribe.errors import ScanError
from transcribe.intake import redaction
from transcribe.intake.file_pages import (
    FilePage,
    Unreadable,
    decoded_page,
    file_pages,
    page_unreadable,
    scan_id,
    with_comment,
)
from transcribe.intake.grouping import Group, group_by_any_form, group_by_form
from transcribe.intake.load_pages import load_pages
from transcribe.model import Flattened, Form, Page, Scan, ScanPage, SourceFile
from transcribe.ocr import hocr
from transcribe.registration import Aligned, align, shows_second_form
from transcribe.sandbox import Limits

MISFIT_REASON = (
    "it does not lie on the form {form}, so that nobody knows where payment data stand on it; nothing of it was kept."
)
"""Why a page with payment data was not kept."""


MISFIT_ADVICE = "Photograph it again, flat and whole, or name the form that it is,"
"""Advice about such a page."""


logger = logging.getLogger("fairhand.scan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A scan whose pages are in the archive, and the files that it was made of.

    `files` begins with the files as they came in. Masked copies follow; the archive then keeps those. `origins` has for
    each page a file's path and the page in it; `path` is the first. `is_known` is True where the caller knew the scan
    already: nothing was kept anew. `page` is where in its file it begins, 0 where the file has but one page.
    """

    scan: Scan
    files: tuple[SourceFile, ...]
    origins: tuple[tuple[Path, int], ...]
    is_known: bool = False
    page: int = 0

    @property
    def path(self) -> Path:
        return self.origins[0][0]


def scans_of(
    files: Iterable[Path],
    form: Form | None,
    archive: Archive,
    limits: Limits,
    *,
    forms: Sequence[Form] = (),
    is_known: Callable[[str], bool] = lambda _: False,
    batch: str = "",
) -> Iterator[Scanned | Unreadable]:
    """The scans in these files, in order, each kept in the archive. A file that gives none is Unreadable.

    Pages of a form of several pages are one scan where they lie in one PDF or TIFF, or follow each other in one folder,
    and surely belong together. Pages in doubt are Unreadable. Of a form with the option `pages = "file"` every file is
    one scan. Without a form it is looked for among `forms`. In doubt the scan's form stays empty, and a page that might
    be a form with payment data is kept coarse. `is_known` says of a scan's id whether it is known already; nothing is
    kept again then.
    """
    found = file_pages(files, limits)
    for group in group_by_form(found, form, limits) if form else group_by_any_form(found, forms, limits):
        if isinstance(group, Unreadable):
            yield group
            continue
        scanned: list[Scanned | Unreadable]
        try:
            scanned = [_scanned(group, archive, limits, is_known, batch)]
        except Exception as error:
            scanned = [page_unreadable(file_page, error) for file_page in group.file_pages]
        yield from scanned


def _scanned(group: Group, archive: Archive, limits: Limits, is_known: Callable[[str], bool], batch: str) -> Scanned:
    first = group.file_pages[0]
    scan = Scan(
        id=scan_id((file_page.source.sha256, file_page.page) for file_page in group.file_pages),
        pages=tuple(ScanPage(file=file_page.source.sha256, page=file_page.page) for file_page in group.file_pages),
        form=group.form.name if group.form else "",
        form_version=group.form.version if group.form else 0,
        name=first.path.name if first.only else f"{first.path.name} p. {first.page}",
        batch=batch,
    )
    sources = tuple(dict.fromkeys(file_page.source for file_page in group.file_pages))
    scanned = Scanned(
        scan=scan,
        files=sources,
        origins=tuple((file_page.path, file_page.page) for file_page in group.file_pages),
        page=0 if first.only else first.page,
    )
    if is_known(scan.id):
        return replace(scanned, is_known=True)
    form = group.form or group.likely_form
    if form is not None and form.has_payment:
        return _keep_masked(scanned, group, form, archive, limits)
    return _keep_files(scanned, group.file_pages, archive)


def _keep_files(scanned: Scanned, group: Iterable[FilePage], archive: Archive) -> Scanned:
    """Keep the files as they are, with hOCR files beside them."""
    group = tuple(group)
    beside = {path: content for path in {each.path for each in group} if (content := _hocr_beside(path)) is not None}
    archive.put_all([*{each.path: each.content for each in group}.values(), *beside.values()])
    names = {path: hashlib.sha256(content).hexdigest() for path, content in beside.items()}
    pages = zip(group, scanned.scan.pages, strict=True)
    kept = [replace(page, hocr=names.get(file_page.path, "")) for file_page, page in pages]
    return replace(scanned, scan=replace(scanned.scan, pages=tuple(kept)))


def _hocr_beside(path: Path) -> bytes | None:
    """The hOCR file beside a picture. None where there is none that can be used: the picture can be read without."""
    file = path.with_suffix(HOCR_SUFFIX)
    try:
        return file.read_bytes() if file.is_file() and file.stat().st_size <= hocr.MAX_FILE_BYTES else None
    except OSError as error:
        logger.warning("The hOCR file beside a picture was left out: %s", error.strerror)
        return None


def _keep_masked(scanned: Scanned, group: Group, form: Form, archive: Archive, limits: Limits) -> Scanned:
    """Keep a masked picture of each page instead of the files.

    An hOCR file is left out too: it may say the number. ScanError where a page does not lie on the form that it is said
    to be: it is then not known where payment data stand, and nothing that may be kept could be read. Where its form is
    in doubt, people are asked which it is.
    """
    pages, copies = [], []
    for position, file_page in enumerate(group.file_pages):
        page = decoded_page(file_page, limits)
        if group.form is None:
            aligned = Aligned(page=page, fit=0.0, inliers=0, number=page.number)
        else:
            aligned = group.alignments[position] if group.alignments else align(page, form)
        if shows_second_form(page.picture, aligned, form):  # whose payment data nobody would mask
            raise ScanError("two forms lie on this photograph.", "Take a photograph of each")
        if group.form is not None and not redaction.can_mask(aligned, form):
            raise ScanError(MISFIT_REASON.format(form=form.name), MISFIT_ADVICE)
        copy = keep_masked_copy(page, aligned, form, archive, f"{file_page.path.name} p. {file_page.page}, masked")
        pages.append(ScanPage(file=copy.sha256, page=1))
        copies.append(copy)
    return replace(scanned, scan=replace(scanned.scan, pages=tuple(pages)), files=scanned.files + tuple(copies))


# Files to be taken in, found in folders.

HOCR_SUFFIX = ".hocr"
"""A file of this ending beside a picture has the words of the picture."""


PICTURE_SUFFIXES = frozenset(
    ".jpg .jpeg .jpe .jfif .png .tif .tiff .webp .heic .heif .avif .bmp .jp2 .ppm .pgm .pdf".split()
)  # fmt: skip
"""Endings of files that are looked into for pictures."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """A folder whose files were not looked for, and why, in a few words."""

    path: Path
    reason: str


def gather(paths: Iterable[Path], *, own_folders: Sequence[Path] = ()) -> list[Path]:
    """Files named, and the pictures and PDFs in folders named, in the order that people count (2 before 10).

    A picture that is a link to nothing, a pipe or a device is given too and reported: an order may be missing.
    `own_folders` are where we keep pictures. Files in one of them are left out where a folder around it is named.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = _looked_into(path, own_folders).files
            files += sorted((each for each in found if _is_picture(each) or _is_no_file(each)), key=_as_people_count)
        else:
            files.append(path)
    return list(dict.fromkeys(files))


def passed_over(paths: Iterable[Path], *, own_folders: Sequence[Path] = ()) -> list[Path]:
    """Files that `gather` leaves out for their kind, in the same order. An hOCR file is not among them: it belongs to a
    picture."""
    found = (each for path in paths if path.is_dir() for each in _looked_into(path, own_folders).files)
    others = {each for each in found if not _is_picture(each) and not _is_no_file(each)}
    return sorted({each for each in others if each.suffix.lower() != HOCR_SUFFIX}, key=_as_people_count)


def unreached(paths: Iterable[Path], *, own_folders: Sequence[Path] = ()) -> list[Unreached]:
    """Folders in the folders named, and folders named, of which `gather` could not look into or did not: links."""
    found = (each for path in paths if path.is_dir() for each in _looked_into(path, own_folders).unreached)
    return sorted(dict.fromkeys(found), key=lambda each: _as_people_count(each.path))


@dataclass(frozen=True, slots=True)
class _LookedInto:
    """The files of a folder, and the folders in it that were not looked into."""

    files: list[Path]
    unreached: list[Unreached]


def _looked_into(folder: Path, own_folders: Sequence[Path]) -> _LookedInto:
    top = real_path(folder)
    around = [each for each in map(real_path, own_folders) if top in each.parents]
    found = _LookedInto(files=[], unreached=[])

    def failed(error: OSError) -> None:
        found.unreached.append(Unreached(Path(error.filename), f"it cannot be looked into ({error.strerror})"))

    for place, folders, names in os.walk(folder, onerror=failed):
        for each in (Path(place, name) for name in folders if not name.startswith(".")):
            if each.is_symlink() and not _lies_in(each, [top, *around]):
                found.unreached.append(Unreached(each, "it is a link to a folder elsewhere, which is not followed"))
        files = (Path(place, name) for name in names if not name.startswith("."))
        found.files.extend(each for each in files if not _lies_in(each, around))
    return found


def real_path(path: Path) -> Path:
    """The path without links. One that leads to itself stays as it is, where `Path.resolve` raises."""
    return Path(os.path.realpath(path))


def _is_no_file(path: Path) -> bool:
    """Whether the path is there and no file: a pipe, a device. A link to nothing is not there."""
    return path.exists() and not path.is_file()


def _is_picture(file: Path) -> bool:
    return file.suffix.lower() in PICTURE_SUFFIXES


def _lies_in(file: Path, folders: Sequence[Path]) -> bool:
    if not folders:
        return False
    real = real_path(file)
    return any(folder == real or folder in real.parents for folder in folders)


def _as_people_count(path: Path) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", str(path).lower())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


# Copies of pages with payment data painted over, as they are kept in the archive.


def keep_masked_copy(page: Page, aligned: Aligned, form: Form, archive: Archive, name: str) -> SourceFile:
    """A page with its payment data painted over, kept in the archive."""
    copy = redaction.redact(page.picture, aligned, form)
    content, alignment = redaction.encode_jpeg(copy), aligned.laid(form)
    if alignment and not aligned.bent:
        content = with_comment(content, alignment)
    elif (
        alignment and copy.shape == aligned.page.picture.shape
    ):  # it is flat, and lies on its form otherwise than the photo did
        height, width = page.picture.shape[:2]
        content = with_comment(content, Flattened(size=(width, height), homography=alignment.homography))
    return SourceFile(sha256=archive.put(content), name=name, size=len(content), media_type="image/jpeg")


def is_unmasked(scan: Scan, form: Form, origin: str = "") -> bool:
    """Whether a scan has payment data to mask and its pages are still the files as they came.

    That is so where its form was not known then. `origin` is the id of the pages that it came in, where that is not
    the scan's own.
    """
    return form.has_payment and scan_id((page.file, page.page) for page in scan.pages) == (origin or scan.id)


def masked_anew(
    scan: Scan, form: Form, archive: Archive, limits: Limits, *, sure: bool = False
) -> tuple[SourceFile, ...]:
    """Masked copies of the pages of a scan whose form was not known when it came.

    There is one for each page, kept in the archive. Where it is not known where payment data stand, a copy is too
    coarse to read; `sure` raises ScanError there instead.
    """
    copies = []
    for page in load_pages(scan, archive, limits):
        aligned = align(page, form)
        if sure and (shows_second_form(page.picture, aligned, form) or not redaction.can_mask(aligned, form)):
            raise ScanError(f"page {page.number} does not lie on the form {form.name}.", "Name the form that it is,")
        if shows_second_form(page.picture, aligned, form):  # too coarse to read, as a page that does not fit
            aligned = Aligned(page=page, fit=0.0, inliers=0, number=page.number)
        copies.append(keep_masked_copy(page, aligned, form, archive, f"{scan.name} p. {page.number}, masked"))
    return tuple(copies)
