"""Locks that one process of all machines holds: given once, said whose they are, free when the process is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from tests.patience import PATIENCE
from tests.postgres import server
from tests.transcribe.store.world import KEY, World, world
from transcribe.store.state_store import open_store

ONLY_ON = "postgresql"

HOLDS = """
import sys, time
from pathlib import Path
from transcribe.store.state_store import open_store
store = open_store(Path(sys.argv[2]), b"k" * 32, url=sys.argv[1])
held = store.take_lock("publisher", 0)
print("held" if held else "refused", flush=True)
time.sleep(600)
"""


def other_process(here: World, folder: Path) -> subprocess.Popen[str]:
    """Another process with a home of its own that takes the lock, and has said whether it did."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-c", HOLDS, here.url, str(folder / "state.db")]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_one_process_has_a_lock_and_killed_it_has_it_no_more(here: World, tmp_path: Path) -> None:
    first = other_process(here, tmp_path / "first")
    try:
        assert said(first) == "held"
        assert here.store.take_lock("publisher", 0.0) is None
        begun = time.monotonic()
        assert here.store.take_lock("publisher", 0.3) is None
        assert time.monotonic() - begun >= 0.3
        machine = (tmp_path / "first" / "state.machine").read_text().strip()
        assert here.store.lock_holder("publisher").startswith(f"process {first.pid} on ")
        assert here.store.lock_holder("publisher").endswith(f"(home {machine})")
        other = here.store.take_lock("sender", 0.0)
        assert other, "another lock is free"
        other.close()
        second = other_process(here, tmp_path / "second")
        assert said(second) == "refused"
        second.kill()
        second.wait()
        os.kill(first.pid, signal.SIGKILL)
        held = here.store.take_lock("publisher", PATIENCE)
        assert held
        assert held.is_held
        held.close()
        assert here.store.lock_holder("publisher") == ""
    finally:
        first.kill()
        first.wait()


def test_a_lock_whose_session_was_ended_is_not_held_any_more(here: World) -> None:
    held = here.store.take_lock("publisher")
    assert held
    with psycopg.connect(here.url, autocommit=True) as killer:
        killer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'fairhand publisher%'"
        )
    assert not held.is_held
    again = here.store.take_lock("publisher", PATIENCE)
    assert again
    again.close()


def test_a_lock_is_free_again_when_the_server_was_started_anew(tmp_path: Path) -> None:
    with server() as made:
        store = open_store(tmp_path / "state.db", KEY, url=made.address)
        held = store.take_lock("publisher")
        assert held
        made.stop()
        assert not held.is_held
        made.start()
        again = store.take_lock("publisher")
        assert again
        assert again.is_held
        again.close()
        store.close()


def test_a_lock_of_one_database_is_none_of_another_one(here: World, tmp_path: Path) -> None:
    held = here.store.take_lock("publisher")
    assert held
    (tmp_path / "other").mkdir()
    with world(tmp_path / "other", people=("zoe",)) as elsewhere:
        assert elsewhere.store.lock_holder("publisher") == ""
        free = elsewhere.store.take_lock("publisher")
        assert free
        free.close()
    held.close()
