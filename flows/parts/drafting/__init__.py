"""Drafts of forms: begun from a picture or a version, drawn, tried and put in force; their commands and pages."""

from flows.parts.drafting.drafting_part import PART

__all__ = ["PART"]
