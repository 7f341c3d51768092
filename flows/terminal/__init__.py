"""What is printed on a terminal."""

from flows.terminal.counts_table import print_counts
from flows.terminal.printing import (
    NOTHING_THERE,
    AsJson,
    about,
    as_json,
    columns,
    note,
    passed_over,
    progress,
    require_there,
    to_do,
    writable,
)

__all__ = [
    "NOTHING_THERE",
    "AsJson",
    "about",
    "as_json",
    "columns",
    "note",
    "passed_over",
    "print_counts",
    "progress",
    "require_there",
    "to_do",
    "writable",
]
