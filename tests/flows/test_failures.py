"""What fails, fails for one file: it is named and kept in mind, and the batch goes on."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from flows.administration.people import invite
from flows.cli.setup import FILE_ERRORS
from flows.home.home import Home, now
from flows.shifts import work_shift
from flows.steps.read_scans import AUTO_FORM, TakenScan, read_scan, take_in
from flows.steps.reconcile_scans import reconcile_home
from tests.flows.house import CASES, PATIENCE, TYPED, House
from transcribe.errors import EngineError, ScanError
from transcribe.forms.definition import SHIPPED
from transcribe.store.facts import Offer, SentReading

RECEIPT = CASES / "receipt-554.jpg"
GARBAGE = """#!/bin/sh
case "$*" in *--version*|*--list-langs*) exec {real} "$@";; esac
cat > /dev/null
echo garbage
"""


def upper_part(place: Path) -> Path:
    """A photograph on which only a part of an order form is seen."""
    with Image.open(CASES / "order-form-flat-typed-0001.png") as whole:
        whole.crop((0, 0, whole.width, whole.height * 2 // 5)).save(place)
    return place


def with_garbage(folder: Path) -> str:
    """A PATH on which tesseract ends well and writes garbage."""
    folder.mkdir()
    (folder / "tesseract").write_text(GARBAGE.format(real="/usr/bin/tesseract"))
    (folder / "tesseract").chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def fails(*given: object) -> None:
    raise KeyError("text")


@pytest.mark.promise("`status` lists it until")
@pytest.mark.usefixtures("kept_readings")
@pytest.mark.parametrize("error", [KeyError("text"), EngineError("The reader failed."), ScanError("it is no picture.")])
def test_whatever_happens_to_one_scan_is_said_of_it_and_kept_until_it_is_read(
    rooms: Home, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_so(*given: object, **more: object) -> None:
        raise error

    (taken,) = take_in(rooms, [RECEIPT], "receipt", "monday")
    assert isinstance(taken, TakenScan)
    rooms.store.put_to_read(taken.scan.id, "monday", now())
    with monkeypatch.context() as broken:
        broken.setattr("flows.shifts.shift.read_scan", fails_so)
        broken.setattr("flows.shifts.shift.RETRY_SECONDS", (0, 0))
        done = work_shift(rooms, 2)
    ((name, message),) = done.failed + done.set_aside
    assert name == RECEIPT.name
    assert str(error) in message
    assert message.endswith("and ingest it again.")
    assert "tried again" not in message
    (aside,) = rooms.store.list_set_aside()
    assert (aside.file.name, aside.error, aside.message) == (name, type(error).__name__, message)
    assert bool(done.set_aside) == (aside.error in FILE_ERRORS)
    list(take_in(rooms, [RECEIPT], "receipt", "tuesday"))
    assert rooms.store.list_set_aside() == [aside], "coming again does not make it read"
    assert work_shift(rooms, 1).scans == 0, "nor does another shift"
    read_scan(rooms, taken.scan)
    assert rooms.store.list_set_aside() == []


def test_an_error_while_a_file_is_taken_in_is_of_that_file_and_put_right_when_it_comes_again(
    rooms: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.png", "b.png"):
        Image.effect_noise((900, 1200), 60 + len(name)).save(tmp_path / name)
    with monkeypatch.context() as broken:
        broken.setattr("transcribe.recognition.pictures", fails)
        found = list(take_in(rooms, [tmp_path / "a.png"], AUTO_FORM, "monday"))
    assert [each.message.partition(".png: ")[2][:50] for each in found if not isinstance(each, TakenScan)] == [
        "reading it failed unexpectedly (KeyError: 'text')."
    ]
    assert len(rooms.store.list_set_aside()) == 1
    list(take_in(rooms, [tmp_path / "a.png", tmp_path / "b.png"], AUTO_FORM, "monday"))
    assert rooms.store.list_set_aside() == []
    reconcile_home(rooms)
    assert rooms.store.open_tasks(Offer(), now()) == 2, "somebody is asked which form each is"


@pytest.mark.promise("Under `--form auto`, where")
def test_a_coarse_copy_whose_form_a_person_says_is_set_aside_and_asks_nobody_for_its_fields(
    rooms: Home, tmp_path: Path
) -> None:
    (taken,) = take_in(rooms, [upper_part(tmp_path / "top.png")], AUTO_FORM, "monday")
    assert isinstance(taken, TakenScan)
    assert taken.scan.form == ""
    reconcile_home(rooms)
    who = invite(rooms, "mina").person.id
    (task,) = rooms.store.lease(who, 1, now(), 600.0, Offer())
    assert task.kind == "identify"
    rooms.store.submit(task.id, who, SentReading(text="order-form/1 0", idem=secrets.token_hex(8)), now())
    for _ in range(3):
        assert reconcile_home(rooms).failed == ()
    assert rooms.store.open_tasks(Offer(pools=("read", "expert")), now()) == 0
    assert rooms.store.counts().fields == {}
    (aside,) = rooms.store.list_set_aside()
    assert "too coarse to read" in aside.message
    assert "Photograph it again, flat and whole, and ingest it again." in aside.message


def test_a_folder_without_any_picture_is_said_to_be_so_and_what_is_in_it_named(house: House, tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "moving.gif").write_bytes(b"GIF89a")
    done = house.run("read", tmp_path / "scans", "--form", "receipt")
    assert (done.code, done.out) == (0, "")
    assert "There is no picture and no PDF in what was named; nothing was read." in done.err
    assert "only JPEG, PNG, TIFF" in done.err
    assert "moving.gif" in done.err


def test_a_page_that_does_not_lie_on_the_named_form_is_an_error_of_read_with_what_to_do(
    house: House, tmp_path: Path
) -> None:
    done = house.run("read", upper_part(tmp_path / "top.png"), "--form", "order-form", "--json")
    (told,) = done.json
    assert (done.code, told["error"]["type"]) == (1, "ScanError")
    assert told["error"]["message"].endswith("or name the form that it is, and read it again.")


@pytest.mark.soak
def test_read_goes_on_without_an_engine_that_writes_garbage(house: House, tmp_path: Path) -> None:
    house.environment = {"PATH": with_garbage(tmp_path / "bin")}
    done = house.run("read", RECEIPT, "--form", "receipt", "--json")
    (told,) = done.json
    (total,) = (field for field in told["fields"] if field["name"] == "total")
    said = {each["source"].split()[0]: each["text"] for each in total["readings"]}
    assert said["rapidocr"]
    assert said["tesseract"] is None
    assert all(field["decision"] is None for field in told["fields"]), "no engine decides alone"


def test_a_broken_form_is_said_before_a_batch_begins_and_without_a_traceback(house: House) -> None:
    (house.home / "forms").mkdir(parents=True)
    (house.home / "forms" / "bad.toml").write_text("name = 3\n")
    done = house.run("ingest", RECEIPT, "--form", "auto")
    assert done.code == 2
    assert done.err.startswith("fairhand: bad.toml: name:")
    assert "Traceback" not in done.err


@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
@pytest.mark.timeout(900)
def test_a_batch_on_which_an_engine_always_fails_is_read_by_the_other_or_listed_by_status(
    working_house: House, tmp_path: Path
) -> None:
    working_house.environment = {"PATH": with_garbage(tmp_path / "bin")}
    other = next(each for each in sorted(CASES.glob("receipt-*.jpg")) if each != RECEIPT)
    alone = replace(working_house, home=tmp_path / "alone")
    alone.environment = {**working_house.environment, "FAIRHAND_ENGINES": "tesseract"}
    ingesting = alone.start("ingest", other, "--form", "receipt")  # at once: each waits before it asks an engine again
    done = working_house.run("ingest", RECEIPT, "--form", "receipt", "--json")
    out, err = ingesting.communicate(timeout=PATIENCE)
    assert done.code == 1
    assert (done.json[0]["read"], done.json[0]["without"]) == (1, [[RECEIPT.name, "tesseract"]])
    status = working_house.run("status", "--json").json[0]
    assert status["open_tasks"]["receipt"] > 0
    assert status["files_set_aside"] == []

    assert ingesting.returncode == 1
    assert "no table of words. See what `fairhand doctor` says, and ingest it again." in out
    assert "Traceback" not in err
    assert "1 failed, and not read:" in alone.run("status").out


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
@pytest.mark.soak
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
