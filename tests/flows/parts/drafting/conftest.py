"""Fixtures of drafts: a home, and a draft of the form that no sample has, from a photograph of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.home.home import Home, open_home
from flows.home.settings import load_settings
from flows.parts.drafting.draft_files import Draft, draft_of, start_draft
from tests.flows.parts.drafting.own_form import blank_page, photo


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    opened = open_home(load_settings(tmp_path / "home"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def bike_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph of the blank form."""
    path = tmp_path_factory.mktemp("photos") / "bike.jpg"
    path.write_bytes(photo(blank_page()))
    return path


@pytest.fixture(scope="session")
def bike_folder(bike_photo: Path) -> Path:
    """A folder with the draft of that photograph, made once."""
    settings = load_settings(bike_photo.parent / "home")
    draft = start_draft(settings, bike_photo, "bike", title="Bike hire", language="eng", locale="en_GB")
    return draft.path.parent


@pytest.fixture
def draft(home: Home, bike_folder: Path) -> Draft:
    """The draft in this home."""
    shutil.copytree(bike_folder, home.settings.forms / "drafts" / "bike")
    return draft_of(home.settings, "bike")
