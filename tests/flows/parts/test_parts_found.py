"""Parts: found by entry points in a fixed order, switched off by name; a broken one is named and ends nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from flows.house import found_parts
from flows.house.part import CONTRACT, HousePart
from flows.house.parts_found import installed
from tests.extras import is_installed
from tests.flows.house import House, findings
from transcribe.errors import SettingsError

Install = Callable[[Mapping[str, str]], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a distribution `stranger` with these parts: name -> what stands in its file."""
    monkeypatch.syspath_prepend(tmp_path)

    def put(parts: Mapping[str, str]) -> None:
        folder = tmp_path / "stranger-1.5.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text("Name: stranger\nVersion: 1.5\n", encoding="utf-8")
        points = "".join(f"{name} = stranger_{name}:PART\n" for name in parts)
        (folder / "entry_points.txt").write_text(f"[fairhand.parts]\n{points}", encoding="utf-8")
        for name, text in parts.items():
            (tmp_path / f"stranger_{name}.py").write_text(text, encoding="utf-8")
        found_parts.cache_clear()

    yield put
    found_parts.cache_clear()


SOUND = f"from flows.house import HousePart\nPART = HousePart(contract={CONTRACT})\n"
WITH_COMMAND = f"""
import typer
from flows.house import HousePart
commands = typer.Typer()
@commands.command("greet")
def greet() -> None: print("good morning")
@commands.command("leave")
def leave() -> None: print("good night")
PART = HousePart(contract={CONTRACT}, commands=lambda: commands)
"""
BROKEN = {
    "raises": ("raise OSError('no such tape')\n", "OSError: no such tape"),
    "older": ("from flows.house import HousePart\nPART = HousePart(contract=0)\n", "version 0 of the contract"),
    "bare": ("PART = 3\n", "AttributeError"),
    "lacking": (
        f"from flows.house import HousePart\nPART = HousePart(contract={CONTRACT}, libraries=('no_such_library',))\n",
        "no_such_library cannot be imported",
    ),
}


def test_the_parts_of_the_house_can_be_used_and_stand_in_the_order_of_their_names() -> None:
    assert all(not each.problem for each in found_parts() if is_installed(each.name))
    assert list(installed()) == sorted(installed())
    assert installed()["watching"].commands is not None


def test_a_part_of_others_is_found_beside_ours_until_it_is_switched_off(install: Install) -> None:
    install({"aaa": SOUND})
    assert next(iter(installed())) == "aaa"
    assert isinstance(installed()["aaa"], HousePart)
    assert "aaa" not in installed(("aaa",))
    assert installed(("aaa",)).keys() == installed().keys() - {"aaa"}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_part_is_named_by_the_doctor_and_ends_nothing(
    name: str, install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRHAND_PORT", "0")
    text, why = BROKEN[name]
    install({name: text, "sound": SOUND})
    assert "sound" in installed()
    assert name not in installed()
    (found,) = findings(tmp_path / "home")
    assert (found.check, found.mend) == ("parts", f"pip install --upgrade 'stranger[{name}]'")
    assert found.message.startswith(f"The part {name} cannot be used: ")
    assert why in found.message


def test_a_part_that_is_switched_off_and_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHAND_PORT", "0")
    monkeypatch.setenv("FAIRHAND_PARTS_OFF", "watching,typewriters")
    (found,) = findings(tmp_path)
    assert (found.message, found.mend) == (
        "There is no part typewriters.",
        "take typewriters out of FAIRHAND_PARTS_OFF",
    )


def test_commands_of_a_part_stand_beside_those_of_the_core(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install({"polite": WITH_COMMAND, "raises": "raise OSError\n"})
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("FAIRHAND_HOME", str(tmp_path / "home"))

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "flows.cli", *words], capture_output=True, text=True, check=False)

    assert run("greet").stdout == "good morning\n"
    assert "greet" in run("--help").stdout
    monkeypatch.setenv("FAIRHAND_PARTS_OFF", "polite")
    done = run("greet")
    assert (done.returncode, done.stdout) == (SettingsError.exit_code, "")
    assert "The part polite is switched off" in done.stderr


def test_the_doctor_lists_parts_with_their_versions(house: House) -> None:
    house.environment = {"FAIRHAND_PORT": "0", "FAIRHAND_PARTS_OFF": "watching"}
    assert "\npart watching (switched off): fairhand " in house.run("doctor").out
    told = {each["part"]: each for each in house.run("doctor", "--json").json if "part" in each}
    assert (told["watching"]["used"], told["watching"]["problem"]) == (False, "")
