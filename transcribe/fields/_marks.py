"""What sources and people write for a tick or a signature that is there, or is not."""

from __future__ import annotations

from transcribe.fields._fold import tidy
from transcribe.model import Value

_YES = frozenset("true yes y oui o si sí ja on 1 x v ok ✓ ✔ ☑ ☒ ✗ ✘ × checked ticked coché signed signé vrai".split())
_NO = frozenset(["", *"false no n non nein off 0 ☐ □ - unchecked unticked unsigned faux".split()])


def parse(text: str) -> bool | None:
    """True, False, or None for words that say neither."""
    word = tidy(tidy(text).casefold())
    return True if word in _YES else False if word in _NO else None


def normalise(text: str) -> str:
    """ "true" or "false"; other words in lower case."""
    found = parse(text)
    return tidy(tidy(text).casefold()) if found is None else write(found)


def write(value: Value) -> str:
    """ "true" or "false"."""
    return "" if value is None else "true" if value else "false"
