"""A box that is ticked or not. Nothing written is a box not ticked, so that this type has no blank."""

from __future__ import annotations

from transcribe.fields._facts import Facts
from transcribe.fields._yes_no import faults, normalise, parse, write

__all__ = ["FACTS", "faults", "normalise", "parse", "write"]

FACTS = Facts(
    name={"en": "box to tick", "fr": "case à cocher", "es": "casilla"},
    plural={"en": "boxes to tick", "fr": "cases à cocher", "es": "casillas"},
    rank=11,
    colour="#b8860b",
    family="mark",
    holds="mark",
    is_ticked=True,
)
