"""Where a field that no source found is likely: what whoever looks for it is shown first."""

from __future__ import annotations

from dataclasses import replace

import numpy

from tests.transcribe.extraction.printed import HEIGHT, PITCH, printed
from transcribe.extraction.page_text.page_text import PageText, page_text_of
from transcribe.extraction.page_text.search_regions import HEAD_HEIGHT_SHARE, search_region
from transcribe.extraction.page_text.text_lines import lines
from transcribe.forms import definition
from transcribe.geometry import Box
from transcribe.model import Page

RECEIPT = definition.load("receipt")
PAGES = [Page(number=number, picture=numpy.full((900, 600, 3), 255, numpy.uint8)) for number in (1, 2)]


def seen(*rows: str, page: int = 1) -> PageText:
    return page_text_of(lines(printed(*rows), page), RECEIPT)


def test_around_the_label_over_the_whole_width() -> None:
    number, box = search_region(RECEIPT.field("total"), PAGES, [seen("SHOP", "", "", "", "", "", "GRAND TOTAL")])
    assert number == 1
    assert (box.x0, box.x1) == (0, 600)
    assert box.y0 < 6 * PITCH < 6 * PITCH + HEIGHT < box.y1 < 900


def test_on_the_page_of_the_label() -> None:
    number, _ = search_region(RECEIPT.field("total"), PAGES, [seen("SHOP"), seen("GRAND TOTAL", page=2)])
    assert number == 2


def test_names_and_addresses_at_the_head_of_the_first_page() -> None:
    for name in ("company", "address"):
        assert search_region(RECEIPT.field(name), PAGES, []) == (1, Box(0, 0, 600, round(900 * HEAD_HEIGHT_SHARE)))


def test_anything_else_is_somewhere_on_the_first_page() -> None:
    assert search_region(replace(RECEIPT.field("total"), find=None), PAGES, [seen("SHOP")]) == (1, Box(0, 0, 600, 900))
