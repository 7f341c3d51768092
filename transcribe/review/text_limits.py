"""Limits on a text that a person sends: characters that nobody can type or see, and lengths that no paper has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from transcribe.errors import FairhandError
from transcribe.fields import facts_of
from transcribe.i18n import N_, translation

MAX_TEXT_LENGTH = 4000
"""Characters of one field: a full page of handwriting has fewer."""

MAX_WORD_LENGTH = 300
"""Characters without a space, in scripts that put spaces between words: the longest e-mail address has 254."""

MAX_VALUE_LENGTH = 300
"""Characters of a field that holds one value, with what may be written around it: six lines of a form."""

SHOWN_NAMES_COUNT = 3
"""The most characters that are named in one sentence. Chosen by hand."""

_LONG_WORD = re.compile(rf"[\u0021-\u058f]{{{MAX_WORD_LENGTH + 1},}}")
"""A run of Latin, Greek, Cyrillic or Armenian: later scripts may have none between words, as Japanese."""

_UNTYPABLE = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Controls but tab and line ends, halves of surrogates, and what is no character."""

CONTROL_NAMES = """
NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI
DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US
"""
"""The ASCII names of its first characters, in order."""


class TextRefused(FairhandError):
    """The text holds what cannot be kept; nothing of it was kept, and it is still where it was typed."""

    def __init__(self, message: str, named: Mapping[str, object]) -> None:
        super().__init__(message.format(**named))
        self.message, self.named = message, named

    def said(self, language: str) -> str:
        """Why, in a person's language."""
        return translation(language).gettext(self.message).format(**self.named)


def unkeepable(*found: str) -> TextRefused:
    """The message for a text that holds these characters."""
    said = N_("The text has a character that cannot be kept: {names}. Take it out and send the text again.")
    return TextRefused(said, {"names": ", ".join(map(character_name, found))})


def require_keepable(text: str) -> None:
    """TextRefused names what a text holds that cannot be kept."""
    if found := list(dict.fromkeys(_UNTYPABLE.findall(text))):
        raise unkeepable(*found[:SHOWN_NAMES_COUNT])
    if len(text) > MAX_TEXT_LENGTH:
        raise TextRefused(
            N_("The text has {count} characters; at most {most} can be kept. Shorten it and send it again."),
            {"count": len(text), "most": MAX_TEXT_LENGTH},
        )
    if _LONG_WORD.search(text):
        raise TextRefused(
            N_("One word has more than {most} characters. Put spaces where the paper has them, and send it again."),
            {"most": MAX_WORD_LENGTH},
        )


def require_value_length(text: str, type_name: str) -> None:
    """TextRefused where a text is longer than any value of its field's type."""
    if facts_of(type_name).is_one_value and len(text) > MAX_VALUE_LENGTH:
        raise TextRefused(
            N_(
                "This field holds a date, a number or the like: at most {most} characters can be kept, and the text "
                "has {count}. Type what belongs in this field, and send it again."
            ),
            {"most": MAX_VALUE_LENGTH, "count": len(text)},
        )


def character_name(character: str) -> str:
    """The name of a character: "NUL (U+0000)"."""
    code = ord(character)
    controls = CONTROL_NAMES.split()
    known = controls[code] if code < len(controls) else unicodedata.name(character, "")
    return f"{known} (U+{code:04X})" if known else f"U+{code:04X}"
