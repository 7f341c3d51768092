"""What a forked command starts is forked too, and is what a program started anew is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.flows.forked_commands import started
from tests.flows.forked_programs import imported_under, may_fork, server_settings
from tests.flows.house import PATIENCE, until

TELLS = """
import os, sys
os.environ.pop('PYTEST_READINGS', None)
print(sys.argv, os.getcwd(), sorted(os.environ.items()), sys.stdin.read().strip(), __name__)
print('said', file=sys.stderr)
sys.exit(7)
"""
IMPORTED = "import sys; print('flows.serving' in sys.modules)"
SLEEPS = """
import os, pathlib, signal, sys, time
def told(*_):
    pathlib.Path(sys.argv[1]).write_text('told')
    sys.exit(5)
signal.signal(signal.SIGTERM, told)
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(600)
"""


def id_first(out: str) -> list[str]:
    """The lines that were printed, that of the program's id first: a program may print before its starter does."""
    return sorted(out.splitlines(), key=lambda line: not line.startswith("id "))


def forked(*words: str | Path) -> tuple[list[str], str]:
    """The lines that the starter and its program print, both forked, and their errors."""
    out, err = started("tests.flows.program_starter", *words).communicate(timeout=PATIENCE)
    return id_first(out), err


def anew(*words: str) -> tuple[list[str], str]:
    """The same of processes that are started anew."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "FAIRHAND_"))}
    command = [sys.executable, "-m", "tests.flows.program_starter", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    return id_first(done.stdout), done.stderr


@pytest.mark.parametrize("how", ["leads", "follows"])
def test_it_has_the_words_environment_and_files_of_its_call_and_ends_with_its_code(how: str) -> None:
    first, err = forked(how, "-c", TELLS, "one", "two words")
    second, err_anew = anew(how, "-c", TELLS, "one", "two words")
    assert first[0] != second[0], "their ids"
    assert first[1:] == second[1:]
    assert first[1].startswith("['-c', 'one', 'two words'] ")
    assert first[1].endswith("typed __main__")
    assert (first[-1], err) == (second[-1], err_anew) == ("7", "said\n")


def test_it_has_what_the_server_imported_and_a_module_is_run_as_one() -> None:
    assert forked("leads", "-c", IMPORTED)[0][1:] == ["True", "0"]
    assert anew("leads", "-c", IMPORTED)[0][1:] == ["False", "0"]
    assert forked("follows", "-m", "calendar", "2026", "11")[0] != []
    assert (
        forked("follows", "-m", "calendar", "2026", "11")[0][1:]
        == anew("follows", "-m", "calendar", "2026", "11")[0][1:]
    )
    assert forked("follows", "-m", "calendar", "none")[0][-1] == "2"


@pytest.mark.parametrize("how", ["leads", "follows"])
def test_it_is_told_what_its_stand_in_is_told_and_ends_with_it(how: str, tmp_path: Path) -> None:
    for sign, code in ((signal.SIGTERM, "5"), (signal.SIGKILL, "-9")):
        note = tmp_path / f"{sign}"
        starter = started("tests.flows.program_starter", how, "-c", SLEEPS, note)
        assert starter.stdout is not None
        stand_in = int(starter.stdout.readline().removeprefix("id "))
        until(lambda note=note: note.exists() and note.read_text())  # type: ignore[misc]
        program = psutil.Process(int(note.read_text()))
        assert program.pid != stand_in, "it is forked"
        os.kill(stand_in, sign)
        assert starter.communicate(timeout=PATIENCE)[0] == f"{code}\n"
        until(lambda program=program: not program.is_running())  # type: ignore[misc]
        assert note.read_text() == ("told" if sign == signal.SIGTERM else str(program.pid))


def test_a_program_that_others_end_says_by_what(tmp_path: Path) -> None:
    starter = started("tests.flows.program_starter", "leads", "-c", SLEEPS, tmp_path / "note")
    until(lambda: (tmp_path / "note").exists() and (tmp_path / "note").read_text())
    os.kill(int((tmp_path / "note").read_text()), signal.SIGABRT)
    assert starter.communicate(timeout=PATIENCE)[0].splitlines()[1] == f"{-signal.SIGABRT}"


def test_what_would_be_imported_otherwise_is_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    request = {"words": ["-m", "flows.deployed"], "environment": dict(os.environ), "folder": "/"}

    def with_(**more: str) -> dict[str, object]:
        return {**request, "environment": {**os.environ, **more}}

    assert may_fork(request)
    assert may_fork(with_(PREFECT_HOME="/x", FAIRHAND_HOME="/x", OMP_NUM_THREADS="1", PYTHONPATH=sys.path[-1]))
    assert not may_fork(with_(TZ="Asia/Tokyo"))
    assert not may_fork(with_(PYTHONPATH="/nowhere"))
    assert not may_fork({**request, "words": ["-m", "transcribe.sandbox.decoder_process", "{}"]})
    assert imported_under({**server_settings(), "PREFECT_API_URL": "http://127.0.0.1:1/api"}) == server_settings()
    other = {**server_settings(), "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "1"}
    assert imported_under(other) != server_settings()
