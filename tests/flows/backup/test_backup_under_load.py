"""A backup that is killed at many moments while another process writes: nothing that was acknowledged is lost."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Sequence, Set
from pathlib import Path

import pytest

from flows.administration.records import forget_scan
from flows.backup.files import BackupFolder
from flows.home import settings as configuration
from flows.home.home import Home, open_home
from flows.home.settings import change_settings
from tests.attack.test_restore import opened, recorded, records
from tests.flows.backup.test_backup_restore import back_up, restore, said_of_records
from tests.flows.house import House
from tests.postgres import new_database, rows
from tests.worked_home import typed, worked_home
from transcribe.errors import FairhandError, SettingsError, StoreError
from transcribe.store import copying
from transcribe.store.drivers.table_copy import TableSum, sums_of

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


CHANGED_BY_AN_EPOCH = {
    *("audit", "event", "lineage", "outbox", "records_copy", "seal", "sealed_fact", "session", "sign_in_link")
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A home in which people have worked, with its state in PostgreSQL."""
    place = tmp_path / "home"
    place.mkdir()
    change_settings(place / "settings.env", {"FAIRHAND_STATE": new_database()})
    return worked_home(place)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return tmp_path / "new"


def state_of(place: Path) -> dict[str, TableSum]:
    """The tables of a home, but those that an epoch changes."""
    settings = configuration.load_settings(place)
    with copying.reading_state(settings.state, settings.state_url) as tables:
        return {table: made for table, made in sums_of(tables).items() if table not in CHANGED_BY_AN_EPOCH}


@pytest.mark.parametrize("on_server", [False, True])
def test_a_home_is_restored_to_either_database_and_the_work_goes_on(
    place: Path, target: Path, new: Path, on_server: bool
) -> None:
    made = back_up(place, target)
    assert made.backup.manifest.numbers["scans"] == 3
    assert BackupFolder(target).faults(made.backup) == []
    assert not (place / "state.db").exists()
    url = new_database() if on_server else ""
    done = restore(new, target, to=url)
    assert (done.lost, done.log_holds, done.settings_error) == ((), True, "")
    settings = configuration.load_settings(new)
    assert (settings.state_url, settings.state.exists()) == (url, not on_server)
    assert state_of(new) == state_of(place)
    assert said_of_records(new / "records.db") == said_of_records(place / "records.db")
    with opened(new) as home:
        assert home.store.epoch() == done.epoch > 0
        assert len(home.store.ledger()) == 2
        typed(home)
        recorded(home, "LATER LTD")
        assert len(records(home)) == 5
        assert home.store.verify_audit(made.backup.manifest.log_head).whole
        assert all(home.archive.is_whole(name) for scan in records(home) for name in home.store.kept_names(scan))


def test_a_backup_of_a_file_is_restored_to_a_database(tmp_path: Path, target: Path, new: Path) -> None:
    place = worked_home(tmp_path / "of-file")
    back_up(place, target)
    restore(new, target, to=new_database())
    assert state_of(new) == state_of(place)
    with opened(new) as home:
        assert home.store.verify_audit().whole


def test_an_archive_that_the_environment_names_is_that_of_the_home_from_then_on(
    place: Path, target: Path, new: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the variable the restored home would work on the pictures of the one that was backed up."""
    change_settings(place / "settings.env", {"FAIRHAND_ARCHIVE": str(place / "archive")})
    back_up(place, target)
    pictures = tmp_path / "pictures"
    monkeypatch.setenv("FAIRHAND_ARCHIVE", str(pictures))
    restore(new, target, to=new_database())
    monkeypatch.delenv("FAIRHAND_ARCHIVE")
    assert configuration.load_settings(new).archive == str(pictures)
    with opened(new) as home:
        assert all(home.archive.is_whole(name) for scan in records(home) for name in home.store.kept_names(scan))


def test_a_backup_made_while_people_work_is_of_one_moment(place: Path, target: Path, new: Path) -> None:
    stop = threading.Event()

    def work() -> None:
        with opened(place) as home:
            while not stop.is_set():
                typed(home)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        made = [back_up(place, target) for _ in range(3)][-1]
    finally:
        stop.set()
        worker.join()
    assert made.backup.manifest.numbers["scans"] >= 3
    assert restore(new, target).log_holds


def test_what_was_forgotten_since_stays_forgotten_in_a_database_too(place: Path, target: Path, new: Path) -> None:
    with opened(place) as home:
        scan = recorded(home, "FORGOTTEN LTD")
    back_up(place, target)
    with opened(place) as home:
        forget_scan(home, scan, 0.0)
    url = new_database()
    done = restore(new, target, to=url, erasures=place / "state.erased")
    assert done.forgotten == 1
    assert rows(url, "SELECT COUNT(*) FROM decision_text WHERE value LIKE '%FORGOTTEN%'") == [(0,)]


def test_a_restore_that_was_killed_after_it_filled_the_database_begins_anew(
    place: Path, target: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(place, target)
    url = new_database()

    def killed(*_: object) -> list[str]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sys.modules["flows.backup.restore_backup"], "_put_pictures", killed)
        with pytest.raises(KeyboardInterrupt):
            restore(new, target, to=url)
    assert rows(url, "SELECT COUNT(*) FROM scan") == [(3,)]
    with pytest.raises(SettingsError, match="did not end"), opened(new):
        pytest.fail("it is half a home")
    live = configuration.load_settings(place).state_url
    with pytest.raises(StoreError, match="holds a state already"):
        restore(new, target, to=live)
    done = restore(new, target, to=url)
    assert done.epoch > 0
    assert state_of(new) == state_of(place)


@pytest.mark.promise("one that holds a")
def test_a_database_with_a_state_in_it_is_never_written_over(place: Path, target: Path, new: Path) -> None:
    back_up(place, target)
    url = configuration.load_settings(place).state_url
    before = state_of(place)
    for _ in range(2):
        with pytest.raises(StoreError, match="holds a state already"):
            restore(new, target, to=url)
    assert state_of(place) == before


def test_a_variable_that_says_otherwise_is_noticed_before_anything_is_written(
    place: Path, target: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(place, target)
    url = new_database()
    monkeypatch.setenv("FAIRHAND_STATE", url)
    with pytest.raises(SettingsError, match="in the environment names another database"):
        restore(new, target, to=new_database())
    assert not new.exists()
    restore(new, target)
    assert rows(url, "SELECT COUNT(*) FROM scan") == [(3,)]


def test_a_home_that_is_not_there_or_has_no_key_is_not_backed_up(place: Path, target: Path, new: Path) -> None:
    url = configuration.load_settings(place).state_url
    new.mkdir()
    change_settings(new / "settings.env", {"FAIRHAND_STATE": url})
    with pytest.raises(SettingsError, match="no home of fairhand"):
        back_up(new, target)
    (place / "state.key").rename(place / "kept")
    with pytest.raises(SettingsError, match=r"state\.key is missing"):
        back_up(place, target)


def test_the_commands_do_it(house: House, place: Path, target: Path, new: Path) -> None:
    made = house.run("--home", place, "backup", target, "--json")
    assert (made.code, made.json[0]["numbers"]["scans"]) == (0, 3), made.err
    url = new_database()
    restored = house.run("--home", new, "restore", target, "--to", url, "--json")
    assert (restored.code, restored.json[0]["lost"]) == (0, []), restored.err
    assert house.run("--home", new, "log", "verify").code == 0
    assert "in PostgreSQL" in house.run("--home", new, "status").out
    refused = house.run("--home", new.with_name("third"), "restore", target, "--to", url)
    assert (refused.code, "holds a state already" in refused.err) == (4, True), refused.err


def test_an_error_of_the_database_is_one_sentence(place: Path, target: Path, new: Path) -> None:
    back_up(place, target)
    with pytest.raises(FairhandError, match="cannot be reached"):
        restore(new, target, to="postgresql://127.0.0.1:1/nothing")
