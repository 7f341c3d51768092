"""Files to scans: found, checked page by page, put together, masked, kept."""

from transcribe.intake.file_pages import (
    SAVE_ANEW_ADVICE,
    Unreadable,
    path_bytes,
    scan_id,
    shown_path,
    unexpected,
    unreadable,
)
from transcribe.intake.load_pages import load_pages
from transcribe.intake.scans import (
    HOCR_SUFFIX,
    PICTURE_SUFFIXES,
    Scanned,
    gather,
    is_unmasked,
    masked_anew,
    passed_over,
    real_path,
    scans_of,
    unreached,
)

__all__ = [
    "HOCR_SUFFIX",
    "PICTURE_SUFFIXES",
    "SAVE_ANEW_ADVICE",
    "Scanned",
    "Unreadable",
    "gather",
    "is_unmasked",
    "load_pages",
    "masked_anew",
    "passed_over",
    "path_bytes",
    "real_path",
    "scan_id",
    "scans_of",
    "shown_path",
    "unexpected",
    "unreached",
    "unreadable",
]
