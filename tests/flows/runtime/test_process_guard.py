"""A guarded program ends with whoever started it, however that ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.flows.house import PATIENCE, until
from tests.patience import ended

SLEEPER = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
STARTER = """
import subprocess, sys, time
guard = [sys.executable, "-m", "flows.runtime.process_guard", sys.executable, "-c", sys.argv[1], sys.argv[2]]
process = subprocess.Popen(guard, stdin=subprocess.PIPE)
time.sleep(600)
"""


def started(tmp_path: Path) -> tuple[subprocess.Popen[bytes], psutil.Process]:
    told = tmp_path / "pid"
    starter = subprocess.Popen([sys.executable, "-c", STARTER, SLEEPER, str(told)], start_new_session=True)
    until(lambda: told.exists() and told.read_text())
    return starter, psutil.Process(int(told.read_text()))


@pytest.mark.parametrize("kill", [os.kill, os.killpg], ids=["the starter alone", "its whole group"])
def test_it_ends_when_its_starter_is_killed(kill: Callable[[int, int], None], tmp_path: Path) -> None:
    starter, sleeper = started(tmp_path)
    kill(starter.pid, signal.SIGKILL)
    starter.wait()
    until(lambda: ended(sleeper))


@pytest.mark.parametrize(
    "program",
    [SLEEPER, f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"],
    ids=["one that ends when it is asked", "one that does not"],
)
def test_it_ends_with_all_that_it_started_when_its_guard_alone_is_killed(program: str, tmp_path: Path) -> None:
    told, child = tmp_path / "pid", tmp_path / "child"
    starts_another = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPER!r}, {str(child)!r}]); "
    command = [sys.executable, "-m", "flows.runtime.process_guard", sys.executable, "-c", starts_another + program]
    with subprocess.Popen([*command, str(told)], stdin=subprocess.PIPE) as guard:
        until(lambda: all(each.exists() and each.read_text() for each in (told, child)))
        running = [psutil.Process(int(each.read_text())) for each in (told, child)]
        guard.kill()
        guard.wait()
        until(lambda: all(map(ended, running)))


def test_nothing_of_a_guard_stays_when_its_program_has_ended(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    command = [sys.executable, "-m", "flows.runtime.process_guard", sys.executable, "-c", SLEEPER, str(told)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as guard:
        until(lambda: told.exists() and told.read_text())
        until(lambda: len(psutil.Process(guard.pid).children()) == 2)
        left = psutil.Process(guard.pid).children()
    until(lambda: all(map(ended, left)))


def test_it_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    guard = subprocess.Popen(
        [sys.executable, "-m", "flows.runtime.process_guard", sys.executable, "-c", SLEEPER, str(told)],
        stdin=subprocess.PIPE,
    )
    until(lambda: told.exists() and told.read_text())
    guard.send_signal(signal.SIGTERM)
    assert guard.wait(PATIENCE) == 128 + signal.SIGTERM


def test_it_gives_the_exit_code_of_a_program_that_ends_by_itself() -> None:
    command = [sys.executable, "-m", "flows.runtime.process_guard", sys.executable, "-c", "raise SystemExit(7)"]
    assert subprocess.Popen(command, stdin=subprocess.PIPE).wait(PATIENCE) == 7
