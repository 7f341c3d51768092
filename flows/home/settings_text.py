"""The settings file that a new home begins with, and settings changed in one."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from flows.home.settings import VARIABLE_PREFIX, Settings, child_environment, variables


def settings_file() -> str:
    """The text of a settings file: every setting with its meaning and default, all commented out."""
    lines = ["# Settings of fairhand. Take away the # to change one; the environment goes before this file."]
    for variable, field in variables().items():
        if variable != VARIABLE_PREFIX + "HOME":
            value = ",".join(field.default) if isinstance(field.default, tuple) else field.default
            lines += ["", f"# {field.description}", f"# {variable}={value}"]
    return "\n".join(lines) + "\n"


def change_settings(file: Path, changed: Mapping[str, str]) -> None:
    """Set these variables in a settings file, which is made where it is missing; "" takes one out of it.

    Everything else in it stays as it is. It is on disk when this ends.
    """
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    for variable, value in changed.items():
        own = re.compile(rf"\s*(export\s+)?{variable}\s*=")
        said = [f"{variable}={_quoted(value)}"] if value else []
        places = [number for number, line in enumerate(lines) if own.match(line)]
        first = places[0] if places else len(lines)
        lines = [*lines[:first], *said, *(line for line in lines[first:] if not own.match(line))]
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write("".join(f"{line}\n" for line in lines))
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(file)


def set_elsewhere(settings: Settings, changed: Mapping[str, str]) -> list[str]:
    """Which of these variables the environment sets to something else, which goes before a settings file."""
    environment = child_environment(settings)
    return [name for name, value in changed.items() if environment.get(name, "") not in (value, "")]


def _quoted(value: str) -> str:
    """A value as a settings file has it: in quotation marks where it would not be read as it stands."""
    if re.fullmatch(r"[\w/:@.,%?&=+~-]*", value, re.ASCII):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
