"""Marks that are there or not, ticks and signatures: the whole of both field types."""

from __future__ import annotations

from transcribe.model import Field, Form, Value
from transcribe.values import tidy

_YES = frozenset("true yes y oui o si sí ja on 1 x v ok ✓ ✔ ☑ ☒ ✗ ✘ × checked ticked coché signed signé vrai".split())
"""Words for a mark that is there."""

_NO = frozenset(["", *"false no n non nein off 0 ☐ □ - unchecked unticked unsigned faux".split()])
"""Words for a mark that is not there."""


def parse(text: str, field: Field, form: Form) -> bool | None:
    """True, False, or None for words that say neither."""
    word = tidy(tidy(text).casefold())
    return True if word in _YES else False if word in _NO else None


def normalise(text: str, field: Field, form: Form) -> str:
    """ "true" or "false"; other words in lower case."""
    found = parse(text, field, form)
    return tidy(tidy(text).casefold()) if found is None else write(found, field, form)


def write(value: Value, field: Field, form: Form) -> str:
    """ "true" or "false", as every source reads a mark."""
    return str(value).lower()


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not a mark" for words that say neither."""
    return () if parse(text, field, form) is not None else ("not a mark",)
