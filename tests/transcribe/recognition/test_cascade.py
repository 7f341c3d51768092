"""The cascade: a second engine is asked only for what the first is not sure of, and for everything on a bad page."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import ScriptedEngine
from tests.transcribe.recognition.test_read import FLAT, NOW, picture, scan_of, truth
from transcribe.forms import definition as forms
from transcribe.geometry import Box
from transcribe.model import Form, Page, ReadResult, Word
from transcribe.ocr import Engine
from transcribe.ocr.engine import View
from transcribe.recognition.cascade import Cascade
from transcribe.recognition.page_assignment import ReadOptions
from transcribe.recognition.read import read

FORM = forms.load("bon-de-commande")
CASCADE = Cascade(form=FORM)
FIELDS = [FORM.field(name) for name in ("order_number", "customer_name", "order_date")]
GOOD = 0.95


def said(text: str, confidence: float | None = 0.97) -> tuple[str, float | None]:
    return text, confidence


SURE = [said("BC-2025-0001"), said("Dupont SARL"), said("12/03/2025")]


def test_where_the_first_engine_is_sure_no_other_is_asked() -> None:
    assert CASCADE.doubtful(FIELDS, SURE, GOOD) == []


@pytest.mark.parametrize(
    ("number", "heard"),
    [(1, said("Dupont SARL", 0.6)), (1, said("Dupont", None)), (2, said("32/03/2025")), (1, said("", None))],
)
def test_a_low_claim_none_a_wrong_format_or_silence_is_doubtful(number: int, heard: tuple[str, float | None]) -> None:
    every = [*SURE[:number], heard, *SURE[number + 1 :]]
    assert CASCADE.doubtful(FIELDS, every, GOOD) == [number]


def test_on_a_bad_page_everything_is_doubtful() -> None:
    assert CASCADE.doubtful(FIELDS, SURE, 0.4) == [0, 1, 2]
    assert CASCADE.doubtful(FIELDS, [said("BC-1", 0.91)] * 3, GOOD) == [0, 1, 2]  # the usual claim is low
    assert CASCADE.doubtful(FIELDS, [said("", None)] * 3, GOOD) == [0, 1, 2]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.floats(0, 1))
def test_what_is_doubtful_are_some_of_the_fields_in_order(claims: list[float], quality: float) -> None:
    asked = [FORM.field("customer_name")] * len(claims)
    found = CASCADE.doubtful(asked, [said("Dupont", claim) for claim in claims], quality)
    assert found == sorted(set(found))
    assert all(number in found for number, claim in enumerate(claims) if claim < CASCADE.sure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """The second engine, which counts what it is asked for."""

    inner: ScriptedEngine
    name: str = "second"
    asked: list[Box] = field(default_factory=list)
    view: View = "writing"

    @property
    def source(self) -> str:
        return "second 1"

    def stretches(self, page: Page) -> None:
        """None: it cannot tell without reading."""

    def words(self, page: Page, boxes: list[Box] | None = None) -> list[list[Word]]:
        self.asked.extend(boxes or [])
        return self.inner.words(page, boxes)


def read_with(engines: list[Engine], form: Form, *, cascade: bool) -> ReadResult:
    page = Page(number=1, picture=picture(FLAT))
    return read(scan_of(form), [page], form, engines, NOW, ReadOptions(cascade=cascade))


@pytest.mark.parametrize("confidence", [0.97, 0.5])
def test_reading_asks_the_second_engine_as_the_setting_says(confidence: float) -> None:
    written = truth(FLAT)["fields"]
    first = ScriptedEngine(form=FORM, says=written, confidence=confidence, name="first")
    asked: dict[bool, ReadResult] = {}
    for cascade in (False, True):
        second = Second(inner=ScriptedEngine(form=FORM, says=written))
        asked[cascade] = read_with([first, second], FORM, cascade=cascade)  # type: ignore[list-item]  # a list is a sequence
    by_second = {
        cascade: {str(each.key) for each in reads.readings if each.source == "second 1"}
        for cascade, reads in asked.items()
    }
    by_first = {str(each.key) for each in asked[True].readings if each.source == "first 1"}
    assert by_second[False] == by_first  # every field by default
    if confidence < CASCADE.usual:
        assert by_second[True] == by_second[False]
    else:
        assert len(by_second[True]) < len(by_first) / 4
