"""A scan is read by machine: every field gets a place and a reading, whatever the page is like."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.fakes import ScriptedEngine
from transcribe import fields, ocr
from transcribe.archive_names import opened
from transcribe.errors import EngineError, ScanError
from transcribe.forms import blank_grey, field_boxes
from transcribe.forms import definition as forms
from transcribe.geometry import Box
from transcribe.ink import ink_layer
from transcribe.model import Form, Page, Picture, Reading, ReadResult, Scan, ScanPage, Word
from transcribe.ocr import Engine
from transcribe.ocr.engine import View
from transcribe.recognition.asked_regions import Cascade
from transcribe.recognition.form_fields import Circumstances, field_regions
from transcribe.recognition.form_page import readings
from transcribe.recognition.page_assignment import ReadOptions
from transcribe.recognition.read import read
from transcribe.registration import FITS

CASES = Path(__file__).parents[2] / "cases"
NOW = datetime(2025, 3, 14, 9, 0, tzinfo=UTC)
FLAT, PHOTO = "bon-de-commande-flat-typed-0000.png", "bon-de-commande-phone-typed-0002.jpg"


def truth(file: str) -> dict[str, Any]:
    lines = (CASES / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    return next(line for line in map(json.loads, lines) if line["file"] == file)


def picture(file: str) -> Picture:
    with Image.open(CASES / file) as image:
        return numpy.asarray(image.convert("RGB"), dtype=numpy.uint8)


def scan_of(form: Form) -> Scan:
    return Scan(id="s" * 64, pages=(ScanPage(file="f", page=1),), form=form.name, form_version=form.version)


def read_picture(shown: Picture, form: Form, engines: list[Engine], **page: Any) -> ReadResult:
    return read(scan_of(form), [Page(number=1, picture=shown, **page)], form, engines, NOW)


def by_field(reads: ReadResult) -> dict[str, dict[str, Reading]]:
    found: dict[str, dict[str, Reading]] = defaultdict(dict)
    for each in reads.readings:
        found[str(each.key)][each.source.partition(" ")[0]] = each
    return found


@pytest.fixture(scope="module")
def form() -> Form:
    return forms.load("bon-de-commande")


@pytest.mark.parametrize("file", [FLAT, PHOTO])
def test_two_engines_read_a_typed_form_and_every_blank_and_mark(file: str, form: Form) -> None:
    reads = read_picture(picture(file), form, [ocr.load(name, form.languages) for name in ("tesseract", "rapidocr")])
    said, written = by_field(reads), truth(file)["fields"]
    right = {"tesseract": 0, "rapidocr": 0}
    filled = 0
    for key in tuple(form.keys()):
        field, text = form.field(key.name), written.get(str(key), "")
        if field.personal == "payment":
            continue
        if field.type in ("checkbox", "signature"):
            assert said[str(key)]["ink"].text == (text or "false"), key
        elif not text:
            assert said[str(key)]["ink"].text == "", key
            assert (said[str(key)]["ink"].confidence or 0) > 0.98, key
        else:
            filled += 1
            normal = fields.load(field.type).normalise
            for name in right:
                right[name] += normal(said[str(key)][name].text or "", field, form) == normal(text, field, form)
    assert filled > 10
    assert min(right.values()) >= 0.9 * filled


def test_every_field_has_a_place_and_a_reading(form: Form) -> None:
    reads = read_picture(picture(FLAT), form, [ScriptedEngine(form=form)])
    keys = set(form.keys())
    assert {place.key for place in reads.places} == keys
    assert {each.key for each in reads.readings} == keys
    assert all(opened(place.snippet)[0] in reads.files for place in reads.places if place.snippet)
    assert len(reads.files) == 2, "the page, and the pictures of all fields in one file"
    assert reads.pictures[0].size == form.blanks[0].size


def test_an_engines_silence_over_ink_is_illegible_not_blank(form: Form) -> None:
    reads = read_picture(picture(FLAT), form, [ScriptedEngine(form=form)])
    said = by_field(reads)["order_number"]["scripted"]
    assert said.text is None
    assert "illegible" in said.flags


def test_payment_data_go_to_no_engine_and_into_no_snippet(form: Form) -> None:
    engine = ScriptedEngine(form=form)
    shown = picture(FLAT).copy()
    box = form.field("card_number").box
    assert box is not None
    cv2.putText(shown, "4970 1012 3456 7890", (box.x0 + 20, box.y1 - 15), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (0, 0, 0), 2)
    reads = read_picture(shown, form, [engine])
    said = by_field(reads)["card_number"]
    assert set(said) == {"ink"}
    assert said["ink"].text is None
    assert said["ink"].flags == {"masked"}
    assert not [asked for asked in engine.asked if box.y0 < (asked.y0 + asked.y1) / 2 < box.y1 and asked.x0 < box.x1]
    assert next(place for place in reads.places if place.key.name == "card_number").snippet is None


def test_a_page_that_does_not_fit_gives_the_whole_page_for_every_field(form: Form) -> None:
    other = picture("receipt-007.jpg")
    reads = read_picture(other, form, [ScriptedEngine(form=form)])
    assert reads.fit is not None
    assert reads.fit < 0.5
    assert "not fitting" in reads.advice
    assert all(each.text is None and "not fitting" in each.flags for each in reads.readings)
    assert {place.box for place in reads.places} == {Box(0, 0, other.shape[1], other.shape[0])}
    assert all(place.confidence is None for place in reads.places)
    assert {place.key for place in reads.places} == set(form.keys())


def test_a_second_copy_of_a_page_is_told_and_so_is_the_page_that_it_stands_for(form: Form) -> None:
    engine, page = ScriptedEngine(form=form), Page(number=1, picture=picture(FLAT))
    twice = [page, replace(page, number=2)]
    assert "page left over" in read(scan_of(form), twice, form, [engine], NOW).advice
    second = forms.load("order-form").blanks
    longer = replace(form, blanks=form.blanks + second)
    advice = read(scan_of(form), twice[:1], longer, [engine], NOW).advice
    assert ("page missing" in advice, "page left over" in advice) == (True, False)
    assert "not fitting" not in advice, "the page that came fits"


def test_a_page_upside_down_is_read_the_same(form: Form) -> None:
    upright = read_picture(picture(FLAT), form, [ocr.load("tesseract", form.languages)])
    turned = read_picture(
        numpy.ascontiguousarray(numpy.rot90(picture(FLAT), 2)), form, [ocr.load("tesseract", form.languages)]
    )
    one, other = by_field(upright), by_field(turned)
    same = sum(one[key]["tesseract"].text == other[key]["tesseract"].text for key in one if "tesseract" in one[key])
    assert same >= 0.95 * sum("tesseract" in said for said in one.values())


def test_reading_again_gives_the_same_ids(form: Form) -> None:
    engines: list[Engine] = [ScriptedEngine(form=form, says={"order_number": "BC-2025-0417"})]
    once = read_picture(picture(FLAT), form, engines)
    again = read_picture(picture(FLAT), form, engines)
    assert [each.id for each in once.readings] == [each.id for each in again.readings]
    assert len({each.id for each in once.readings}) == len(once.readings)


def test_an_engine_that_fails_is_an_error_to_be_tried_again(form: Form) -> None:
    with pytest.raises(EngineError) as failed:
        read_picture(picture(FLAT), form, [ScriptedEngine(form=form, fails=True)])
    assert failed.value.retry


def test_hocr_beside_a_page_is_a_source_of_its_own(form: Form) -> None:
    box = form.field("order_number").box
    assert box is not None
    title = f"bbox {box.x0 + 10} {box.y0 + 10} {box.x0 + 200} {box.y1 - 10}; x_wconf 87"
    reads = read_picture(picture(FLAT), form, [ScriptedEngine(form=form)], hocr=one_word(title, "BC-1"))
    said = by_field(reads)["order_number"]["hocr"]
    assert (said.source, said.text, said.confidence) == ("hocr kraken 5", "BC-1", 0.87)


def one_word(title: str, text: str) -> bytes:
    """An hOCR file of one word."""
    return (
        '<html><head><meta name="ocr-system" content="kraken 5"/></head><body><div class="ocr_page">'
        f'<span class="ocr_line"><span class="ocrx_word" title="{title}">{text}</span></span></div></body></html>'
    ).encode()


def test_the_silence_of_an_hocr_file_is_no_reading(form: Form) -> None:
    engine = ScriptedEngine(form=form, says={"order_number": "BC-1"})
    useless = one_word("bbox 1 1 9 9; x_wconf 40", "#")
    with_it = read_picture(picture(FLAT), form, [engine], hocr=useless)
    assert {each.id for each in with_it.readings} == {
        each.id for each in read_picture(picture(FLAT), form, [engine]).readings
    }


def test_a_masked_copy_that_does_not_lie_on_its_form_is_no_work_for_anybody(form: Form) -> None:
    coarse = numpy.full((960, 700, 3), 200, numpy.uint8)
    pages = [Page(number=1, picture=coarse)]
    with pytest.raises(ScanError, match="too coarse to read") as caught:
        read(scan_of(form), pages, form, [], NOW, ReadOptions(masked=True))
    assert caught.value.advice == "Photograph it again, flat and whole,"
    assert "not fitting" in read(scan_of(form), pages, form, [], NOW).advice, "one that is no copy is shown to people"


def dimmed(shown: Picture, light: float) -> Picture:
    """The picture in a share of its light, with the grain of a dark room."""
    grain = numpy.random.default_rng(1).normal(0, 3, shown.shape)
    return numpy.asarray(numpy.clip(shown * light + grain, 0, 255), numpy.uint8)


@pytest.mark.parametrize("light", [0.45, 0.06])
def test_a_photograph_in_too_little_light_is_to_be_taken_in_more_and_is_not_called_blurred(light: float) -> None:
    form = forms.load("bon-de-commande")
    assert read_picture(dimmed(picture(PHOTO), light), form, []).advice == ("dark",)


@pytest.mark.parametrize(("file", "light"), [(PHOTO, 0.7), (FLAT, 0.3)])
def test_a_photograph_that_reads_well_is_not_to_be_taken_again(file: str, light: float) -> None:
    form = forms.load("bon-de-commande")
    shown = picture(file) if light == 1 else dimmed(picture(file), light)
    assert read_picture(shown, form, []).advice == ()


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


@pytest.mark.parametrize(("fit", "are_sure"), [(FITS, False), (FITS + 0.01, True)])
def test_no_mark_is_sure_on_a_page_that_is_taken_as_laid_though_it_is_little_like_its_blank(
    fit: float, are_sure: bool
) -> None:
    """Stripes of a dirty roller ran through an empty box, which was ticked with .997."""
    form = forms.load("bon-de-commande")
    path = str(form.blanks[0].path)
    page = blank_grey(path)
    layer = ink_layer(page, path)
    marks = [each for each in field_regions(form, 1, layer) if each.is_mark]
    here = Circumstances(scan="s" * 64, at=datetime(2026, 1, 2, tzinfo=UTC), fit=fit, quality=1.0)
    said = readings(Page(number=1, picture=page), layer, marks, [], here)
    assert len(said) == len(marks) > 0
    assert {each.text for each in said} == {"false" if are_sure else None}


__all__ = ["form"]

CUT_X = 1200
"""Where the photograph ends: the prices and amounts of the order lines lie beyond it. The page is 1654 pixels wide."""


@pytest.fixture(scope="module")
def cut(form: Form) -> ReadResult:
    return read_picture(picture(FLAT)[:, :CUT_X].copy(), form, [ScriptedEngine(form=form)])


def outside_and_inside(form: Form) -> tuple[set[str], set[str]]:
    boxes = [(str(key), field, box) for key, field, box in field_boxes(form, 1) if field.personal != "payment"]
    outside = {key for key, _, box in boxes if box.x1 - CUT_X > 0.15 * box.width}
    return outside, {key for key, _, box in boxes if box.x1 < CUT_X - 10}


def test_a_field_outside_the_photograph_is_not_blank_by_machine(cut: ReadResult, form: Form) -> None:
    said, (outside, inside) = by_field(cut), outside_and_inside(form)
    assert len(outside) > 5
    for key in outside:
        assert said[key]["ink"].text is None, key
        assert said[key]["ink"].flags == {"outside photo"}, key
    assert not [key for key in inside if "ink" in said[key] and "outside photo" in said[key]["ink"].flags]


def test_a_photograph_without_some_fields_says_so(cut: ReadResult, form: Form) -> None:
    assert "fields outside" in cut.advice
    whole = read_picture(picture(FLAT), form, [ScriptedEngine(form=form)])
    assert "fields outside" not in whole.advice


def test_people_see_stripes_and_no_white_paper_outside_the_photograph(cut: ReadResult, form: Form) -> None:
    with Image.open(BytesIO(cut.files[cut.pictures[0].sha256])) as image:
        page = numpy.asarray(image.convert("L"))
    beyond = page[:, round(page.shape[1] * (CUT_X + 20) / 1654) :]
    assert numpy.percentile(beyond, 99) < 230
    assert beyond.std() > 10, "stripes, no even grey"
    outside, _ = outside_and_inside(form)
    place = next(each for each in cut.places if str(each.key) in outside and each.box.x0 > CUT_X + 20)
    assert place.snippet is not None
    pack, start, end = opened(place.snippet)
    with Image.open(BytesIO(cut.files[pack][start:end])) as image:
        assert numpy.percentile(numpy.asarray(image.convert("L")), 99) < 230


def test_a_third_engine_is_asked_where_no_two_say_the_same_and_its_silence_is_none(form: Form) -> None:
    written = {key: text for key, text in truth(FLAT)["fields"].items() if text not in ("", "true", "false")}
    differ = "order_number" if "order_number" in written else next(iter(written))
    first = ScriptedEngine(form=form, says=written, name="one")
    second = ScriptedEngine(form=form, says=written | {differ: "otherwise"}, name="two")
    silent, third = ScriptedEngine(form=form, name="silent"), ScriptedEngine(form=form, says=written, name="three")
    said = by_field(read_picture(picture(FLAT), form, [first, second, silent, third]))
    assert {name for name, each in said.items() if "three" in each} == {differ}
    assert said[differ]["three"].text == said[differ]["one"].text
    assert not any("silent" in each for each in said.values())
    assert len(third.asked) < len(second.asked)
