"""Free text on one line, compared without case, spacing and punctuation; accents count."""

from __future__ import annotations

from transcribe.fields._facts import Facts
from transcribe.model import Field, Form, Value
from transcribe.values import as_written, breaks_pattern, plain, tidy

FACTS = Facts(
    name={"en": "text", "fr": "texte", "es": "texto"},
    plural={"en": "texts", "fr": "textes", "es": "textos"},
    rank=1,
    family="line text",
    exact=False,
    has_shapes=True,
    may_be_listed=True,
)


def parse(text: str, field: Field, form: Form) -> Value:
    """The text as written, spaces single."""
    return as_written(text) or None


def normalise(text: str, field: Field, form: Form) -> str:
    """The text without case and punctuation, accents kept; one of punctuation only stays as it is."""
    return plain(text) or tidy(text)


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "pattern" where the field has one and the text is not of it."""
    text = tidy(text)
    return ("pattern",) if text and breaks_pattern(text, field.pattern) else ()
