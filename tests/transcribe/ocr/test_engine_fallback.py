"""A page on which one engine fails is read by the others; what the failed one would have read it could not read."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import ScriptedEngine
from tests.transcribe.recognition.test_read import FLAT, NOW, picture, scan_of
from transcribe import extraction
from transcribe.errors import EngineError, EngineMissing, ScanError
from transcribe.forms import definition as forms
from transcribe.geometry import Box
from transcribe.model import Page, ReadResult, Word
from transcribe.ocr import Engine, hocr
from transcribe.ocr.engine import FallbackEngine, TimedEngine, View
from transcribe.recognition.page_assignment import ReadOptions
from transcribe.recognition.read import read

READ_ON = ReadOptions(failures_before_fallback=1, layouts=extraction)
PRINT = [Word(text="TOTAL", box=Box(40, 400, 130, 424), confidence=0.9)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """Fails so many times, then reads nothing."""

    times: int
    error: EngineError
    calls: list[int] = field(default_factory=list)
    name: str = "failing"
    source: str = "failing 1"
    view: View = "writing"

    def stretches(self, page: Page) -> None:
        """None: it cannot tell without reading."""

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        self.calls.append(page.number)
        if len(self.calls) <= self.times:
            raise self.error
        return [[] for _ in (boxes if boxes is not None else (None,))]


def read_form(*engines: Engine) -> ReadResult:
    form = forms.load("bon-de-commande")
    return read(scan_of(form), [Page(number=1, picture=picture(FLAT))], form, engines, NOW, READ_ON)


def test_what_is_written_is_read_by_the_other_engine_and_the_failed_one_says_nothing_of_it() -> None:
    form = forms.load("bon-de-commande")
    failing = ScriptedEngine(form=form, name="failing", fails=True)
    reads = read_form(failing, ScriptedEngine(form=form, says={"order_number": "BC-1"}))
    assert reads.failed == ("failing",)
    of_number = {each.source: each for each in reads.readings if str(each.key) == "order_number"}
    assert of_number["scripted 1"].text == "BC-1"
    assert of_number["failing 1"].text is None
    said = [each for each in reads.readings if each.source == "failing 1"]
    assert {each.text for each in said} == {None}, "it says of no field that it is blank"
    assert all("illegible" in each.flags for each in said)
    assert {each.key for each in reads.readings} == set(form.keys())


def test_on_a_free_layout_a_failed_engine_does_not_say_that_a_field_is_absent() -> None:
    form = forms.load("receipt")
    engines = [ScriptedEngine(form=form, name="failing", fails=True), ScriptedEngine(form=form, page=PRINT)]
    page = Page(number=1, picture=numpy.full((900, 600), 250, numpy.uint8))
    reads = read(scan_of(form), [page], form, engines, NOW, READ_ON)
    flags = {each.source: each.flags for each in reads.readings if str(each.key) == "date"}
    assert flags == {"failing 1": frozenset({"illegible"}), "scripted 1": frozenset({"absent"})}


def test_where_every_engine_fails_on_a_page_it_is_an_error() -> None:
    form = forms.load("bon-de-commande")
    with pytest.raises(EngineError, match="as it was told to"):
        read_form(*(ScriptedEngine(form=form, name=name, fails=True) for name in ("one", "two")))


def test_an_engine_that_fails_once_is_asked_again_and_no_more_of_a_page_on_which_it_failed_twice() -> None:
    page = Page(number=1, picture=numpy.full((9, 9), 250, numpy.uint8))
    once = Failing(times=1, error=EngineError("a passing cloud"))
    spared = FallbackEngine(engine=once)
    assert (spared.words(page), spared.failures) == ([[]], {})
    always = Failing(times=9, error=EngineError("no"))
    spared = FallbackEngine(engine=always)
    assert spared.words(page, [Box(0, 0, 1, 1)] * 3) == [[], [], []]
    assert spared.words(page) == [[]]
    assert (len(always.calls), list(spared.failures)) == (2, [1])


def test_an_engine_that_is_not_installed_is_an_error_as_before() -> None:
    missing = FallbackEngine(engine=Failing(times=9, error=EngineMissing("install it")))
    with pytest.raises(EngineMissing):
        missing.words(Page(number=1, picture=numpy.full((9, 9), 250, numpy.uint8)))


PAGE = Page(number=1, picture=numpy.full((900, 600), 250, numpy.uint8))


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowEngine:
    """An engine that takes a fiftieth of a second, and fails."""

    name: str = "slow"
    source: str = "slow 1"
    view: View = "writing"

    def stretches(self, page: Page) -> list[Box] | None:
        time.sleep(0.02)
        return None

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        time.sleep(0.02)
        raise EngineError("it broke")


def test_all_calls_add_up_those_that_fail_too() -> None:
    timed = TimedEngine(engine=SlowEngine())
    timed.stretches(PAGE)
    with pytest.raises(EngineError):
        timed.words(PAGE)
    assert 0.04 <= timed.seconds < 5
    assert (timed.name, timed.source, timed.view) == ("slow", "slow 1", "writing")


def test_what_was_read_has_the_seconds_of_each_engine() -> None:
    form = forms.load("receipt")
    reads = read(scan_of(form), [PAGE], form, [SlowEngine(), ScriptedEngine(form=form, page=PRINT)], NOW, READ_ON)
    assert reads.seconds.keys() == {"slow", "scripted"}
    assert reads.seconds["slow"] >= 0.02 > 0 <= reads.seconds["scripted"]


def test_what_is_kept_by_engine_is_kept_however_often_it_is_timed() -> None:
    engine = SlowEngine()
    first, second = TimedEngine(engine=engine), TimedEngine(engine=engine)
    first.stretches(PAGE)
    assert first.seconds > second.seconds
    assert {first: "text of a blank"}[second] == "text of a blank"
    assert first != TimedEngine(engine=SlowEngine(name="other"))


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
