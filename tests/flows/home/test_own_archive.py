"""A second machine whose archive is not that of the first one is found before anything is kept there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from flows.administration.deep_check import other_archive_findings
from flows.home import settings as configuration
from flows.home.home import open_home
from flows.home.own_archive import require_own_archive
from tests.flows.house import CASES, House
from tests.flows.shifts.test_shift import taken_in
from tests.postgres import new_database
from transcribe.errors import SettingsError

Machine = Callable[[str, str], House]

RECEIPT = next(iter(sorted(CASES.glob("receipt-*.jpg"))))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with this name and archive; the second one is set up as the documentation says."""
    url = new_database()
    made: list[House] = []

    def new(name: str, archive: str) -> House:
        home = tmp_path / name
        home.mkdir()
        kept = f"FAIRHAND_STATE={url}\nFAIRHAND_ARCHIVE={tmp_path / archive if archive else ''}\n"
        (home / configuration.SETTINGS_FILE).write_text(kept, encoding="utf-8")
        if made:
            shutil.copy(made[0].home / "state.key", home)
        made.append(House(home=home))
        return made[-1]

    return new


def take_in(house: House) -> None:
    """A scan with its picture."""
    with closing(open_home(configuration.load_settings(house.home))) as home:
        (scan,) = taken_in(home, "a")
        assert scan.pages[0].file == home.archive.put(b"a")


@pytest.mark.parametrize("archive", ["", "elsewhere"])
def test_a_machine_with_another_archive_takes_nothing_in_and_the_doctor_says_why(
    machine: Machine, archive: str
) -> None:
    take_in(machine("first", "archive"))
    second = machine("second", archive)
    settings = configuration.load_settings(second.home)
    with closing(open_home(settings)) as home, pytest.raises(SettingsError, match="same FAIRHAND_ARCHIVE"):
        require_own_archive(home)
    (finding,) = other_archive_findings(settings)
    assert "None of the pictures" in finding.message
    ran = second.run("ingest", RECEIPT, "--form", "receipt", "--no-read")
    assert (ran.code, "None of the pictures" in ran.err) == (2, True), ran.err
    assert not [*(settings.archive_folder or Path()).glob("*/*")]


def test_machines_with_one_archive_and_a_state_without_pictures_are_let_be(machine: Machine) -> None:
    first = machine("first", "archive")
    for new in (True, False):
        with closing(open_home(configuration.load_settings(first.home))) as home:
            require_own_archive(home)
        if new:
            take_in(first)
    second = machine("second", "archive")
    settings = configuration.load_settings(second.home)
    assert list(other_archive_findings(settings)) == []
    with closing(open_home(settings)) as home:
        require_own_archive(home)


def test_where_the_disk_of_the_archive_is_away_nothing_is_taken_in_and_no_folder_is_made(tmp_path: Path) -> None:
    home, disk = tmp_path / "home", tmp_path / "disk"
    home.mkdir()
    (home / configuration.SETTINGS_FILE).write_text(f"FAIRHAND_ARCHIVE={disk / 'archive'}\n", encoding="utf-8")
    house = House(home=home)
    take_in(house)
    disk.rename(tmp_path / "unmounted")
    ran = house.run("ingest", RECEIPT, "--form", "receipt", "--no-read")
    assert (ran.code, "Its disk may be away." in ran.err, disk.exists()) == (2, True, False), ran.err
    (finding,) = other_archive_findings(configuration.load_settings(home))
    assert finding.mend.startswith("put its disk back"), finding
    assert not disk.exists()
    (tmp_path / "unmounted").rename(disk)
    assert house.run("ingest", RECEIPT, "--form", "receipt", "--no-read").code == 0
