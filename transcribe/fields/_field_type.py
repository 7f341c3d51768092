"""Field types, one file each: how the text of a field is parsed, compared, written and checked.

A file of this folder is a `FieldType`: `transcribe.fields.load("amount")`.
"""

from __future__ import annotations

from functools import cache
from typing import Protocol, cast

from transcribe import plugins
from transcribe.errors import FormError
from transcribe.model import Field, Form, Value


class FieldType(Protocol):
    """What a file of this folder provides. The form's locale rules, not the typist's."""

    EXACT: bool
    """True where nearly the same is not the same (codes, amounts, dates): such readings never agree "closely"."""

    INPUT_MODE: str
    """The HTML inputmode of its box: text, decimal, numeric, tel, email."""

    def parse(self, text: str, field: Field, form: Form) -> Value:
        """The typed value; None where the text is none of this type (blank text is None too)."""

    def normalise(self, text: str, field: Field, form: Form) -> str:
        """Comparable text, also of what cannot be parsed: two texts that say the same are equal. Idempotent."""

    def write(self, value: Value, field: Field, form: Form) -> str:
        """The value as this form writes it: `parse(write(value)) == value`."""

    def faults(self, text: str, field: Field, form: Form) -> tuple[str, ...]:
        """Codes of what is wrong with the text, empty where nothing is: the soft checks, and evidence for weighing."""


@cache
def load(name: str) -> FieldType:
    """The field type of this name, found in its folder once; FormError lists the known ones otherwise."""
    return cast(FieldType, plugins.load("transcribe.fields", name, error=FormError))


def names() -> tuple[str, ...]:
    """Every field type."""
    return plugins.names("transcribe.fields")
