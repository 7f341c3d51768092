"""The command line as a whole: its options, and how an expected error ends it.

Exit codes: 0 fine, 1 done, and there is a finding, 2 used wrongly, 3 something is missing on this machine, 4 not done,
as the database is away, for example, 5 a fault of the program. Commands import what they need when they run, so that
`fairhand --help` is quick.
"""

from __future__ import annotations

import importlib
import shlex
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer._click.exceptions import NoSuchOption

from flows import terminal
from flows.cli.bad_values import say_plainly, say_where_it_stands
from flows.cli.help_pages import GroupedCommands, complete_in_lines, dress
from flows.cli.old_commands import new_spelling
from flows.cli.who_acts import acting_user
from transcribe.errors import FULL_DISK_ERRNOS, FairhandError

if TYPE_CHECKING:
    from typer._click import Command, Context

    from flows.home import FormLibrary, Home, Settings

COMMAND_GROUPS = (
    "setup",
    "serving",
    "batch",
    "backup",
    "ingesting",
    "scan",
    "value",
    "forms",
    "people",
    "set_aside",
    "pay",
    "gold",
    "disputes",
    "learning",
    "records",
    "tokens",
    "webhooks",
)
"""The files of this folder that hold commands, in the order in which help lists them."""


GROUPS_OF_WORD: Mapping[str, tuple[str, ...]] = {
    "status": ("setup",),
    "batch": ("batch",),
    "scan": ("scan",),
    "value": ("value",),
    "people": ("people", "set_aside"),
    "records": ("records",),
    "log": ("setup",),
}
"""What is loaded for the commands that are given most: putting all together takes as long as many of them run."""


class _Commands(GroupedCommands):
    """Says an expected error in one line instead of a traceback, and the new name of a command that has another now."""

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        new = None if ctx.resilient_parsing else new_spelling(args)
        if new is None:
            _require_part_on(ctx, args)
            return super().resolve_command(ctx, args)
        home = ctx.params.get("home")
        words = ["fairhand", *(("--home", str(home)) if home else ()), *new]
        terminal.say(f"fairhand: `{args[0]}` is spelt otherwise now: {shlex.join(words)}", err=True)
        raise typer.Exit(2)

    def invoke(self, ctx: object) -> object:
        try:
            return super().invoke(ctx)  # type: ignore[arg-type]  # typer's own copy of click has no public types
        except typer.BadParameter as error:
            say_plainly(error)
            raise
        except NoSuchOption as error:
            say_where_it_stands(error)
            raise
        except FairhandError as error:
            terminal.say(f"fairhand: {error}", err=True)
            raise typer.Exit(error.exit_code) from error
        except OSError as error:
            if error.errno not in FULL_DISK_ERRNOS:
                raise
            where = f"The disk of {error.filename}" if error.filename else "A disk that was written to"
            terminal.say(f"fairhand: {where} is full. Make room on it and give the command again.", err=True)
            raise typer.Exit(FairhandError.exit_code) from error


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    rich_markup_mode=None,  # the libraries of coloured help take longer to load than everything else together
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help="Photographed order forms in, trusted records out. Machines read, people read what machines cannot.",
)


def _add_parts() -> None:
    """Add the commands of every part; those of a broken one are left out, and doctor says why."""
    from flows.house import brought  # looks through all that is installed, and quick commands need no part

    for name, commands in brought(lambda part: part.commands):
        _add(commands, app, name)


def _add(given: typer.Typer, to: typer.Typer, part: str, *path: str) -> None:
    """Add what a part gives to a group; what both have as a group becomes one."""
    known = {each.name: each.typer_instance for each in to.registered_groups}
    for group in given.registered_groups:
        ours, theirs = known.get(group.name), group.typer_instance
        if ours and theirs:
            _add(theirs, ours, part, *path, str(group.name))
        else:
            to.registered_groups.append(group)
            _part_of[(*path, str(group.name))] = part
    for command in given.registered_commands:
        to.registered_commands.append(command)
        word = command.name or typer.main.get_command_name(getattr(command.callback, "__name__", ""))
        _part_of[(*path, word)] = part


_part_of: dict[tuple[str, ...], str] = {}
"""The part of each command that is none of the core, by the words of the command."""


def _require_part_on(ctx: Context, words: Sequence[str]) -> None:
    """PartOff where these are the words of a command of a part that is switched off in this home."""
    part = next((part for path, part in _part_of.items() if path == tuple(words[: len(path)])), None)
    if part and not ctx.resilient_parsing:
        from flows.home import load_settings
        from flows.house import require_on

        require_on(part, load_settings(ctx.params.get("home")).parts_off)


def _say_version(asked: bool) -> None:
    from importlib.metadata import version

    if asked:
        terminal.say(f"fairhand {version('fairhand')}")
        raise typer.Exit


@app.callback()
def _options(
    ctx: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="The folder of all data; else FAIRHAND_HOME, else ./fairhand-data.")
    ] = None,
    _: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Before every command: what it writes is for its owner only."""
    from flows.home import act_as, keep_private

    keep_private()
    act_as(acting_user())
    ctx.obj = home


def settings_of(ctx: typer.Context) -> Settings:
    """The settings that hold for this command."""
    from flows.home import load_settings

    return load_settings(ctx.obj)


def home_of(ctx: typer.Context) -> Home:
    """The home of this command, opened; SettingsError where there is none, as a command that looks makes nothing."""
    from flows.home import open_existing_home

    return open_existing_home(settings_of(ctx))


def form_library(ctx: typer.Context) -> FormLibrary:
    """The forms that may be named in this command."""
    from flows.home import FormLibrary

    return FormLibrary(settings_of(ctx).forms)


def run() -> None:
    """Run the command that was asked for."""
    is_made = whole_command.cache_info().currsize
    command = whole_command() if is_made else _put_together(groups_of(sys.argv[1:]))
    command(prog_name="fairhand")


@cache
def whole_command() -> Command:
    """Every group of commands, loaded and put together."""
    return _put_together(COMMAND_GROUPS)


def groups_of(words: Sequence[str]) -> tuple[str, ...]:
    """The groups that a command line needs: those of its first word where it is one of `GROUPS_OF_WORD`, else all."""
    after_home = words[2:] if words[:1] == ["--home"] else words
    return GROUPS_OF_WORD.get(after_home[0] if after_home else "", COMMAND_GROUPS)


def _put_together(groups: Sequence[str]) -> Command:
    for group in groups:
        importlib.import_module(f"flows.cli.{group}")
    if groups is COMMAND_GROUPS:
        _add_parts()
    command = typer.main.get_command(app)
    dress(command)
    complete_in_lines()
    return command
