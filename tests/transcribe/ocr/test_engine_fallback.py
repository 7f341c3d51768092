"""A page on which one engine fails is read by the others; what the failed one would have read it could not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy
import pytest

from tests.fakes import ScriptedEngine
from tests.transcribe.recognition.test_read import FLAT, NOW, picture, scan_of
from transcribe.errors import EngineError, EngineMissing
from transcribe.forms import definition as forms
from transcribe.geometry import Box
from transcribe.model import Page, ReadResult, Word
from transcribe.ocr import Engine
from transcribe.ocr.engine import View
from transcribe.ocr.engine_fallback import FallbackEngine
from transcribe.recognition.page_assignment import ReadOptions
from transcribe.recognition.read import read

READ_ON = ReadOptions(failures_before_fallback=1)
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
