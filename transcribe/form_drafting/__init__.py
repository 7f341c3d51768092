"""A first form definition from an empty page, a filled one, or a photograph of either."""

from transcribe.form_drafting.draft import draft_pages, without_writing
from transcribe.form_drafting.emptied_boxes import emptied
from transcribe.form_drafting.flat_page import flat_page
from transcribe.form_drafting.grids import looks_like_payment

__all__ = ["draft_pages", "emptied", "flat_page", "looks_like_payment", "without_writing"]
