"""Commands that only look load little: what they need, and none of the libraries that read pictures."""

from __future__ import annotations

import subprocess
import sys

import pytest

from flows.cli.app import COMMAND_GROUPS, GROUPS_OF_WORD, groups_of, whole_command
from flows.home.home import Home
from tests.flows.house import House
from tests.flows.steps.test_reconcile_scans import received

TELLING = """
import sys
from flows.cli import main
try:
    main()
except SystemExit as end:
    print(end.code, " ".join(sys.modules), file=sys.stderr)
"""

SLOW = frozenset("numpy cv2 scipy matplotlib httpx jinja2 prefect fastapi flows.webhooks".split())
"""What takes longer to load than such a command runs, and what brings it."""


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("batch", "list"),
        ("batch", "show", "monday"),
        ("scan", "duplicates"),
        ("people", "list"),
        ("log", "list"),
    ],
)
def test_a_command_that_looks_loads_nothing_that_reads_pictures(
    house: House, rooms: Home, words: tuple[str, ...]
) -> None:
    received(rooms, batch="monday")
    command = [sys.executable, "-c", TELLING, "--home", str(house.home), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    code, *loaded = done.stderr.splitlines()[-1].split()
    assert code in ("0", "None"), done.stderr
    assert set(loaded) & SLOW == set()


def test_the_first_word_says_which_commands_are_loaded() -> None:
    assert groups_of(["status", "--json"]) == groups_of(["--home", "here", "status"]) == ("inspecting",)
    for words in ([], ["--help"], ["--version"], ["doctor"], ["stauts"], ["--home", "here"], ["--home"]):
        assert groups_of(words) == COMMAND_GROUPS, words


@pytest.mark.parametrize("word", GROUPS_OF_WORD)
def test_what_is_loaded_for_a_word_is_all_that_it_has(word: str) -> None:
    command = [sys.executable, "-m", "flows.cli", word, "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    whole = whole_command().commands[word]  # type: ignore[attr-defined]  # it is a group
    for name in getattr(whole, "commands", {}):
        assert f"\n  {name} " in said, (word, name)
    assert said.startswith(f"Usage: fairhand {word} ")
