"""One Prefect server for all tests of the flows, and a home for each test."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from flows.home import settings as configuration
from flows.home.home import Home, open_home
from flows.runtime.prefect_server import PrefectServer
from tests.examples import SOAK
from tests.flows.house import House
from tests.flows.readings import folder_of_run, keep_readings

NEW_DATABASE = "new-prefect.db"
"""The file with Prefect's database as it is made for a new home."""


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the session's Prefect server, and once that was started a copy of its database as it began."""
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture(scope="session")
def prefect_server(prefect_home: Path) -> Iterator[str]:
    """The address of a running Prefect server; Prefect in this process talks to it too."""
    settings = configuration.load_settings(prefect_home)
    server = PrefectServer(settings)
    server.start()
    server.wait()
    made = prefect_home / "prefect" / "prefect.db"
    with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(prefect_home / NEW_DATABASE)) as copy:
        source.backup(copy)
    before = dict(os.environ)
    configuration.use_prefect(settings, server.address, own=True)
    yield server.address
    os.environ.clear()
    os.environ.update(before)
    server.stop()


@pytest.fixture
def served_home(tmp_path: Path, prefect_server: str, prefect_home: Path) -> Path:
    """A home in which `serve` finds Prefect's database as made: making it is half of what its start costs."""
    return served_home_in(tmp_path, prefect_home)


def served_home_in(place: Path, prefect_home: Path) -> Path:
    """Such a home in a folder, once the session's Prefect server was started."""
    (place / "home" / "prefect").mkdir(parents=True, mode=0o700)
    shutil.copy(prefect_home / NEW_DATABASE, place / "home" / "prefect" / "prefect.db")
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
