"""Languages of forms: what an engine lacks is said before the work, by form, with the package that brings it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.home.home import Home
from tests.flows.house import CASES, TYPED, House
from transcribe.forms.definition import SHIPPED

ABSENT = "nld"
"""A language that Tesseract knows and that our own packages do not bring."""


def foreign(folder: Path, name: str = "order-form") -> Path:
    """A shipped form that is read in a language which is not on this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    for beside in (*SHIPPED.glob("*.png"), *SHIPPED.glob("*.csv")):
        shutil.copyfile(beside, folder / beside.name)
    text = (SHIPPED / f"{name}.toml").read_text(encoding="utf-8")
    lines = [f'languages = ["eng", "{ABSENT}"]' if line.startswith("languages") else line for line in text.splitlines()]
    (folder / f"{name}.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder / f"{name}.toml"


def test_the_check_of_a_form_looks_for_its_languages_and_names_the_package(house: House, tmp_path: Path) -> None:
    fine = house.run("forms", "check", "order-form")
    assert (fine.code, "Its languages are eng" in fine.out) == (0, True)
    lacking = house.run("forms", "check", foreign(tmp_path / "mine"))
    assert lacking.code == 3
    assert "order-form version" in lacking.out
    assert f"Tesseract has no language data for {ABSENT}: apt-get install tesseract-ocr-{ABSENT}" in lacking.out


@pytest.mark.promise("%(field)s looks like payment")
def test_the_check_of_a_form_asks_about_payment_data_and_about_what_tells_one_order_from_another(
    house: House, tmp_path: Path
) -> None:
    """A card number that was drafted as "luhn" stood whole in the record, and no command had said a word."""
    assert "looks like payment data" not in house.run("forms", "check", "order-form").out
    text = (SHIPPED / "order-form.toml").read_text("utf-8").replace('name = "order-form"', 'name = "mine"')
    for said in ('personal = "payment"', "required = true"):
        text = text.replace(f"{said}\n", "")
    for each in (*SHIPPED.glob("*.png"), *SHIPPED.glob("*.csv")):
        shutil.copy(each, tmp_path)
    mine = tmp_path / "mine.toml"
    mine.write_text(text, "utf-8")
    house.run("init")
    for command in ("check", "install"):
        done = house.run("forms", command, str(mine))
        assert done.code == 0, done.err
        assert "card_number looks like payment data, and people read it" in done.out
        assert "No values tell one order from another here" in done.out


def test_a_form_that_cannot_be_read_here_is_refused_before_anything_is_taken_in(house: House, tmp_path: Path) -> None:
    done = house.run("ingest", TYPED, "--form", foreign(tmp_path / "mine"))
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert done.err.startswith("fairhand: The form order-form cannot be read on this machine. ")
    assert f"apt-get install tesseract-ocr-{ABSENT}" in done.err
    assert house.run("status", "--json").json[0]["scans"] == {}


@pytest.mark.usefixtures("rooms")
def test_the_scans_of_other_forms_go_on(working_house: House) -> None:
    house = working_house
    foreign(house.home / "forms")
    other = CASES / "order-form-flat-typed-0001.png"
    done = house.run("ingest", TYPED, other, "--form", "auto", "--batch", "monday")
    assert done.code == 1
    assert "2 scans in 2 files: 1 read" in done.out
    (told,) = [line for line in done.out.splitlines() if line.startswith("failed: ")]
    assert told.startswith(f"failed: {other.name}: the form order-form cannot be read on this machine. ")
    assert told.endswith(f"tesseract-ocr-{ABSENT}. Then ingest it again.")
    assert "Traceback" not in done.err


def test_read_goes_on_with_other_forms_and_refuses_a_named_one(house: House, rooms: Home) -> None:
    foreign(rooms.settings.forms)
    other = CASES / "order-form-flat-typed-0001.png"
    named = house.run("read", other, "--form", "order-form")
    assert (named.code, f"tesseract-ocr-{ABSENT}" in named.err) == (3, True)
    both = house.run("read", other, TYPED, "--form", "auto", "--json")
    assert both.code == 1
    failed, fine = both.json
    assert (
        f"its form order-form cannot be read here. Tesseract has no language data for {ABSENT}"
        in failed["error"]["message"]
    )
    assert fine["form"] == "bon-de-commande"
