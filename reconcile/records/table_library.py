"""sqlite-utils without pandas: where pandas is installed it would be imported too, for one type that we never store.

That takes every process that opens the records .4 s.
"""

from __future__ import annotations

from transcribe.lean_imports import as_if_absent

__all__ = ["Database"]

with as_if_absent("pandas"):
    from sqlite_utils import Database
