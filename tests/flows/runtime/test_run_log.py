"""Prefect's log says no crash where somebody ended the program, and no traceback where its server is away."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest
from prefect.states import exception_to_crashed_state

from flows.runtime import tame_run_log
from flows.scheduled import reconcile
from tests.aside import run_aside
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
