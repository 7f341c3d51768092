"""The pages that are made from the code are those of the code, and the tutorial works as it stands."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from flows.administration.people import invite
from flows.cli.help_pages import EXAMPLES
from flows.home.home import Home, now
from flows.home.settings import variables
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests import reference
from tests.flows.house import House
from tests.house_rules import ROOT
from transcribe.store import Offer, SentReading

TUTORIAL = ROOT / "docs" / "tutorial.md"


def test_the_pages_made_from_the_code_have_every_command_and_every_setting() -> None:
    commands, settings = reference.commands_page(), reference.settings_page()
    assert set(re.findall(r"^### `fairhand (.+)`$", commands, re.MULTILINE)) >= set(EXAMPLES)
    assert set(re.findall(r"^\| `(FAIRHAND_\w+)`", settings, re.MULTILINE)) == set(variables())


def blocks(kind: str) -> list[str]:
    """The blocks of one kind in the tutorial."""
    return re.findall(rf"```{kind}\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL)


def type_everything(home: Home) -> None:
    """Three people type what an engine read, until nothing is asked any more."""
    people = [invite(home, who).person for who in ("Mina", "Omar", "Eve")]
    for _ in range(30):
        tasks = 0
        for person in people:
            pools = ("expert", "read") if "expert" in person.roles else ("read",)
            for task in home.store.lease(person.id, 99, now(), 600.0, Offer(pools=pools)):
                readings = home.store.field_history(task.scan, task.key).readings
                text = next((each.text for each in readings if each.text and each.kind == "machine"), "")
                home.store.submit(task.id, person.id, SentReading(text=text, idem=f"{person.id} {task.id}"), now())
                tasks += 1
        reconcile_home(home)
        if not tasks:
            return


@pytest.mark.promise("A mistake is named", "They are not paid", "Mina opens her link,")
@pytest.mark.prefect
@pytest.mark.xdist_group("prefect-2")
def test_the_tutorial_works_as_it_stands(
    working_house: House, rooms: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = working_house
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for folder in ("transcribe", "tests"):
        (here / folder).symlink_to(ROOT / folder)
    (rule,) = blocks("toml")
    said = ""
    for block in blocks("sh"):
        for line in block.replace("\\\n", " ").splitlines():
            program, *words = shlex.split(line)
            if program == "mkdir":
                Path(words[0]).mkdir()
            elif program == "cp":
                *sources, target = words
                for source in [each for pattern in sources for each in here.glob(pattern)]:
                    shutil.copy(source, target)
            else:
                assert program == "fairhand"
                ran = house.run(*words)
                assert ran.code == 0, (line, ran.err)
                said += ran.out
            if words[:2] == ["forms", "draft"]:
                Path("my-form.toml").write_text(Path("my-form.toml").read_text("utf-8") + "\n" + rule, "utf-8")
            elif words[:1] == ["status"] and "--batch" in words:
                type_everything(rooms)
    assert said.count("signs in once") == 3
    assert len(Path("orders.csv").read_text("utf-8").splitlines()) > 1
    corrected = [
        each for each in query.records(rooms.settings.records, "my-form") if each.values["total_to_pay"] == "2700.00"
    ]
    assert len(corrected) == 1
