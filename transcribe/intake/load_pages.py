"""The pages of a scan, decoded from the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy

from transcribe.archive import Archive
from transcribe.errors import ScanError
from transcribe.intake.file_pages import stored_alignment, stored_flattening
from transcribe.model import Page, Scan
from transcribe.ocr import hocr
from transcribe.registration import remembered_alignment
from transcribe.sandbox import Limits, decode

if TYPE_CHECKING:
    from transcribe.model import Picture


def load_pages(scan: Scan, archive: Archive, limits: Limits) -> list[Page]:
    """The pages of a scan, decoded, and turned as a person said that they lie.

    ScanError where one cannot be decoded or where they are too large together, NotFound where one was erased.
    """
    decoded: list[Page] = []
    count = 0
    for number, page in enumerate(scan.pages, 1):
        content = archive.get(page.file)
        pixels, dpi = decode(content, page.page, limits)
        count += pixels.shape[0] * pixels.shape[1]
        if count > limits.scan_pixels:
            raise ScanError(
                f"its {len(scan.pages)} pages are one scan and have more than {limits.scan_pixels // 1_000_000:,} "
                "million pixels together.",
                "Save it as several files, or at a smaller page size",
            )
        if page.turn:  # what lies beside the file speaks of the picture as it lay
            decoded.append(Page(number=number, picture=_turned(pixels, page.turn), dpi=dpi))
            continue
        beside = archive.get(page.hocr) if page.hocr else None
        beside = None if beside and hocr.is_own(beside) else beside
        alignment = stored_alignment(content) or remembered_alignment(page.file, page.page)
        decoded.append(
            Page(
                number=number,
                picture=pixels,
                dpi=dpi,
                hocr=beside,
                alignment=alignment,
                flattened=stored_flattening(content),
            )
        )
    return decoded


def _turned(picture: Picture, degrees: int) -> Picture:
    """The picture turned with the clock by quarters."""
    return numpy.ascontiguousarray(numpy.rot90(picture, -degrees // 90 % 4))
