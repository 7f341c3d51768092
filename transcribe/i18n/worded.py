"""Sentences in English that know what they were made of, so that a page may say them in another language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping


class Worded(str):
    """A sentence: what commands print. `message` is the one of the catalogues, `values` what was put into it.

    The message is the code of an error: whoever shows one says it in a language with its values, and matches no words.
    """

    message: str
    values: Mapping[str, object]
    begins: bool = False


def worded(message: str, /, *, command: str = "", **values: object) -> str:
    """A sentence with its values put in; they may be sentences themselves. Commands say `command`, where it is given.

    Pages say the message: who reads them knows no options, keys and files.
    """
    printed = command or message
    sentence = Worded(printed % values if values else printed)
    sentence.message, sentence.values = message, values
    return sentence


def reworded(text: str, messages: Iterable[str]) -> str:
    """A kept sentence made of one of these messages again; itself where it is of none."""
    for message in messages:
        parts = re.split(r"%\((\w+)\)s", message.replace("%%", "%"))
        pattern = "".join(f"(?P<{part}>.+)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
        if found := re.fullmatch(pattern, text):
            return worded(message, **{name: reworded(value, messages) for name, value in found.groupdict().items()})
    return text


def beginning(sentence: str) -> str:
    """A sentence that begins with a capital letter, in every language."""
    large = Worded(_capital(sentence))
    if isinstance(sentence, Worded):
        large.message, large.values, large.begins = sentence.message, sentence.values, True
    return large if isinstance(sentence, Worded) else str(large)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def in_words(sentence: str, gettext: Callable[[str], str]) -> str:
    """A sentence in the language of a catalogue. It stays as it is where it does not know what it was made of."""
    if not isinstance(sentence, Worded):
        return sentence
    values = {
        name: in_words(value, gettext) if isinstance(value, str) else value for name, value in sentence.values.items()
    }
    told = gettext(sentence.message)
    told = told % values if values else told
    return _capital(told) if sentence.begins else told
