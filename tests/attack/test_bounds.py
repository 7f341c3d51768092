"""Files that are small and cost much: they end within their limits, or are refused with what to do."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy
import pytest

from transcribe.archive import Archive, Folder
from transcribe.errors import ScanError
from transcribe.extraction.locate import Located, locate
from transcribe.extraction.page_text.page_text import MAX_PAGE_WORDS_COUNT, MAX_SCAN_WORDS_COUNT
from transcribe.forms import definition
from transcribe.geometry import Box
from transcribe.intake import Unreadable, load_pages
from transcribe.intake.file_pages import FilePage, file_pages
from transcribe.model import Page, Scan, ScanPage, Word
from transcribe.sandbox import Limits

NOW = datetime(2025, 6, 1, tzinfo=UTC)
TEXTS = "Total 12.50 Date 2025-01-12 Tel Invoice No. BC-17 High Street VAT 19% Ltd Amount 2 x".split()
SOURCE = "hocr kraken 5"

MAX_GROWTH = 3.0
"""Twice the words may cost so many times the calls; were it quadratic it would be four times. Measured 2.1 to 2.7."""


def printed(count: int, across: int = 10) -> list[Word]:
    """So many words in rows, with labels, dates and amounts among them."""
    words = []
    for number in range(count):
        row, column = divmod(number, across)
        box = Box.sized(120 * column, 30 * row, 100, 20)
        words.append(Word(text=TEXTS[(7 * number + row) % len(TEXTS)], box=box, confidence=0.9, line=row))
    return words


def pages_of(words: list[Word], count: int) -> Mapping[int, list[Word]]:
    """The words by pages, so many on each."""
    return {1 + start // count: words[start : start + count] for start in range(0, len(words), count)}


def located(by_page: Mapping[int, list[Word]], form: str) -> Located:
    """A form's fields among these words."""
    page = Page(number=1, picture=numpy.full((600, 800), 255, numpy.uint8))
    return locate("scan", [page] * len(by_page), {SOURCE: by_page}, definition.load(form), NOW)


def calls(by_page: Mapping[int, list[Word]], form: str) -> int:
    """How many functions are called to locate a form's fields among these words."""
    profile = cProfile.Profile()
    profile.runcall(located, by_page, form)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]  # typeshed does not know it


@pytest.mark.parametrize("form", ["receipt", "facture"])
@pytest.mark.parametrize("page_words", [400, 2400])
def test_twice_the_words_cost_about_twice_the_work(form: str, page_words: int) -> None:
    calls(pages_of(printed(40), page_words), form)  # what is read once
    once, twice = (calls(pages_of(printed(count), page_words), form) for count in (1200, 2400))
    assert twice / once < MAX_GROWTH


def test_a_page_of_more_words_than_print_has_is_refused_with_what_to_do() -> None:
    with pytest.raises(ScanError, match="hOCR file beside it says 5,001 words on page 1, and the limit is 5,000") as no:
        calls({1: printed(MAX_PAGE_WORDS_COUNT + 1)}, "receipt")
    assert no.value.advice == "Take that file away"


def test_a_scan_of_more_words_than_print_has_is_refused() -> None:
    with pytest.raises(ScanError, match="40,001 words on its pages"):
        calls(pages_of(printed(MAX_SCAN_WORDS_COUNT + 1), 1000), "receipt")


def large_pdf(count: int, width: int = 2384, height: int = 3370) -> bytes:
    """A PDF of so many empty pages of A0, written once: 14 kB for 200."""
    kids = b" ".join(b"%d 0 R" % (3 + number) for number in range(count))
    box = b"/MediaBox[0 0 %d %d]" % (width, height)
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]%s>>" % (count, kids, box)]
    objects += [b"<</Type/Page/Parent 2 0 R>>"] * count
    content, offsets = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj%sendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return content + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)


def test_a_small_pdf_of_200_large_pages_is_refused_at_the_door_and_the_batch_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(large_pdf(200))
    (tmp_path / "b.pdf").write_bytes(large_pdf(1, 595, 842))
    found = list(file_pages([tmp_path / "a.pdf", tmp_path / "b.pdf"], Limits()))
    assert isinstance(found[0], Unreadable)
    assert found[0].message == (
        "a.pdf: its pages have more than 2,000 million pixels together; save it as several files, or at a smaller "
        "page size. Replace the file and ingest it again."
    )
    assert isinstance(found[1], FilePage)


def test_200_pages_of_a4_are_taken(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(large_pdf(200, 595, 842))
    assert len(list(file_pages([tmp_path / "a.pdf"], Limits()))) == 200


def test_pages_of_one_scan_that_do_not_fit_into_memory_together_are_refused(tmp_path: Path) -> None:
    archive = Archive(Folder(tmp_path))
    sha256 = archive.put(large_pdf(3, 595, 842))
    scan = Scan(
        id="0" * 64, pages=tuple(ScanPage(file=sha256, page=page) for page in (1, 2, 3)), form="", form_version=0
    )
    assert len(load_pages(scan, archive, Limits())) == 3
    with pytest.raises(ScanError, match="its 3 pages are one scan and have more than 20 million pixels") as no:
        load_pages(scan, archive, Limits(scan_pixels=20_000_000))
    assert no.value.advice == "Save it as several files, or at a smaller page size"
