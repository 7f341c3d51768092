"""The power fails at many moments: every original and every reading that was acknowledged is there."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from flows.home import settings as configuration
from flows.home.home import open_home
from tests.attack.disk import CALLS, Disk, Event, events

SCANS = 7
"""Scans that are kept while the power fails; two of them are forgotten again."""

MOMENTS = 30
"""Power cuts of one run."""


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """The home's folder, and all that the worker did to it."""
    place, trace = tmp_path_factory.mktemp("power") / "home", tmp_path_factory.mktemp("trace") / "trace"
    worker = [sys.executable, "-m", "tests.attack.power_worker", str(place), str(SCANS)]
    strace = ["strace", "-y", "-xx", "-s", "100000000", "-e", f"trace={CALLS}", "-o", str(trace)]
    done = subprocess.run([*strace, *worker], stdout=subprocess.PIPE, check=False, timeout=300)
    assert done.returncode == 0
    return place, list(events(trace, place))


def cut_at(place: Path, happened: Sequence[Event], to: Path, chance: random.Random) -> list[str]:
    """The folder that a power cut after these events leaves, and what was acknowledged before."""
    disk = Disk(place)
    for event in happened:
        disk.do(event)
    to.mkdir()
    disk.cut(to, chance)
    return disk.said


def lost(place: Path, said: Sequence[str]) -> list[str]:
    """What was acknowledged and is not there."""
    home = open_home(configuration.load_settings(place))
    found = []
    begun = {scan for what, scan in map(str.split, said) if what == "forgets"}
    try:
        for what, scan in map(str.split, said):
            if what == "forgot" and not home.store.forgotten(scan):
                found.append(f"{what} {scan}")
            if scan in begun:
                continue
            kept = home.store.scan(scan)
            if not all(map(home.archive.is_whole, home.store.kept_names(scan))):
                found.append(f"the pictures of {what} {scan}")
            if what == "read" and len(home.store.readings(kept.id)) != 8:
                found.append(f"the readings of {scan}")
    finally:
        home.close()
    return found


def run(traced: tuple[Path, list[Event]], folder: Path, seed: int) -> None:
    place, happened = traced
    chance = random.Random(seed)
    moments = [*sorted(chance.sample(range(len(happened) + 1), MOMENTS - 1)), len(happened)]
    for number, moment in enumerate(moments):
        said = cut_at(place, happened[:moment], folder / str(number), chance)
        assert lost(folder / str(number) / place.name, said) == [], f"seed {seed}, after {moment} events"


def test_the_worker_did_what_this_test_is_about(traced: tuple[Path, list[Event]]) -> None:
    said = b"".join(event.content for event in traced[1] if event.call == "said").decode().split()
    assert [said.count(word) for word in ("kept", "read", "forgot")] == [SCANS, SCANS, SCANS // 3]
    assert {event.call for event in traced[1]} >= {"create", "write", "sync", "rename", "mkdir", "link", "said"}


@pytest.mark.promise("database first, as pictures")
def test_what_was_acknowledged_is_there_after_a_power_cut(traced: tuple[Path, list[Event]], tmp_path: Path) -> None:
    run(traced, tmp_path, 1)


def test_a_disk_that_ignores_what_is_synced_is_found_out(traced: tuple[Path, list[Event]], tmp_path: Path) -> None:
    """As it was before files were synced: the test sees what it is there to see."""
    place, happened = traced
    chance = random.Random(1)
    unsynced = [event for event in happened if not (event.call == "sync" and "archive" in event.path)]
    faults: list[str] = []
    for number in range(5):
        said = cut_at(place, unsynced, tmp_path / str(number), chance)
        faults += lost(tmp_path / str(number) / place.name, said)
    assert any(fault.startswith("the pictures") for fault in faults)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 120))
def test_what_was_acknowledged_is_there_after_hundreds_of_power_cuts(
    traced: tuple[Path, list[Event]], tmp_path: Path, seed: int
) -> None:
    run(traced, tmp_path, seed)
