"""Conventions that every reader of addresses knows: the short and the long form of a street word say the same."""

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
"""Short form to long form, in the comparable text of an address (lower case, no full stops). Saint is written St too:
only comparing is done in these words, never what is kept."""

_GERMAN_ABBREVIATION = "str"
"""German puts the street word at the end of the name: "Hauptstr." is "Hauptstraße"."""


@lru_cache(maxsize=65536)
def spelled_out(says: str) -> str:
    """Comparable text of an address with its street words in full."""
    return " ".join(_word(word) for word in says.split(" "))


def _word(word: str) -> str:
    if word in STREET_WORDS:
        return STREET_WORDS[word]
    for ending in (_GERMAN_ABBREVIATION, "strasse"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + "straße"
    return word
