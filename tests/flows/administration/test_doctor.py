"""What `doctor` finds on a machine, and the command that mends it."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from flows.administration.doctor import examine
from flows.home import settings
from tests.flows.house import House


@pytest.mark.promise("`fairhand doctor` says what")
def test_all_is_well_here(house: House) -> None:
    house.environment = {"FAIRHAND_PORT": "0"}
    done = house.run("doctor")
    assert done.code == 0, done.out
    assert "\nAll is well: packages, parts, engines" in done.out


def test_a_home_that_was_never_made_is_not_called_looked_at(house: House) -> None:
    house.environment = {"FAIRHAND_PORT": "0"}
    nowhere = house.home / "none"
    done = house.run("--home", nowhere, "doctor")
    assert (done.code, nowhere.exists()) == (0, False)
    assert f"{nowhere} holds no home: only this machine was looked at. fairhand init makes one." in done.out
    assert not re.search("database|people|learning", done.out)


def test_every_engine_is_listed_with_version_settings_and_languages(house: House) -> None:
    house.environment = {"FAIRHAND_PORT": "0"}
    first, second = house.run("doctor").out.splitlines()[:2]
    assert first.startswith("engine tesseract: tesseract ")
    assert first.endswith("; languages: eng, fra")
    assert second.startswith("engine rapidocr: rapidocr ")
    told = house.run("doctor", "--json").json
    found = [each for each in told if "engine" in each]
    assert [each["engine"] for each in found] == ["tesseract", "rapidocr"]
    for each in found:
        assert each["used"]
        assert all(source.startswith(f"{each['engine']} ") for source in each["sources"])
        assert {"eng", "fra"} <= set(each["languages"])


def test_one_engine_alone_is_warned_of_and_works(house: House) -> None:
    house.environment = {"FAIRHAND_PORT": "0", "FAIRHAND_ENGINES": "tesseract"}
    done = house.run("doctor")
    assert done.code == 0
    assert "Only tesseract reads: machines then decide no text" in done.out
    assert "mend it: set FAIRHAND_ENGINES to tesseract,rapidocr" in done.out
    assert "engine rapidocr (not in use): rapidocr " in done.out
    assert "All is well" not in done.out


def test_an_engine_that_is_named_twice_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHAND_PORT", "0")
    monkeypatch.setenv("FAIRHAND_ENGINES", "tesseract,rapidocr,tesseract")
    (found,) = examine(settings.load_settings(tmp_path))
    assert (found.warning, found.mend) == (False, "set FAIRHAND_ENGINES to tesseract,rapidocr")


@pytest.mark.promise("`fairhand doctor` says what")
def test_a_missing_program_is_an_environment_finding_with_its_command(house: House) -> None:
    house.environment = {"PATH": "/nowhere", "FAIRHAND_PORT": "0"}
    done = house.run("doctor", "--json")
    assert done.code == 3
    (finding,) = [each for each in done.json if each.get("check") == "engines"]
    assert finding["mend"].startswith("apt-get install tesseract-ocr")


def test_a_taken_port_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("FAIRHAND_PORT", str(taken.getsockname()[1]))
        found = list(examine(settings.load_settings(tmp_path)))
    assert [(each.check, each.machine) for each in found] == [("ports", False)]
    assert "--port 0" in found[0].mend


def test_an_engine_that_does_not_exist_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHAND_PORT", "0")
    monkeypatch.setenv("FAIRHAND_ENGINES", "tesseract,magic")
    assert [each.message for each in examine(settings.load_settings(tmp_path))] == ["There is no OCR engine magic."]


def test_a_database_that_is_none_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHAND_PORT", "0")
    (tmp_path / "state.db").write_bytes(b"this is no database" * 100)
    (tmp_path / "state.db").chmod(0o600)
    assert [each.check for each in examine(settings.load_settings(tmp_path))] == ["database"]


def test_a_broken_form_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHAND_PORT", "0")
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "mine.toml").write_text("name = ", encoding="utf-8")
    (found,) = examine(settings.load_settings(tmp_path))
    assert (found.check, found.mend) == ("forms", "fairhand forms check mine")


def test_a_foreign_package_of_our_name_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHAND_PORT", "0")
    monkeypatch.syspath_prepend(tmp_path)
    assert list(examine(settings.load_settings(tmp_path / "home"))) == []
    (tmp_path / "stranger-1.0.dist-info").mkdir()
    (tmp_path / "stranger-1.0.dist-info" / "METADATA").write_text("Name: stranger\nVersion: 1.0\n", encoding="utf-8")
    (tmp_path / "stranger-1.0.dist-info" / "top_level.txt").write_text("flows\n", encoding="utf-8")
    (found,) = examine(settings.load_settings(tmp_path / "home"))
    assert found.machine
    assert found.mend == "pip uninstall stranger && pip install --force-reinstall fairhand"
