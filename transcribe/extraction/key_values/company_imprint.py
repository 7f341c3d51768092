"""The imprint of a firm: the lines that say how it is registered, mostly at the foot of its letters, and its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from rapidfuzz import fuzz

from transcribe.extraction.key_values.company_patterns import is_address_like, legal_form_pattern, no_name_pattern
from transcribe.extraction.page_text.text_lines import TextLine
from transcribe.extraction.page_text.vocabulary import any_of
from transcribe.values import fold

WEB_ADDRESS = re.compile(r"\S*@\S*|\bwww\S*|\S+\.(?:fr|com|net|org|eu|de|nl|be|ch|uk|io)\b", re.IGNORECASE)
"""Addresses of mail and web: they say a trade name."""

MIN_NAME_SIMILARITY_PERCENT = 90
"""An imprint says a name from this likeness on (rapidfuzz ratio). Chosen by hand."""

MIN_NAME_CHARACTERS = 4
"""Letters and digits of the shortest name; fewer stand in many words. Chosen by hand."""

MAX_NAME_CHARACTERS = 50
"""Letters and digits of the longest name. Chosen by hand."""


@cache
def imprint_pattern() -> re.Pattern[str]:
    """What only a firm says of itself: its register, its capital, its seat, its tax number."""
    return re.compile(rf"\b{any_of('imprint')}\b", re.IGNORECASE)


@cache
def other_imprint_pattern() -> re.Pattern[str]:
    """Words of an imprint that is the recipient's: "N° TVA client"."""
    return re.compile(rf"\b{any_of('imprint_of_another')}\b", re.IGNORECASE)


@cache
def name_end_pattern() -> re.Pattern[str]:
    """What stands behind the name in the first line of an imprint."""
    return re.compile(rf" [-–—•·|/~] |[,:•|]|\b{any_of('behind_imprint_name')}\b", re.IGNORECASE)


@cache
def legal_form_alone_pattern() -> re.Pattern[str]:
    """Legal forms as imprints spell them. A legal form alone is no name."""
    return re.compile(rf"\b{any_of('legal_form_alone')}\b\.?", re.IGNORECASE)


def is_imprint(lines: Sequence[TextLine]) -> bool:
    """Whether lines of one block say how a firm is registered, and the firm is not the recipient."""
    return any(imprint_pattern().search(line.text) and not other_imprint_pattern().search(line.text) for line in lines)


def is_in_imprint(imprints: Sequence[Sequence[TextLine]], name: TextLine) -> bool:
    """Whether an imprint says a name that stands elsewhere."""
    folded = fold(name.text)
    if not MIN_NAME_CHARACTERS <= len(folded) <= MAX_NAME_CHARACTERS:
        return False
    others = [lines for lines in imprints if all(line is not name for line in lines)]
    return any(_has_name(line.text, folded) for lines in others for line in lines)


def _has_name(text: str, name: str) -> bool:
    """Whether a line says a name in as many words; a web address is no name."""
    words, count = fold(WEB_ADDRESS.sub(" ", text)).split(), len(name.split())
    runs = (" ".join(words[at : at + count]) for at in range(len(words) - count + 1))
    return any(fuzz.ratio(run, name, score_cutoff=MIN_NAME_SIMILARITY_PERCENT) for run in runs)


def imprint_names(imprints: Sequence[Sequence[TextLine]]) -> Iterator[TextLine]:
    """The name with which each imprint begins; none where it begins with a word before a colon, or no name."""
    for lines in imprints:
        first = lines[0]
        end = name_end_pattern().search(first.text)
        if end and end[0] == ":":
            continue
        name = first.span(0, end.start() if end else len(first.text))
        if _may_be_name(name.text if name.words else ""):
            yield name


def _may_be_name(text: str) -> bool:
    """Whether a text is as long as a name, has letters beside a legal form, and says nothing else."""
    is_other = (
        imprint_pattern().search(text)
        or (no_name_pattern().search(text) and not legal_form_pattern().search(text))
        or is_address_like(text)
    )
    letters = sum(c.isalpha() for c in legal_form_alone_pattern().sub("", text))
    return MIN_NAME_CHARACTERS <= len(fold(text)) <= MAX_NAME_CHARACTERS and letters >= 3 and not is_other
