"""A home for each test of the flows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path

import pytest

from flows.home import settings as configuration
from flows.home.home import Home, open_home
from flows.steps import publish_records
from flows.steps.read_scans import TakenScan, read_scan, take_in
from flows.steps.reconcile_scans import reconcile_home
from tests.examples import SOAK
from tests.flows.house import House
from tests.flows.new_prefect import put_prefect_database
from tests.flows.readings import folder_of_run, keep_readings
from transcribe.model import Scan

HasRead = Callable[[Path, str], tuple[Home, Scan]]


@pytest.fixture
def served_home(tmp_path: Path, new_prefect_database: Path) -> Path:
    """A home in which `serve` finds Prefect's database as made: making it is half of what its start costs."""
    return served_home_in(tmp_path, new_prefect_database)


def served_home_in(place: Path, new_prefect_database: Path) -> Path:
    """Such a home in a folder."""
    (place / "home").mkdir(parents=True, mode=0o700)
    put_prefect_database(new_prefect_database, place / "home")
    return place / "home"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An empty home and the command line over it, without Prefect."""
    return House(home=tmp_path / "home")


@pytest.fixture
def working_house(house: House, prefect_server: str) -> House:
    """A house whose flows talk to the session's Prefect server."""
    house.prefect = prefect_server
    house.prefect_secret = os.environ["PREFECT_API_AUTH_STRING"]
    return house


@pytest.fixture(scope="session")
def read_homes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], Path]:
    """The home in which a picture was taken in as a form, read and weighed: made once in a process for each of them."""

    @cache
    def made(picture: Path, form: str) -> Path:
        place = tmp_path_factory.mktemp("read") / "home"
        with closing(open_home(configuration.load_settings(place))) as home:
            (taken,) = take_in(home, [picture], form, "monday")
            assert isinstance(taken, TakenScan)
            read_scan(home, taken.scan)
            reconcile_home(home)
            publish_records(home)
        return place

    return made


@pytest.fixture
def has_read(house: House, read_homes: Callable[[Path, str], Path], kept_readings: None) -> Iterator[HasRead]:
    """Gives the house such a home of its own; the rooms, and the scan."""
    with ExitStack() as rooms:

        def given(picture: Path, form: str) -> tuple[Home, Scan]:
            shutil.copytree(read_homes(picture, form), house.home)
            home = rooms.enter_context(closing(open_home(configuration.load_settings(house.home))))
            (state,) = home.store.scan_states()
            return home, state.scan

        yield given


@pytest.fixture
def rooms(house: House) -> Iterator[Home]:
    """The rooms of the house, where no lot has decided fields audited: a test that wants audits says so."""
    opened = open_home(configuration.load_settings(house.home).model_copy(update={"audit_share": 0.0}))
    yield opened
    opened.close()


@pytest.fixture
def kept_readings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What engines read in this process for one test is there for the next; not in the long run."""
    if not SOAK:
        keep_readings(folder_of_run(tmp_path_factory.getbasetemp()), monkeypatch.setattr)
