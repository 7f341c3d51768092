"""The reference of commands and settings, made from the code: `python -m tests.reference` writes both pages anew."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import typer.main
from typer._click import Command, Context, Parameter
from typer.core import TyperArgument, TyperGroup, TyperOption

from flows.cli.app import COMMAND_GROUPS, app
from flows.cli.help_pages import EXAMPLES, HEADINGS, dress
from flows.home.settings import variables
from tests.house_rules import ROOT

COMMANDS_PAGE = ROOT / "docs" / "commands.md"
SETTINGS_PAGE = ROOT / "docs" / "settings.md"

COMMANDS_HEAD = """# Commands

Every command with its options. This page is made from the code by `python -m tests.reference`; `fairhand COMMAND
--help` says the same. How to do a thing stands in [how-to.md](how-to.md), how it all works in [running.md](running.md).

`--home FOLDER` and `--version` stand before the command. Commands that read take `--json` and print one object a line.
Progress goes to standard error: a bar on a terminal, elsewhere a plain line now and then.

| exit code | meaning |
|---|---|
| 0 | all is well |
| 1 | the work was done, and there is a finding, such as a file that was set aside |
| 2 | the command was used wrongly, or a setting is wrong: give it otherwise |
| 3 | something is missing on this machine: `doctor` names it |
| 4 | the work was not done, or not ended: the database or the archive is away, or a disk is full, for example |
| 5 | a fault of fairhand, with a traceback: please report it |
| 130 | ended by Ctrl-C |

What `doctor` says could be better, and what `people check` asks, are no findings. That the database is away is one of
`doctor`, whose work it is to look. What starts commands may go on after 0 and 1: with systemd by `SuccessExitStatus=1`.
"""

SETTINGS_HEAD = """# Settings

Each setting is a variable in the environment, or a line of `settings.env` in the home. The environment goes first.
`fairhand init` writes that file with every setting in it. A name that starts with `FAIRHAND_` and is no setting is an
error. Nothing is sent to us or to the makers of Prefect, whose analytics are off. This page is made from the code by
`python -m tests.reference`.

| setting | default | what it is |
|---|---|---|
"""


def commands_page() -> str:
    """The text of docs/commands.md."""
    for group in COMMAND_GROUPS:
        importlib.import_module(f"flows.cli.{group}")
    top = typer.main.get_command(app)
    dress(top)
    assert isinstance(top, TyperGroup)
    parts = [COMMANDS_HEAD]
    for heading, names in HEADINGS:
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
    return f"### `fairhand {words}`\n\n{told}\n{table}\n```\n{EXAMPLES[words]}\n```\n"


def _row(given: Parameter, command: Command) -> str:
    """One argument or option: its name, what it is, its default."""
    found = given.get_help_record(Context(command))
    name, told = found or (given.name or "", "")
    return f"| `{_cell(name)}` | {_cell(told)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def settings_page() -> str:
    """The text of docs/settings.md."""
    rows = []
    for variable, field in variables().items():
        value = ",".join(field.default) if isinstance(field.default, tuple) else field.default
        value = str(value).lower() if isinstance(value, bool) else value
        default = "`./fairhand-data`" if variable == "FAIRHAND_HOME" else f"`{value}`" if str(value) else "none"
        rows.append(f"| `{variable}` | {default} | {_cell(field.description or '')} |")
    return SETTINGS_HEAD + "\n".join(rows) + "\n"


def write(page: Path, text: str) -> None:
    """Write a page."""
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(COMMANDS_PAGE, commands_page())
    write(SETTINGS_PAGE, settings_page())
