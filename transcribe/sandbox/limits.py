"""Limits of one file: bytes, pages, pixels, memory and seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a file may be, and how much its decoding may take.

    A file beyond these limits is set aside with the reason. `pixels` is the size of a picture in its file; phones make
    up to 108 million. `kept` is the most pixels handed on: a larger picture is made smaller first, as print is read no
    better above. `side` and `smallest_side` are in pixels. `memory` bounds the address space of the decoding process,
    in bytes: a picture of `pixels` in colour fits, with all that decoding needs besides. `seconds` is for one request.
    `file_pixels` are handed on of all pages of a file together: 200 pages of A4 at 300 dots an inch are 1.7 thousand
    million. `scan_pixels` are of the pages that are one scan, which lie in memory together: 57 of A4.
    """

    bytes: int = 100_000_000
    pages: int = 200
    pixels: int = 110_000_000
    kept: int = 16_000_000
    file_pixels: int = 2_000_000_000
    scan_pixels: int = 500_000_000
    side: int = 30_000
    smallest_side: int = 16
    pdf_dpi: int = 300
    memory: int = 1_000_000_000
    seconds: float = 30.0
