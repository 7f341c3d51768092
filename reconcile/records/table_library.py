"""sqlite-utils without pandas: where pandas is installed it would be imported too, for one type that we never store.

That takes every process that opens the records .4 s.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Database"]


@contextmanager
def _as_if_absent(name: str) -> Iterator[None]:
    """Have an import of this package fail meanwhile, unless it was imported before."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # as Python's documentation says
    try:
        yield
    finally:
        del sys.modules[name]


with _as_if_absent("pandas"):
    from sqlite_utils import Database
