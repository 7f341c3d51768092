"""sqlite-utils without pandas and numpy: it would import them too, for types that we never store.

Pandas takes every process that opens the records .4 s, numpy .07 s.
"""

from __future__ import annotations

from transcribe.lean_imports import as_if_absent

__all__ = ["Database"]

with as_if_absent("pandas"), as_if_absent("numpy"):
    from sqlite_utils import Database
