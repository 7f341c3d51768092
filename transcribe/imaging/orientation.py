"""Which way up a page of free layout lies, by what engines read on it: print that lies wrongly reads as rubbish.

Of 21 receipts, invoices and forms turned by each quarter all 63 were set upright, and none was read twice that was
upright already; Tesseract's own detection was right of 65 of the 84 (docs/reading.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from transcribe.model import Word

MIN_UPRIGHT_CLARITY = 0.5
"""The clarity from which an engine reads print that stands upright. Measured on 21 pages of print: Tesseract 0.63 and
more upright, 0.43 at most turned wrongly; RapidOCR 0.89 and 0.15."""

MIN_WORD_LETTERS = 3
"""The shortest word that counts, in letters and digits. Beside a barcode engines see shorter ones in any rubbish."""

MAX_STANDING_WORD_SHARE = 0.5
"""A page lies on its side where more than this share of its words is higher than wide. Chosen by hand."""


def way_up(seen: Mapping[str, Sequence[Word]], again: Callable[[int], Sequence[Word]]) -> int:
    """The quarters against the clock that turn a page upright; 0 where it stands so, or it cannot be told.

    `seen` holds the words that each engine read on the page as it came. `again` gives those that one engine reads on it
    turned by so many quarters: it is called only for a page that no engine can read as it lies."""
    if not any(seen.values()) or any(map(_reads_upright, seen.values())):
        return 0
    tries: tuple[int, ...] = (2, 1, 3)
    if any(map(is_standing, seen.values())):
        read_so = any(clarity(words) >= MIN_UPRIGHT_CLARITY for words in seen.values())
        tries = (1, 3) if read_so else (3, 1)  # an engine turns such words for itself
    return next((turns for turns in tries if _reads_upright(again(turns))), 0)


def clarity(words: Sequence[Word]) -> float:
    """An engine's mean confidence in the letters of a page, 0 to 1; 0 where it reads no word."""
    claims = [(len(word.text), word.confidence) for word in _long_words(words) if word.confidence is not None]
    return sum(count * sure for count, sure in claims) / max(1, sum(count for count, _ in claims))


def is_standing(words: Sequence[Word]) -> bool:
    """Whether most words are higher than wide."""
    every = _long_words(words)
    return sum(word.box.height > word.box.width for word in every) > MAX_STANDING_WORD_SHARE * len(every)


def _reads_upright(words: Sequence[Word]) -> bool:
    return clarity(words) >= MIN_UPRIGHT_CLARITY and not is_standing(words)


def _long_words(words: Sequence[Word]) -> list[Word]:
    return [word for word in words if sum(letter.isalnum() for letter in word.text) >= MIN_WORD_LETTERS]
