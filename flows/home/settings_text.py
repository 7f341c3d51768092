"""The settings file that a new home begins with."""

from __future__ import annotations

from flows.home.settings import VARIABLE_PREFIX, variables


def settings_file() -> str:
    """The text of a settings file: every setting with its meaning and default, all commented out."""
    lines = ["# Settings of fairhand. Take away the # to change one; the environment goes before this file."]
    for variable, field in variables().items():
        if variable != VARIABLE_PREFIX + "HOME":
            value = ",".join(field.default) if isinstance(field.default, tuple) else field.default
            lines += ["", f"# {field.description}", f"# {variable}={value}"]
    return "\n".join(lines) + "\n"
