"""Word lists by language, read from TOML files: a file for each language, in it a list for each subject."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from transcribe.errors import SettingsError

FIRST_LANGUAGE = "en"
"""The language whose words come first; the others follow in the order of their files' names."""


@cache
def word_lists(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """The words of each subject in all files `<language>.toml` of a folder, each word once.

    A list in a table has the table's name before its own: "labels.total". SettingsError where a file cannot be read or
    holds anything but lists of texts.
    """
    merged: dict[str, dict[str, None]] = {}
    for path in sorted(folder.glob("*.toml"), key=lambda path: (path.stem != FIRST_LANGUAGE, path.stem)):
        for subject, words in _lists(path, _read(path)):
            merged.setdefault(subject, {}).update(dict.fromkeys(words))
    return {subject: tuple(words) for subject, words in merged.items()}


@cache
def any_word(folder: Path, subject: str) -> str:
    """A regular expression that matches any word of a subject: "(?:total|summe)".

    The words are regular expressions themselves. SettingsError where there are none, or one is no regular expression.
    """
    words = word_lists(folder).get(subject, ())
    if not words:
        raise SettingsError(f"{folder}: no file has words of {subject!r}")
    for word in words:
        try:
            re.compile(word)
        except re.error as error:
            raise SettingsError(f"{folder}: {subject}: {word!r} is no regular expression: {error}") from error
    return f"(?:{'|'.join(words)})"


def _read(path: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: this is no TOML: {error}") from error


def _lists(path: Path, content: Mapping[str, object], table: str = "") -> Iterator[tuple[str, list[str]]]:
    """The lists of a file with their subjects, those of its tables too."""
    for name, value in content.items():
        subject = f"{table}{name}"
        if isinstance(value, dict) and not table:
            yield from _lists(path, value, f"{subject}.")
        elif isinstance(value, list) and all(isinstance(word, str) and word for word in value):
            yield subject, value
        else:
            raise SettingsError(f"{path}: {subject} must be a list of texts")
