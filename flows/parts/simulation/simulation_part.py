"""The part `simulation`: the commands `simulate` and `demo`, and the desk's page on other targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.house import CONTRACT, DeskPages, HousePart

if TYPE_CHECKING:
    import typer


def _commands() -> typer.Typer:
    from flows.parts.simulation.simulation_commands import commands

    return commands


def _desk() -> DeskPages:
    from flows.parts.simulation.what_if import PAGES

    return PAGES


PART = HousePart(contract=CONTRACT, libraries=("matplotlib",), commands=_commands, desk=_desk)
