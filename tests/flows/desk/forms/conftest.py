"""Fixtures of the section Forms: a desk with scans, and a draft of the form that no sample has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.home.settings import load_settings
from flows.parts.drafting.draft_files import Draft, draft_of, start_draft
from tests.flows.desk.desk_site import AGREED, DOUBTED, DeskSite, copied_site, desk_site
from tests.flows.parts.drafting.own_form import blank_page, photo


@pytest.fixture(scope="session")
def bike_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a draft from a photograph of the blank, made once."""
    folder = tmp_path_factory.mktemp("bike")
    (folder / "bike.jpg").write_bytes(photo(blank_page()))
    settings = load_settings(folder / "home")
    made = start_draft(settings, folder / "bike.jpg", "bike", title="Bike hire", language="eng", locale="en_GB")
    return made.path.parent


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the home of `site`, made once."""
    folder = tmp_path_factory.mktemp("site")
    with desk_site(folder) as made:
        made.scan("agreed.png", AGREED)
        made.scan("agreed2.png", {**AGREED, "number": ("473968", "473968")})
        made.scan("doubt.png", {**DOUBTED, "number": ("473946", "473946")})
        made.weigh()
    return folder


@pytest.fixture
def site(site_folder: Path, tmp_path: Path) -> Iterator[DeskSite]:
    """A desk with three scans of one form."""
    with copied_site(site_folder, tmp_path) as made:
        yield made


@pytest.fixture
def draft(site: DeskSite, bike_folder: Path) -> Draft:
    """The draft in the home of the desk."""
    shutil.copytree(bike_folder, site.home.settings.forms / "drafts" / "bike")
    return draft_of(site.home.settings, "bike")
