"""Whether somebody has signed: present or not, never whose it is. An empty box is not signed, never blank."""

from __future__ import annotations

from transcribe.fields._facts import Facts
from transcribe.fields._yes_no import faults, normalise, parse, write

__all__ = ["FACTS", "faults", "normalise", "parse", "write"]

FACTS = Facts(
    name={"en": "signature", "fr": "signature", "es": "firma"},
    plural={"en": "signatures", "fr": "signatures", "es": "firmas"},
    rank=13,
    colour="#8b008b",
    family="mark",
    holds="mark",
    labels={"#signature": 1},
)
