"""What is printed on a terminal."""

from flows.terminal.counts_table import print_counts, reason_in_words
from flows.terminal.printing import (
    NO_PICTURE_MESSAGE,
    AsJson,
    as_json,
    columns,
    note,
    one_line,
    passed_over_message,
    photo_advice,
    progress,
    require_existing,
    say,
    unreached_message,
    with_file,
    writable,
)

__all__ = [
    "NO_PICTURE_MESSAGE",
    "AsJson",
    "as_json",
    "columns",
    "note",
    "one_line",
    "passed_over_message",
    "photo_advice",
    "print_counts",
    "progress",
    "reason_in_words",
    "require_existing",
    "say",
    "unreached_message",
    "with_file",
    "writable",
]
