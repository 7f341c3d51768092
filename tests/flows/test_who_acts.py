"""Who gave a command stands alike in the log whatever it was: the user of the machine, or whom --by names."""

from __future__ import annotations

import getpass
from collections.abc import Iterator

import pytest
import typer
from typer._click import Command

from flows.cli.app import whole_command
from flows.mending import act_in_words
from tests.flows.house import House

SLIP = """
name = "slip"
version = 1
title = "Slip"
languages = ["eng"]
locale = "en_GB"
[[field]]
name = "total"
type = "amount"
find = { labels = ["Total"] }
"""

THEM = f"command line, {getpass.getuser()}"


def commands(command: Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Command]]:
    """Every command with its words."""
    yield words, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*words, name))


WITH_BY = {
    " ".join(words): each
    for words, each in commands(whole_command())
    if any(option.name == "by" for option in each.params)
}


@pytest.mark.parametrize("command", WITH_BY.values(), ids=WITH_BY.keys())
def test_every_command_that_asks_who_gives_it_takes_the_user_of_the_machine(command: Command) -> None:
    (by,) = (each for each in command.params if each.name == "by")
    context = typer.Context(command)
    assert by.process_value(context, by.get_default(context)) == THEM
    assert by.process_value(context, "olga") == "olga"


def test_a_form_installed_is_logged_as_done_by_whom_a_rate_was_set(working_house: House) -> None:
    house = working_house
    house.run("init")
    definition = house.home.parent / "slip.toml"
    definition.write_text(SLIP)
    for words in (("pay", "rate", "0.05"), ("forms", "install", definition), ("people", "add", "Mina")):
        assert house.run(*words).code == 0
    assert house.run("people", "leave", "Mina", "--why", "asked for it", "--yes", "--by", "olga").code == 0
    said = [(each["actor"], each["action"]) for each in house.run("log", "list", "--json").json]
    deeds = ["rate kept", "form installed", "person kept"]
    assert said == [*((THEM, deed) for deed in deeds), ("olga", "person left")]


def test_the_log_names_the_field_of_a_deed_on_a_value() -> None:
    assert act_in_words("value corrected", {"field": "lines.quantity[0]"}) == "value corrected lines.quantity[0]"
    assert act_in_words("batch priority", {"priority": 5}) == "batch priority 5"


@pytest.mark.parametrize(
    ("verb", "detail", "said"),
    [
        ("paused set", {"paused": 1}, "paused set to yes"),
        ("paused set", {"paused": 0}, "paused set to no"),
        ("roles set", {"roles": ["expert", "transcriber"]}, "roles set to expert, transcriber"),
        ("languages set", {"languages": []}, "languages set to none"),
        ("second factor set", {}, "second factor set"),
    ],
)
def test_the_log_says_what_a_fact_of_a_person_is_now(verb: str, detail: dict[str, object], said: str) -> None:
    assert act_in_words(verb, detail) == said
