"""Who gives a command: the user of this machine, unless `--by` names somebody."""

from __future__ import annotations

import os
import pwd
from typing import Annotated

import typer
from typer.models import OptionInfo


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
