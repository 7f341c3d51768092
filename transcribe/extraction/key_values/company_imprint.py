"""The imprint of a firm: the lines, mostly at the foot of its letters, that say how it is registered, and its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz

from transcribe.extraction.key_values.company_names import LEGAL, OTHER, is_address_like
from transcribe.extraction.page_text.text_lines import Line
from transcribe.values import fold

IMPRINT = re.compile(
    r"\bsiret\b|\bsiren\b|\br\.?c\.?s\b|\bau capital\b|\bsi[èe]ge social\b|\bintracom\w*|\bcode (?:ape|naf)\b|"
    r"\bn[°o]\.? ?(?:de )?t\.?v\.?a\b|\bentrepr(?:eneur|ise) individuel|\bregistergericht\b|\bamtsgericht\b|\bhrb\b|"
    r"\bust-?id\b|\bsteuer-?nr\b|\bkvk\b|\bbtw-?n(?:r|ummer)\b|\bregistered office\b",
    re.IGNORECASE,
)
"""What only a firm says of itself: its register, its capital, its seat, its tax number."""

OF_ANOTHER = re.compile(r"\b(?:client|customer|kunde|klant)\b|\b(?:uw|votre|your|ihre)\b", re.IGNORECASE)
"""An imprint of whom the letter goes to: "N° TVA client"."""

ENDS = re.compile(
    r" [-–—•·|/~] |[,:•|]|\b(?:au|ayant un) capital\b|\b(?:n[°o]\.? ?)?(?:siret|siren|rcs)\b", re.IGNORECASE
)
"""What stands behind the name in the first line of an imprint."""

LEGAL_FORM = re.compile(r"\b(?:s\.?a\.?s\.?u?|s\.?a\.?r\.?l|e\.?u\.?r\.?l|s\.?a|s\.?c\.?i|gmbh)\b\.?", re.IGNORECASE)
"""A legal form alone is no name."""

ADDRESS = re.compile(r"\S*@\S*|\bwww\S*|\S+\.(?:fr|com|net|org|eu|de|nl|be|ch|uk|io)\b", re.IGNORECASE)
"""Addresses of mail and web: they say a trade name."""

MIN_NAME_SIMILARITY_PERCENT = 90
"""Percent of likeness (rapidfuzz ratio) from which an imprint says a name."""

MIN_NAME_CHARACTERS, MAX_NAME_CHARACTERS = 4, 50
"""Letters and digits of a name, at least and at most; less stand in many words."""


def is_imprint(lines: Sequence[Line]) -> bool:
    """Whether lines of one block say how a firm is registered, and not that to which the letter goes."""
    return any(IMPRINT.search(line.text) and not OF_ANOTHER.search(line.text) for line in lines)


def is_in_imprint(imprints: Sequence[Sequence[Line]], name: Line) -> bool:
    """Whether an imprint says a name that stands elsewhere."""
    said = fold(name.text)
    if not MIN_NAME_CHARACTERS <= len(said) <= MAX_NAME_CHARACTERS:
        return False
    others = [lines for lines in imprints if all(line is not name for line in lines)]
    return any(_has_name(line.text, said) for lines in others for line in lines)


def _has_name(text: str, name: str) -> bool:
    """Whether a line says a name in as many words; a web address is no name."""
    words, count = fold(ADDRESS.sub(" ", text)).split(), len(name.split())
    runs = (" ".join(words[at : at + count]) for at in range(len(words) - count + 1))
    return any(fuzz.ratio(run, name, score_cutoff=MIN_NAME_SIMILARITY_PERCENT) for run in runs)


def imprint_names(imprints: Sequence[Sequence[Line]]) -> Iterator[Line]:
    """The name with which each imprint begins, where it begins with one and not with a word that a colon ends."""
    for lines in imprints:
        first = lines[0]
        end = ENDS.search(first.text)
        if end and end[0] == ":":
            continue
        name = first.span(0, end.start() if end else len(first.text))
        text = name.text if name.words else ""
        other = IMPRINT.search(text) or (OTHER.search(text) and not LEGAL.search(text)) or is_address_like(text)
        letters = sum(c.isalpha() for c in LEGAL_FORM.sub("", text))
        if MIN_NAME_CHARACTERS <= len(fold(text)) <= MAX_NAME_CHARACTERS and letters >= 3 and not other:
            yield name
