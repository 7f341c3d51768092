"""Sentences in English that know what they were made of, so that a page may say them in another language."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any


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


def kept(sentence: str) -> str:
    """A sentence as a database keeps it: with what it was made of, where it knows that."""
    return json.dumps(_parts(sentence), ensure_ascii=False) if isinstance(sentence, Worded) else sentence


def as_kept(text: str) -> str:
    """The sentence that was kept so."""
    whole: str = _whole(json.loads(text)) if text.startswith('{"said": ') else text
    return whole


def _parts(value: object) -> object:
    if not isinstance(value, Worded):
        return value
    values = {name: _parts(each) for name, each in value.values.items()}
    return {"said": str(value), "message": value.message, "values": values}


def _whole(parts: Any) -> Any:
    if not isinstance(parts, dict):
        return parts
    sentence = Worded(parts["said"])
    sentence.message = parts["message"]
    sentence.values = {name: _whole(each) for name, each in parts["values"].items()}
    return sentence


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
