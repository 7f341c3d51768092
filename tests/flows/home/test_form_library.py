"""Forms of a home: found by name or path, and every version used is kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.home.form_library import FormLibrary
from flows.home.home import Home
from transcribe.errors import FormError, NotFound
from transcribe.forms.definition import SHIPPED


def own_form(folder: Path, version: int, *, title: str = "Mine") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = (SHIPPED / "receipt.toml").read_text(encoding="utf-8")
    text = text.replace('name = "receipt"', 'name = "mine"', 1).replace("version = 1", f"version = {version}", 1)
    (folder / "mine.toml").write_text(text.replace("Receipt", title), encoding="utf-8")
    return folder / "mine.toml"


def test_shipped_and_installed_forms_are_known_by_name(tmp_path: Path) -> None:
    own_form(tmp_path, 1)
    shelf = FormLibrary(tmp_path)
    assert {"bon-de-commande", "order-form", "receipt", "mine"} <= set(shelf.names())
    assert shelf.find("mine").name == "mine"


def test_a_form_given_by_path_is_known_by_name_afterwards(rooms: Home, tmp_path: Path) -> None:
    path = own_form(tmp_path / "elsewhere", 1)
    form = rooms.use_form(str(path))
    shutil.rmtree(path.parent)
    assert FormLibrary(rooms.settings.forms).find("mine") == form
    assert "mine" in rooms.forms.names()


def test_a_form_is_kept_with_its_blank_and_its_master_data(rooms: Home) -> None:
    form = rooms.use_form("bon-de-commande")
    kept = rooms.settings.forms / form.name / str(form.version)
    assert {path.name for path in kept.iterdir()} >= {"bon-de-commande.toml", "bon-de-commande.png", "customers-fr.csv"}
    assert FormLibrary(rooms.settings.forms)(form.name, form.version).digest == form.digest


def test_a_scan_keeps_the_version_it_was_read_with(rooms: Home, tmp_path: Path) -> None:
    rooms.use_form(str(own_form(tmp_path / "one", 1, title="First")))
    rooms.use_form(str(own_form(tmp_path / "two", 2, title="Second")))
    fresh = FormLibrary(rooms.settings.forms)
    assert fresh("mine", 1).title["en"] == "First"
    assert fresh("mine", 2).title["en"] == "Second"
    assert fresh.find("mine").version == 2


def test_a_changed_definition_under_an_old_version_is_refused(rooms: Home, tmp_path: Path) -> None:
    rooms.use_form(str(own_form(tmp_path / "one", 1)))
    with pytest.raises(FormError, match="Raise its `version` to 2"):
        rooms.use_form(str(own_form(tmp_path / "two", 1, title="Changed")))
    assert FormLibrary(rooms.settings.forms)("mine", 1).title["en"] == "Mine"


def test_an_unknown_form_and_an_unknown_version_are_named(tmp_path: Path) -> None:
    with pytest.raises(FormError, match="There is no form 'nothing'"):
        FormLibrary(tmp_path).find("nothing")
    with pytest.raises(NotFound, match="no version 9 of the form receipt"):
        FormLibrary(tmp_path)("receipt", 9)
