"""A first form definition from an empty page."""

from transcribe.form_drafting.draft import draft_pages

__all__ = ["draft_pages"]
