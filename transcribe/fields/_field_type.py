"""Field types: how the text of a field is parsed, compared, written and checked.

Each file of this folder is one: `transcribe.fields.load("amount")`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType

from transcribe import plugins
from transcribe.errors import FormError
from transcribe.fields._facts import ANY_TEXT, Facts
from transcribe.model import Field, Form, Value
from transcribe.values import has_other_letters, in_letters_of

FREE_TEXT = "text"
"""The type of a field of which nothing else is known."""


class FieldType:
    """A field type as its file defines it, with texts read in the letters of their form.

    Cyrillic letters that look Latin become Latin. Letters of other scripts that look like none of the form's are a
    fault, "letters". The form's locale gives a text its meaning, not the typist's.
    """

    def __init__(self, file: ModuleType) -> None:
        self.facts: Facts = file.FACTS
        self._file = file
        self._write: Callable[[Value, Field, Form], str] = getattr(file, "write", lambda value, *_: str(value))

    def parse(self, text: str, field: Field, form: Form) -> Value:
        """The typed value; None where the text is none of this type (blank text is None too)."""
        value: Value = self._file.parse(in_letters_of(form, text), field, form)
        return in_letters_of(form, value) if isinstance(value, str) else value

    def normalise(self, text: str, field: Field, form: Form) -> str:
        """The text made comparable, even where it cannot be parsed: texts of one meaning are equal. Idempotent."""
        return in_letters_of(form, self._file.normalise(in_letters_of(form, text), field, form))

    def write(self, value: Value, field: Field, form: Form) -> str:
        """The value as this form writes it: `parse(write(value)) == value`. A file without it has values as texts."""
        return "" if value is None else self._write(value, field, form)

    def faults(self, text: str, field: Field, form: Form) -> tuple[str, ...]:
        """Codes of what is wrong with the text, empty where nothing is.

        They are shown as soft checks, and are evidence when readings are weighed.
        """
        text = in_letters_of(form, text)
        strange = ("letters",) if has_other_letters(form, text, exact=self.facts.exact) else ()
        return (*self._file.faults(text, field, form), *strange)


@cache
def load(name: str) -> FieldType:
    """The field type of this name, in the letters of forms; FormError lists the known ones where there is none."""
    return FieldType(plugins.load("transcribe.fields", name, error=FormError))


@cache
def facts_of(name: str) -> Facts:
    """The facts of the field type of this name; ANY_TEXT for one that was removed."""
    return load(name).facts if name in names() else ANY_TEXT


@cache
def guessed() -> tuple[str, ...]:
    """The types that are guessed from texts alone, the narrowest first."""
    return tuple(sorted((name for name in names() if facts_of(name).guessed), key=lambda name: facts_of(name).guessed))


def read_back(value: Value, field: Field, form: Form) -> Value:
    """The value that a record's own notation means, also as text.

    None where it is no value of this field's type.
    """
    kind = load(field.type)
    try:
        found = kind.parse(kind.write(value, field, form), field, form)
    except (ValueError, ArithmeticError):  # as of no date, or of no number
        return None
    return found if type(found) is type(value) or str(found).lower() == value else None


def second_reading(text: str, field: Field, form: Form) -> Value:
    """The value that a text has in the notation of records; None where the form reads no other value."""
    as_record, as_form = read_back(text, field, form), load(field.type).parse(text, field, form)
    return None if as_form is None or as_record == as_form else as_record


@cache
def names() -> tuple[str, ...]:
    """The names of all field types, listed once a process: each field of a form asks."""
    return plugins.names("transcribe.fields")
