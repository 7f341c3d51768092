"""The pages of a scan, decoded from the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy

from transcribe.archive import Archive
from transcribe.intake.jpeg_metadata import stored_alignment, stored_flattening
from transcribe.model import Page, Scan
from transcribe.ocr import hocr
from transcribe.registration import remembered_alignment
from transcribe.sandbox import Limits, decode

if TYPE_CHECKING:
    from transcribe.model import Picture


def load_pages(scan: Scan, archive: Archive, limits: Limits) -> list[Page]:
    """The pages of a scan, decoded, and turned as somebody said they lie; ScanError where one cannot be decoded,
    NotFound where it was erased."""
    decoded = []
    for number, each in enumerate(scan.pages, 1):
        content = archive.get(each.file)
        pixels, dpi = decode(content, each.page, limits)
        if each.turn:  # what lies beside the file speaks of the picture as it lay
            decoded.append(Page(number=number, picture=_turned(pixels, each.turn), dpi=dpi))
            continue
        beside = archive.get(each.hocr) if each.hocr else None
        beside = None if beside and hocr.is_own(beside) else beside
        laid = stored_alignment(content) or remembered_alignment(each.file, each.page)
        decoded.append(
            Page(
                number=number,
                picture=pixels,
                dpi=dpi,
                hocr=beside,
                alignment=laid,
                flattened=stored_flattening(content),
            )
        )
    return decoded


def _turned(picture: Picture, degrees: int) -> Picture:
    """The picture turned with the clock by quarters."""
    return numpy.ascontiguousarray(numpy.rot90(picture, -degrees // 90 % 4))
