"""The command line as a whole: help, documentation, exit codes, and how quickly it answers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.main import get_command
from typer.testing import CliRunner

from flows.cli.app import app, whole_command
from flows.home.home import Home
from flows.terminal import printing
from tests.flows.house import House, until
from transcribe.forms import definition as form

ROOT = Path(__file__).parent.parent.parent

whole_command()


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command by its whole name, groups opened."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for word, each in inner.items():
        yield from commands(each, f"{name} {word}")


COMMANDS = dict(commands(get_command(app), "fairhand"))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_every_option_has_help(name: str) -> None:
    assert COMMANDS[name].help, name
    assert [each.name for each in COMMANDS[name].params if not each.help] == []


TELLING = """
import sys
from flows.cli.app import run
try:
    run()
except SystemExit:
    print(" ".join(sys.modules), file=sys.stderr)
"""


def test_help_loads_nothing_that_is_slow() -> None:
    done = subprocess.run([sys.executable, "-c", TELLING, "--help"], capture_output=True, text=True, check=True)
    slow = {"prefect", "cv2", "numpy", "pydantic", "sqlite_utils", "httpx", "fastapi", "dateparser", "rich.markdown"}
    assert slow & set(done.stderr.split()) == set()
    assert "ingest" in done.stdout


@pytest.mark.parametrize("words", [["nothing"], ["ingest"], ["status", "--nothing"]])
def test_wrong_use_exits_with_two(house: House, words: list[str]) -> None:
    done = house.run(*words)
    assert done.code == 2
    assert "Traceback" not in done.err


def test_the_home_named_after_a_command_is_said_to_stand_before_it(house: House) -> None:
    for words in (["init"], ["status"], ["scan", "explain"]):
        told = house.run(*words, "--home", "orders")
        assert (told.code, "--home stands before the command: fairhand --home FOLDER COMMAND" in told.err) == (2, True)
        assert "No such option" not in told.err


def test_what_is_not_there_is_said_in_one_line(house: House) -> None:
    done = house.run("scan", "explain", "abcdef", "total")
    assert done.code == 2
    assert done.err.startswith("fairhand: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("words", [["status", "--batch", "NOSUCH"], ["scan", "read-again", "NOSUCH", "--why", "x"]])
def test_a_mistyped_name_exits_with_two(house: House, words: list[str], rooms: Home) -> None:
    done = house.run(*words)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "NOSUCH" in done.err


def test_a_wrong_setting_is_said_in_one_line(house: House) -> None:
    house.environment = {"FAIRHAND_PORT": "many"}
    done = house.run("status")
    assert done.code == 2
    assert done.err.startswith("fairhand: FAIRHAND_PORT")


def test_status_of_an_empty_home_says_what_to_do(house: House, rooms: Home) -> None:
    assert "fairhand ingest PATH... --form NAME" in house.run("status").out
    told = house.run("status", "--json").json
    assert told[0]["scans"] == {}
    assert told[0]["files_set_aside"] == []


def test_init_makes_a_settings_file_once(house: House) -> None:
    assert house.run("init").code == 0
    file = house.home / "settings.env"
    file.write_text("FAIRHAND_WORKERS=1\n", encoding="utf-8")
    assert house.run("init").code == 0
    assert file.read_text(encoding="utf-8") == "FAIRHAND_WORKERS=1\n"


def test_the_version_is_that_of_the_package(house: House) -> None:
    from importlib.metadata import version

    assert house.run("--version").out.strip() == f"fairhand {version('fairhand')}"


def test_json_keeps_accents(capsys: pytest.CaptureFixture[str]) -> None:
    printing.as_json({"name": "Éloïse"})
    assert capsys.readouterr().out == json.dumps({"name": "Éloïse"}, ensure_ascii=False) + "\n"


def test_progress_is_a_plain_line_now_and_then_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    at = 0.0
    with printing.progress("reading", lambda: at) as told:
        for done in range(1, 10_001):
            at += 2.0
            told(done, 10_000, done // 100)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "reading: 5 of 10000, 0 set aside so far"
    assert lines[30].startswith("reading: ")
    assert 60 < len(lines) < 150
    assert all(line.isprintable() for line in lines)


def test_progress_is_told_while_the_first_scan_takes_long(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "LEAST_SECONDS_BETWEEN_LINES", 0.05)
    lines: list[str] = []

    def has_come(beginning: str) -> bool:
        lines.extend(capsys.readouterr().err.splitlines())
        return any(line.startswith(beginning) for line in lines)

    with printing.progress("reading") as told:
        until(lambda: has_come("reading: none is done yet, after "), pause=0.01)
        told(0, 3)
        until(lambda: has_come("reading: 0 of 3"), pause=0.01)
    assert lines[-1] == "reading: 0 of 3", "what cannot be set aside is not counted"


def test_short_work_needs_no_line_of_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with printing.progress("reading") as told:
        told(1, 2)
    assert capsys.readouterr().err == ""


OUTPUTS = [
    (name, option.opts[0])
    for name, command in sorted(COMMANDS.items())
    for option in command.params
    if option.opts[0] in ("--out", "--report", "--picture", "--hocr", "--plot")
]


@pytest.mark.parametrize(("name", "option"), OUTPUTS)
def test_a_file_that_cannot_be_written_is_refused_before_the_work(name: str, option: str, tmp_path: Path) -> None:
    """Every option that names a file to write, in one process as nothing is read before it is looked at."""
    for wrong, said in ((tmp_path / "missing" / "out.x", "no folder"), (tmp_path, "is a folder")):
        done = CliRunner().invoke(app, [*name.split()[1:], option, str(wrong)])
        assert (done.exit_code, said in done.output) == (2, True), done.output


def test_a_draft_in_another_folder_takes_its_blank_along(house: House, tmp_path: Path) -> None:
    blank = ROOT / "transcribe" / "forms" / "shipped" / "order-form.png"
    (tmp_path / "mine").mkdir()
    definition = tmp_path / "mine" / "order.toml"
    assert house.run("forms", "draft", blank, "--out", definition).code == 0
    assert house.run("forms", "check", definition).code == 0
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / blank.name).write_bytes(b"another picture")
    told = house.run("forms", "draft", blank, "--out", tmp_path / "other" / "order.toml")
    assert (told.code, "The blank of the form is to be written" in " ".join(told.err.split())) == (2, True)


def test_every_page_of_a_pdf_is_drafted_and_its_blanks_are_written_beside_it(house: House, tmp_path: Path) -> None:
    shipped = [
        Image.open(ROOT / "transcribe" / "forms" / "shipped" / f"{name}.png")
        for name in ("order-form", "bon-de-commande")
    ]
    pages = [each.convert("L") for each in shipped]
    pages[0].save(tmp_path / "both.pdf", save_all=True, append_images=pages[1:], resolution=200)
    definition = tmp_path / "both.toml"
    done = house.run("forms", "draft", tmp_path / "both.pdf", "--out", definition)
    assert (done.code, "both-2.png" in done.err) == (0, True)
    assert house.run("forms", "check", definition).code == 0
    drafted = form.load(str(definition))
    assert len(drafted.blanks) == 2
    found = [sum(each.page == number for each in drafted.fields) for number in (1, 2)]
    known = [len(form.load(name).fields) for name in ("order-form", "bon-de-commande")]
    assert all(some >= 0.8 * every for some, every in zip(found, known, strict=True)), (found, known)
    assert sorted(table.page for table in drafted.tables) == [1, 2]


def test_a_draft_does_not_write_over_what_was_edited(house: House, tmp_path: Path) -> None:
    edited = tmp_path / "form.toml"
    edited.write_text("edited")
    done = house.run("forms", "draft", ROOT / "transcribe" / "forms" / "shipped" / "order-form.png", "--out", edited)
    assert (done.code, edited.read_text()) == (2, "edited")
    assert "would be lost" in done.err


def test_a_locale_that_is_none_and_a_blank_that_is_no_picture_are_named(house: House, tmp_path: Path) -> None:
    blank = ROOT / "transcribe" / "forms" / "shipped" / "order-form.png"
    done = house.run("forms", "draft", blank, "--locale", "xx_XX")
    assert (done.code, "xx_XX" in done.err, "Traceback" in done.err) == (2, True, False)
    (tmp_path / "letter.jpg").write_text("Dear Sir or Madam")
    assert "letter.jpg: " in house.run("forms", "draft", tmp_path / "letter.jpg").err


def test_what_was_named_and_is_not_there_stops_an_ingest_before_it_begins(house: House) -> None:
    done = house.run("ingest", "nowhere", "--form", "receipt")
    assert (done.code, "no file or folder nowhere" in done.err) == (2, True)
    assert not (house.home / "state.db").exists()


def test_a_batch_that_is_none_is_said_to_be_none(house: House, rooms: Home) -> None:
    assert "'tuesday'" in house.run("status", "--batch", "tuesday").err


def test_a_command_that_looks_makes_no_home(house: House) -> None:
    for words in (["status"], ["people", "list"], ["log", "verify"], ["learn"]):
        done = house.run(*words)
        assert (done.code, "There is no home at" in done.err) == (2, True)
    assert not house.home.exists()


def test_a_home_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = House(home=tmp_path / "file" / "home").run("init")
    assert (done.code, done.err.count("\n"), "cannot be made" in done.err) == (2, 1, True)
