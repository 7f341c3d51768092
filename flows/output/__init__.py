"""What leaves fairhand: JSON, hOCR, explanations, reports."""

from flows.output.broken_rules import rules_broken
from flows.output.duplicate_pairs import (
    duplicate_in_words,
    duplicate_json,
    duplicates_of,
    found_by,
    waiting_duplicates,
)
from flows.output.explanation import Explanation, explained, explained_whole, in_words
from flows.output.hocr_output import hocr_pages
from flows.output.json_result import (
    ErrorJson,
    FieldJson,
    ScanJson,
    ScanResult,
    error_json,
    scan_json,
    source_label,
    unknown_json,
    weighed,
)
from flows.output.svg import svg

__all__ = [
    "ErrorJson",
    "Explanation",
    "FieldJson",
    "ScanJson",
    "ScanResult",
    "duplicate_in_words",
    "duplicate_json",
    "duplicates_of",
    "error_json",
    "explained",
    "explained_whole",
    "found_by",
    "hocr_pages",
    "in_words",
    "rules_broken",
    "scan_json",
    "source_label",
    "svg",
    "unknown_json",
    "waiting_duplicates",
    "weighed",
]
