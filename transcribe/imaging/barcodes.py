"""Barcodes and QR codes, by ZXing: one more source for codes, and one that checks itself."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

import zxingcpp

from transcribe.geometry import Box

if TYPE_CHECKING:
    from transcribe.model import Picture

BARCODE_SOURCE = f"zxing {version('zxing-cpp')}"
BARCODE_FIELD_TYPES = frozenset({"code", "ean"})
"""Field types whose box may hold a barcode."""

MIN_CODE_BOX_HEIGHT_PX = 50
"""Pixels of height of a box of the type code that may hold a barcode; EAN boxes are always looked at."""

AROUND = 0.5
"""Heights of the box that are looked at beyond it: labels are stuck on beside the line, and want a quiet margin."""

DETECTING = frozenset(
    getattr(zxingcpp.BarcodeFormat, name)
    for name in (
        *("EAN13", "EAN8", "UPCA", "UPCE", "ITF14", "Code128", "Code93", "DataBarOmni", "DataBarExp"),
        *("QRCode", "MicroQRCode", "RMQRCode", "DataMatrix", "Aztec", "PDF417", "MicroPDF417", "MaxiCode"),
    )
)
"""Kinds with a check character or error detection that are refused where it fails; Code 39, ITF and Codabar need none,
and a piece of one may read as a shorter one."""


class Barcode(NamedTuple):
    """A barcode on a picture: what it says, where, and whether its kind detects errors."""

    text: str
    box: Box
    checked: bool


def barcodes(picture: Picture, box: Box) -> list[Barcode]:
    """The barcodes in and around a box, each text once, those in the box first, left to right; empty where there is
    none. One beside the box, or one of several in it, may be of another field and proves nothing."""
    height, width = picture.shape[:2]
    wide = box.padded(round(AROUND * box.height)).clipped(width, height)
    found = list({code.text: code for code in _seen(picture[wide.slices])}.values())
    codes = [code._replace(box=code.box.shifted(wide.x0, wide.y0)) for code in found]
    within = [code for code in codes if box.contains_middle(code.box)]
    rest = [code for code in codes if code not in within]
    return [code._replace(checked=code.checked and code in within and len(within) == 1) for code in [*within, *rest]]


def barcodes_on_page(picture: Picture) -> list[Barcode]:
    """All barcodes of a page, left to right."""
    return list(_seen(picture))


def _seen(cut: Picture) -> Iterator[Barcode]:
    if min(cut.shape[:2], default=0) < 8:
        return
    for code in sorted(zxingcpp.read_barcodes(cut.copy()), key=lambda code: code.position.top_left.x):
        corners = [getattr(code.position, each) for each in ("top_left", "top_right", "bottom_left", "bottom_right")]
        across, down = [each.x for each in corners], [each.y for each in corners]
        if text := code.text.strip():
            yield Barcode(text, Box(min(across), min(down), max(across) + 1, max(down) + 1), code.format in DETECTING)
