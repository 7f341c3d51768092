"""Files to scans: found, checked page by page, put together, masked, kept."""

from transcribe.intake.file_discovery import (
    HOCR_SUFFIX,
    PICTURE_SUFFIXES,
    gather,
    passed_over,
    real_path,
    unreached,
)
from transcribe.intake.file_names import path_bytes, shown_path
from transcribe.intake.file_pages import SAVE_ANEW_ADVICE, Unreadable, scan_id, unexpected, unreadable
from transcribe.intake.load_pages import load_pages
from transcribe.intake.masked_copies import is_unmasked, masked_anew
from transcribe.intake.scans import Scanned, scans_of

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
