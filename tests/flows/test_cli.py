"""The command line as a whole: help, documentation, exit codes, and how quickly it answers."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer._click import Command
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from flows.administration.records import found_records
from flows.cli.app import COMMAND_GROUPS, GROUPS_OF_WORD, NEW_SPELLINGS, app, groups_of, whole_command, whole_id
from flows.cli.entry_point import EXIT_CODE_OF_FAULT, ONE_THREAD_VARIABLE, main
from flows.cli.help_pages import EXAMPLES, HEADINGS, under_headings
from flows.home.home import Home, now
from flows.house import brought
from flows.serving.serve import OWN_PREFECT, TAKING_IN
from flows.terminal import printing
from reconcile.records.publish import publish
from tests.deployments.composition import DEPLOYMENTS
from tests.extras import is_installed
from tests.flows.command_tree import does_something, named, told, tree
from tests.flows.home.test_settings import own_form
from tests.flows.house import House, until
from tests.flows.shifts.test_shift import to_read
from tests.flows.steps.test_reconcile_scans import received
from tests.flows.test_values import published
from tests.reconcile.records import MemoryOutbox, a_record, order_form
from tests.transcribe.store.world import NOON, World, world
from transcribe import errors
from transcribe.errors import NotFound, SettingsError
from transcribe.fields import type_of
from transcribe.forms import definition as form
from transcribe.forms.definition import SHIPPED
from transcribe.ocr import problem
from transcribe.review.views.formatting import day, moment

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


MISTAKEN: tuple[tuple[tuple[str, ...], str], ...] = (
    (("nothing",), "No such command 'nothing'"),
    (("ingest",), "Missing"),
    (("status", "--nothing"), "--nothing"),
    (("init", "--home", "orders"), "--home stands before the command: fairhand --home FOLDER COMMAND"),
    (("status", "--home", "orders"), "--home stands before the command: fairhand --home FOLDER COMMAND"),
    (("scan", "explain", "--home", "orders"), "--home stands before the command: fairhand --home FOLDER COMMAND"),
    (("scan", "explain", "abcdef", "total"), "fairhand: "),
    (("status", "--batch", "NOSUCH"), "NOSUCH"),
    (("scan", "read-again", "NOSUCH", "--why", "x"), "NOSUCH"),
    (("ingest", "nowhere", "--form", "receipt"), "no file or folder nowhere"),
)


def test_wrong_use_exits_with_two_and_a_sentence(house: House, rooms: Home) -> None:
    for words, said in MISTAKEN:
        done = house.run(*words)
        assert (done.code, said in done.err, "Traceback" in done.err) == (2, True, False), (words, done.err)
    assert not rooms.store.scan_states()


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


@pytest.mark.soak
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


def test_a_command_that_looks_makes_no_home(house: House) -> None:
    for words in (["status"], ["people", "list"], ["log", "verify"], ["learn"]):
        done = house.run(*words)
        assert (done.code, "There is no home at" in done.err) == (2, True)
    assert not house.home.exists()


def test_a_home_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = House(home=tmp_path / "file" / "home").run("init")
    assert (done.code, done.err.count("\n"), "cannot be made" in done.err) == (2, 1, True)


FILES = ("order-7.jpg", "better.jpg", "order.toml", "orders.jsonl", "blank.png")
EVERY = dict(does_something(tree()))


def test_every_command_has_an_example_and_every_example_a_command() -> None:
    without = [words for words, command in EVERY.items() if not (command.epilog or "").startswith("Example: fairhand")]
    assert without == []
    assert EXAMPLES.keys() <= EVERY.keys()


def test_every_command_stands_under_one_heading() -> None:
    shown = under_headings(tree())
    assert "More" not in shown
    assert sorted(name for names in shown.values() for name in names) == sorted(tree().commands)
    assert {name for _, names in HEADINGS for name in names} <= tree().commands.keys()


@pytest.mark.parametrize("words", sorted(EVERY))
def test_an_example_can_be_given_as_it_is(words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    for name in FILES:
        (tmp_path / name).write_bytes(b"x")
    group: Command = tree()
    program, *left = shlex.split((EVERY[words].epilog or "").removeprefix("Example: "))
    assert program == "fairhand"
    while isinstance(group, TyperGroup) and left:
        context = group.make_context(program, list(left))  # what is wrong with its options is raised here
        left = [*context._protected_args, *context.args]
        if not left:
            return
        group, left = group.commands[left[0]], left[1:]
    group.make_context(words, left)


def test_no_sentence_of_help_is_cut_short() -> None:
    for words, command in EVERY.items():
        told = command.get_short_help_str()
        assert told.endswith("."), words
        assert "..." not in told, words
        assert " ".join((command.help or "").split()).startswith(told), words


RUN = "from flows.cli.app import run; run()"
WORDS = ("fairhand ", "fairhand batch ")


def completing(shell: str, words: str) -> tuple[str, dict[str, str]]:
    """How a shell asks the program for what may follow what was typed so far."""
    asked = {"_FAIRHAND_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": words}
    if shell == "bash":
        asked |= {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()))}
    if shell == "fish":
        asked["_TYPER_COMPLETE_FISH_ACTION"] = "get-args"
    return "", asked


def completed(*asked: tuple[str, str]) -> list[list[str]]:
    """The lines that each of these shells is given for these words."""
    return [said.strip().splitlines() for _, said, _ in told(*(completing(*each) for each in asked))]


def commands_after(words: str) -> list[str]:
    """The commands that may follow."""
    group = tree()
    for word in words.split()[1:]:
        found = group.commands[word]
        assert isinstance(found, TyperGroup)
        group = found
    return sorted(group.commands)


def test_each_shell_is_given_every_command_on_one_line_with_its_help() -> None:
    asked = [(shell, words) for words in WORDS for shell in ("bash", "fish", "zsh")]
    given = dict(zip(asked, completed(*asked), strict=True))
    for words in WORDS:
        names = commands_after(words)
        assert sorted(given["bash", words]) == names
        helps = dict(line.partition("\t")[::2] for line in given["fish", words])
        assert sorted(helps) == names, "a line that is broken is offered as a word"
        assert all(helps.values())
        first, *rest = given["zsh", words]
        assert first.startswith("_arguments '*: :((")
        assert sorted(re.findall(r'"([a-z-]+)":"', "\n".join([first, *rest]))) == names
        assert len([first, *rest]) == len(names), "zsh is told each in a line too"


def test_options_and_what_stands_in_brackets_are_completed_whole() -> None:
    (lines,) = completed(("fish", "fairhand batch cancel monday --"))
    helps = dict(line.partition("\t")[::2] for line in lines)
    assert {"--why", "--by", "--withdraw", "--json"} <= helps.keys()
    assert helps["--withdraw"] == "Also withdraw its published records, until the batch goes on."


def test_bash_takes_the_script_and_completes_with_it(tmp_path: Path) -> None:
    program = tmp_path / "fairhand"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{RUN}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    script = """
source /dev/stdin <<< "$(_FAIRHAND_COMPLETE=source_bash fairhand)"
COMP_WORDS=(fairhand batch pri) COMP_CWORD=2
_fairhand_completion fairhand
echo "completed: ${COMPREPLY[*]}"
"""
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "completed: priority\n"), done.stderr


OLD = {
    "alerts": "alerts",
    "appeal list --open": "appeals list --open",
    "appeal outcomes": "appeals outcomes",
    "audit list --after 100": "log list --after 100",
    "audit verify": "log verify",
    "backup /mnt --keep 30": "backup /mnt --keep 30",
    "batch show monday": "batch show monday",
    "control list": "gold list",
    "doctor": "doctor",
    "explain order-7.jpg total": "scan explain order-7.jpg total",
    "export --format csv --form receipt": "records export --format csv --form receipt",
    "forget 'order 7.jpg'": "scan forget 'order 7.jpg'",
    "gold list": "gold list",
    "prune": "prune",
    "publish": "records publish",
    "publish --rebuild": "records rebuild",
    "publish --provisional --rebuild": "records rebuild --provisional",
    "quarantine list": "quarantine list",
    "question list": "questions list",
    "question answer 4f1c 'with the dashes'": "questions answer 4f1c 'with the dashes'",
    "reconcile": "reconcile",
    "reconcile --json": "reconcile --json",
    "reconcile readings.jsonl --out done.csv": "collection reconcile readings.jsonl --out done.csv",
    "reconcile --report=r.html readings.csv": "collection reconcile --report=r.html readings.csv",
    "time list": "disputes list",
    "time answer 4f1c 20": "disputes answer 4f1c 20",
    "token add till --scope records:read": "tokens add till --scope records:read",
    "token list": "tokens list",
    "token revoke fh_4f1c": "tokens revoke fh_4f1c",
    "work expect 2026-12-01 --hours 6": "announce 2026-12-01 --hours 6",
    "work list": "announce list",
    "work cancel 4f1c": "announce cancel 4f1c",
}
"""What was given before -> what is given now."""


@pytest.mark.parametrize(("old", "new"), [pair for pair in OLD.items() if pair[0] != pair[1]])
def test_an_old_spelling_says_the_new_one_and_does_nothing(old: str, new: str, tmp_path: Path) -> None:
    tree()
    from flows.cli.app import app

    home = tmp_path / "home"
    done = CliRunner().invoke(app, ["--home", str(home), *shlex.split(old)])
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert done.output.startswith(f"fairhand: `{old.split()[0]}` ")
    assert done.output.rstrip().endswith(f": fairhand --home {home} {new}")
    assert not home.exists()


def test_no_old_spelling_is_a_command_still_and_each_new_one_is() -> None:
    for new in OLD.values():
        if new.startswith("collection ") and not is_installed("collections"):
            continue
        command, left = named(shlex.split(new))
        assert command is not tree()
        if isinstance(command, TyperGroup):
            command.make_context("fairhand", left)
    assert not set(tree().commands) & {each.split()[0] for each in NEW_SPELLINGS}
    assert {each.split()[0] for each in NEW_SPELLINGS} <= {each.split()[0] for each in OLD}


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("announce 2026-12-01 --hours 6", "work"),
        ("announce --hours 6 2026-12-01", "work"),
        ("announce list", "list"),
        ("appeals", "list"),
        ("appeals --open", "list"),
        ("appeals outcomes", "outcomes"),
        ("questions", "list"),
        ("disputes --json", "list"),
    ],
)
def test_where_no_command_of_a_group_is_named_the_first_is_meant(given: str, meant: str) -> None:
    command, left = named([given.split()[0]])
    assert isinstance(command, TyperGroup)
    assert not left
    context = command.make_context(given.split()[0], given.split()[1:])
    assert [*context._protected_args, *context.args][0] == meant


@pytest.mark.parametrize(("told", "held"), [(None, "1"), ("3", "3")])
def test_numpy_multiplies_in_one_thread_unless_the_operator_says_otherwise(
    told: str | None, held: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr("flows.cli.app.run", lambda: seen.append(os.environ[ONE_THREAD_VARIABLE]))
    monkeypatch.setenv(ONE_THREAD_VARIABLE, told or "")
    if told is None:
        monkeypatch.delenv(ONE_THREAD_VARIABLE)
    main()
    assert seen == [held]


def test_numpy_is_not_imported_before_it_is_said() -> None:
    text = "import sys, flows.cli.entry_point, flows.cli; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout == "False\n"


IDS = ("abc1", "abd2", "abd23", "x")


@pytest.mark.parametrize(
    ("given", "whole"), [("abc", "abc1"), ("abd2", "abd2"), ("abd23", "abd23"), ("y", "y"), ("", "")]
)
def test_a_beginning_stands_for_the_only_id_that_begins_so(given: str, whole: str) -> None:
    assert whole_id(given, IDS) == whole
    with pytest.raises(NotFound, match=r"'ab' begins 3 ids. Give more of it."):
        whole_id("ab", IDS)


NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
"""A database that is away: nothing listens there."""
SERVICES = sorted((DEPLOYMENTS / "systemd").glob("*.service"))
FINDING = 1
NOT_DONE = 4


@pytest.fixture
def away(house: House, rooms: Home) -> House:
    """A home whose database is away."""
    rooms.close()
    rooms.settings.state.unlink()
    house.environment = {"FAIRHAND_STATE": NOWHERE}
    return house


def unit_command(unit: Path) -> tuple[list[str], set[int]]:
    """The words of a fairhand command that a unit runs, none for another program; and the codes that are success."""
    text = unit.read_text(encoding="utf-8")
    (command,) = re.findall(r"^ExecStart=/srv/fairhand/\.venv/bin/fairhand (.*)", text, re.MULTILINE) or [""]
    named = re.findall(r"^SuccessExitStatus=(.*)", text, re.MULTILINE)
    return shlex.split(command), {0, *(int(code) for line in named for code in line.split())}


@pytest.mark.parametrize("words", [["shift"], ["status"], ["records", "publish"], ["serve", "--port", "0"]])
def test_a_command_that_could_not_work_as_the_database_is_away_says_so_by_its_code(
    away: House, words: list[str]
) -> None:
    done = away.run(*words)
    assert done.code == NOT_DONE, done.err
    assert "cannot be reached" in done.err


@pytest.mark.parametrize(
    "module",
    [
        "flows.serving.reconcile_worker",
        TAKING_IN.module,
        *(
            pytest.param(each.module, marks=pytest.mark.soak)
            for each in (OWN_PREFECT, *(each for _, each in brought(lambda part: part.beside)))
        ),
    ],
)
def test_a_process_of_serve_that_finds_no_database_ends_in_one_line(away: House, module: str) -> None:
    environment = {**away.child_environment(), "FAIRHAND_HOME": str(away.home)}
    command = [sys.executable, "-m", module]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (NOT_DONE, 1), done.stderr
    assert done.stderr.startswith("fairhand: The database of FAIRHAND_STATE cannot be reached")


@pytest.mark.promise("So a shift that", "`fairhand.service` is started again")
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_unit_whose_database_is_away_has_failed(unit: Path, away: House) -> None:
    words, successes = unit_command(unit)
    assert successes <= {0, FINDING}
    if words:
        done = away.run(*words)
        assert done.code not in successes, done.err
    if words[:1] == ["serve"]:
        assert {"Restart=on-failure", "RestartSec=5"} <= set(unit.read_text(encoding="utf-8").splitlines())


@pytest.mark.promise("So a shift that")
def test_a_shift_that_set_scans_aside_has_not_failed(house: House, rooms: Home) -> None:
    words, successes = unit_command(DEPLOYMENTS / "systemd" / "fairhand-shift.service")
    to_read(rooms, "lost", "no picture")
    rooms.archive.put(b"no picture")
    done = house.run(*words)
    assert (done.code, done.out.count("set aside: ")) == (FINDING, 2), done.err
    assert FINDING in successes


@pytest.mark.parametrize("fault", [KeyError("unforeseen"), ModuleNotFoundError("a library")])
def test_a_fault_that_nobody_has_foreseen_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fault: Exception
) -> None:
    def fails() -> None:
        raise fault

    monkeypatch.setattr("flows.cli.app.run", fails)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == EXIT_CODE_OF_FAULT
    assert "Traceback" in capsys.readouterr().err


def test_only_a_file_without_a_picture_is_a_finding_among_errors() -> None:
    classes = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]
    codes = {each: getattr(each, "exit_code") for each in classes}  # noqa: B009
    assert [each for each, code in codes.items() if code == FINDING] == [errors.ScanError]
    assert set(codes.values()) == {FINDING, 2, 3, NOT_DONE}
    for each in (errors.StoreError, errors.DiskFull, errors.ProgramOutdated, errors.ArchiveAway, errors.ArchiveFull):
        assert codes[each] == NOT_DONE


LISTS = (
    (("appeals",), "Nobody has appealed yet."),
    (("appeals", "list", "--open"), "No appeal is open."),
    (("appeals", "outcomes"), "No appeal was heard yet."),
    (("questions",), "Nobody has asked about a field yet."),
    (("questions", "list", "--open"), "No question is open."),
    (("questions", "examples"), "No picture is in the guide of a field yet."),
    (("disputes",), "Nobody has contested measured time yet."),
    (("disputes", "list", "--open"), "No dispute is open."),
    (("people", "list"), "Nobody is there yet: fairhand people add NAME"),
    (("tokens", "list"), "No program has a token yet: fairhand tokens add NAME --scope SCOPE"),
    (("webhooks", "list"), "No program is told of orders yet: fairhand webhooks add NAME URL"),
    (("announce", "list"), "No work is announced."),
    (("log", "list"), "Nothing was done yet."),
    (("log", "list", "--after", "7"), "There is no line after 7."),
    (("gold", "list"), "No value is held to be known."),
    (("batch", "list"), "Nothing came in a batch yet: fairhand ingest --batch NAME --form FORM PATH..."),
)


def test_a_list_in_which_nothing_stands_says_so(house: House, rooms: Home) -> None:
    for words, said in (each for each in LISTS if is_installed(each[0][0])):
        told = house.run(*words)
        assert (told.code, told.out, told.err) == (0, f"{said}\n", ""), words
        as_json = house.run(*words, *([] if len(words) > 1 else ["list"]), "--json")
        assert (as_json.code, as_json.out) == (0, ""), words


@pytest.mark.needs("webhooks")
def test_deliveries_and_sessions_that_there_are_not_are_said_to_be_none(house: House, rooms: Home) -> None:
    assert house.run("webhooks", "add", "erp", "https://erp.example/orders").code == 0
    assert house.run("webhooks", "deliveries", "erp").out == "There is no such delivery.\n"
    assert house.run("people", "add", "Mina").code == 0
    rooms.store.revoke_links(rooms.store.transcribers()[0].id, now())
    assert house.run("people", "sessions", "Mina").out == "They are signed in nowhere, and no link is unused.\n"


def test_records_are_found_by_words_in_columns_and_whole_as_json(house: House, rooms: Home) -> None:
    scan = published(rooms)
    (record,) = house.run("records", "query", "receipt", "--json").json
    assert record["scan"] == scan.id
    total = record["values"]["total"]
    word = record["values"]["company"].split()[0]
    said = house.run("records", "query", "receipt", word.upper(), "--where", f"total={total}")
    assert (said.code, total in said.out, said.out.splitlines()[0].startswith("scan ")) == (0, True, True)
    nothing = house.run("records", "query", "receipt", "zebra")
    assert (nothing.code, nothing.out) == (1, "There is no such record.\n")
    assert house.run("records", "query", "receipt", "--where", "total=0.00").code == 1
    assert (
        "There is no plain field 'sum' in receipt" in house.run("records", "query", "receipt", "--where", "sum=1").err
    )
    assert house.run("records", "query", "receipt", "--where", "total").code == 2
    for wrong, why in {"total=abc": "'abc' is no number", "date=2026-02-30": "'2026-02-30' is no day"}.items():
        told = house.run("records", "query", "receipt", "--where", wrong)
        assert (told.code, told.out) == (2, "")
        assert f"filter '{wrong}': {why}" in told.err
    assert house.run("records", "query", "receipt", "--after", str(record["changed"])).code == 1
    assert house.run("records", "query", "nothing").code == 2


def test_records_are_made_anew_where_they_are_lost(house: House, rooms: Home) -> None:
    published(rooms)
    before = house.run("records", "export", "--form", "receipt").out
    rooms.settings.records.unlink()
    assert "1 change published" in house.run("records", "rebuild").out
    assert house.run("records", "export", "--form", "receipt").out == before


@pytest.mark.promise("%(name)s signs in once")
def test_a_new_link_is_for_somebody_who_is_there(house: House, rooms: Home) -> None:
    first = house.run("people", "add", "Mina", "--json").json[0]["link"]
    second = house.run("people", "link", "Mina")
    assert (second.code, first in second.out, "signs in once" in second.out) == (0, False, True)
    assert len(house.run("people", "sessions", "Mina", "--json").json) == 1
    nobody = house.run("people", "link", "Nobody")
    assert (nobody.code, "Nobody" in nobody.err) == (2, True)


def test_a_form_is_installed_with_its_files_and_raised(house: House, rooms: Home, tmp_path: Path) -> None:
    path = own_form(tmp_path / "one", 1)
    assert house.run("forms", "install", path).code == 0
    assert rooms.forms.is_installed("mine")
    draft = own_form(tmp_path / "draft", 1, title="Never used yet")
    assert house.run("forms", "install", draft).code == 0
    rooms.use_form("mine")
    changed = house.run("forms", "install", path)
    assert (changed.code, "Raise its `version` to 2" in changed.err) == (2, True)
    assert house.run("forms", "install", own_form(tmp_path / "two", 2)).code == 0
    older = house.run("forms", "install", draft)
    assert (older.code, "Raise its `version` to 3" in older.err) == (2, True)
    assert rooms.forms.find("mine").version == 2


def test_files_beside_a_definition_come_along_and_those_of_another_form_stay(
    house: House, rooms: Home, tmp_path: Path
) -> None:
    assert house.run("forms", "install", SHIPPED / "order-form.toml").code == 0
    assert {path.name for path in rooms.settings.forms.iterdir()} >= {"order-form.toml", "order-form.png"}
    text = (SHIPPED / "order-form.toml").read_text(encoding="utf-8").replace('name = "order-form"', 'name = "mine"', 1)
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    for file in SHIPPED.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "order-form.png").write_bytes((SHIPPED / "bon-de-commande.png").read_bytes())
    done = house.run("forms", "install", tmp_path / "mine.toml")
    assert (done.code, "is of another form" in done.err) == (2, True)
    assert not rooms.forms.is_installed("mine")


def test_records_are_found_by_the_names_of_fields_and_by_numbers_as_such(tmp_path: Path) -> None:
    """A field that is called as a column of the record has another one in the database; a form's new version too."""
    forms = [order_form(state="text"), order_form(version=2, state="text", total="decimal")]
    store = MemoryOutbox(known=forms)
    store.put(a_record("one", state="Bremen", total="98000.00"))
    store.put(a_record("two", form_version=2, state="Hessen", total="98000"))
    publish(store, records := tmp_path / "records.db", store.form)

    def found(**values: str) -> list[str]:
        all_found = found_records(records, "bon-de-commande", "", values, after=0, limit=9)
        return [str(each.plain["scan"]) for each in all_found]

    assert found(state="Bremen") == ["one"]
    assert found(total="98000") == found(total="98000.00") == ["one", "two"]
    assert found(total="") == []
    for rule, wanted in (("any", ["one", "two"]), ("total", ["one", "two"]), ("one key", [])):
        told = found_records(records, "bon-de-commande", "", {}, after=0, limit=9, exception=rule)
        assert [str(each.plain["scan"]) for each in told] == wanted
    with pytest.raises(SettingsError, match="'98,000' is no number, such as"):
        found(total="98,000")
    with pytest.raises(NotFound, match="There is no plain field 'state_2'"):
        found(state_2="Bremen")


def test_a_scope_of_a_form_that_is_not_there_is_noted(house: House) -> None:
    house.run("init")
    done = house.run("tokens", "add", "erp", "--scope", "records:read:nosuch", "--scope", "records:write:receipt")
    assert (done.code, done.err.count("There is no form nosuch here yet"), "receipt" in done.err) == (0, 1, False)


SLOW = frozenset("numpy cv2 scipy matplotlib httpx jinja2 prefect fastapi flows.parts.webhooks".split())
"""What takes longer to load than such a command runs, and what brings it."""


def test_a_command_that_looks_loads_nothing_that_reads_pictures(house: House, rooms: Home) -> None:
    received(rooms, batch="monday")
    looks = ("status", "batch list", "batch show monday", "scan duplicates", "people list", "log list")
    for words, (code, _, loaded) in zip(looks, told(*(f"--home {house.home} {each}" for each in looks)), strict=True):
        assert (code, loaded & SLOW) == (0, set()), words


def test_the_first_word_says_which_commands_are_loaded() -> None:
    assert groups_of(["status", "--json"]) == groups_of(["--home", "here", "status"]) == ("setup",)
    for words in ([], ["--help"], ["--version"], ["doctor"], ["stauts"], ["--home", "here"], ["--home"]):
        assert groups_of(words) == COMMAND_GROUPS, words


def test_what_is_loaded_for_a_word_is_all_that_it_has() -> None:
    for word, (_, said, _) in zip(GROUPS_OF_WORD, told(*(f"{each} --help" for each in GROUPS_OF_WORD)), strict=True):
        whole = whole_command().commands[word]  # type: ignore[attr-defined]  # it is a group
        for name in getattr(whole, "commands", {}):
            assert f"\n  {name} " in said, (word, name)
        assert said.startswith(f"Usage: fairhand {word} ")


def test_who_acts_is_who_gave_the_command(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.store.actor = "command line, olga"
        here.store.set_roles("ann", ["expert"], NOON)
        assert here.store.audit()[-1].actor == "command line, olga"


def test_a_scan_whose_fields_are_all_decided_is_not_called_unweighed(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        scan = here.scan("a")
        assert _state(here) == "not weighed"
        here.store.put_scan_aside(scan.id, "olga", "a menu", NOON)
        assert _state(here) == "set aside"


def _state(here: World) -> str:
    return here.store.scan_states()[0].word


def test_a_language_code_of_two_letters_names_the_one_of_tesseract() -> None:
    told = problem("tesseract", ("fr",))
    assert "fr is fra" in told
    assert "tesseract-ocr-fr" not in told


def test_dates_on_english_pages_are_read_alike_everywhere() -> None:
    at = datetime(2026, 11, 6, 20, 15, tzinfo=UTC)
    assert (day(at, "UTC", "en"), moment(at, "UTC", "en")) == ("6 Nov 2026", "6 Nov 2026, 20:15")


def test_a_cost_centre_is_no_amount() -> None:
    assert (type_of("Cost centre", "en"), type_of("Cost", "en")) == ("text", "amount")
