"""What the exit code of a command says, and that systemd takes no work that was not done for success."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli.entry_point import EXIT_CODE_OF_FAULT, main
from flows.home.home import Home
from tests.deployments.composition import DEPLOYMENTS
from tests.flows.house import House
from tests.flows.shifts.test_shift import to_read
from transcribe import errors

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
    ["flows.serving.reconcile_worker", "flows.deployed", "flows.webhooks.send_process", "flows.watching.watch_process"],
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
