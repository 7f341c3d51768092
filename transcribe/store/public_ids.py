"""Ids at random of what people and commands name: a question, an appeal, a person."""

from __future__ import annotations

import secrets

SHORT_BYTES = 9
"""72 bits, for what is no secret: 12 characters. Chosen by hand."""

LONG_BYTES = 16
"""128 bits: nobody guesses the id of what is another's."""


def short_id() -> str:
    """An id of 12 characters. It begins with no hyphen: a command would take it for an option."""
    return _of_bytes(SHORT_BYTES)


def long_id() -> str:
    """An id that nobody guesses, of 22 characters. It begins with no hyphen either."""
    return _of_bytes(LONG_BYTES)


def _of_bytes(count: int) -> str:
    while (made := secrets.token_urlsafe(count)).startswith("-"):
        pass
    return made
