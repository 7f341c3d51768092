"""Help: every command stands under a heading with a whole sentence, and has an example that can be given as it is."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from typer._click import Command
from typer.core import TyperGroup

from flows.cli.help_pages import EXAMPLES, HEADINGS, under_headings
from tests.flows.command_tree import does_something, tree

FILES = ("order-7.jpg", "better.jpg", "order.toml", "orders.jsonl", "blank.png")


EVERY = dict(does_something(tree()))


def test_every_command_has_an_example_and_every_example_a_command() -> None:
    without = [words for words, command in EVERY.items() if not (command.epilog or "").startswith("Example: fairhand")]
    assert without == []
    assert EXAMPLES.keys() <= EVERY.keys()


def test_every_command_stands_under_one_heading() -> None:
    shown = under_headings(tree())
    assert "More" not in shown
    assert sorted(name for names in shown.values() for name in names) == sorted(tree().commands)
    assert {name for _, names in HEADINGS for name in names} <= tree().commands.keys()


@pytest.mark.parametrize("words", sorted(EVERY))
def test_an_example_can_be_given_as_it_is(words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    for name in FILES:
        (tmp_path / name).write_bytes(b"x")
    group: Command = tree()
    program, *left = shlex.split((EVERY[words].epilog or "").removeprefix("Example: "))
    assert program == "fairhand"
    while isinstance(group, TyperGroup) and left:
        context = group.make_context(program, list(left))  # what is wrong with its options is raised here
        left = [*context._protected_args, *context.args]
        if not left:
            return
        group, left = group.commands[left[0]], left[1:]
    group.make_context(words, left)


def test_no_sentence_of_help_is_cut_short() -> None:
    for words, command in EVERY.items():
        told = command.get_short_help_str()
        assert told.endswith("."), words
        assert "..." not in told, words
        assert " ".join((command.help or "").split()).startswith(told), words
