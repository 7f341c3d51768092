"""Whether somebody has signed: present or not, never whose it is. An empty box is not signed, never blank."""

from __future__ import annotations

from transcribe.fields import _marks
from transcribe.model import Field, Form, Value

EXACT = True
INPUT_MODE = "text"


def parse(text: str, field: Field, form: Form) -> Value:
    """True or False; None for words that say neither."""
    return _marks.parse(text)


def normalise(text: str, field: Field, form: Form) -> str:
    """ "true" or "false"; other words in lower case."""
    return _marks.normalise(text)


def write(value: Value, field: Field, form: Form) -> str:
    """ "true" or "false", as every source reads a signature."""
    return _marks.write(value)


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not a mark" for words that say neither."""
    return () if _marks.parse(text) is not None else ("not a mark",)
