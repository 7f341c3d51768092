"""The commands of the command line as a tree, as help and shells see them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from typer._click import Command
from typer.core import TyperGroup

from flows.cli.app import whole_command


@cache
def tree() -> TyperGroup:
    """The command line with all its commands."""
    command = whole_command()
    assert isinstance(command, TyperGroup)
    return command


def named(words: list[str]) -> tuple[Command, list[str]]:
    """The command that these words begin with, as deep as they go, and the words that are left."""
    command: Command = tree()
    while words and isinstance(command, TyperGroup) and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    return command, words


def does_something(group: TyperGroup, path: str = "") -> Iterator[tuple[str, Command]]:
    """Every command that does something, with its words."""
    for name, command in group.commands.items():
        words = f"{path} {name}".strip()
        if isinstance(command, TyperGroup):
            yield from does_something(command, words)
            if not command.invoke_without_command:
                continue
        yield words, command
