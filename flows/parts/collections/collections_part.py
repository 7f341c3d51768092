"""The part `collections`: the commands `fairhand collection`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.house import CONTRACT, HousePart

if TYPE_CHECKING:
    import typer


def _commands() -> typer.Typer:
    from flows.parts.collections.collection_commands import commands

    return commands


PART = HousePart(contract=CONTRACT, libraries=("matplotlib",), commands=_commands)
