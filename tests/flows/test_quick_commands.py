"""Commands that only look load little: what they need, and none of the libraries that read pictures."""

from __future__ import annotations

from flows.cli.app import COMMAND_GROUPS, GROUPS_OF_WORD, groups_of, whole_command
from flows.home.home import Home
from tests.flows.command_tree import told
from tests.flows.house import House
from tests.flows.steps.test_reconcile_scans import received

SLOW = frozenset("numpy cv2 scipy matplotlib httpx jinja2 prefect fastapi flows.webhooks".split())
"""What takes longer to load than such a command runs, and what brings it."""


def test_a_command_that_looks_loads_nothing_that_reads_pictures(house: House, rooms: Home) -> None:
    received(rooms, batch="monday")
    looks = ("status", "batch list", "batch show monday", "scan duplicates", "people list", "log list")
    for words, (code, _, loaded) in zip(looks, told(*(f"--home {house.home} {each}" for each in looks)), strict=True):
        assert (code, loaded & SLOW) == (0, set()), words


def test_the_first_word_says_which_commands_are_loaded() -> None:
    assert groups_of(["status", "--json"]) == groups_of(["--home", "here", "status"]) == ("inspecting",)
    for words in ([], ["--help"], ["--version"], ["doctor"], ["stauts"], ["--home", "here"], ["--home"]):
        assert groups_of(words) == COMMAND_GROUPS, words


def test_what_is_loaded_for_a_word_is_all_that_it_has() -> None:
    for word, (_, said, _) in zip(GROUPS_OF_WORD, told(*(f"{each} --help" for each in GROUPS_OF_WORD)), strict=True):
        whole = whole_command().commands[word]  # type: ignore[attr-defined]  # it is a group
        for name in getattr(whole, "commands", {}):
            assert f"\n  {name} " in said, (word, name)
        assert said.startswith(f"Usage: fairhand {word} ")
