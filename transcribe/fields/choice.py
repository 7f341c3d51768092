"""One of a few known words, the field's `examples`: size, colour, way of payment."""

from __future__ import annotations

from functools import lru_cache

from transcribe.fields._facts import Facts
from transcribe.model import Field, Form, Value
from transcribe.values import fold, tidy

FACTS = Facts(
    name={"en": "one of several words", "fr": "un mot parmi plusieurs", "es": "una palabra entre varias"},
    plural={"en": "choices", "fr": "choix", "es": "opciones"},
    rank=12,
    is_choice=True,
    fault_words={
        "not a choice": "This is none of the choices of this field.",
    },
)


def parse(text: str, field: Field, form: Form) -> Value:
    """The choice as the form writes it, whatever the case, accents and marks.

    A text that is no choice is kept as written.
    """
    return _choices(field.examples).get(fold(text), tidy(text)) or None


def normalise(text: str, field: Field, form: Form) -> str:
    """The choice in lower case without accents and marks."""
    return fold(text) or tidy(text)


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not a choice" where the field has choices and this is none."""
    choices = _choices(field.examples)
    return ("not a choice",) if choices and text.strip() and fold(text) not in choices else ()


@lru_cache(maxsize=512)
def _choices(examples: tuple[str, ...]) -> dict[str, str]:
    return {fold(each): tidy(each) for each in examples}
