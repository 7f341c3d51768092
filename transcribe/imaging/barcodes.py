"""Barcodes and QR codes read by ZXing: one more source for codes, most of which check themselves."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import NamedTuple

import zxingcpp

from transcribe.geometry import Box
from transcribe.model import Picture

BARCODE_SOURCE = f"zxing {version('zxing-cpp')}"
"""The name of ZXing's readings."""

SEARCH_MARGIN_HEIGHTS = 0.5
"""How far beyond a box barcodes are looked for, in its heights: labels are stuck on beside the line. Chosen by hand."""

ERROR_DETECTING_FORMATS = frozenset(
    getattr(zxingcpp.BarcodeFormat, name)
    for name in (
        *("EAN13", "EAN8", "UPCA", "UPCE", "ITF14", "Code128", "Code93", "DataBarOmni", "DataBarExp"),
        *("QRCode", "MicroQRCode", "RMQRCode", "DataMatrix", "Aztec", "PDF417", "MicroPDF417", "MaxiCode"),
    )
)
"""Kinds of barcode that detect errors: a code whose check fails is not read.

Code 39, ITF and Codabar need no check character, and a piece of one may read as a shorter one."""


class Barcode(NamedTuple):
    """A barcode on a picture: what it says, where, and whether its kind detects errors."""

    text: str
    box: Box
    checked: bool


def barcodes(picture: Picture, box: Box) -> list[Barcode]:
    """The barcodes in and around a box, each text once: first those in the box, from left to right.

    One beside the box, or one of several in it, may be of another field and proves nothing: it is not `checked`."""
    height, width = picture.shape[:2]
    wide = box.padded(round(SEARCH_MARGIN_HEIGHTS * box.height)).clipped(width, height)
    found = {code.text: code for code in barcodes_on_page(picture[wide.slices])}.values()
    codes = [code._replace(box=code.box.shifted(wide.x0, wide.y0)) for code in found]
    within = [code for code in codes if box.contains_middle(code.box)]
    rest = [code for code in codes if code not in within]
    return [code._replace(checked=code.checked and code in within and len(within) == 1) for code in [*within, *rest]]


def barcodes_on_page(picture: Picture) -> Iterator[Barcode]:
    """All barcodes of a page, or of a piece of one, left to right."""
    if min(picture.shape[:2], default=0) < 8:
        return
    for code in sorted(zxingcpp.read_barcodes(picture.copy()), key=lambda code: code.position.top_left.x):
        corners = [getattr(code.position, each) for each in ("top_left", "top_right", "bottom_left", "bottom_right")]
        across, down = [each.x for each in corners], [each.y for each in corners]
        if text := code.text.replace("\0", "").strip():  # no database keeps a NUL
            box = Box(min(across), min(down), max(across) + 1, max(down) + 1)
            yield Barcode(text, box, code.format in ERROR_DETECTING_FORMATS)
