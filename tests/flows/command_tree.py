"""The commands of the command line as a tree, as help and shells see them."""

from __future__ import annotations

import json
import subprocess
import sys
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


FORKING = """
import json, os, sys
from flows.cli import app, main
for words, environment in json.loads(sys.argv.pop()):
    said, sends = os.pipe()
    if os.fork() == 0:
        os.dup2(sends, 1)
        os.environ.update(environment)
        sys.argv[1:], code = words.split(), 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        sys.stdout.flush()
        os.write(1, json.dumps([code, sorted(sys.modules)]).join("\\n\\n").encode())
        os._exit(0)
    os.close(sends)
    with os.fdopen(said) as out:
        print(json.dumps(out.read()), flush=True)
    os.wait()
"""


def told(*asked: str | tuple[str, dict[str, str]]) -> list[tuple[int, str, set[str]]]:
    """Runs commands one after another, forked from one process that has the command line alone.

    Of each, by its words and what its environment has besides: its exit code, its output, and the modules it loaded.
    """
    each = [(one, {}) if isinstance(one, str) else one for one in asked]
    command = [sys.executable, "-c", FORKING, json.dumps(each)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    found = []
    for line in ran.stdout.splitlines():
        said, _, ended = json.loads(line).removesuffix("\n\n").rpartition("\n\n")
        code, loaded = json.loads(ended)
        found.append((code, said, set(loaded)))
    return found
