"""Postal addresses, often of several lines: lines are kept in the value and do not count when comparing."""

from __future__ import annotations

from transcribe.fields._facts import Facts
from transcribe.fields._street_words import spelled_out
from transcribe.model import Field, Form, Value
from transcribe.values import as_written, has_letter, plain, tidy

FACTS = Facts(
    name={"en": "address", "fr": "adresse", "es": "dirección"},
    plural={"en": "addresses", "fr": "adresses", "es": "direcciones"},
    rank=3,
    family="line text",
    exact=False,
    in_head="place",
    labels={"#address": 14},
    spelled_out=spelled_out,
)


def parse(text: str, field: Field, form: Form) -> Value:
    """The address as written, one line of it a line, empty lines left out."""
    return "\n".join(line for line in map(as_written, text.splitlines()) if line) or None


def normalise(text: str, field: Field, form: Form) -> str:
    """The address on one line, without case, punctuation and hyphens: commas and line ends count alike."""
    flat = " ".join(text.splitlines())
    apart = flat.replace(",", " ")  # "11,41825" is a house and a postcode, no decimal number
    return plain(plain(apart).replace("-", " ")) or tidy(flat)


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "no letters" where there are none."""
    return ("no letters",) if text.strip() and not has_letter(text) else ()
