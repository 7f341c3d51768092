"""Limits of words and characters on a page and in a scan: looking through them takes longer than their number grows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from transcribe.errors import ScanError
from transcribe.model import Word
from transcribe.ocr import is_hocr_source

MAX_PAGE_WORDS_COUNT = 5000
"""A page with more words is refused: a full page has about a thousand, and 5,000 strewn over a page took 27 s."""

MAX_PAGE_CHARACTERS_COUNT = 50_000
"""A page with more characters is refused: a full page has about 5,000, and one of a newspaper 30,000."""

MAX_SCAN_WORDS_COUNT = 40_000
"""A scan with more words is refused: 20,000 words on 40 pages took 11 s."""


def require_bounded(words: Mapping[str, Mapping[int, Sequence[Word]]]) -> None:
    """ScanError where a source sees more words than a page or a scan of print has."""
    for source, by_page in words.items():
        beside = is_hocr_source(source)
        says = "the hOCR file beside it says" if beside else f"{source} reads"
        advice = "Take that file away" if beside else "Take a picture of each part"
        for number, page_words in by_page.items():
            if len(page_words) > MAX_PAGE_WORDS_COUNT:
                most = f"and the limit is {MAX_PAGE_WORDS_COUNT:,}"
                raise ScanError(f"{says} {len(page_words):,} words on page {number}, {most}.", advice)
            characters = sum(len(word.text) for word in page_words)
            if characters > MAX_PAGE_CHARACTERS_COUNT:
                most = f"and the limit is {MAX_PAGE_CHARACTERS_COUNT:,}"
                raise ScanError(f"{says} {characters:,} characters on page {number}, {most}.", advice)
        total = sum(map(len, by_page.values()))
        if total > MAX_SCAN_WORDS_COUNT:
            raise ScanError(f"{says} {total:,} words on its pages, and the limit is {MAX_SCAN_WORDS_COUNT:,}.", advice)
