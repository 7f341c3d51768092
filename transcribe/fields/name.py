"""Names of people, firms and towns: compared without case, punctuation and hyphens; accents count."""

from __future__ import annotations

from transcribe.fields._facts import Facts
from transcribe.model import Field, Form, Value
from transcribe.values import as_written, breaks_pattern, has_letter, plain, tidy

FACTS = Facts(
    name={"en": "name", "fr": "nom", "es": "nombre"},
    plural={"en": "names", "fr": "noms", "es": "nombres"},
    rank=2,
    family="short text",
    exact=False,
    may_be_listed=True,
    in_head="party",
    labels={"#name": 15},
)


def parse(text: str, field: Field, form: Form) -> Value:
    """The name as written, spaces single."""
    return as_written(text) or None


def normalise(text: str, field: Field, form: Form) -> str:
    """The name without case, punctuation and hyphens: "DUPONT, Jean-Pierre" is "dupont jean pierre"."""
    return plain(plain(text).replace("-", " ")) or tidy(text)


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "no letters" where there are none, "pattern" where the field's pattern is broken."""
    text = tidy(text)
    if not text:
        return ()
    lacking = () if has_letter(text) else ("no letters",)
    return lacking + (("pattern",) if breaks_pattern(text, field.pattern) else ())
