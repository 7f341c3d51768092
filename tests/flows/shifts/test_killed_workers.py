"""Workers that are killed, hang, or are killed by what they read: every scan is read once, and none waits for long."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import psutil
import pytest

from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.steps.reconcile_scans import reconcile_to_the_end
from tests.flows.forked_commands import started
from tests.flows.house import until
from tests.flows.shifts.made_up_worker import ENGINE
from tests.patience import PATIENCE
from tests.postgres import new_database, rows
from tests.transcribe.store.world import sha
from transcribe.model import Scan, ScanPage, SourceFile

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

FEW_KILLS = 3
MANY_KILLS = 20
LEASE_SECONDS = 3.0
READ_SECONDS = 0.4
LOOK_SECONDS = 0.02


@dataclass(kw_only=True)
class Machines:
    """Homes of one state: the first, and others of their own where the state is in PostgreSQL."""

    first: Path
    url: str = ""
    made: int = 0
    workers: list[subprocess.Popen[str]] = field(default_factory=list)

    def home(self) -> Path:
        """The home of one more worker: the only one there is, or a new one with the same key."""
        if not self.url:
            return self.first
        self.made += 1
        another = self.first.with_name(f"machine-{self.made}")
        another.mkdir()
        for name in (configuration.SETTINGS_FILE, "state.key"):
            shutil.copy(self.first / name, another / name)
        return another

    def start(self, takes: float | Path = READ_SECONDS, threads: int = 1) -> subprocess.Popen[str]:
        """Begin a worker, which has a home of its own where it can. A scan takes seconds, or until a file is there."""
        process = started("tests.flows.shifts.made_up_worker", self.home(), str(takes), str(threads))
        self.workers.append(process)
        return process


def settings_text(place: Path, url: str) -> str:
    kept = f"FAIRHAND_READ_LEASE_SECONDS={LEASE_SECONDS}\nFAIRHAND_ARCHIVE={place}\nFAIRHAND_AUDIT_SHARE=0\n"
    return kept + (f"FAIRHAND_STATE={url}\n" if url else "")


ONE_HOME, APART = "one home", "PostgreSQL and homes of their own"


@pytest.fixture(params=[ONE_HOME, APART])
def machines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machines]:
    made = Machines(first=tmp_path / "home", url="" if request.param == ONE_HOME else new_database())
    made.first.mkdir()
    text = settings_text(tmp_path / "archive", made.url)
    (made.first / configuration.SETTINGS_FILE).write_text(text, encoding="utf-8")
    yield made
    for worker in made.workers:
        worker.kill()
        worker.communicate()


@pytest.fixture
def rooms(machines: Machines) -> Iterator[Home]:
    opened = open_home(configuration.load_settings(machines.first))
    opened.use_form("receipt")
    yield opened
    opened.close()


def taken_in(rooms: Home, *names: str) -> None:
    """Scans that are to be read, in this order."""
    version = rooms.forms.find("receipt").version
    for name in names:
        page = ScanPage(file=sha(name), page=1)
        scan = Scan(id=sha(f"scan {name}"), pages=(page,), form="receipt", form_version=version, name=name, batch="b")
        rooms.store.put_scan(scan, [SourceFile(sha256=page.file, name=name, size=1, media_type="image/png")], now())
        assert rooms.store.put_to_read(scan.id, "b", now())


def read_scans(rooms: Home) -> int:
    return sum(rooms.store.has_reads(each.scan.id) for each in rooms.store.scan_states())


def has_more(rooms: Home, before: int) -> bool:
    return read_scans(rooms) > before


def left(rooms: Home) -> tuple[int, int]:
    """How many scans are to be read, and how many of them somebody holds."""
    return rooms.store.count_to_read(now())


def engines_worked(rooms: Home) -> list[object]:
    """The number of the scan of each time that an engine worked on one."""
    asked = "SELECT scan_id FROM engine_time"
    if rooms.settings.state_url:
        return [row[0] for row in rows(rooms.settings.state_url, asked)]
    with closing(sqlite3.connect(rooms.settings.state)) as state:
        return [row[0] for row in state.execute(asked)]


def each_was_read_once(rooms: Home, *but: str) -> None:
    """Every scan has one reading, whose engine worked once, and is weighed."""
    reconcile_to_the_end(rooms)
    assert rooms.store.counts().waiting_scans == 0
    for state in rooms.store.scan_states():
        if state.scan.name not in but:
            (reading,) = rooms.store.readings(state.scan.id)
            assert reading.source == ENGINE
    worked = engines_worked(rooms)
    assert len(worked) == len({*worked}) == len(rooms.store.scan_states()) - len(but), "none was kept twice"


@contextmanager
def stopped(process: subprocess.Popen[str], state: Path) -> Iterator[None]:
    """A process that hangs meanwhile, but not in the middle of a write: nobody else could write a file then."""
    until(partial(stops_between_writes, process, state), pause=LOOK_SECONDS)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


def stops_between_writes(process: subprocess.Popen[str], state: Path) -> bool:
    """Stop a process; where it holds the lock of this file, let it go on."""
    os.kill(process.pid, signal.SIGSTOP)
    until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED, pause=LOOK_SECONDS)
    if not state.exists() or is_free_to_write(state):
        return True
    os.kill(process.pid, signal.SIGCONT)
    return False


def is_free_to_write(state: Path) -> bool:
    with closing(sqlite3.connect(state, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return True


@pytest.mark.parametrize(
    ("machines", "kills"),
    [
        (APART, FEW_KILLS),
        *(pytest.param(where, MANY_KILLS, marks=pytest.mark.soak) for where in (ONE_HOME, APART)),
    ],
    indirect=["machines"],
)
def test_workers_that_are_killed_in_the_middle_lose_nothing_and_what_they_held_is_read_in_time(
    machines: Machines, rooms: Home, kills: int
) -> None:
    taken_in(rooms, *(f"scan {number:03}" for number in range(8 * kills)))
    held: list[int] = []
    for _ in range(kills):
        before = read_scans(rooms)
        victim = machines.start(threads=2)
        until(partial(has_more, rooms, before), pause=LOOK_SECONDS)
        assert victim.poll() is None
        victim.kill()
        killed = now()
        victim.wait()
        held.append(left(rooms)[1])
        assert rooms.store.count_to_read(killed + timedelta(seconds=LEASE_SECONDS))[1] == 0, "no claim is longer"
    assert sum(each >= 1 for each in held) > kills / 2, "most were in the middle of a scan, not between two"
    last = machines.start(threads=2)
    out, err = last.communicate(timeout=PATIENCE)
    assert last.returncode == 0, err
    assert "'left': 0, 'set aside': 0, 'failed': 0" in out
    each_was_read_once(rooms)


@pytest.mark.parametrize("machines", [pytest.param(ONE_HOME, marks=pytest.mark.soak), APART], indirect=True)
def test_a_worker_that_hangs_loses_what_it_held_and_what_it_reads_too_late_is_not_kept(
    machines: Machines, rooms: Home, tmp_path: Path
) -> None:
    taken_in(rooms, "a", "b", "c")
    slow = machines.start(tmp_path / "read", threads=3)
    until(lambda: left(rooms)[1] == 3, pause=LOOK_SECONDS)
    with stopped(slow, rooms.settings.state):
        quick = machines.start(0.0)
        out, err = quick.communicate(timeout=PATIENCE)
        assert quick.returncode == 0, err
        assert "{'read': 3," in out
        assert left(rooms) == (0, 0)
        (tmp_path / "read").touch()
    out, err = slow.communicate(timeout=PATIENCE)
    assert slow.returncode == 0, err
    assert "{'read': 0, 'read elsewhere': 3," in out
    each_was_read_once(rooms)


@pytest.mark.parametrize("machines", [ONE_HOME, pytest.param(APART, marks=pytest.mark.soak)], indirect=True)
def test_a_scan_that_kills_its_reader_three_times_is_set_aside_and_the_others_are_read(
    machines: Machines, rooms: Home
) -> None:
    taken_in(rooms, "a", "deadly", "c", "d")
    for _ in range(3):
        worker = machines.start(0.1, threads=2)
        worker.communicate(timeout=PATIENCE)
        assert worker.returncode == -signal.SIGKILL
    last = machines.start(0.1, threads=2)
    out, err = last.communicate(timeout=PATIENCE)
    assert last.returncode == 0, err
    assert "'left': 0, 'set aside': 1" in out
    (aside,) = rooms.store.list_set_aside()
    assert (aside.file.name, aside.error, aside.batch) == ("deadly", "ScanError", "b")
    assert "whoever read it ended before it was read, 3 times" in aside.message
    assert aside.message.endswith("and ingest it again.")
    assert rooms.store.counts().unread_scans == 0
    each_was_read_once(rooms, "deadly")
