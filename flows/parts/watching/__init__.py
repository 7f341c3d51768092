"""Folders that are watched: each photograph that is put there is taken in once."""

from flows.parts.watching.watching_part import PART

__all__ = ["PART"]
