"""Words of other engines: hOCR out of a read, and hOCR beside a picture as a source, through the real flows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from flows.home.home import Home
from flows.output.hocr_output import hocr_pages
from flows.output.json_result import (
    DecisionJson,
    ErrorDetail,
    ErrorJson,
    FieldJson,
    JsonAnswer,
    ReadingJson,
    ScanResult,
    TaskJson,
    UnknownScanJson,
)
from flows.standalone.read_files import read_files
from flows.steps.read_scans import TakenScan, read_scan, take_in
from flows.steps.reconcile_scans import reconcile_home
from reconcile.inference.votes import source_of
from tests.flows.house import CASES, SAMPLES
from transcribe.fields import facts_of
from transcribe.model import Decision, FieldKey, Reading, Word
from transcribe.ocr import hocr
from transcribe.ocr.engines import tesseract

RECEIPT = CASES / "receipt-554.jpg"
UPRIGHT = "bon-de-commande-flat-typed-0000.png"


def written(rooms: Home, place: Path, system: str) -> Path:
    """The receipt with its hOCR beside it, as `fairhand read --hocr` writes it, said to be of this program."""
    picture = Path(shutil.copy(RECEIPT, place / "paper.jpg"))
    own, words, size, _ = read_out(rooms, picture, "receipt")
    assert own.startswith("fairhand ")
    assert "tesseract" in own
    text = hocr.write(words, size=size, system=system or own)
    picture.with_suffix(".hocr").write_text(text, encoding="utf-8")
    return picture


def read_out(rooms: Home, picture: Path, form: str) -> tuple[str, list[Word], tuple[int, int], ScanResult]:
    """The system and the words of a picture's hOCR, the picture's size, and what was decided."""
    ((_, it),) = read_files(rooms.settings, [picture], form, lambda done, total: None)
    assert it is not None
    ((of, page),) = hocr_pages(rooms.settings, it)
    assert of == str(picture)
    system, words = hocr.read(page.encode())
    height, width = it.pages[0].picture.shape[:2]
    assert all(0 <= word.box.x0 < word.box.x1 <= width and 0 <= word.box.y0 < word.box.y1 <= height for word in words)
    return system, words, (width, height), it


def decided(it: ScanResult) -> list[str]:
    """The texts that were decided, but for marks."""
    marks = {each.name for each in it.form.all_fields() if facts_of(each.type).is_mark}
    said = [each for each in it.outcomes.values() if isinstance(each, Decision) and each.key.name not in marks]
    return [each.text for each in said if each.text]


def holds(words: list[Word], text: str) -> bool:
    """Whether the words say this text, one after the other, as sure as we are."""
    wanted = text.split()
    runs = (words[start : start + len(wanted)] for start in range(len(words)))
    return any([w.text for w in run] == wanted and min(w.confidence or 0 for w in run) > 0.9 for run in runs)


@pytest.mark.usefixtures("kept_readings")
def test_every_decided_value_of_a_form_stands_where_it_is_on_the_photo(rooms: Home, tmp_path: Path) -> None:
    """However the photo was turned, boxes are in its own pixels; print of the form stands beside the values."""
    with Image.open(CASES / UPRIGHT) as upright:
        upright.rotate(180).save(tmp_path / "turned.png")
    _, words, (width, height), it = read_out(rooms, tmp_path / "turned.png", "bon-de-commande")
    values = decided(it)
    assert len(values) > 5
    assert [text for text in values if not holds(words, text)] == []
    place = next(each for each in it.reads.places if each.key == FieldKey("order_number"))
    number = next(word for word in words if word.text == SAMPLES[UPRIGHT].fields["order_number"])
    blank = it.form.blanks[0].size
    middle = (place.box.y0 + place.box.y1) / 2 / blank[1]
    assert (number.box.y0 + number.box.y1) / 2 / height == pytest.approx(1 - middle, abs=0.03)
    assert number.box.x1 < 0.6 * width
    assert {"Désignation", "Montant"} <= {word.text for word in words}


@pytest.mark.usefixtures("kept_readings")
def test_a_free_layout_is_not_read_a_second_time(rooms: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ((_, it),) = read_files(rooms.settings, [RECEIPT], "receipt", lambda done, total: None)
    assert it is not None
    monkeypatch.setattr(tesseract.Tesseract, "words", None)
    ((_, page),) = hocr_pages(rooms.settings, it)
    _, words = hocr.read(page.encode())
    assert [text for text in decided(it) if not holds(words, text)] == []
    assert len(words) > 40


@pytest.mark.usefixtures("kept_readings")
def test_hocr_out_of_our_own_read_is_no_further_source(rooms: Home, tmp_path: Path) -> None:
    said = sources(rooms, written(rooms, tmp_path, ""))
    assert {each.source.split()[0] for each in said.values()} == {"tesseract", "rapidocr"}
    assert not any("hocr" in each.source for each in said.values())


def sources(rooms: Home, picture: Path) -> dict[str, Reading]:
    """What each source says of the receipt's date, taken in, read and reconciled."""
    (taken,) = take_in(rooms, [picture], "receipt", "batch")
    assert isinstance(taken, TakenScan)
    read_scan(rooms, taken.scan)
    reconcile_home(rooms)
    readings = [each for each in rooms.store.readings(taken.scan.id) if each.key == FieldKey("date")]
    return {source_of(each): each for each in readings}


@pytest.mark.usefixtures("kept_readings")
def test_the_hocr_of_another_program_beside_a_picture_is_a_third_source(rooms: Home, tmp_path: Path) -> None:
    said = sources(rooms, written(rooms, tmp_path, "kraken 5.2"))
    assert set(said) == {"tesseract", "rapidocr", "hocr"}
    assert said["hocr"].source == "hocr kraken 5.2"
    assert said["hocr"].text
    assert said["hocr"].confidence is not None


@pytest.mark.usefixtures("kept_readings")
def test_the_hocr_of_an_engine_that_reads_here_too_is_no_further_source(rooms: Home, tmp_path: Path) -> None:
    """Two passes of one engine agree on what is wrong: they never stand for two."""
    said = sources(rooms, written(rooms, tmp_path, "tesseract 5.5.0"))
    assert set(said) == {"tesseract", "rapidocr"}


CONTRACT: dict[str, Any] = json.loads((Path(__file__).parents[1] / "read.schema.json").read_text(encoding="utf-8"))
PARTS = CONTRACT["$defs"]


@pytest.mark.parametrize(
    ("model", "part"),
    [
        (UnknownScanJson, PARTS["scan"]),
        (FieldJson, PARTS["field"]),
        (ReadingJson, PARTS["reading"]),
        (DecisionJson, PARTS["decision"]),
        (TaskJson, PARTS["field"]["properties"]["task"]["oneOf"][0]),
        (ErrorJson, PARTS["failed"]),
        (ErrorDetail, PARTS["failed"]["properties"]["error"]),
    ],
)
def test_the_contract_has_the_keys_of_the_model_and_no_others(model: type[JsonAnswer], part: dict[str, Any]) -> None:
    assert part["additionalProperties"] is False
    assert set(part["properties"]) == set(model.model_json_schema()["properties"])


def test_a_key_that_was_not_given_is_left_out_and_none_is_told() -> None:
    reading = ReadingJson(source="ink", kind="machine", text=None, confidence=1, probability=0.5, alternatives=())
    assert json.dumps(reading.plain()) == (
        '{"source": "ink", "kind": "machine", "text": null, "confidence": 1, "probability": 0.5, "alternatives": []}'
    )
