"""Copies of pages with payment data painted over, as they are kept in the archive."""

from __future__ import annotations

from transcribe.archive import Archive
from transcribe.errors import ScanError
from transcribe.intake import redaction
from transcribe.intake.file_pages import scan_id
from transcribe.intake.jpeg_metadata import with_comment
from transcribe.intake.load_pages import load_pages
from transcribe.model import Flattened, Form, Page, Scan, SourceFile
from transcribe.registration import Aligned, align, shows_second_form
from transcribe.sandbox import Limits


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
