"""Functions that codes with check digits share: the code without spaces and marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from transcribe.model import Field, Form
from transcribe.values import tidy

Checks = Mapping[int, Callable[[str], bool]]
"""Whether a number is right, by its count of digits."""

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


def parsed(text: str, checks: Checks) -> str | None:
    """The digits, where there is a check for so many; a wrong check digit is a fault."""
    digits = bare(text)
    return digits if is_digits(digits) and len(digits) in checks else None


def faults_of(text: str, checks: Checks) -> tuple[str, ...]:
    """ "not a number"; "length"; "check digit"."""
    digits = bare(text)
    if not digits:
        return ()
    if not is_digits(digits):
        return ("not a number",)
    if len(digits) not in checks:
        return ("length",)
    return () if checks[len(digits)](digits) else ("check digit",)
