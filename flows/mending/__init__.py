"""What an operator mends: scans read again."""

from flows.mending.read_again import (
    form_to_read,
    known_as,
    read_again,
    scans_to_read_again,
    to_read_again,
    what_stands,
)

__all__ = [
    "form_to_read",
    "known_as",
    "read_again",
    "scans_to_read_again",
    "to_read_again",
    "what_stands",
]
