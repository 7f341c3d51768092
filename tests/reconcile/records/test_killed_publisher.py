"""A publisher that is killed at random moments: nothing is missing, nothing is twice, and the file is as made anew."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.records import query
from reconcile.records.publish import publish, rebuild, verify
from tests.reconcile.records import dump
from tests.transcribe.store.world import World, after, decision, world
from transcribe.model import Scan

PUBLISHER = """
import importlib, sys
from pathlib import Path
from tests.transcribe.store.world import KEY, form
from transcribe.store import open_store

publishing = importlib.import_module("reconcile.records.publish")
publishing.BATCH_ENTRY_COUNT = 2
folder = Path(sys.argv[1])
store = open_store(folder / "state.db", KEY)
print("ready", flush=True)
while True:
    publishing.publish(store, folder / "records.db", lambda *_: form())
"""

CHANGES_A_KILL = 25
"""What happens to orders while a publisher runs: enough that it is at work whenever it is killed."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def happen(here: World, chance: random.Random, scans: list[Scan], number: int) -> None:
    """An order is decided, corrected or forgotten."""
    at = after(number)
    if not scans or chance.random() < 0.6:
        scans.append(here.scan(f"scan {number}"))
        here.decide(scans[-1], decision("number", f"A{number}"), decision("total", "2.00"), record=True, now=at)
    elif chance.random() < 0.7:
        here.decide(chance.choice(scans), decision("total", f"{number}.00"), record=True, now=at)
    else:
        here.store.forget(scans.pop(chance.randrange(len(scans))).id, at)


def killed(here: World, folder: Path, kills: int) -> None:
    chance, scans, number = random.Random(17), list[Scan](), 0
    for _ in range(kills):
        program = [sys.executable, "-c", PUBLISHER, str(folder)]
        running = subprocess.Popen(program, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE)
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == b"ready\n"
            for _ in range(CHANGES_A_KILL):
                number += 1
                happen(here, chance, scans, number)
            time.sleep(chance.random() * 0.1)
        finally:
            running.kill()
            running.wait()
    records = folder / "records.db"
    publish(here.store, records, lambda *_: here.form)
    assert verify(here.store, records, lambda *_: here.form) == []
    published = dump(records)
    found = [each.scan for each in query.records(records, "order")]
    assert sorted(found) == sorted(scan.id for scan in scans)
    rebuild(here.store, records, lambda *_: here.form)
    assert dump(records) == published


def test_a_publisher_killed_at_random_moments_loses_and_doubles_nothing(here: World, tmp_path: Path) -> None:
    killed(here, tmp_path, 3)


@pytest.mark.soak
def test_a_publisher_killed_at_fifty_random_moments_loses_and_doubles_nothing(here: World, tmp_path: Path) -> None:
    killed(here, tmp_path, 50)
