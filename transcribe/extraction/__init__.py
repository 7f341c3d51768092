"""Scans of pages without a blank read: whole pages, and a form's fields found among their words."""

from transcribe.extraction.annotated_print import read_annotated
from transcribe.extraction.free_page import laid_pages, read

__all__ = ["laid_pages", "read", "read_annotated"]
