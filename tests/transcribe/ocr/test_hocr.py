"""hOCR: what is written is read back, and what other programs write is understood."""

from __future__ import annotations

import contextlib

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcribe.errors import ScanError
from transcribe.geometry import Box
from transcribe.model import Page, Word
from transcribe.ocr import hocr

TESSERACT = b"""<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title></title>
<meta name='ocr-system' content='tesseract 5.5.0' /></head><body>
<div class='ocr_page' id='page_1' title='image "x.png"; bbox 0 0 800 400; ppageno 0'>
<span class='ocr_line' title="bbox 10 10 200 40">
<span class='ocrx_word' title='bbox 10 10 90 40; x_wconf 96'><em>BC&amp;Co</em></span>
<span class='ocrx_word' title='bbox 100 10 200 40; x_wconf 31'>12,50</span></span></div>
<div class='ocr_page'><span class='ocr_line'><span class='ocrx_word' title='bbox 1 1 2 2'>two</span></span></div>
</body></html>"""


def test_words_of_another_program_are_read_with_boxes_and_confidence() -> None:
    system, (first, second) = hocr.read(TESSERACT)
    assert system == "tesseract 5.5.0"
    assert (first.text, first.box, first.confidence) == ("BC&Co", Box(10, 10, 90, 40), 0.96)
    assert (second.text, second.line) == ("12,50", first.line)


def test_the_second_page_has_its_own_words_and_a_third_none() -> None:
    assert [word.text for word in hocr.read(TESSERACT, page=2)[1]] == ["two"]
    assert hocr.read(TESSERACT, page=2)[1][0].confidence is None
    assert hocr.read(TESSERACT, page=3)[1] == []


def test_a_box_whose_numbers_no_page_has_is_no_box_and_the_other_words_are_read() -> None:
    huge = TESSERACT.replace(b"bbox 10 10 90 40", b"bbox 10 10 90 " + b"9" * 5000)
    assert [word.text for word in hocr.read(huge)[1]] == ["12,50"]
    sure = TESSERACT.replace(b"x_wconf 96", b"x_wconf " + b"9" * 5000)
    assert hocr.read(sure)[1][0].text == "BC&Co"


@pytest.mark.parametrize("content", [TESSERACT + b"<![x", b"<!DOCTYPE x [<!ELEMENT" + TESSERACT, b"<![if" + TESSERACT])
def test_broken_markup_is_refused_or_read_and_never_more(content: bytes) -> None:
    with contextlib.suppress(ScanError):
        hocr.read(content)
    hocr.hocr_engine(Page(number=1, picture=numpy.zeros((9, 9), numpy.uint8), hocr=content), lambda box: box)


def test_a_file_that_is_too_large_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hocr, "MAX_FILE_BYTES", 100)
    with pytest.raises(ScanError, match="more than 100 bytes"):
        hocr.read(TESSERACT)


@pytest.mark.parametrize("content", [b"", b"no markup", b"<html><body></body></html>", b"\xff\xfe\x00"])
def test_what_holds_no_page_is_refused(content: bytes) -> None:
    with pytest.raises(ScanError, match="ocr_page"):
        hocr.read(content)


def test_a_spoilt_file_beside_a_picture_is_left_out() -> None:
    import numpy

    page = Page(number=1, picture=numpy.zeros((10, 10), numpy.uint8), hocr=b"not hocr")
    assert hocr.hocr_engine(page, lambda box: box) is None


def test_elements_that_are_never_closed_do_no_harm() -> None:
    content = b"<div class='ocr_page'><span class='ocrx_word' title='bbox 1 2 3 4'>one<br><span class='ocrx_word'>"
    assert hocr.read(content)[1] == []


TEXT = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
BOXES = st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(1, 90), st.integers(1, 90)).map(
    lambda side: Box(side[0], side[1], side[0] + side[2], side[1] + side[3])
)
CONFIDENCE = st.none() | st.integers(0, 100).map(lambda share: share / 100)


@given(st.lists(st.tuples(TEXT, BOXES, CONFIDENCE), max_size=6), TEXT)
def test_what_is_written_is_read_back(said: list[tuple[str, Box, float | None]], system: str) -> None:
    words = [
        Word(text=text, box=box, confidence=sure, line=number // 2) for number, (text, box, sure) in enumerate(said)
    ]
    found, read = hocr.read(hocr.write(words, size=(1000, 1000), system=system).encode())
    assert found == system
    assert read == words
