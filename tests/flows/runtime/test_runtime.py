"""A Prefect server that does not start keeps no file from being taken in: it only shows what is done."""

from __future__ import annotations

import io
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from prefect.states import exception_to_crashed_state

from flows.runtime import tame_run_log
from flows.scheduled import reconcile
from tests.aside import run_aside
from tests.flows.house import PATIENCE, until
from tests.patience import ended
from transcribe.errors import FairhandError


@pytest.mark.parametrize(
    ("ended_by", "is_told"), [(KeyboardInterrupt(), False), (SystemExit(1), False), (OSError("gone"), True)]
)
def test_who_ends_the_program_is_told_of_no_crash(
    ended_by: BaseException, *, is_told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    tame_run_log()
    state = run_aside(exception_to_crashed_state(ended_by))
    log = logging.getLogger("prefect.flow_runs")
    log.addHandler(caplog.handler)  # Prefect's loggers hand nothing on to others
    try:
        log.error("Crash detected! %s", state.message)
    finally:
        log.removeHandler(caplog.handler)
    assert bool(caplog.records) is is_told, state.message


def test_what_prefect_says_of_itself_is_said_without_a_traceback_and_what_we_say_with_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = logging.StreamHandler(io.StringIO())
    monkeypatch.setattr(logging.getLogger(), "handlers", [said])
    tame_run_log()
    for name in ("prefect.FlowRunCancellingObserver", "fairhand.ingest"):
        logging.getLogger(name).warning("%s lost its server", name, exc_info=OSError("gone"))
    told = said.stream.getvalue()
    assert "prefect.FlowRunCancellingObserver lost its server\nfairhand.ingest lost its server\n" in told
    assert told.endswith("OSError: gone\n")


def test_a_run_by_the_clock_that_cannot_be_done_is_said_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = logging.getLogger("prefect.flow_runs")
    monkeypatch.setattr(log, "filters", [])
    (tmp_path / "settings.env").write_text("FAIRHAND_STATE=postgresql://127.0.0.1:1/none\n", encoding="utf-8")
    with pytest.raises(FairhandError):
        reconcile.fn(str(tmp_path))
    record = log.makeRecord(log.name, logging.ERROR, "", 0, "it ended", (), (OSError, OSError("away"), None))
    assert log.filter(record)
    assert record.exc_info is None


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
