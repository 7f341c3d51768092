"""The reference of commands and settings, made from the code."""

from __future__ import annotations

from collections.abc import Iterator

from typer._click import Command, Context, Parameter
from typer.core import TyperArgument, TyperGroup, TyperOption

from flows.cli.app import whole_command
from flows.cli.help_pages import under_headings
from flows.home.settings import variables

COMMANDS_HEAD = """# Commands

Every command with its options. `fairhand COMMAND --help` says the same.

`--home FOLDER` and `--version` stand before the command. Commands that read take `--json` and print one object a line.
Progress goes to standard error: a bar on a terminal, elsewhere a plain line now and then.
"""

SETTINGS_HEAD = """# Settings

Each setting is a variable in the environment, or a line of `settings.env` in the home. The environment goes first.
`fairhand init` writes that file with every setting in it. A name that starts with `FAIRHAND_` and is no setting is an
error. Nothing is sent to us or to the makers of Prefect, whose analytics are off.

| setting | default | what it is |
|---|---|---|
"""


def commands_page() -> str:
    """The page of commands."""
    top = whole_command()
    assert isinstance(top, TyperGroup)
    parts = [COMMANDS_HEAD]
    for heading, names in under_headings(top).items():
        parts.append(f"## {heading}\n")
        for name in names:
            parts += _described(name, top.commands[name])
    return "\n".join(parts)


def _described(words: str, command: Command) -> Iterator[str]:
    """A command, or a group with its commands."""
    if isinstance(command, TyperGroup):
        if command.invoke_without_command:
            yield _command(words, command)
        for name, each in command.commands.items():
            if not each.hidden:
                yield from _described(f"{words} {name}", each)
    elif not command.hidden:
        yield _command(words, command)


def _command(words: str, command: Command) -> str:
    told = "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n"))
    given = [each for each in command.params if isinstance(each, TyperArgument | TyperOption) and not each.hidden]
    rows = [_row(each, command) for each in given]
    table = "\n| | |\n|---|---|\n" + "\n".join(rows) + "\n" if rows else ""
    return f"### `fairhand {words}`\n\n{told}\n{table}\n```\n{(command.epilog or '').removeprefix('Example: ')}\n```\n"


def _row(given: Parameter, command: Command) -> str:
    """One argument or option: its name, what it is, its default."""
    found = given.get_help_record(Context(command))
    name, told = found or (given.name or "", "")
    return f"| `{_cell(name)}` | {_cell(told)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def settings_page() -> str:
    """The page of settings."""
    rows = []
    for variable, field in variables().items():
        value = ",".join(field.default) if isinstance(field.default, tuple | dict) else field.default
        value = str(value).lower() if isinstance(value, bool) else value
        default = "`./fairhand-data`" if variable == "FAIRHAND_HOME" else f"`{value}`" if str(value) else "none"
        rows.append(f"| `{variable}` | {default} | {_cell(field.description or '')} |")
    return SETTINGS_HEAD + "\n".join(rows) + "\n"
