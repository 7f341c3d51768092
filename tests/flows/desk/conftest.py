"""Fixtures of the desk's tests: an empty site, and one with scans in several states."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.flows.desk.desk_site import AGREED, DOUBTED, DeskSite, copied_site, desk_site
from tests.flows.desk.filled_site import filled
from transcribe.model import Transcriber


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskSite]:
    """An empty desk."""
    with desk_site(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSite]:
    """A desk with something in every section, for tests that only look: one for all of a file."""
    with desk_site(tmp_path_factory.mktemp("full")) as made:
        yield filled(made)


@pytest.fixture(scope="session")
def busy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the home of `busy`, made once."""
    folder = tmp_path_factory.mktemp("busy")
    with desk_site(folder) as desk:
        desk.scan("agreed.png", AGREED)
        desk.scan("doubt.png", DOUBTED)
        desk.scan("doubt2.png", {**DOUBTED, "number": ("473968", "473968")})
        aside = desk.scan("aside.png", {**DOUBTED, "number": ("473946", "473946")}, batch="tuesday")
        desk.scan("other.png", {**DOUBTED, "number": ("828346", "828346")}, form="invoice2", batch="tuesday")
        desk.home.store.put_scan_aside(aside.id, "op", "the paper is torn", desk.now())
        desk.weigh()
    return folder


@pytest.fixture
def busy(busy_folder: Path, tmp_path: Path) -> Iterator[DeskSite]:
    """A desk with a scan that machines decided, two that wait for people, one set aside, one of another form."""
    with copied_site(busy_folder, tmp_path) as made:
        yield made


@pytest.fixture
def op(busy: DeskSite) -> Transcriber:
    """An operator of `busy`."""
    return busy.person("op", "operator")


@pytest.fixture
def client(busy: DeskSite, op: Transcriber) -> TestClient:
    """A client that is signed in as that operator."""
    return busy.client(op)
