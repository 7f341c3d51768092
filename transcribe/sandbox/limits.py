"""How much one file may cost us: bytes, pages, pixels, memory and seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may be and what decoding it may take; beyond it the file is set aside with the reason.

    `pixels` is what a picture may hold as it lies in the file (phones make up to 108 million); `kept` is what is handed
    on: a larger picture is made smaller first, because print is read no better above it. `memory` bounds the address
    space of the process that decodes (a picture of `pixels` in colour, and what decoding needs besides).
    """

    bytes: int = 100_000_000
    pages: int = 200
    pixels: int = 110_000_000
    kept: int = 16_000_000
    side: int = 30_000
    smallest_side: int = 16
    pdf_dpi: int = 300
    memory: int = 1_000_000_000
    seconds: float = 30.0
