"""Street words of addresses: their short and long forms mean the same."""

from __future__ import annotations

from functools import lru_cache

STREET_WORDS = {
    "st": "street",
    "str": "straße",
    "strasse": "straße",
    "rd": "road",
    "ave": "avenue",
    "av": "avenue",
    "bd": "boulevard",
    "bvd": "boulevard",
    "blvd": "boulevard",
    "boul": "boulevard",
    "ln": "lane",
    "dr": "drive",
    "pl": "place",
    "sq": "square",
    "ct": "court",
    "rte": "route",
    "che": "chemin",
    "ch": "chemin",
    "all": "allée",
    "imp": "impasse",
    "fg": "faubourg",
    "fbg": "faubourg",
    "apt": "apartment",
    "bât": "bâtiment",
    "bat": "bâtiment",
    "hwy": "highway",
}
"""Short form to long form, in the comparable text of an address (lower case, no full stops).

Addresses are only compared in the long forms, never stored in them: "St" may stand for Saint.
"""

_GERMAN_ENDINGS = ("str", "strasse")
"""Other spellings of "straße". German has it at the end of the street's name: "Hauptstr." is "Hauptstraße"."""


@lru_cache(maxsize=65536)
def spelled_out(normal: str) -> str:
    """The comparable text of an address with its street words in their long form."""
    return " ".join(_word(word) for word in normal.split(" "))


def _word(word: str) -> str:
    if word in STREET_WORDS:
        return STREET_WORDS[word]
    for ending in _GERMAN_ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + "straße"
    return word
