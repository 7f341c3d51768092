"""What codes with check digits share: bare characters in, a code of a possible shape out."""

from __future__ import annotations

import re

from transcribe.fields._fold import tidy

_MARKS = re.compile(r"[\s.\-_/,:;|'\"]+")


def bare(text: str) -> str:
    """The text in upper case without spaces and marks; the tidy text where nothing else is in it."""
    return tidy(_MARKS.sub("", tidy(tidy(text).upper()))) or tidy(text)
