"""Work without a store: read files, reconcile readings, draft a form."""

from flows.standalone.draft_form import draft_definition, emptied_blanks, empty_boxes
from flows.standalone.read_files import drawn_pages, read_files, reconcile_readings

__all__ = [
    "draft_definition",
    "drawn_pages",
    "emptied_blanks",
    "empty_boxes",
    "read_files",
    "reconcile_readings",
]
