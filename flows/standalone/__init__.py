"""Work without a store: read files, reconcile a file, draft a form."""

from flows.standalone.draft_form import draft_definition, emptied_blanks, empty_boxes
from flows.standalone.read_files import drawn_pages, read_files
from flows.standalone.reconcile_file import reconcile_collection, write_reconciled

__all__ = [
    "draft_definition",
    "drawn_pages",
    "emptied_blanks",
    "empty_boxes",
    "read_files",
    "reconcile_collection",
    "write_reconciled",
]
