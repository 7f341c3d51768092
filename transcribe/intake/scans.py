"""Files -> scans -> pages: what comes in is checked, kept by its SHA-256 (payment data masked) and decoded."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy

from transcribe.archive import Archive
from transcribe.errors import ScanError
from transcribe.intake import redaction
from transcribe.intake.file_pages import Sheet, Unreadable, page_unreadable, picture, scan_id, sheets
from transcribe.intake.grouping import Group, of_any, of_form
from transcribe.intake.jpeg_metadata import flattened, stamp, stamped
from transcribe.model import Flattened, Form, Page, Scan, ScanPage, SourceFile
from transcribe.ocr import hocr
from transcribe.registration.align import Aligned, align
from transcribe.registration.cache import remembered
from transcribe.registration.second_form import shows_another
from transcribe.sandbox import decoding
from transcribe.sandbox.limits import Limits

if TYPE_CHECKING:
    from transcribe.model import Picture

SUFFIXES = frozenset(
    ".jpg .jpeg .jpe .jfif .png .tif .tiff .webp .heic .heif .avif .bmp .jp2 .ppm .pgm .pdf".split()
)  # fmt: skip
MISFIT = (
    "it does not lie on the form {form}, so that nobody knows where payment data stand on it; nothing of it was kept."
)
MISFIT_ADVICE = "Photograph it again, flat and whole, or name the form that it is,"
HOCR_SUFFIX = ".hocr"
logger = logging.getLogger("fairhand.scan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A scan whose pages are in the archive, and the files that it was made of.

    `files` begins with the files as they came in; masked copies, which are then what the archive keeps, follow.
    `came` is where each page came from: a file's path and the page in it; `path` is the first.
    `seen` is True where the caller knew the scan already: nothing was kept anew. `page` is where in its file it begins,
    0 where the file has but one page.
    """

    scan: Scan
    files: tuple[SourceFile, ...]
    came: tuple[tuple[Path, int], ...]
    seen: bool = False
    page: int = 0

    @property
    def path(self) -> Path:
        return self.came[0][0]


def gather(paths: Iterable[Path], *, ours: Sequence[Path] = ()) -> list[Path]:
    """Files named, and the pictures and PDFs in folders named, in the order that people count (2 before 10).

    What lies in one of `ours`, the folders where we keep pictures, is left out where a folder around it is named.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted((each for each in _inside(path, ours) if _is_picture(each)), key=_as_people_count)
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def passed_over(paths: Iterable[Path], *, ours: Sequence[Path] = ()) -> list[Path]:
    """Files in folders named that `gather` leaves out for what they are, in the same order; not what belongs to a
    picture beside it."""
    others = (each for path in paths if path.is_dir() for each in _inside(path, ours) if not _is_picture(each))
    return sorted({each for each in others if each.suffix.lower() != HOCR_SUFFIX}, key=_as_people_count)


def _inside(folder: Path, ours: Sequence[Path]) -> Iterator[Path]:
    around = [each for each in (kept.resolve() for kept in ours) if folder.resolve() in each.parents]
    for each in folder.rglob("*"):
        if (each.is_file() or _leads_nowhere(each)) and not each.name.startswith(".") and not _lies_in(each, around):
            yield each


def _leads_nowhere(path: Path) -> bool:
    """Whether it is a link to what is not there: an order may be missing, so it is said."""
    return path.is_symlink() and not path.exists()


def _is_picture(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES


def _lies_in(file: Path, folders: Sequence[Path]) -> bool:
    return bool(folders) and any(folder in file.resolve().parents for folder in folders)


def scans(
    files: Iterable[Path],
    form: Form | None,
    archive: Archive,
    limits: Limits,
    *,
    forms: Sequence[Form] = (),
    seen: Callable[[str], bool] = lambda _: False,
    batch: str = "",
) -> Iterator[Scanned | Unreadable]:
    """The scans in these files, in order, each kept in the archive; a file that gives none is Unreadable.

    Of a form of several pages those are one scan that lie in one PDF or TIFF, or follow each other in one folder, and
    surely belong together; pages in doubt are Unreadable. Of a form with the option `pages = "file"` every file is one
    scan. Without a form it is looked for among `forms`; in
    doubt the scan's form stays empty, and a page that might be a form with payment data is kept coarse.
    `seen` says of a scan's id whether it is known already; nothing is kept again then.
    """
    found = sheets(files, limits)
    for group in of_form(found, form, limits) if form else of_any(found, forms, limits):
        if isinstance(group, Unreadable):
            yield group
            continue
        scanned: list[Scanned | Unreadable]
        try:
            scanned = [_scanned(group, archive, limits, seen, batch)]
        except Exception as error:
            scanned = [page_unreadable(sheet, error) for sheet in group.sheets]
        yield from scanned


def pages(scan: Scan, archive: Archive, limits: Limits) -> list[Page]:
    """The pages of a scan, decoded, and turned as somebody said they lie; ScanError where one cannot be decoded,
    NotFound where it was erased."""
    decoded = []
    for number, each in enumerate(scan.pages, 1):
        content = archive.get(each.file)
        pixels, dpi = decoding.picture(content, each.page, limits)
        if each.turn:  # what lies beside the file speaks of the picture as it lay
            decoded.append(Page(number=number, picture=_turned(pixels, each.turn), dpi=dpi))
            continue
        beside = archive.get(each.hocr) if each.hocr else None
        beside = None if beside and hocr.is_own(beside) else beside
        laid = stamp(content) or remembered(each.file, each.page)
        decoded.append(Page(number=number, picture=pixels, dpi=dpi, hocr=beside, laid=laid, flat=flattened(content)))
    return decoded


def _turned(picture: Picture, degrees: int) -> Picture:
    """The picture turned with the clock by quarters."""
    return numpy.ascontiguousarray(numpy.rot90(picture, -degrees // 90 % 4))


def _as_people_count(path: Path) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", str(path).lower())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _scanned(group: Group, archive: Archive, limits: Limits, seen: Callable[[str], bool], batch: str) -> Scanned:
    first = group.sheets[0]
    scan = Scan(
        id=scan_id((sheet.source.sha256, sheet.page) for sheet in group.sheets),
        pages=tuple(ScanPage(file=sheet.source.sha256, page=sheet.page) for sheet in group.sheets),
        form=group.form.name if group.form else "",
        form_version=group.form.version if group.form else 0,
        name=first.path.name if first.only else f"{first.path.name} p. {first.page}",
        batch=batch,
    )
    sources = tuple(dict.fromkeys(sheet.source for sheet in group.sheets))
    scanned = Scanned(
        scan=scan,
        files=sources,
        came=tuple((sheet.path, sheet.page) for sheet in group.sheets),
        page=0 if first.only else first.page,
    )
    if seen(scan.id):
        return replace(scanned, seen=True)
    form = group.form or group.near
    if form is not None and redaction.has_payment(form):
        return _kept_masked(scanned, group, form, archive, limits)
    return _kept_whole(scanned, group.sheets, archive)


def _kept_whole(scanned: Scanned, group: Iterable[Sheet], archive: Archive) -> Scanned:
    """The files as they are, and an hOCR file that lies beside one."""
    kept = []
    for sheet, page in zip(group, scanned.scan.pages, strict=True):
        archive.put(sheet.content)
        beside = _beside(sheet.path)
        kept.append(replace(page, hocr=archive.put(beside) if beside is not None else ""))
    return replace(scanned, scan=replace(scanned.scan, pages=tuple(kept)))


def _beside(path: Path) -> bytes | None:
    """The hOCR file beside a picture; None where there is none that can be used: the picture can be read without."""
    file = path.with_suffix(HOCR_SUFFIX)
    try:
        return file.read_bytes() if file.is_file() and file.stat().st_size <= hocr.MOST_BYTES else None
    except OSError as error:
        logger.warning("The hOCR file beside a picture was left out: %s", error.strerror)
        return None


def _kept_masked(scanned: Scanned, group: Group, form: Form, archive: Archive, limits: Limits) -> Scanned:
    """A masked picture of each page instead of the files; an hOCR file is left out too, it may say the number.

    ScanError where a page does not lie on the form that it is said to be: nobody knows then where payment data stand,
    and of what may be kept of it nobody could read a field. Where its form is in doubt, people are asked which it is.
    """
    kept, copies = [], []
    for position, sheet in enumerate(group.sheets):
        page = picture(sheet, limits)
        if group.form is None:
            laid = Aligned(page=page, fit=0.0, inliers=0, number=page.number)
        else:
            laid = group.laid[position] if group.laid else align(page, form)
        if shows_another(page.picture, laid, form):  # whose payment data nobody would mask
            raise ScanError("two forms lie on this photograph.", "Take a photograph of each")
        if group.form is not None and not redaction.can_mask(laid, form):
            raise ScanError(MISFIT.format(form=form.name), MISFIT_ADVICE)
        copy = _masked_copy(page, laid, form, archive, f"{sheet.path.name} p. {sheet.page}, masked")
        kept.append(ScanPage(file=copy.sha256, page=1))
        copies.append(copy)
    return replace(scanned, scan=replace(scanned.scan, pages=tuple(kept)), files=scanned.files + tuple(copies))


def _masked_copy(page: Page, laid: Aligned, form: Form, archive: Archive, name: str) -> SourceFile:
    """A page with its payment data painted over, kept in the archive."""
    copy = redaction.masked(page.picture, laid, form)
    content, lies = redaction.encoded(copy), laid.laid(form)
    if lies and not laid.bent:
        content = stamped(content, lies)
    elif (
        lies and copy.shape == laid.page.picture.shape
    ):  # it is flat, and lies on its form otherwise than the photo did
        height, width = page.picture.shape[:2]
        content = stamped(content, Flattened(size=(width, height), homography=lies.homography))
    return SourceFile(sha256=archive.put(content), name=name, size=len(content), media_type="image/jpeg")


def is_unmasked(scan: Scan, form: Form) -> bool:
    """Whether a scan has payment data to mask and its pages are still the files as they came: nobody knew then which
    form it is."""
    return redaction.has_payment(form) and scan_id((page.file, page.page) for page in scan.pages) == scan.id


def masked_anew(scan: Scan, form: Form, archive: Archive, limits: Limits) -> tuple[SourceFile, ...]:
    """Masked copies of the pages of a scan whose form was not known when it came, one a page, kept in the archive."""
    copies = []
    for page in pages(scan, archive, limits):
        laid = align(page, form)
        if shows_another(page.picture, laid, form):  # too coarse to read, as a page that does not fit
            laid = Aligned(page=page, fit=0.0, inliers=0, number=page.number)
        copies.append(_masked_copy(page, laid, form, archive, f"{scan.name} p. {page.number}, masked"))
    return tuple(copies)
