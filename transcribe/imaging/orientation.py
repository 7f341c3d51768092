"""Which way up a page of free layout lies, by what engines make of it: print that lies wrongly reads as rubbish.

A page that reads well as it came is left so, and costs nothing. Of 21 receipts, invoices and forms turned by each
quarter all 63 were set upright, and none was read twice that was upright already; Tesseract's own detection was right
of 65 of the 84 (docs/reading.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from transcribe.model import Word

CLEAR = 0.5
"""The clarity from which an engine reads print that stands upright. Measured on 21 pages of print: Tesseract 0.63 and
more upright, 0.43 at most turned wrongly; RapidOCR 0.89 and 0.15."""

LETTERS = 3
"""Letters and digits of the shortest word that counts: shorter ones are seen in any rubbish."""

STANDING = 0.5
"""The share of words that are higher than wide from which a page lies on its side."""

AS_IT_CAME = 0


def way_up(seen: Mapping[str, Sequence[Word]], again: Callable[[int], Sequence[Word]]) -> int:
    """How many quarters against the clock a page must be turned to stand upright; 0 where it does, or nobody can tell.

    `seen` is what each engine read of the page as it came, `again` has one engine read it turned by so many quarters;
    that is asked only of a page that no engine makes out as it lies.
    """
    if not any(seen.values()) or any(clarity(words) >= CLEAR and not standing(words) for words in seen.values()):
        return AS_IT_CAME
    if any(standing(words) for words in seen.values()):
        read_so = any(clarity(words) >= CLEAR for words in seen.values())  # an engine turns such words for itself
        tries: tuple[int, ...] = (1, 3) if read_so else (3, 1)
    else:
        tries = (2, 1, 3)
    return next((turns for turns in tries if _reads(again(turns))), AS_IT_CAME)


def clarity(words: Sequence[Word]) -> float:
    """How sure an engine is of a page, letter by letter, 0 to 1; 0 where it reads no word or makes no claim."""
    claims = [(len(word.text), word.confidence) for word in _long(words) if word.confidence is not None]
    return sum(count * sure for count, sure in claims) / max(1, sum(count for count, _ in claims))


def standing(words: Sequence[Word]) -> bool:
    """Whether most words are higher than wide."""
    every = _long(words)
    return sum(word.box.height > word.box.width for word in every) > STANDING * len(every)


def _reads(words: Sequence[Word]) -> bool:
    return clarity(words) >= CLEAR and not standing(words)


def _long(words: Sequence[Word]) -> list[Word]:
    return [word for word in words if sum(letter.isalnum() for letter in word.text) >= LETTERS]
