"""`fairhand read`: the JSON that other programs use, for real photographs and for files that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image, ImageFilter

from flows.home import settings
from flows.home.home import now, open_home
from flows.output.json_result import source_label
from flows.standalone.read_files import parameters_of_home
from reconcile.parameters import shipped
from tests.flows.house import CASES, SAMPLES, TYPED, House, Ran
from transcribe.forms import definition as definitions
from transcribe.ocr import hocr

SCHEMA = json.loads((Path(__file__).parents[1] / "read.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    """One photograph and one text file read, with a picture and hOCR; nothing is written to the home."""
    place = tmp_path_factory.mktemp("read")
    text = place / "letter.jpg"
    text.write_text("Dear Sir or Madam", encoding="utf-8")
    house = House(home=place / "home")
    out = ("--json", "--picture", place / "page.png", "--hocr", place / "page.hocr")
    return house.run("read", text, TYPED, "--form", "bon-de-commande", *out), place


def fields(read: tuple[Ran, Path]) -> dict[tuple[str, int | None], dict[str, Any]]:
    return {(each["name"], each["row"]): each for each in read[0].json[1]["fields"]}


def test_every_line_is_as_the_contract_says(read: tuple[Ran, Path]) -> None:
    assert len(read[0].json) == 2
    for line in read[0].json:
        jsonschema.validate(line, SCHEMA)


@pytest.mark.needs("simulation")
def test_a_file_that_is_no_picture_is_told_as_an_error_and_the_rest_goes_on(read: tuple[Ran, Path]) -> None:
    failed, done = read[0].json
    assert failed["error"]["type"] == "ScanError"
    assert "letter.jpg" in failed["error"]["message"]
    assert "Replace the file" in failed["error"]["message"]
    assert (done["file"], done["files"], done["pages"]) == (str(TYPED), [str(TYPED)], [1])
    assert read[0].code == 1


def test_every_field_of_the_form_is_there_once(read: tuple[Ran, Path]) -> None:
    form = definitions.load("bon-de-commande")
    assert set(fields(read)) == {tuple(key) for key in tuple(form.keys())}
    assert len(read[0].json[1]["fields"]) == len(fields(read))


def test_readings_stand_most_probable_first(read: tuple[Ran, Path]) -> None:
    for field in fields(read).values():
        probable = [each["probability"] or 0.0 for each in field["readings"]]
        assert probable == sorted(probable, reverse=True), field["name"]


def test_decided_values_are_typed_and_true(read: tuple[Ran, Path]) -> None:
    truth = SAMPLES[TYPED.name].fields
    form = definitions.load("bon-de-commande")
    decided = {key: field for key, field in fields(read).items() if field["decision"]}
    kinds = {"amount": str, "date": str, "integer": int, "checkbox": bool, "signature": bool, "code": str}
    from transcribe import fields as types

    for (name, row), field in decided.items():
        text = truth.get(name if row is None else f"{name}[{row}]", "")
        value = field["decision"]["value"]
        assert value == types.load(field["type"]).parse(text, form.field(name), form), name
        if value is not None and field["type"] in kinds:
            assert type(value) is kinds[field["type"]]
    assert len(decided) > len(fields(read)) / 2


def test_an_empty_row_is_decided_blank(read: tuple[Ran, Path]) -> None:
    last = fields(read)["lines.quantity", 7]["decision"]
    assert (last["value"], last["null"], last["text"]) == (None, "blank", "")


@pytest.mark.promise("This keeps nothing.")
def test_nothing_is_kept(read: tuple[Ran, Path]) -> None:
    assert not (read[1] / "home").exists()


@pytest.mark.needs("simulation")
def test_the_picture_shows_the_page_and_the_hocr_its_words(read: tuple[Ran, Path]) -> None:
    with Image.open(read[1] / "page.png") as picture:
        assert min(picture.size) > 1000
    system, words = hocr.read((read[1] / "page.hocr").read_bytes())
    assert system.startswith("fairhand ")
    assert SAMPLES[TYPED.name].fields["order_number"] in {word.text for word in words}


@pytest.mark.needs("simulation")
def test_it_is_said_which_picture_is_of_which_file(read: tuple[Ran, Path]) -> None:
    assert f"{read[1] / 'page.png'} is the picture of {TYPED}" in read[0].err


def test_without_json_it_prints_what_was_read_in_columns(house: House) -> None:
    done = house.run("read", TYPED, "--form", "bon-de-commande")
    assert done.code == 0
    assert "order_number" in done.out
    assert "fields that are blank" in done.out


def test_pages_of_a_file_are_named_and_what_is_wrong_is_said(house: House, tmp_path: Path) -> None:
    paper = Image.new("L", (1240, 1754), 255)
    with Image.open(CASES / "receipt-007.jpg") as receipt:
        blurred = receipt.convert("L").filter(ImageFilter.GaussianBlur(6))
    paper.save(tmp_path / "all.pdf", save_all=True, append_images=[blurred])
    house.environment = {"FAIRHAND_ENGINES": "tesseract", "FAIRHAND_LANGUAGE": "fr"}
    done = house.run("read", tmp_path / "all.pdf", "--form", "receipt")
    assert f"{tmp_path / 'all.pdf'} p. 1: receipt" in done.out
    _, _, second = done.out.partition("all.pdf p. 2: receipt\n")
    assert second.startswith("La photo est floue")


def test_every_file_of_a_scan_is_named() -> None:
    assert source_label(["all.pdf", "all.pdf"], [2, 3]) == "all.pdf p. 2, 3"
    assert source_label(["one.jpg", "two.jpg"], [1, 1]) == "one.jpg, two.jpg"


def test_what_the_home_has_learnt_weighs(house: House) -> None:
    assert parameters_of_home(settings.load_settings(house.home)) == shipped.shipped_parameters()
    rooms = open_home(settings.load_settings(house.home))
    kept = rooms.store.put_parameters({"learnt": "here"}, now())
    rooms.close()
    assert parameters_of_home(settings.load_settings(house.home)) == kept


def test_auto_finds_out_which_form_a_photograph_is(house: House) -> None:
    done = house.run("read", CASES / "order-form-flat-typed-0001.png", "--form", "auto", "--json")
    assert [line["form"] for line in done.json] == ["order-form"]


def test_a_scan_of_an_unknown_form_asks_which_it_is(house: House, tmp_path: Path) -> None:
    Image.effect_noise((900, 1200), 60).save(tmp_path / "noise.png")
    done = house.run("read", tmp_path / "noise.png", "--form", "auto", "--json")
    jsonschema.validate(done.json[0], SCHEMA)
    assert (done.json[0]["form"], done.json[0]["task"]["kind"]) == (None, "identify")
    assert done.code == 0
    plain = house.run("read", tmp_path / "noise.png", "--form", "auto").out
    assert "noise.png: unknown form\nA person is asked which form it is" in plain
    assert "probability" not in plain


def test_an_unknown_form_is_named_without_a_traceback(house: House) -> None:
    done = house.run("read", TYPED, "--form", "nothing")
    assert done.code == 2
    assert done.err.startswith("fairhand: There is no form 'nothing'. Use one of")
    assert "Traceback" not in done.err


def test_a_missing_engine_is_an_environment_error(house: House) -> None:
    house.environment = {"PATH": "/nowhere"}
    done = house.run("read", TYPED, "--form", "bon-de-commande")
    assert done.code == 3
    assert "apt-get install tesseract-ocr" in done.err
