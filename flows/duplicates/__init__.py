"""The same order again: found by its picture and by its values, and what its record says of it."""

from flows.duplicates.duplicate_policy import (
    View,
    find_alike,
    find_same,
    identifying_fields,
    identity_parts,
    with_duplicates,
)

__all__ = [
    "View",
    "find_alike",
    "find_same",
    "identifying_fields",
    "identity_parts",
    "with_duplicates",
]
