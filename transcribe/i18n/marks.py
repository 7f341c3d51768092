"""The mark of messages for the catalogues."""

from __future__ import annotations


def N_(message: str) -> str:
    """Mark a message for the catalogues, unchanged: it is translated where it is shown."""
    return message
