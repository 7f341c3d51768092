"""The command line as a whole: its options, and how an expected error ends it.

Exit codes: 0 fine, 1 done, and there is a finding, 2 used wrongly, 3 something is missing on this machine, 4 not done,
as the database is away, for example, 5 a fault of the program. Commands import what they need when they run, so that
`fairhand --help` is quick.
"""

from __future__ import annotations

import importlib
import os
import pwd
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer._click.exceptions import NoSuchOption
from typer.models import OptionInfo

from flows import terminal
from flows.cli.help_pages import GroupedCommands, complete_in_lines, dress
from transcribe.errors import FULL_DISK_ERRNOS, FairhandError, NotFound

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
    "disputes",
    "learning",
    "records",
)
"""The files of this folder that hold commands, in the order in which help lists them."""


GROUPS_OF_WORD: Mapping[str, tuple[str, ...]] = {
    "status": ("setup",),
    "batch": ("batch",),
    "scan": ("scan",),
    "value": ("value",),
    "people": ("people", "set_aside"),
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


def now() -> datetime:
    """The time, from the clock of the home."""
    from flows.home import now as of_home

    return of_home()


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


# What is said of an argument or option that is not what it should be: what was written, and how it is written.

_SAID: Mapping[str, Callable[[str, Mapping[str, Any]], str]] = {
    "int_parsing": lambda text, _: f"{text!r} is no whole number. Write it in figures, as 5.",
    "int_parsing_size": lambda text, _: f"{text!r} is too large a number.",
    "float_parsing": lambda text, _: f"{text!r} is no number. Write it in figures, as 0.5.",
    "finite_number": lambda text, _: f"{text!r} is no number. Write it in figures, as 0.5.",
    "greater_than_equal": lambda text, bound: f"{text} is too small. It is {bound['ge']} at least.",
    "less_than_equal": lambda text, bound: f"{text} is too large. It is {bound['le']} at most.",
    "value_error": lambda _, bound: str(bound["error"]),  # a sentence of ours
}
"""The sentence for each kind of fault that checking finds, of the text that was written and the bound that it broke."""


FORMATS_PHRASE = " does not match the format"
"""What checking says of a time, before signs that only programs know."""


def say_plainly(error: typer.BadParameter) -> None:
    """Put a sentence for people in the place of what checking says of a value."""
    found: list[Any] = getattr(error.__cause__, "errors", list)()
    if found and (sentence := _SAID.get(found[0]["type"])):
        error.message = sentence(str(found[0]["input"]), found[0].get("ctx", {}))
    text, is_no_time, _ = error.message.partition(FORMATS_PHRASE)
    if is_no_time:
        error.message = f"{text} is no day and no time. Write 2026-12-01, or 2026-12-01T12:00."


def say_where_it_stands(error: NoSuchOption) -> None:
    """Say of the option that all commands have that it stands before the command, and not that there is none."""
    if error.option_name == "--home":
        error.message, error.possibilities = "--home stands before the command: fairhand --home FOLDER COMMAND", None


# What commands were called before, so that whoever gives an old spelling is told the new one.

NEW_SPELLINGS: Mapping[str, str] = {
    "appeal": "appeals",
    "audit": "log",
    "control": "gold",
    "explain": "scan explain",
    "export": "records export",
    "forget": "scan forget",
    "publish": "records publish",
    "question": "questions",
    "time": "disputes",
    "token": "tokens",
    "work": "announce",
    "work expect": "announce",
}
"""Old spelling -> new one. `publish --rebuild` and `reconcile FILE`, which are told by what follows, are beside it."""


OF_FILES = ("--out", "--form", "--from", "--target", "--report")
"""Options of `reconcile` that were of a file of other people's readings."""


def new_spelling(words: Sequence[str]) -> list[str] | None:
    """The words of a call as it is spelt now, with all that follows the command; None where it is no old spelling."""
    if words[:1] == ["publish"] and "--rebuild" in words:
        return ["records", "rebuild", *(each for each in words[1:] if each != "--rebuild")]
    if words[:1] == ["reconcile"] and any(_is_of_file(each) for each in words[1:]):
        return ["collection", "reconcile", *(each for each in words[1:] if each != "--json")]
    for count in (2, 1):
        if new := NEW_SPELLINGS.get(" ".join(words[:count])):
            return [*new.split(), *words[count:]]
    return None


def _is_of_file(word: str) -> bool:
    return not word.startswith("-") or word.partition("=")[0] in OF_FILES


# Who gives a command: the user of this machine, unless `--by` names somebody.


def acting_user() -> str:
    """Who gives commands here, as the log names them in every verb."""
    return f"command line, {_user()}"


def by_option(explanation: str) -> OptionInfo:
    """The option `--by`: without it, who gives the command."""
    option: OptionInfo = typer.Option(
        help=explanation, callback=_named, show_default="command line, and your user name"
    )
    return option


def _named(by: str) -> str:
    return by.strip() or acting_user()


def _user() -> str:
    """The name of the user of this machine who gives the command; their number where they have none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user {os.getuid()}"


By = Annotated[str, by_option("Who does it; kept with it.")]
"""The option that names who gives a command."""


# Ids as people give them: whole, or the beginning of one.


def whole_id(beginning: str, ids: Iterable[str]) -> str:
    """The only id that begins so; `beginning` itself where none does, or it is empty.

    NotFound where several do.
    """
    known = set(ids)
    found = [each for each in known if beginning and each.startswith(beginning)]
    if beginning in known or not found:
        return beginning
    if len(found) > 1:
        raise NotFound(f"{beginning!r} begins {len(found)} ids. Give more of it.")
    return found[0]
