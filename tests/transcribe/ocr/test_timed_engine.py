"""How long each engine worked is told with what it read, also where it failed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import pytest

from tests.fakes import ScriptedEngine
from tests.transcribe.ocr.test_engine_fallback import PRINT, READ_ON
from tests.transcribe.recognition.test_read import NOW, scan_of
from transcribe.errors import EngineError
from transcribe.forms import definition as forms
from transcribe.geometry import Box
from transcribe.model import Page, Word
from transcribe.ocr.engine import View
from transcribe.ocr.timed_engine import TimedEngine
from transcribe.recognition.read import read

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
