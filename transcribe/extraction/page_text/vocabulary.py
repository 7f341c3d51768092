"""Words that extraction knows, from one file for each language."""

from __future__ import annotations

from pathlib import Path

from transcribe.values import any_word, word_lists

WORDS_FOLDER = Path(__file__).parent.parent / "words"
"""The files `<language>.toml`. A new language is one more file."""


def any_of(subject: str) -> str:
    """A regular expression that matches any word of a subject, in all languages: "(?:total|summe)"."""
    return any_word(WORDS_FOLDER, subject)


def texts_of(subject: str) -> tuple[str, ...]:
    """The plain texts of a subject, in all languages; none where no file has any."""
    return word_lists(WORDS_FOLDER).get(subject, ())
