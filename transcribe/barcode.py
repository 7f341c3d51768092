"""Barcodes and QR codes, by ZXing: one more source for codes, and one that checks itself."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import zxingcpp

from transcribe.model import Box

if TYPE_CHECKING:
    from transcribe.model import Picture

SOURCE = f"zxing {version('zxing-cpp')}"
TYPES = frozenset({"code", "ean"})
"""Field types whose box may hold a barcode."""

LOWEST = 50
"""Pixels of height of a box of the type code that may hold a barcode; EAN boxes are always looked at."""

AROUND = 0.5
"""Heights of the box that are looked at beyond it: labels are stuck on beside the line, and want a quiet margin."""


def barcodes(picture: Picture, box: Box) -> list[str]:
    """The texts of the barcodes in and around a box, left to right, each once; empty where there is none."""
    around = round(AROUND * box.height)
    cut = picture[max(0, box.y0 - around) : box.y1 + around, max(0, box.x0 - around) : box.x1 + around]
    if min(cut.shape[:2], default=0) < 8:
        return []
    found = sorted(zxingcpp.read_barcodes(cut.copy()), key=lambda code: code.position.top_left.x)
    return list(dict.fromkeys(code.text.strip() for code in found if code.text.strip()))
