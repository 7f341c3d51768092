"""The whole path with the state on PostgreSQL: the same commands, real processes, two of them at once."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from flows.home import settings as configuration
from flows.home.home import Home, open_home
from flows.runtime.prefect_server import notice
from reconcile.records import query
from tests.flows.house import CASES, START, House, simulated, until
from tests.flows.new_prefect import put_prefect_database
from tests.flows.steps.test_reconcile_scans import RECEIPT, received
from tests.patience import PATIENCE
from tests.postgres import new_database
from transcribe.errors import StoreError
from transcribe.model import Task

pytestmark = [pytest.mark.xdist_group("prefect-2"), pytest.mark.slow, pytest.mark.timeout(900)]

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'fairhand'"


@pytest.fixture
def url() -> str:
    return new_database()


@pytest.fixture
def house(house: House, url: str) -> House:
    """A house whose settings name a database of PostgreSQL."""
    house.home.mkdir()
    settings = f"FAIRHAND_STATE={url}\nFAIRHAND_AUDIT_SHARE=0\nFAIRHAND_RECONCILE_SECONDS=1\n"
    (house.home / configuration.SETTINGS_FILE).write_text(settings, encoding="utf-8")
    return house


@pytest.fixture
def serving(working_house: House, rooms: Home, new_prefect_database: Path) -> Iterator[subprocess.Popen[str]]:
    put_prefect_database(new_prefect_database, working_house.home)
    process = working_house.start("serve", "--port", "0", forked=True)
    try:
        until(lambda: process.poll() is not None or "web" in notice(rooms.settings), START)
        assert process.poll() is None, process.communicate()[1]
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.promise("the process of the")
def test_photographs_become_records_while_connections_are_cut(
    working_house: House, serving: subprocess.Popen[str], rooms: Home, url: str
) -> None:
    read = working_house.run("ingest", CASES / "receipt-217.jpg", "--form", "receipt", "--json")
    assert (read.code, read.json[0]["read"]) == (0, 1), read.err
    scan = received(rooms)
    readers = [simulated(rooms, name, 1, 0.0) for name in ("mina", "omar")]
    of_samples = readers[0].answers
    for reader in readers:
        reader.answers = lambda task: _answer(task, scan.id) or of_samples(task)

    def done() -> bool:
        typed = sum(reader.work_one() for reader in readers)
        return not typed and bool(rooms.store.counts().records.get("receipt") == 2)

    until(lambda: rooms.store.counts().waiting_scans == 0)
    assert sum(reader.work_one() for reader in readers) > 0
    with psycopg.connect(url, autocommit=True) as killer:
        killer.execute(CUT)
    until(done)
    until(lambda: len(list(query.records(rooms.settings.records, "receipt"))) == 2)
    values = {record.scan: record.values["total"] for record in query.records(rooms.settings.records, "receipt")}
    assert values[scan.id] == "12.50"
    assert sorted(map(str, values.values())) == ["12.50", "22.00"]
    serving.send_signal(signal.SIGTERM)
    serving.communicate(timeout=PATIENCE)

    _looked_at(working_house, rooms)
    _opened_elsewhere(rooms, scan.id)


def _answer(task: Task, scan: str) -> str:
    return RECEIPT[task.key.name] if task.scan == scan else ""


def _looked_at(house: House, rooms: Home) -> None:
    """What the commands say of the home, and that there is no file with its state."""
    assert not rooms.settings.state.exists()
    assert rooms.store.verify_audit().whole
    assert house.run("log", "verify").code == 0
    assert "The state is in PostgreSQL" in house.run("status").out
    deep = house.run("doctor", "--deep")
    assert "The state is in PostgreSQL" in deep.out
    assert "broken" not in deep.out
    (house.home.parent / "backup").mkdir()
    kept = house.run("backup", house.home.parent / "backup")
    assert kept.code == 0, kept.err
    forgotten = house.run(
        "scan", "forget", next(iter(rooms.store.scan_states())).scan.id[:12], "--why", "asked", "--yes"
    )
    assert forgotten.code == 0, forgotten.err
    assert rooms.store.counts().forgotten_scans == 1


def _opened_elsewhere(rooms: Home, scan: str) -> None:
    """A second home with the same key, as on another machine; without the key it is refused."""
    second = rooms.settings.home.parent / "second"
    second.mkdir()
    shutil.copy(rooms.settings.home / configuration.SETTINGS_FILE, second)
    with pytest.raises(StoreError, match="whose key is not here"):
        open_home(configuration.load_settings(second))
    shutil.copy(rooms.settings.state.with_suffix(".key"), second)
    other = open_home(configuration.load_settings(second))
    assert other.store.scan(scan).id == scan
    other.close()
