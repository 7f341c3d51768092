"""One Prefect server for all tests of the flows, and a home for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.home import settings as configuration
from flows.home.home import Home, open_home
from flows.runtime.prefect_server import PrefectServer
from tests.flows.house import House


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running Prefect server; Prefect in this process talks to it too."""
    settings = configuration.load_settings(tmp_path_factory.mktemp("prefect"))
    server = PrefectServer(settings)
    server.start()
    server.wait()
    before = dict(os.environ)
    configuration.use_prefect(settings, server.address, own=True)
    yield server.address
    os.environ.clear()
    os.environ.update(before)
    server.stop()


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
