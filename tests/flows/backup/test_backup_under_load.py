"""A backup that is killed at many moments while another process writes: nothing that was acknowledged is lost."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Sequence, Set
from pathlib import Path

import pytest

from flows.backup.files import BackupFolder
from flows.home import settings as configuration
from flows.home.home import Home, open_home
from tests.flows.house import House

STARTING_SHARE = 0.3
"""Share of the time of a backup in which the program only starts: it is killed after that."""

QUICKER_SHARE = 0.8
"""The time of a backup is taken to be so much of what it was thought, where one ended before it was to be killed."""

MOST_ENDED = 60
"""So many backups that end by themselves mean that this test kills none."""


class Writer:
    """A process that takes in, reads, has typed and forgets, and says what it has done."""

    def __init__(self, place: Path, told: Path) -> None:
        self._told = told
        with told.open("wb") as out:
            command = [sys.executable, "-m", "tests.flows.backup.writing_worker", str(place)]
            self._process = subprocess.Popen(command, stdout=out)

    def said(self) -> list[str]:
        """The lines that it has said until now, whole ones only."""
        return self._told.read_text(encoding="ascii").rpartition("\n")[0].splitlines()

    def wait_for(self, lines: int) -> None:
        end = time.monotonic() + 240
        while len(self.said()) < lines:
            assert self._process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def run(folder: Path, kills: int, seed: int) -> None:
    place, target = folder / "home", folder / "backups"
    target.mkdir()
    house, writer, chance = House(home=place), Writer(place, folder / "said"), random.Random(seed)
    try:
        writer.wait_for(50 + 10 * kills)
        begun = time.monotonic()
        assert house.run("backup", target).code == 0
        ended = kill_many(house, target, kills, time.monotonic() - begun, chance)
        there = len(BackupFolder(target).names())
        assert 1 + ended <= there <= 1 + ended + kills, "a killed one is none, or was finished at that moment"
        before = writer.said()
        assert house.run("backup", target).code == 0
        meanwhile = len(writer.said()) - len(before)
    finally:
        writer.stop()
    scans = check(folder, before, {line.split()[1] for line in writer.said() if line.startswith("forgets")})
    assert meanwhile, "somebody wrote while it ran"
    print(
        f"\n{kills} backups under load were killed in the middle, {ended} ended before they were; before the last one "
        f"{len(before)} things were acknowledged, {meanwhile} more while it ran; the restored home has {scans} scans, "
        "and all that was acknowledged before"
    )


def kill_many(house: House, target: Path, kills: int, seconds: float, chance: random.Random) -> int:
    """Kill so many backups, each at a moment later in its course than the one before; gives how many ended first.

    `seconds` is how long one takes. The next ones have less to copy: who is too late tries a little earlier.
    """
    killed = ended = 0
    while killed < kills:
        share = STARTING_SHARE + (1.0 - STARTING_SHARE) * (killed + chance.random()) / kills
        if killed_at(house, target, seconds * share):
            killed += 1
        else:
            ended += 1
            seconds *= QUICKER_SHARE
        assert ended < MOST_ENDED
    return ended


def killed_at(house: House, target: Path, seconds: float) -> bool:
    """Begin a backup and kill it after so long; False where it had ended by itself, and well."""
    process = house.start("backup", target, forked=True)
    try:
        assert process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    finally:
        process.communicate()
    return False


def check(folder: Path, before: Sequence[str], begun: Set[str]) -> int:
    """Restore the newest backup: it verifies, and has everything acknowledged before it; gives how many scans."""
    target = folder / "backups"
    backups, wrong = BackupFolder(target).backups()
    assert wrong == []
    assert [fault for each in backups for fault in BackupFolder(target).faults(each)] == []
    done = House(home=folder / "new").run("restore", target)
    assert done.code == 0, done.err
    home = open_home(configuration.load_settings(folder / "new"))
    try:
        assert missing(home, before, begun) == []
        audit = home.store.verify_audit(backups[-1].manifest.log_head)
        assert (audit.broken_at, audit.forgeries) == (None, ())
        return len(home.store.scan_states())
    finally:
        home.close()


def missing(home: Home, before: Sequence[str], begun: Set[str]) -> list[str]:
    """What was acknowledged and is not there. Scans that the writer has begun to forget may be gone."""
    found = []
    for what, scan, *text in map(str.split, before):
        if what == "forgot":
            found += [] if home.store.forgotten(scan) else [f"{what} {scan}"]
        elif scan not in begun:
            readings = home.store.readings(scan)
            pictures = home.store.kept_names(scan)
            there = {
                "kept": bool(pictures) and all(map(home.archive.is_whole, pictures)),
                "read": len(pictures) == 2 and sum(each.kind == "machine" for each in readings) == 8,
                "typed": any(each.kind == "person" and [each.text] == text for each in readings),
            }
            found += [] if there[what] else [f"{what} {scan}"]
    return found


@pytest.mark.slow
def test_what_was_acknowledged_before_a_backup_is_in_the_home_made_from_it(tmp_path: Path) -> None:
    run(tmp_path, 3, 1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_what_was_acknowledged_is_restored_after_twenty_kills(tmp_path: Path, seed: int) -> None:
    run(tmp_path, 20, seed)
