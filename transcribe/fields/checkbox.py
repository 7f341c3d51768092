"""A box that is ticked or not. Nothing written is a box not ticked, so that this type has no blank."""

from __future__ import annotations

from transcribe.fields._yes_no import EXACT, INPUT_MODE, faults, normalise, parse, write

__all__ = ["EXACT", "INPUT_MODE", "faults", "normalise", "parse", "write"]
