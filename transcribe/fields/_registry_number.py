"""What the types of codes with check digits share: the code without spaces and marks."""

from __future__ import annotations

import re

from transcribe.model import Field, Form, Value
from transcribe.values import tidy

_MARKS = re.compile(r"[\s.\-_/,:;|'\"]+")
"""Spaces and marks that do not count in a code."""


def bare(text: str) -> str:
    """The text in upper case without spaces and marks; the tidy text where it has nothing else."""
    return tidy(_MARKS.sub("", tidy(tidy(text).upper()))) or tidy(text)


def is_digits(text: str) -> bool:
    """Whether the text is digits and nothing else."""
    return text.isascii() and text.isdigit()


def normalise(text: str, field: Field, form: Form) -> str:
    """Without spaces and marks."""
    return bare(text)


def write(value: Value, field: Field, form: Form) -> str:
    """The characters."""
    return "" if value is None else str(value)
