"""Every test of the store runs on SQLite and on PostgreSQL, but those of files that say why they do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.transcribe.store import databases
from tests.transcribe.store.world import World, world

ONLY = "ONLY_ON"
"""The name under which a file of tests says which database it is about."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have each test once for each kind of database."""
    mark = metafunc.definition.get_closest_marker("only_on")
    only = mark.args[0] if mark else getattr(metafunc.module, ONLY, "")
    metafunc.parametrize("_database", [only] if only else databases.KINDS, indirect=True, scope="module")


@pytest.fixture(scope="module", autouse=True)
def _database(request: pytest.FixtureRequest) -> Iterator[None]:
    with databases.on(getattr(request, "param", "sqlite")):  # a class of tests that Hypothesis makes has no parameters
        yield


@pytest.fixture(autouse=True)
def _fewer_examples(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw a tenth of the examples on PostgreSQL: each statement takes ten times as long, and the law is the same."""
    own = "_hypothesis_internal_use_settings"
    if databases.kind() == "postgresql" and hasattr(request.function, own):
        drawn: settings = getattr(request.function, own)
        monkeypatch.setattr(request.function, own, settings(drawn, max_examples=max(3, drawn.max_examples // 10)))


@pytest.fixture
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world with a form, eve who is an expert, and those whom a module names as PEOPLE: else ann, ben and cat."""
    with world(tmp_path, people=getattr(request.module, "PEOPLE", ("ann", "ben", "cat"))) as made:
        yield made
