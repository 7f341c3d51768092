"""Whether somebody has signed: present or not, never whose it is. An empty box is not signed, never blank."""

from __future__ import annotations

from transcribe.fields._yes_no import EXACT, INPUT_MODE, faults, normalise, parse, write

__all__ = ["EXACT", "INPUT_MODE", "faults", "normalise", "parse", "write"]
