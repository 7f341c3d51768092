"""A scan of free layout is read whole, and the fields of its form are found among the words."""

from __future__ import annotations

from typing import Any

import numpy

from tests.fakes import ScriptedEngine
from tests.transcribe.recognition.test_read import NOW, by_field, one_word, scan_of
from transcribe import extraction
from transcribe.archive_names import opened
from transcribe.forms import definition as forms
from transcribe.geometry import Box
from transcribe.model import Form, Page, Picture, ReadResult, Word
from transcribe.ocr import Engine
from transcribe.recognition.page_assignment import ReadOptions
from transcribe.recognition.read import read


def read_picture(shown: Picture, form: Form, engines: list[Engine], **page: Any) -> ReadResult:
    pages = [Page(number=1, picture=shown, **page)]
    return read(scan_of(form), pages, form, engines, NOW, ReadOptions(layouts=extraction))


def test_an_hocr_file_of_a_word_changes_nothing_on_a_free_layout() -> None:
    form = forms.load("receipt")
    seen = [
        Word(text=text, box=Box(40, y, 200, y + 24), confidence=0.9, line=y)
        for y, text in ((40, "SHOP"), (200, "14/03/2025"), (400, "TOTAL 12.50"))
    ]
    shown = numpy.full((700, 460), 250, numpy.uint8)
    engine = ScriptedEngine(form=form, page=seen)
    with_it = read_picture(shown, form, [engine], hocr=one_word("bbox 40 600 80 620; x_wconf 40", "rubbish"))
    assert with_it.readings == read_picture(shown, form, [engine]).readings


def test_a_receipt_of_free_layout_gives_a_place_or_a_region_for_every_field() -> None:
    form = forms.load("receipt")
    seen = [
        Word(text=text, box=Box(x, y, x + 90, y + 24), confidence=0.9, line=line)
        for line, (y, texts) in enumerate([(40, ["MINI", "MART"]), (200, ["14/03/2025"]), (400, ["TOTAL", "12.50"])])
        for x, text in zip((40, 240), texts, strict=False)
    ]
    shown = numpy.full((700, 460), 250, numpy.uint8)
    reads = read_picture(shown, form, [ScriptedEngine(form=form, page=seen)])
    assert reads.fit is None
    assert {place.key for place in reads.places} == set(form.keys())
    said = by_field(reads)
    assert said["total"]["scripted"].text == "12.50"
    assert said["date"]["scripted"].text == "14/03/2025"
    assert all(place.snippet and opened(place.snippet)[0] in reads.files for place in reads.places)
