"""What codes with check digits share: bare characters in, a code of a possible shape out."""

from __future__ import annotations

import re

from transcribe.model import Field, Form, Value
from transcribe.values import tidy

_MARKS = re.compile(r"[\s.\-_/,:;|'\"]+")


def bare(text: str) -> str:
    """The text in upper case without spaces and marks; the tidy text where nothing else is in it."""
    return tidy(_MARKS.sub("", tidy(tidy(text).upper()))) or tidy(text)


def is_digits(text: str) -> bool:
    """Whether there are digits and nothing else."""
    return text.isascii() and text.isdigit()


def normalise(text: str, field: Field, form: Form) -> str:
    """Without spaces and marks."""
    return bare(text)


def write(value: Value, field: Field, form: Form) -> str:
    """The characters."""
    return "" if value is None else str(value)
