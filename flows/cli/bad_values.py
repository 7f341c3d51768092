"""What is said of an argument or option that is not what it should be: what was written, and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import typer
from typer._click.exceptions import NoSuchOption

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
    text, is_no_time, _ = error.message.partition(FORMATS_PHRASE)
    if is_no_time:
        error.message = f"{text} is no day and no time. Write 2026-12-01, or 2026-12-01T12:00."
    if found and (sentence := _SAID.get(found[0]["type"])):
        error.message = sentence(str(found[0]["input"]), found[0].get("ctx", {}))


def say_where_it_stands(error: NoSuchOption) -> None:
    """Say of the option that all commands have that it stands before the command, and not that there is none."""
    if error.option_name == "--home":
        error.message, error.possibilities = "--home stands before the command: fairhand --home FOLDER COMMAND", None
